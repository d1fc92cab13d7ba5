/** The requests: read once to check all of them, then once to send them, and never held in memory. */
import {digest} from '../batch/content-key.ts';
import {LineTooLongError, linesOf} from '../batch/line-reader.ts';
import {SeenKeys} from '../batch/seen-keys.ts';
import {LineError, type RequestItem, type RequestLine, readRequestItem, readRequestLine} from './request-line.ts';
import type {RewindableFile} from './rewindable-file.ts';
import {UsageError} from './usage-error.ts';

/** More are counted, but not shown. */
const SHOWN_PROBLEMS = 10;

export interface Checked {
  readonly count: number;
  readonly first: RequestLine | undefined;
  /** Requests that `isOnce` is true of. */
  readonly once: number;
}

/**
 * Reads every line before anything is sent: a slip in line 900,000 must not show when 899,999 have been paid for.
 *
 * @param isOnce Whether the policy lets a request be sent once only.
 * @throws UsageError naming file, line and column of what is wrong.
 */
export async function checkRequests(
  file: RewindableFile,
  base: URL,
  isOnce: (line: RequestLine) => boolean,
): Promise<Checked> {
  const problems: string[] = [];
  const ids = new SeenKeys();
  let count = 0;
  let once = 0;
  let wrong = 0;
  let first: RequestLine | undefined;
  for await (const {number, text} of numberedLines(file)) {
    count++;
    try {
      const line = readRequestLine(text, base);
      first ??= line;
      checkUnique(ids, line.customId, number);
      if (isOnce(line)) once++;
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      if (wrong++ < SHOWN_PROBLEMS) problems.push(problemAt(file, number, error));
    }
  }
  if (wrong === 0) return {count, first, once};
  const more = wrong > SHOWN_PROBLEMS ? [`… and ${wrong - SHOWN_PROBLEMS} more lines`] : [];
  throw new UsageError([...problems, ...more, 'Nothing was sent.'].join('\n'));
}

/** The requests, one after another. */
export async function* requestsOf(file: RewindableFile, base: URL): AsyncGenerator<RequestLine> {
  for await (const {text} of numberedLines(file)) yield readRequestLine(text, base);
}

/**
 * The requests, for a queue, whose workers know where they go.
 *
 * @throws UsageError naming file, line and column of what is wrong.
 */
export async function* requestItemsOf(file: RewindableFile): AsyncGenerator<RequestItem> {
  for await (const {number, text} of numberedLines(file)) {
    try {
      yield readRequestItem(text);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      throw new UsageError(problemAt(file, number, error));
    }
  }
}

const problemAt = ({name}: RewindableFile, number: number, {column, message}: LineError): string =>
  `${name}:${number}${column === undefined ? '' : `:${column}`}: ${message}`;

function checkUnique(ids: SeenKeys, customId: string, number: number): void {
  const earlier = ids.meet(digest(customId), number);
  if (earlier !== undefined)
    throw new LineError(`custom_id ${JSON.stringify(customId)} is already used in line ${earlier}`);
}

/** Lines that are not blank. Not split by readline, which takes U+2028 inside a string for the end of a line. */
async function* numberedLines({name, handle}: RewindableFile): AsyncGenerator<NumberedLine> {
  try {
    let number = 0;
    for await (const {bytes} of linesOf(handle)) {
      const text = bytes.toString();
      const line = ++number === 1 ? text.replace(/^\uFEFF/, '') : text;
      if (line.trim() !== '') yield {number, text: line};
    }
  } catch (error) {
    if (!(error instanceof LineTooLongError)) throw error;
    throw new UsageError(`${name}:${error.line}: ${error.message}.`);
  }
}

interface NumberedLine {
  readonly number: number;
  readonly text: string;
}
