/** The file of requests: read once to check all of it, then once to send it, and never held in memory. */
import {type FileHandle, open} from 'node:fs/promises';
import {digest} from '../batch/content-key.ts';
import {KeyIndex} from '../batch/key-index.ts';
import {LineTooLongError, linesOf} from '../batch/line-reader.ts';
import {LineError, type RequestLine, readRequestLine} from './request-line.ts';
import {UsageError} from './usage.ts';

/** More are counted, but not shown. */
const SHOWN_PROBLEMS = 10;

export interface Checked {
  readonly count: number;
  readonly first: RequestLine | undefined;
}

/**
 * Reads every line before anything is sent: a slip in line 900,000 must not show when 899,999 have been paid for.
 *
 * @throws UsageError naming file, line and column of what is wrong.
 */
export async function checkRequests(path: string, base: URL): Promise<Checked> {
  const problems: string[] = [];
  const ids = new KeyIndex();
  let count = 0;
  let wrong = 0;
  let first: RequestLine | undefined;
  for await (const {number, text} of numberedLines(path)) {
    count++;
    try {
      const line = readRequestLine(text, base);
      first ??= line;
      checkUnique(ids, line.customId, number);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      const {column, message} = error;
      if (wrong++ < SHOWN_PROBLEMS)
        problems.push(`${path}:${number}${column === undefined ? '' : `:${column}`}: ${message}`);
    }
  }
  if (wrong === 0) return {count, first};
  const more = wrong > SHOWN_PROBLEMS ? [`… and ${wrong - SHOWN_PROBLEMS} more lines`] : [];
  throw new UsageError([...problems, ...more, 'Nothing was sent.'].join('\n'));
}

/** The requests, one after another. */
export async function* requestsOf(path: string, base: URL): AsyncGenerator<RequestLine> {
  for await (const {text} of numberedLines(path)) yield readRequestLine(text, base);
}

/** By 60 bits of a hash: two ids that are not the same will not be taken for it. */
function checkUnique(ids: KeyIndex, customId: string, number: number): void {
  const key = digest(customId);
  const rest = Number.parseInt(key.slice(8, 15), 16) + 1;
  const earlier = ids.candidates(key).find(({length}) => length === rest);
  if (earlier !== undefined)
    throw new LineError(`custom_id ${JSON.stringify(customId)} is already used in line ${earlier.at}`);
  ids.add(key, {at: number, length: rest}, false);
}

/** Lines that are not blank. Not split by readline, which takes U+2028 inside a string for the end of a line. */
async function* numberedLines(path: string): AsyncGenerator<{readonly number: number; readonly text: string}> {
  const file = await openToRead(path);
  try {
    let number = 0;
    for await (const {bytes} of linesOf(file)) {
      const text = bytes.toString();
      const line = ++number === 1 ? text.replace(/^\uFEFF/, '') : text;
      if (line.trim() !== '') yield {number, text: line};
    }
  } catch (error) {
    if (!(error instanceof LineTooLongError)) throw error;
    throw new UsageError(`${path}:${error.line}: ${error.message}.`);
  } finally {
    await file.close();
  }
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, 'r');
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    throw new UsageError(`${path} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}.`);
  }
  throw new UsageError(`${path} is no file: it is read twice, first to check it and then to send it.`);
}
