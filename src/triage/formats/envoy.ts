/** Access logs of Envoy: its default format and Istio's as text, and as JSON. */
import {answered, failed, type Outcome, type Sent} from '../../core/outcome.ts';
import {EARLIER_TRIES, LoggedAnswer, type LoggedFailure, LoggedHeaders} from '../failure.ts';
import {type Fields, failedStatus, firstText, methodOf, textOf, timeOf, wholeOf} from '../fields.ts';
import * as transport from '../transport.ts';

const ENVOY = /^\[(\d{4}-\d\d-\d\dT[\d:.]+Z)\] "([A-Z]{1,20}) (\S{1,4096}) [^"]{1,20}" (\d{1,3}) (\S{1,40})(.*)$/;

interface Flag {
  readonly sent?: Sent;
  readonly headers?: Readonly<Record<string, string>>;
  readonly outcome?: Outcome<never>;
  /** How it failed where no status of a failure was sent: in TCP, or behind the headers of the answer. */
  readonly broken?: Outcome<never>;
  /** Envoy itself has retried as often as it may. */
  readonly isRetried?: true;
}

/** @see Envoy, access log, %RESPONSE_FLAGS% and %RESPONSE_FLAGS_LONG% */
const FLAGS: Readonly<Record<string, Flag>> = {
  UF: {sent: 'not-sent', broken: transport.NO_CONNECTION},
  UH: {sent: 'not-sent', broken: transport.NO_CONNECTION},
  NC: {sent: 'not-sent', broken: transport.NO_CONNECTION},
  UO: {sent: 'not-sent', headers: {'x-envoy-overloaded': 'true'}, broken: transport.NO_CONNECTION},
  UT: {broken: transport.TIMED_OUT},
  SI: {broken: transport.TIMED_OUT},
  UC: {broken: transport.CLOSED},
  UR: {broken: transport.RESET},
  LR: {broken: transport.RESET},
  RL: {sent: 'not-processed', headers: {'x-envoy-ratelimited': 'true'}},
  DC: {outcome: failed('aborted', undefined)},
  URX: {isRetried: true},
};
const LONG_NAMES: Readonly<Record<string, string>> = {
  UpstreamConnectionFailure: 'UF',
  NoHealthyUpstream: 'UH',
  NoClusterFound: 'NC',
  UpstreamOverflow: 'UO',
  RateLimited: 'RL',
  DownstreamConnectionTermination: 'DC',
  UpstreamRequestTimeout: 'UT',
  StreamIdleTimeout: 'SI',
  UpstreamConnectionTermination: 'UC',
  UpstreamRemoteReset: 'UR',
  LocalReset: 'LR',
  UpstreamRetryLimitExceeded: 'URX',
};

/** Envoy's default format; Istio adds fields behind the flags. Undefined: another format. */
export function readEnvoy(line: string): LoggedFailure | null | undefined {
  const found = ENVOY.exec(line);
  if (found === null) return undefined;
  const [, time, method, path, status, words, rest] = found;
  const quoted = [...rest!.matchAll(/"([^"]*)"/g)].map(([, text]) => text!);
  const details = rest!.split('"', 1)[0]!;
  return readingOf(words!, Number(status), {time, method, path, authority: quoted.at(-2), details});
}

/** Envoy calls its flags so, whatever else a mesh writes. */
export const isEnvoyRecord = (record: Fields): boolean => 'response_flags' in record && 'response_code' in record;

export function readEnvoyRecord(record: Fields): LoggedFailure | null {
  const {response_flags: words, response_code: status, start_time: time, method} = record;
  const path = firstText(record.path, record['x-envoy-original-path']);
  const [authority, details] = [textOf(record.authority), textOf(record.response_code_details) ?? ''];
  return readingOf(String(words), wholeOf(status) ?? 0, {time, method, path, authority, details});
}

interface Request {
  readonly time: unknown;
  readonly method: unknown;
  readonly path: string | undefined;
  readonly authority: string | undefined;
  /** How the response came about. */
  readonly details: string;
}

/** `%RESPONSE_CODE_DETAILS%` of a connection that was open, whatever the flags say. */
const WAS_OPEN = /after_response_started|connection_termination|remote_reset/;

function readingOf(
  words: string,
  status: number,
  {time, method, path, authority, details}: Request,
): LoggedFailure | null {
  const known = flagsIn(words);
  const outcome = outcomeOf(known, status);
  if (outcome === null) return null;
  const isRetried = known.some(flag => flag.isRetried);
  const isHost = authority !== undefined && /^[\w.:-]{1,253}$/.test(authority) && authority !== '-';
  return {
    format: 'Envoy access log',
    protocol: 'http',
    at: timeOf(time),
    method: methodOf(method),
    target: isHost && path !== undefined ? `http://${authority}${path}` : path,
    outcome,
    sent: WAS_OPEN.test(details) ? undefined : known.find(each => each.sent !== undefined)?.sent,
    // In TCP nothing is sent before there is a connection.
    sentBefore: isRetried && outcome.kind === 'response' ? EARLIER_TRIES : undefined,
    // How often is not logged: two tries at least.
    proxyTries: isRetried ? 2 : undefined,
  };
}

function flagsIn(words: string): readonly Flag[] {
  return words
    .split(',')
    .map(word => LONG_NAMES[word] ?? word)
    .filter(word => Object.hasOwn(FLAGS, word))
    .map(word => FLAGS[word]!);
}

/** Null for a success. */
const outcomeOf = (flags: readonly Flag[], status: number): Outcome<LoggedAnswer> | null =>
  flags.find(({outcome}) => outcome !== undefined)?.outcome ??
  answerOf(status, flags) ??
  flags.find(({broken}) => broken !== undefined)?.broken ??
  null;

/** The flags in a log of a format of its own. Null where they tell of no failure. */
export const outcomeOfFlags = (words: string, status: number): Outcome<LoggedAnswer> | null =>
  outcomeOf(flagsIn(words), status);

function answerOf(status: number, flags: readonly Flag[]): Outcome<LoggedAnswer> | null {
  if (failedStatus(status) === undefined) return null;
  const headers = Object.assign({}, ...flags.map(flag => flag.headers));
  return answered(new LoggedAnswer(status, new LoggedHeaders(headers)));
}
