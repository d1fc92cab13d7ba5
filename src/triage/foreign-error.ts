/** Errors of other languages than JavaScript, and sentences without an error: what their text says of the failure. */
import {answered} from '../core/outcome.ts';
import {EARLIER_TRIES, type ErrorReading, LoggedAnswer, LoggedHeaders} from './failure.ts';
import {readGrpcText} from './formats/grpc-text.ts';
import {phraseIn, vaguePhraseIn} from './phrases.ts';
import {statusByName, statusInText} from './status-text.ts';
import {bodyWithin, factsIn, statusByWords} from './text-facts.ts';
import {TIMED_OUT} from './transport.ts';

/** `An error occurred (ThrottlingException) when calling the Converse operation`; `<Code>SlowDown</Code>` in the body of an answer. */
const BOTO = /\bAn error occurred \((\w{1,100})\) when calling\b|<Code>(\w{3,100})<\/Code>/;
/** What AWS names a failure of the server; every other name is one of the client (status 400). @see AWS, common errors */
const AWS_SERVER: Readonly<Record<string, number>> = {
  InternalFailure: 500,
  InternalError: 500,
  InternalServerError: 500,
  ServiceUnavailable: 503,
  SlowDown: 503,
};
/** The request did not arrive in time, for which AWS sends 400 too. @see Amazon S3, error responses */
export const UNRECEIVED: RegExp = /^RequestTimeout(?:Exception)?$/;
/** As a header, as a field, as Python and Go print the headers of an answer: `'Retry-After': '5'`, `Retry-After:[5]`. */
const RETRY_AFTER =
  /\bretry[-_ ]after['"]?\s{0,2}[:=]\s{0,2}['"[]{0,2}(?:(\d{1,9}(?:\.\d{1,3})?)s?\b|((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT))/i;

/** The wait that a text shows the server to have asked for; no headers without one. */
export function retryAfterIn(text: string): LoggedHeaders {
  const [, seconds, date] = RETRY_AFTER.exec(text) ?? [];
  const value = seconds ?? date;
  return value === undefined ? LoggedHeaders.NONE : new LoggedHeaders({'retry-after': value});
}

/**
 * What the whole text says, where it names no code of Node.
 *
 * @param isError The text is that of an error, so that its words count where it names no status. A sentence can hold any word.
 */
export function readForeignText(text: string, isError: boolean): ErrorReading | null {
  const told = withoutFrames(text);
  const certain =
    readProxied(told) ??
    readGrant(told) ??
    readGrpcText(told) ??
    readBoto(told) ??
    (OWN_NUMBER.test(told) ? readPhrase(told) : null) ??
    readStatus(told) ??
    readPhrase(told);
  if (certain !== null) return certain;
  const facts = factsIn(told);
  const assumed = statusByName(told) ?? (facts === null ? undefined : statusByWords(facts, isError));
  if (assumed !== undefined) return {...answerOf(assumed, told), doubt: `status (${assumed} assumed)`};
  const vague = isError ? vaguePhraseIn(told) : null;
  return vague === null ? null : {protocol: 'http', ...vague};
}

/** Before what Node's errors are taken for: how the transport failed, in words that say more. */
export function readPhrase(text: string): ErrorReading | null {
  const phrase = phraseIn(withoutFrames(text));
  return phrase === null ? null : {protocol: 'http', ...phrase};
}

/** Traefik and Envoy name their own answer, and then how the server behind it failed, which says more. */
const PROXIED =
  /^.{0,200}'5\d\d [A-Z][\w -]{2,40}' caused by: (.*)$|(\breset reason: .*|upstream_reset_before_response_started\{.*)$/m;

function readProxied(text: string): ErrorReading | null {
  const [, ofTraefik, ofEnvoy] = PROXIED.exec(text) ?? [];
  const cause = ofTraefik ?? ofEnvoy;
  const found = cause === undefined ? null : readPhrase(cause);
  return found !== null && /\bretried and the latest reset reason/.test(text)
    ? {...found, sentBefore: EARLIER_TRIES}
    : found;
}

/** aiohttp gives 400 to an answer that it cannot read, or that broke off. */
const OWN_NUMBER =
  /\b(?:ContentLength|TransferEncoding|ContentEncoding)Error: 400\b|: 400, message=.{0,20}(?:Bad status line|Invalid character in chunk size|Not enough data for satisfy)/;

/** OAuth refused the credentials, whatever status the client made of it. @see RFC 6749 §5.2 */
const readGrant = (text: string): ErrorReading | null =>
  /\binvalid_(?:grant|client)\b/.test(text) ? answerOf(400, text) : null;

function readStatus(text: string): ErrorReading | null {
  const status = statusInText(text);
  return status === undefined ? null : answerOf(status, text);
}

function readBoto(text: string): ErrorReading | null {
  const [, called, printed] = BOTO.exec(text) ?? [];
  const name = called ?? printed;
  if (name === undefined) return null;
  if (UNRECEIVED.test(name)) return {protocol: 'http', outcome: TIMED_OUT, text};
  if (/^[45]\d\d$/.test(name)) return answerOf(Number(name), text);
  const body = {code: name, message: text};
  const facts = factsIn(text);
  const known =
    AWS_SERVER[name] ?? (facts === null ? undefined : statusByWords({...facts, codes: [name], message: ''}, false));
  const status = known ?? 400;
  return {...answerOf(status, text), body, ...(known === undefined && {doubt: 'status (400 assumed)'})};
}

function answerOf(status: number, text: string): ErrorReading {
  const outcome = answered(new LoggedAnswer(status, retryAfterIn(text)));
  return {protocol: 'http', outcome, body: bodyWithin(text), text};
}

/** got prints with each error which codes it would retry. */
const RETRIED_CODES = /\berrorCodes['"]?: ?\[[^\]]{0,2000}\]/g;
/** got and ky print with each error how they would retry: its `limit: 0` is no quota. */
const RETRY_OPTIONS = /\bretry: ?\{[^{}]{0,4000}\}/g;

/** The frames of a stack name functions and files, and Python's show code. */
export function withoutFrames(text: string): string {
  const told = text
    .replaceAll(/^[ \t]+at .*$/gm, '')
    .replaceAll(RETRY_OPTIONS, '')
    .replaceAll(RETRIED_CODES, '');
  return told.includes('Traceback (most recent call last)') ? told.replaceAll(/^ {2,}.*$/gm, '') : told;
}
