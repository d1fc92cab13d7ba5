/** Lines of text: logs of proxies, our own console lines, and errors as Node prints them, over as many lines as they take. */
import {isBlank} from '../decide/idempotency.ts';
import {outerRetries} from '../decide/outer-retries.ts';
import {readError} from './error-outcome.ts';
import {beginsError, requestIn} from './error-text.ts';
import {type LoggedFailure, LoggedHeaders, type Reading} from './failure.ts';
import {attemptOf, methodOf, timeOf, traceIdOf} from './fields.ts';
import {isOwnText, readOwnText} from './formats/own-lines.ts';
import {readEnvoy, readNginxAccess, readNginxError} from './formats/proxies.ts';

/** The error of axios prints its request, its socket and its agent: what is behind these limits is not kept. */
const LONGEST_ERROR = 65_536;
const MOST_LINES = 5000;
/** A line that belongs to the error before it. */
const CONTINUES = /^(?:\s+\S|\}|\]|Caused by:|caused by:|\s*$)/;

export class TextReader {
  #lines: string[] = [];
  #size = 0;
  #taken = 0;
  /** Where the open error began. */
  line = 0;

  /** An error has begun, and may go on. */
  get isOpen(): boolean {
    return this.#lines.length > 0;
  }

  /** Takes the line if it belongs to the open error. */
  takes(text: string): boolean {
    if (!CONTINUES.test(text) || ++this.#taken > MOST_LINES) return false;
    if (this.#size + text.length <= LONGEST_ERROR) this.#lines.push(text);
    this.#size += text.length;
    return true;
  }

  /** Undefined where an error has begun, or where nothing is known of the line. */
  read(text: string, number: number): Reading | undefined {
    const known = readNginxError(text) ?? readEnvoy(text) ?? readNginxAccess(text);
    if (known !== undefined) return known;
    if (isOwnText(text)) return readOwnText(text);
    if (beginsError(text)) {
      this.#lines = [text];
      this.#size = text.length;
      this.#taken = 0;
      this.line = number;
    }
    return undefined;
  }

  /** The error that was open. */
  close(): Reading | undefined {
    if (!this.isOpen) return undefined;
    const text = this.#lines.join('\n');
    this.#lines = [];
    return readErrorBlock(text);
  }
}

function readErrorBlock(text: string): LoggedFailure | null {
  const found = readError(text);
  if (found === null) return null;
  const request = requestIn(firstLine(text));
  const shown = headersIn(text);
  const outer = outerRetries(shown.request);
  return {
    format: 'error text',
    at: timeOf(/^\W{0,3}(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d))/.exec(text)?.[1]),
    method: methodOf(/(?:^|[\s{])method: '([A-Za-z]{1,20})'/m.exec(text)?.[1] ?? request.method),
    target: /(?:^|[\s{])url: '([^'\s]{1,4096})'/m.exec(text)?.[1] ?? request.target,
    ...found,
    keyed: shown.isShown ? !isBlank(shown.request.get('idempotency-key')) : undefined,
    attempt: attemptOf(/\battempt[ =:#]{1,3}(\d{1,6})\b/i.exec(firstLine(text))?.[1]),
    traceId: traceIdOf(/\btrace_?id[=: "']{1,3}([0-9a-f]{32})\b/i.exec(firstLine(text))?.[1]),
    outerRetries: outer?.count,
  };
}

const firstLine = (text: string): string => text.slice(0, text.indexOf('\n') < 0 ? undefined : text.indexOf('\n'));

const REQUEST_HEADERS =
  /(?:^|[\s{,])'?(idempotency-key|x-stainless-retry-count|amz-sdk-request)'?: '?([^',\n}]{1,200})/gim;

/** Headers of the request: axios prints them with its configuration, the SDKs only those of the response. */
function headersIn(text: string): {readonly request: LoggedHeaders; readonly isShown: boolean} {
  const found = [...text.matchAll(REQUEST_HEADERS)].map(([, name, value]) => [name!, value!] as const);
  return {request: new LoggedHeaders(Object.fromEntries(found)), isShown: /\bconfig: /.test(text)};
}
