/**
 * A record of a log under whatever names its writer gives to the facts: `statusCode`, `http.status_code`, `sc-status`, `httpRequest.status`. Names are
 * compared without case and punctuation, whole or by the end of their path.
 */
import {type Fields, failedStatus, isFields, wholeOf} from './fields.ts';

/** The names of one fact, in the order in which they count. */
type Names = readonly string[];

export const STATUS: Names = [
  'responsestatuscode',
  'httpresponsestatuscode',
  'httpstatuscode',
  'statuscode',
  'responsestatus',
  'httpstatus',
  'responsecode',
  'httpresponsecode',
  'httpcode',
  'scstatus',
  'elbstatuscode',
  'downstreamstatus',
  'edgeresponsestatus',
  'httprequeststatus',
  'resstatus',
  'respstatus',
  'respcode',
  'status',
  'originstatus',
  'upstreamstatus',
  'errorcode',
  'code',
];
export const GRPC: Names = [
  'grpcstatus',
  'grpcstatuscode',
  'grpccode',
  'rpcgrpcstatuscode',
  'rpcstatus',
  'statuscode',
  'status',
  'code',
];
export const METHOD: Names = [
  'requestmethod',
  'httprequestmethod',
  'httpmethod',
  'csmethod',
  'method',
  'verb',
  'reqmethod',
];
export const TARGET: Names = [
  'requesturl',
  'urlfull',
  'httpurl',
  'url',
  'endpoint',
  'requesturi',
  'uri',
  'requestpath',
  'urlpath',
  'path',
  'httptarget',
  'httppath',
  'csuristem',
  'target',
  'rawpath',
];
/** A whole request line, as nginx and Apache write it into JSON. */
export const REQUEST_LINE: Names = ['request', 'requestline', 'httprequest'];
/** What tells of the failure in words. */
export const ERROR: Names = [
  'error',
  'err',
  'exception',
  'errormessage',
  'errmsg',
  'errormsg',
  'exceptionmessage',
  'excinfo',
  'exctext',
  'stacktrace',
  'stack',
  'errorstack',
  'cause',
  'reason',
  'detail',
  'details',
  'errordetail',
  'errordescription',
  'failure',
  'message',
  'msg',
  'event',
  'log',
  'text',
  'textpayload',
  'description',
  'desc',
  'result',
  'outcome',
  'errormessages',
  'body',
];
export const BODY: Names = ['responsebody', 'errorbody', 'resbody', 'respbody'];
export const RETRY_AFTER: Names = ['retryafter', 'retryafterseconds', 'retryafters'];
export const ATTEMPT: Names = ['attempt', 'attemptnumber', 'attemptno', 'attemptcount', 'tries', 'try'];
/** Counted from 0. */
export const RETRIES: Names = ['retry', 'retries', 'retrycount', 'retryattempt', 'numretries'];
export const TIME: Names = [
  'time',
  'timestamp',
  'ts',
  'datetime',
  'startutc',
  'starttime',
  'eventtime',
  'date',
  'asctime',
  't',
];
export const TRACE: Names = ['traceid', 'trace', 'traceparent'];
export const KEY: Names = ['idempotencykey'];
/** How Envoy and HAProxy say in two letters how a request ended. */
export const FLAGS: Names = ['responseflags', 'responseflag'];
export const SESSION_STATE: Names = ['terminationstate', 'termstate', 'sessionstate', 'tsc'];

/** Shorter names are the end of too many others. */
const LONG_NAME = 8;
const DEEPEST = 4;
const MOST_FIELDS = 400;

type Entry = readonly [path: string, name: string, value: unknown];
const NONE: readonly Entry[] = [];

/** Every value of a record that is no object, by the plain name of its path. */
export class FlatRecord {
  readonly #values: readonly Entry[];
  /** By the whole path, and by its last name. */
  readonly #named = new Map<string, Entry[]>();
  /** How paths end, in `LONG_NAME` letters: few names are the end of one. */
  readonly #ends = new Set<string>();

  constructor(record: Fields) {
    const values: Entry[] = [];
    collect(record, '', 0, values);
    this.#values = values;
    for (const entry of values) {
      const [path, name] = entry;
      this.#ends.add(path.slice(-LONG_NAME));
      this.#index(path, entry);
      if (name !== path) this.#index(name, entry);
    }
  }

  /** The first of the names that has a value which passes; a whole path before the end of one. */
  find<T>(names: Names, read: (value: unknown) => T | undefined): T | undefined {
    for (const name of names)
      for (const [, , value] of this.#entriesOf(name)) {
        const found = read(value);
        if (found !== undefined) return found;
      }
    return undefined;
  }

  #entriesOf(name: string): readonly Entry[] {
    const named = this.#named.get(name);
    if (named !== undefined) return named.length === 1 ? named : [...named].sort(([a], [b]) => a.length - b.length);
    if (name.length < LONG_NAME || !this.#ends.has(name.slice(-LONG_NAME))) return NONE;
    return this.#values.filter(([path]) => path.endsWith(name));
  }

  #index(name: string, entry: Entry): void {
    const known = this.#named.get(name);
    if (known === undefined) this.#named.set(name, [entry]);
    else known.push(entry);
  }

  get status(): number | undefined {
    return this.find(STATUS, statusOf);
  }

  /** A status below 400: the record tells of a success. */
  get isSuccess(): boolean {
    return this.find(STATUS.slice(0, -2), value => (isGood(value) ? true : undefined)) === true;
  }

  /** The texts that can tell of a failure, in order. */
  *texts(): Generator<string> {
    for (const name of ERROR)
      for (const [path, last, value] of this.#values)
        if ((path === name || last === name) && typeof value === 'string' && value !== '') yield value;
  }

  /** Every text but addresses and agents, for a sign of a failure. */
  get words(): string {
    return this.#values
      .filter(
        ([path, , value]) => typeof value === 'string' && !/ur[li]$|path|agent|refer|host|query|header/.test(path),
      )
      .map(([, , value]) => value)
      .join('\n');
  }
}

function collect(record: Fields, before: string, depth: number, into: Entry[]): void {
  for (const [name, value] of Object.entries(record)) {
    if (into.length >= MOST_FIELDS) return;
    const last = canonical(name);
    const path = before + last;
    if (isFields(value)) {
      if (depth < DEEPEST) collect(value, path, depth + 1, into);
    } else if (Array.isArray(value)) {
      for (const each of value.slice(0, 3)) if (isFields(each) && depth < DEEPEST) collect(each, path, depth + 1, into);
      if (typeof value[0] === 'string') into.push([path, last, value[0]]);
    } else into.push([path, last, value]);
  }
}

/** The names of a log repeat in each line. */
const KEPT = 1000;
const known = new Map<string, string>();

/** `http.status_code`, `HTTP-StatusCode`: `httpstatuscode`. */
export function canonical(name: string): string {
  let plain = known.get(name);
  if (plain !== undefined) return plain;
  plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (known.size < KEPT && name.length < 100) known.set(name, plain);
  return plain;
}

/** `503`, `"503"`, `"503 Service Unavailable"`. */
const statusOf = (value: unknown): number | undefined =>
  failedStatus(typeof value === 'string' ? /^"?([45]\d\d)(?= [A-Z]|"|$)/.exec(value)?.[1] : value);

function isGood(value: unknown): boolean {
  const status = wholeOf(value);
  return status !== undefined && status >= 100 && status < 400;
}
