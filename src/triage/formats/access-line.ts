/**
 * Lines of servers and clients that name the request and the status in plain text: uvicorn, werkzeug, gin, morgan, urllib3, httpx, curl's -v and -w,
 * and programs that print the like.
 */
import {answered, type Outcome} from '../../core/outcome.ts';
import {AFTER_REDIRECT, LoggedAnswer, type LoggedFailure, LoggedHeaders} from '../failure.ts';
import {attemptOf, failedStatus, methodOf, timeOf} from '../fields.ts';
import {retryAfterIn} from '../foreign-error.ts';
import {phraseIn} from '../phrases.ts';
import {CLOSED, RESET, TIMED_OUT, VAGUE} from '../transport.ts';

const METHOD = '(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|QUERY)';
/** Up to its end: the port of an address is no status. */
const ADDRESS = '((?:https?://|/)[^\\s"\']{0,4096})(?![^\\s"\'])';
const STATUS = '([1-5]\\d\\d)(?!\\d|[.,]\\d| ?(?:ms|bytes|B|s)\\b)';

/** Behind the words of a sentence a number can count anything: `failed for 200 items`, `[Errno 104]`, `order 404`. */
const NO_COUNT =
  '(?! (?:items?|rows?|records?|entries|messages?|events?|objects?|users?|orders?|jobs?|files?|times|retries|attempts?|tokens|seconds|minutes|lines)\\b)';

const PATTERNS: readonly RegExp[] = [
  new RegExp(`"${METHOD} ${ADDRESS} HTTP/[\\d.]{1,3}" ${STATUS}`),
  new RegExp(`\\b${METHOD} ${ADDRESS} "(?:HTTP/[\\d.]{1,3} )?${STATUS}`),
  new RegExp(`\\b${METHOD} ["']?${ADDRESS}["']?(?: HTTP/[\\d.]{1,3}"?)?[\\s|:=>,\\-]{1,8}${STATUS}${NO_COUNT}`),
];
/** A sentence about a request: of the numbers behind the address, one that a word or a sign introduces as a status. */
const SENTENCE = new RegExp(
  `\\b${METHOD} ["']?${ADDRESS}["']?[^\\n"'{]{0,80}?(?:\\b(?:[Ss]tatus(?: ?[Cc]ode)?|[Cc]ode|HTTP(?:/[\\d.]{1,3})?|[Rr]eturned|with|got|was|is|gave|sent|answered|[Rr]esponded|[Rr]esponse|received|[Ee]rror|[Ff]ailed|failure|completed|finished)(?: an?)?|\\s[-=]?>|:)[ :=]{1,3}\\(?${STATUS}(?!, ?['"])${NO_COUNT}`,
);
/** httpx and urllib3 log each answer that the SDKs of vendors get through them. */
const OF_CLIENT = /\bHTTP Request: |\burllib3\.connectionpool\b/;
const NAMES_ERROR = /\w(?:Error|Exception)\b/;
/** gin has the status before the request. */
const GIN = new RegExp(`\\| +${STATUS} \\|[^|]{1,40}\\|[^|]{1,60}\\| ${METHOD} +"?${ADDRESS}`);
const TIME = /^\W{0,3}(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d))/;

/** Null for a success; undefined: another format. */
export function readAccessLine(line: string): LoggedFailure | null | undefined {
  const gin = GIN.exec(line);
  const access = PATTERNS.map(pattern => pattern.exec(line)).find(match => match !== null);
  // An error goes on over lines, and says more there.
  const found = access ?? (NAMES_ERROR.test(line) ? null : SENTENCE.exec(line));
  const [method, target, status] = gin !== null ? [gin[2], gin[3], gin[1]] : (found?.slice(1) ?? []);
  if (status === undefined) return undefined;
  const isSentence = gin === null && access === undefined;
  if (failedStatus(status) === undefined) return isSentence && !isGood(status, line) ? undefined : null;
  return {
    format: 'access line',
    protocol: 'http',
    at: timeOf(TIME.exec(line)?.[1]),
    method: methodOf(method),
    target: target?.replace(/[:;]$/, ''),
    outcome: answered(new LoggedAnswer(Number(status), retryAfterIn(line))),
    isOfClient: OF_CLIENT.test(line) ? true : undefined,
    text: found === null || found === undefined ? undefined : line.slice(found.index + found[0].length),
  };
}

/** A number that a sentence calls a status is one of a success where nothing else in the sentence tells of a failure. */
const isGood = (status: string, line: string): boolean => !status.startsWith('1') && phraseIn(line) === null;

/** What `curl -w '%{http_code} %{time_total}'` prints: nothing but numbers, of which the first is a status. 000 is no answer. */
const WRITE_OUT = /^([45]\d\d|000)(?:[ \t,;]+\d+(?:\.\d+)?s?){0,8}$/;

export function readWriteOut(line: string): LoggedFailure | undefined {
  const status = WRITE_OUT.exec(line)?.[1];
  if (status === undefined) return undefined;
  const common = {format: 'access line', protocol: 'http'} as const;
  if (status === '000') return {...common, outcome: VAGUE, isVague: true};
  return {...common, outcome: answered(new LoggedAnswer(Number(status)))};
}

/** What curl's -v and wget print of one request over several lines, the redirects that it followed among them. */
export const beginsTranscript = (line: string): boolean => CURL_BEGINS.test(line) || WGET_BEGINS.test(line);

const CURL_BEGINS = /^(?:< HTTP\/[\d.]{1,3} [1-5]\d\d\b|\* {1,3}Trying [\d[]|\* Could not resolve )/;
const WGET_BEGINS = /^(?:--\d{4}-\d\d-\d\d \d\d:\d\d:\d\d-- {2}|ERROR: The certificate of |GnuTLS: |OpenSSL: )/;
const OF_CURL = /^(?:[*<>{}](?: |$)|curl: \(| *% Total| +Dload| *\d{1,3} +\d|\{")/;
const OF_WGET =
  /^(?:Resolving |Connecting to |Reusing |HTTP request sent|Location: |Length: |Saving to|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:ERROR \d{3}: |\()|No data received|Giving up|Retrying\.|ERROR: |GnuTLS: |OpenSSL: |Unable to establish|To connect to |wget: |failed: |\s*$|\s+\S)/;
/** wget goes on to another address, and curl to another request, of the same call. */
const WGET_FOLLOWS = /\[following\]\s*$/;
const CURL_FOLLOWS = '* Issue another request to this URL: ';
const CURL_ENDS =
  /^(?:curl: \(|\* Connection #\d{1,9} to host .* left intact|\* (?:Closing|closing|shutting down) connection)/m;

/** @param open The lines so far. */
export function continuesTranscript(open: readonly string[], line: string): boolean {
  if (WGET_BEGINS.test(open[0]!)) {
    const isNext = line.startsWith('--') && WGET_BEGINS.test(line);
    return isNext ? WGET_FOLLOWS.test(open.at(-1)!) : OF_WGET.test(line);
  }
  if (!OF_CURL.test(line)) return false;
  if (!line.startsWith('*   Trying') && !/^> [A-Z]{1,20} \S+ HTTP/.test(line)) return true;
  const text = open.join('\n');
  const behind = text.slice(Math.max(text.lastIndexOf(CURL_FOLLOWS), 0));
  return !CURL_ENDS.test(behind);
}

const REDIRECT = /^(?:< HTTP\/\S{1,8}|HTTP request sent, awaiting response\.\.\.) 30[12378]\b/m;

/** @param text All lines of it. Null for a success. */
export function readTranscript(text: string): LoggedFailure | null {
  const found = WGET_BEGINS.test(text) ? readWget(text) : readCurl(text);
  if (found === null) return null;
  return {
    format: 'access line',
    protocol: 'http',
    sentBefore: REDIRECT.test(text) ? AFTER_REDIRECT : undefined,
    ...found,
  };
}

type Found = Pick<LoggedFailure, 'method' | 'target' | 'outcome' | 'attempt' | 'keyed'>;

function readCurl(text: string): Found | null {
  const request =
    /^> (?!CONNECT )([A-Z]{1,20}) (\S{1,4096}) HTTP\/[\d.]{1,3}(?:\r?\n> (?!Host)[^\n]{0,500}){0,30}(?:\r?\n> Host: (\S{1,253}))?/im.exec(
      text,
    );
  const [, method, path, host] = request ?? [];
  const scheme = /^\* SSL connection using /m.test(text) ? 'https' : 'http';
  const target = host === undefined || path?.startsWith('/') === false ? path : `${scheme}://${host}${path}`;
  const last = text.slice(Math.max(text.lastIndexOf(CURL_FOLLOWS), 0));
  const answer = last.slice(Math.max(last.lastIndexOf('\n< HTTP/') + 1, last.startsWith('< HTTP/') ? 0 : -1, 0));
  const status = /^< HTTP\/\S{1,8} ([1-5]\d\d)/.exec(answer)?.[1];
  const outcome =
    failedStatus(status) === undefined ? broken(last, status !== undefined) : answerOf(Number(status), answer);
  const keyed = request === null ? undefined : /^> idempotency-key: {0,9}\S/im.test(text);
  return outcome === null ? null : {method: methodOf(method), target, outcome, keyed};
}

function answerOf(status: number, text: string): Outcome<LoggedAnswer> {
  const headers = [...text.matchAll(/^< ([\w-]{1,60}): (.{0,1024}?)\r?$/gm)].map(([, name, value]) => [name!, value!]);
  return answered(new LoggedAnswer(status, new LoggedHeaders(Object.fromEntries(headers))));
}

function readWget(text: string): Found | null {
  const target = /^--[^\n]{19,21}-- {2}(?:\(try: ?\d{1,4}\) {1,2})?(\S{1,4096})/.exec(text)?.[1];
  const attempt = attemptOf(/^--[^\n]{19,21}-- {2}\(try: ?(\d{1,4})\)/.exec(text)?.[1]);
  const last = text.slice(Math.max(text.lastIndexOf('\n--') + 1, 0));
  const status = /(?:awaiting response\.\.\.|\d ERROR) ([1-5]\d\d)\b/.exec(last)?.[1];
  const outcome =
    failedStatus(status) === undefined
      ? broken(last, status !== undefined)
      : answered(new LoggedAnswer(Number(status)));
  return outcome === null ? null : {target, attempt, outcome};
}

/** How the transport failed. Null where nothing says that it did. */
function broken(text: string, isAnswered: boolean): Outcome<LoggedAnswer> | null {
  const told = text.replaceAll(/^(?:[<>{}] |\* {1,3}Trying |--).*$/gm, '');
  const outcome = phraseIn(told)?.outcome ?? (/^curl: \((?!22\))/m.test(told) ? VAGUE : null);
  // Whatever ends a body, its server had the request.
  const mayBe: readonly (Outcome<never> | null)[] = [null, TIMED_OUT, RESET, CLOSED];
  const wasSent = isAnswered || /^> [A-Z]|^HTTP request sent/m.test(text);
  return wasSent && !mayBe.includes(outcome) ? (/timed out/.test(told) ? TIMED_OUT : CLOSED) : outcome;
}
