/** `steadfetch triage`: reads logs of failures, and says of each whether it should have been retried. */
import {once} from 'node:events';
import {open} from 'node:fs/promises';
import type {Readable} from 'node:stream';
import {systemClock} from '../core/system-clock.ts';
import {handleOf} from '../features/everything.ts';
import type {TriagedFailure} from '../triage/assess.ts';
import {Triage} from '../triage/triage.ts';
import {answer} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {OutputError, whyLost} from './lines-file.ts';
import {CutLog, logBytes} from './log-bytes.ts';
import {readPolicyInput} from './policy-input.ts';
import {progressOn} from './progress.ts';
import {ReadingProgress} from './reading-progress.ts';
import {readTriageArguments, type TriageArguments} from './triage-arguments.ts';
import {failureRecord, summaryRecord} from './triage-records.ts';
import {failureRows, summaryText, tableHead} from './triage-table.ts';

/**
 * @returns The exit code: 0 everything that may be a failure was read, 1 a part of the logs was not.
 * @throws UsageError, SteadfetchError, OutputError
 */
export async function triageCommand(args: readonly string[], process: NodeJS.Process): Promise<number> {
  const options = readTriageArguments(args);
  if (typeof options === 'string') return answer(options, SPECS.triage, process.stdout);
  const input = options.policy === undefined ? undefined : await readPolicyInput(options.policy);
  const handle = handleOf(input);
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const output = new Output(process.stdout, stop);
  const read = new ReadingProgress(options.logs);
  if (!options.json && !options.summary) output.write(tableHead());
  let log = '';
  let isCut = false;
  const triage = new Triage({
    handle,
    input,
    onFailure: failure => {
      read.failures++;
      if (!options.summary) output.write(shown(failure, log, options));
    },
  });
  // Rows on the same terminal show well enough how far it is.
  const isShown = read.isKnown && !options.quiet && (options.summary || !process.stdout.isTTY);
  const progress = isShown ? progressOn(process.stderr, 'steadfetch triage', read, systemClock) : null;
  try {
    for (const each of options.logs) {
      log = each;
      if (controller.signal.aborted) break;
      try {
        await readLog(each, {triage, output, read, stdin: process.stdin, signal: controller.signal});
      } catch (error) {
        if (!(error instanceof CutLog)) throw error;
        isCut = true;
        process.stderr.write(`${error.message}\n`);
      }
    }
  } finally {
    progress?.end();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
  const isComplete = !controller.signal.aborted && !isCut;
  const summary = triage.summary(isComplete);
  output.write(options.json ? `${JSON.stringify(summaryRecord(summary))}\n` : summaryText(summary, handle.policy));
  await output.end();
  const isRead = isComplete && summary.unread + summary.unreadable + summary.tooLong === 0;
  return isRead || output.isClosed ? 0 : 1;
}

/** Bytes of a file that are read at a time. */
const CHUNK = 2 ** 16;

interface Run {
  readonly triage: Triage;
  readonly output: Output;
  readonly read: ReadingProgress;
  readonly stdin: NodeJS.ReadStream;
  readonly signal: AbortSignal;
}

/** Stops without an error where the signal aborts: what was read is told. */
async function readLog(log: string, {triage, output, read, stdin, signal}: Run): Promise<void> {
  const reader = triage.open();
  const raw = log === '-' ? streamed(stdin, signal) : chunksOf(log, signal);
  try {
    for await (const bytes of logBytes(counted(raw, read), log)) {
      reader.feed(bytes.toString('latin1'));
      await output.flush();
      if (signal.aborted) break;
    }
  } finally {
    reader.end();
  }
}

async function* counted(chunks: AsyncIterable<Buffer>, read: ReadingProgress): AsyncGenerator<Buffer> {
  for await (const bytes of chunks) {
    read.bytes += bytes.length;
    yield bytes;
  }
}

/** Each chunk is of the same memory: a buffer for each would be most of what the reading takes. */
async function* chunksOf(log: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const handle = await open(log);
  try {
    if (!(await handle.stat()).isFile()) return yield* streamed(handle.createReadStream({autoClose: false}), signal);
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const {bytesRead} = await handle.read(buffer, 0, CHUNK);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** Reads a pipe, which can have nothing to read for long: an interrupt ends the reading. */
async function* streamed(stream: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
  const stop = (): void => void stream.destroy();
  signal.addEventListener('abort', stop, {once: true});
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function shown(failure: TriagedFailure, log: string, {logs, json}: TriageArguments): string {
  const file = logs.length > 1 ? log : undefined;
  return json ? `${JSON.stringify(failureRecord(failure, file))}\n` : failureRows(failure, file);
}

/** Standard output, written a chunk of the log at a time. */
class Output {
  readonly #stream: NodeJS.WriteStream;
  #text = '';
  /** Why it cannot be written, such as a full disk. */
  #lost: Error | undefined;
  /** The reader of the output ended, such as `head`. The rest is not written. */
  isClosed = false;

  constructor(stream: NodeJS.WriteStream, onClosed: () => void) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') this.#lost ??= error;
      this.isClosed = true;
      onClosed();
    });
  }

  write(text: string): void {
    this.#text += text;
  }

  /** @throws OutputError where something of it could not be written. */
  async end(): Promise<void> {
    await this.flush();
    // The last text has been written, or refused, before this one.
    if (!this.isClosed) await new Promise<void>(resolve => this.#stream.write('', () => resolve()));
    if (this.#lost === undefined) return;
    throw new OutputError(`Cannot write to standard output: ${whyLost(this.#lost)}.`, {cause: this.#lost});
  }

  /** Resolves when the stream accepts more. */
  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    if (text === '' || this.isClosed) return;
    if (this.#stream.write(text)) return;
    // Rejects where the reader goes away; the listener above knows by then.
    await once(this.#stream, 'drain').catch(() => undefined);
  }
}
