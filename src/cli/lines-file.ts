/** Lines written to a file, a pipe or an open descriptor, as they come. */
import {once} from 'node:events';
import {createWriteStream, rmSync} from 'node:fs';
import {finished} from 'node:stream/promises';
import type {Output} from './files.ts';
import {UnwritableError} from './write-file.ts';

/** Lines that cannot be written. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

type Stream = NodeJS.WritableStream;

/** The standard streams of a process. */
type Standard = Pick<NodeJS.Process, 'stdout' | 'stderr'>;

export class LinesFile {
  /** Lines written. */
  count = 0;
  readonly #output: Output;
  readonly #standard: Standard;
  #stream: Stream | null = null;
  #error: OutputError | null = null;

  /** @param output A file of an earlier run is removed now, and made anew with the first line. */
  constructor(output: Output, standard: Standard = process) {
    this.#output = output;
    this.#standard = standard;
    const {place, isFile} = output;
    if (isFile && 'path' in place) this.#withCliError(() => rmSync(place.path, {force: true}));
  }

  /** Made now, even if no line will come. */
  create(): void {
    this.#open();
  }

  /** A promise where the disk, or the reader, is slower than the lines. */
  put(line: object): Promise<unknown> | undefined {
    this.count++;
    return this.write(`${JSON.stringify(line)}\n`);
  }

  /** Text that is no line of JSON. */
  write(text: string): Promise<unknown> | undefined {
    if (this.#error !== null) throw this.#error;
    const stream = this.#open();
    if (stream.write(text)) return undefined;
    return once(stream, 'drain').catch((error: unknown) => Promise.reject(this.#lost(error)));
  }

  /** Resolves when everything is written; a file is on the disk then. */
  async close(): Promise<void> {
    const stream = this.#stream;
    if (stream === null) return;
    try {
      if (stream === this.#standard.stdout || stream === this.#standard.stderr) await flushed(stream);
      else await finished(stream.end());
    } catch (error) {
      throw this.#lost(error);
    }
  }

  #open(): Stream {
    this.#stream ??= streamTo(this.#output, this.#standard).on('error', error => this.#lost(error));
    return this.#stream;
  }

  #withCliError(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw this.#lost(error);
    }
  }

  #lost(error: unknown): OutputError {
    this.#error ??= new OutputError(`Cannot write to ${this.#output.place.name}: ${whyLost(error)}.`, {cause: error});
    return this.#error;
  }
}

/** Why a text cannot be written, as the rest of a sentence. */
export function whyLost(error: unknown): string {
  const {code, message} = error as NodeJS.ErrnoException;
  if (error instanceof UnwritableError) return `it ${message}`;
  return code === 'EPIPE' ? 'its reader has closed it' : message.replace(/, \w+( '.*')?$/, '');
}

function streamTo({place, isFile}: Output, {stdout, stderr}: Standard): Stream {
  if ('path' in place)
    // `wx` makes the file, and follows no link that has come into its place since.
    return isFile
      ? createWriteStream(place.path, {flags: 'wx', mode: 0o600, flush: true})
      : createWriteStream(place.path, {flags: 'w'});
  if (place.fd === 1) return stdout;
  if (place.fd === 2) return stderr;
  return createWriteStream('', {fd: place.fd, autoClose: false});
}

/** Standard output is not ended, because the process may still write to it. */
const flushed = (stream: Stream): Promise<void> =>
  new Promise((resolve, reject) => stream.write('', error => (error ? reject(error) : resolve())));
