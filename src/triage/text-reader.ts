/** Lines of text: logs of proxies, our own console lines, and errors, over as many lines as they take. */
import {answered} from '../core/outcome.ts';
import {isBlank} from '../decide/idempotency.ts';
import {outerRetries} from '../decide/outer-retries.ts';
import {readError} from './error-outcome.ts';
import {beginsError, requestIn, showsRedirect} from './error-text.ts';
import {
  AFTER_REDIRECT,
  type ErrorReading,
  LoggedAnswer,
  type LoggedFailure,
  LoggedHeaders,
  type Reading,
} from './failure.ts';
import {attemptOf, methodOf, timeOf, traceIdOf} from './fields.ts';
import {withoutFrames} from './foreign-error.ts';
import {
  beginsTranscript,
  continuesTranscript,
  readAccessLine,
  readTranscript,
  readWriteOut,
} from './formats/access-line.ts';
import {readEnvoy} from './formats/envoy.ts';
import {readHaproxy} from './formats/haproxy.ts';
import {readLoadBalancer} from './formats/load-balancer.ts';
import {readLogfmt} from './formats/logfmt.ts';
import {type NginxTry, readNginxAccess, readNginxError} from './formats/nginx.ts';
import {isOwnText, readOwnText} from './formats/own-lines.ts';
import {beginsTraceback, TracebackLines} from './traceback.ts';

/** The error of axios prints its request, its socket and its agent: what is behind these limits is not kept. */
const LONGEST_ERROR = 65_536;
const MOST_LINES = 5000;
/** A line of this level is about an error, whatever its words. */
const ERROR_LEVEL = /\b(?:ERROR|FATAL|CRITICAL|SEVERE|error|fatal|critical|Traceback)\b/;
/** Three codes in a row are those that a configuration names. */
const CODES = /\bE[A-Z]{4,}['"]?, ?['"]?E[A-Z]{4,}['"]?, ?['"]?E[A-Z]{4,}\b/;
/** The error may say how it failed on the lines below. */
const NAMES_ERROR = /\w(?:Error|Exception)\b/;
/** A line that belongs to the error before it. */
const CONTINUES = /^(?:\s+\S|\}|\]|>$|[Cc]aused by:|< |For more information check: |\s*$)/;
/** The same where syslog, logcat or a process manager writes its own before each line. The frame of a stack, or a cause. */
const CONTINUES_BEHIND =
  /^\S.{0,150}?[:|\])]\s+(?=at [\w$.</(]|\.\.\. \d{1,4} (?:more|common)|[Cc]aused by: |(?:\[cause\]|cause): )/;
/** Logback names the first cause in the line, and prints that cause below it. */
const ROOT_CAUSE = /\bwith root cause\s*$/;

type LineReader = (line: string) => Read;

/** A line of nginx is one try of a request, and can be of a kind that is not known. Undefined: nothing is known of the line. */
export type Read = Reading | NginxTry | 'unread' | undefined;

/** Logs of proxies come first: their lines hold whatever was sent to them. */
const READERS: readonly LineReader[] = [
  readNginxError,
  readNginxAccess,
  readEnvoy,
  readHaproxy,
  readLoadBalancer,
  line => (isOwnText(line) ? readOwnText(line) : undefined),
  readWriteOut,
];

export class TextReader {
  #lines: string[] = [];
  #size = 0;
  #taken = 0;
  #isTranscript = false;
  #traceback = new TracebackLines();
  /** The line at which the open error began. */
  line = 0;

  /** An error has begun, and may go on. */
  get isOpen(): boolean {
    return this.#lines.length > 0;
  }

  /** The line on which it began. */
  get firstLine(): string {
    return this.#lines[0] ?? '';
  }

  /** Takes the line if it belongs to the open error. */
  takes(written: string): boolean {
    const text = written.replace(CONTINUES_BEHIND, '  ');
    const belongs = this.#isTranscript
      ? continuesTranscript(this.#lines, written)
      : CONTINUES.test(text) || this.#traceback.takes(text) || this.#isRootCause(text);
    if (!belongs || ++this.#taken > MOST_LINES) return false;
    this.#traceback.add(text);
    if (this.#size + text.length <= LONGEST_ERROR) this.#lines.push(text);
    this.#size += text.length;
    return true;
  }

  #isRootCause(text: string): boolean {
    return ROOT_CAUSE.test(this.firstLine) && NAMES_ERROR.test(text) && this.#lines.slice(1).every(line => line === '');
  }

  /** Undefined where an error has begun, or where nothing is known of the line. */
  read(text: string, number: number): Read {
    for (const reader of READERS) {
      const reading = reader(text);
      if (reading !== undefined) return reading;
    }
    if (beginsTranscript(text)) return this.#open(text, number);
    const pairs = readLogfmt(text);
    const found = pairs === undefined ? readAccessLine(text) : pairs;
    if (found !== undefined) return found;
    if (CODES.test(text) && !ERROR_LEVEL.test(text)) return null;
    return beginsError(text) ||
      beginsTraceback(text) ||
      NAMES_ERROR.test(text) ||
      // What a logger is told of a failed request, above the error.
      (ERROR_LEVEL.test(text) && requestIn(text).target !== undefined) ||
      readError(text, ERROR_LEVEL.test(text)) !== null
      ? this.#open(text, number)
      : undefined;
  }

  /** The error that was open. Null where it is not that of a request. */
  close(): Reading {
    const text = this.#lines.join('\n');
    this.#lines = [];
    return this.#isTranscript ? readTranscript(text) : readErrorBlock(text);
  }

  #open(text: string, number: number): undefined {
    this.#lines = [text];
    this.#size = text.length;
    this.#taken = 0;
    this.line = number;
    this.#isTranscript = beginsTranscript(text);
    this.#traceback = new TracebackLines();
    this.#traceback.add(text);
  }
}

function readErrorBlock(text: string): LoggedFailure | null {
  const found = readError(text, ERROR_LEVEL.test(firstLine(text)));
  if (found === null) return null;
  const [first, all] = [firstLine(text), withoutFrames(text)];
  const inFirst = requestIn(first);
  const request = inFirst.target === undefined ? requestIn(all) : inFirst;
  const shown = headersIn(text);
  const outer = outerRetries(shown.request);
  return {
    format: 'error text',
    at: timeOf(/^\W{0,3}(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d))/.exec(text)?.[1]),
    method: methodOf(/(?:^|[\s{])method: '([A-Za-z]{1,20})'/m.exec(text)?.[1] ?? request.method),
    target: /(?:^|[\s{])url: '([^'\s]{1,4096})'/m.exec(text)?.[1] ?? request.target,
    ...withPrintedHeaders(found, text),
    sentBefore: found.sentBefore ?? (showsRedirect(text) ? AFTER_REDIRECT : undefined),
    keyed: shown.isShown ? !isBlank(shown.request.get('idempotency-key')) : undefined,
    attempt: attemptOf(/\battempt[ =:#]{1,3}(\d{1,6})\b/i.exec(firstLine(text))?.[1]),
    traceId: traceIdOf(/\btrace_?id[=: "']{1,3}([0-9a-f]{32})\b/i.exec(firstLine(text))?.[1]),
    outerRetries: outer?.count,
  };
}

const firstLine = (text: string): string => text.slice(0, text.indexOf('\n') < 0 ? undefined : text.indexOf('\n'));

/** Node prints the headers of a response as fields: `'retry-after': '7'`. */
const RESPONSE_HEADERS =
  /(?:^|[\s{,])'?(retry-after(?:-ms)?|x-ms-retry-after-ms|x-should-retry|date|(?:x-)?ratelimit-[a-z-]{1,40})'?: ?'([^'\n]{1,200})'/gim;

function withPrintedHeaders(found: ErrorReading, text: string): ErrorReading {
  const {outcome} = found;
  if (outcome.kind !== 'response' || outcome.response === null || outcome.response.headers.isShown) return found;
  const printed = [...text.matchAll(RESPONSE_HEADERS)].map(([, name, value]) => [name!, value!] as const);
  if (printed.length === 0) return found;
  const {status, sent} = outcome.response;
  return {
    ...found,
    outcome: answered(new LoggedAnswer(status, new LoggedHeaders(Object.fromEntries(printed)), sent)),
  };
}

const REQUEST_HEADERS =
  /(?:^|[\s{,])'?(idempotency-key|x-stainless-retry-count|amz-sdk-request)'?: '?([^',\n}]{1,200})/gim;

/** Headers of the request: axios prints them with its configuration, the SDKs only those of the response. */
function headersIn(text: string): {readonly request: LoggedHeaders; readonly isShown: boolean} {
  const found = [...text.matchAll(REQUEST_HEADERS)].map(([, name, value]) => [name!, value!] as const);
  return {request: new LoggedHeaders(Object.fromEntries(found)), isShown: /\bconfig: /.test(text)};
}
