/**
 * Lines of servers and clients that name the request and the status in plain text: uvicorn, werkzeug, gin, morgan, urllib3, httpx, curl's -v and -w,
 * and programs that print the like.
 */
import {answered} from '../../core/outcome.ts';
import {LoggedAnswer, type LoggedFailure, LoggedHeaders} from '../failure.ts';
import {failedStatus, methodOf, timeOf} from '../fields.ts';
import {phraseIn} from '../phrases.ts';
import {VAGUE} from '../transport.ts';

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
    outcome: answered(new LoggedAnswer(Number(status))),
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

/** `< HTTP/1.1 503 Service Unavailable`, with the headers on the lines below. */
export const isVerboseCurl = (line: string): boolean => /^< HTTP\/[\d.]{1,3} [1-5]\d\d\b/.test(line);

/** @param text All lines that begin with `<`. Null for a success. */
export function readVerboseCurl(text: string): LoggedFailure | null {
  const status = failedStatus(/^< HTTP\/\S+ (\d{3})/.exec(text)?.[1]);
  if (status === undefined) return null;
  const headers = [...text.matchAll(/^< ([\w-]{1,60}): (.{0,1024}?)\r?$/gm)].map(([, name, value]) => [name!, value!]);
  return {
    format: 'access line',
    protocol: 'http',
    outcome: answered(new LoggedAnswer(status, new LoggedHeaders(Object.fromEntries(headers)))),
  };
}
