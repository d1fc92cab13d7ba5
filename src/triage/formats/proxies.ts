/** The logs of nginx and Envoy: lines of text in the formats that they have by default. */
import {answered, failed, type Outcome, type Sent} from '../../core/outcome.ts';
import {LoggedAnswer, type LoggedFailure, LoggedHeaders, type Reading} from '../failure.ts';
import {failedStatus, methodOf, timeOf} from '../fields.ts';

const COMBINED =
  /^(\S+) \S+ .{1,100}? ?\[([^\]]{10,40})\] "([A-Z]{1,20}) (\S{1,4096})[^"]{0,20}" (\d{3}) (?:\d+|-)(.*)$/;
/** `502, 200`: an entry for each server that was asked; a colon stands where the request went to another group of servers. */
const UPSTREAMS = /(?:^|[\s"'=:])((?:\d{3}|-)(?:(?:, | : )(?:\d{3}|-)){1,20})(?=$|["'\s])/;

/** nginx's combined format, with any fields behind it, among them `$upstream_status`. Undefined: another format. */
export function readNginxAccess(line: string): Reading | undefined {
  const found = COMBINED.exec(line);
  if (found === null) return undefined;
  const [, , time, method, path, status, rest] = found;
  const proxyTries = UPSTREAMS.exec(rest!)?.[1]?.split(/, | : /).length;
  const outcome = status === '499' ? failed('aborted', undefined) : answerOf(status!);
  if (outcome === null) return proxyTries === undefined ? null : {recoveredAfterTries: proxyTries};
  const common = {format: 'nginx access log', protocol: 'http', at: nginxTime(time!)} as const;
  return {...common, method: methodOf(method), target: path, outcome, proxyTries};
}

const answerOf = (status: string): Outcome<LoggedAnswer> | null =>
  failedStatus(status) === undefined ? null : answered(new LoggedAnswer(Number(status)));

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `24/Nov/2026:10:15:02 +0000`. */
function nginxTime(text: string): number | undefined {
  const found = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/.exec(text);
  if (found === null) return undefined;
  const [, day, month, year, time, hours, minutes] = found;
  const number = String(MONTHS.indexOf(month!) + 1).padStart(2, '0');
  return timeOf(`${year}-${number}-${day}T${time}${hours}:${minutes}`);
}

const ERROR_LOG = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d) \[\w+\] \d+#\d+: (.*)$/;

/** What nginx says of a server behind it, and what that is in the words of Node. */
const UPSTREAM_ERRORS: readonly (readonly [message: RegExp, outcome: Outcome<LoggedAnswer>])[] = [
  [/^no live upstreams\b/, failed('network', {code: 'ECONNREFUSED', syscall: 'connect', message: ''})],
  [
    /^upstream timed out .*while connecting to upstream/,
    failed('network', {code: 'ETIMEDOUT', syscall: 'connect', message: ''}),
  ],
  [
    /^upstream timed out .*while SSL handshaking/,
    failed('network', {code: 'ETIMEDOUT', syscall: 'connect', message: ''}),
  ],
  [/^upstream timed out\b/, failed('attempt-timeout', undefined)],
  [/^connect\(\) failed \(111:/, failed('network', {code: 'ECONNREFUSED', syscall: 'connect', message: ''})],
  [/^connect\(\) failed \(113:/, failed('network', {code: 'EHOSTUNREACH', syscall: 'connect', message: ''})],
  [/^connect\(\) failed\b/, failed('network', {code: 'ECONNREFUSED', syscall: 'connect', message: ''})],
  [
    /\(104: Connection reset by peer\).*upstream/,
    failed('network', {code: 'ECONNRESET', syscall: 'read', message: ''}),
  ],
  [/^upstream prematurely closed connection\b/, failed('network', {code: 'UND_ERR_SOCKET', message: ''})],
  [/^limiting (?:requests|connections)\b/, answered(new LoggedAnswer(429))],
];

/** Undefined: another format. */
export function readNginxError(line: string): LoggedFailure | null | undefined {
  const found = ERROR_LOG.exec(line);
  if (found === null) return undefined;
  const [, year, month, day, time, text] = found;
  const message = text!.replace(/^\*\d+ /, '');
  const outcome = UPSTREAM_ERRORS.find(([pattern]) => pattern.test(message))?.[1];
  if (outcome === undefined) return null;
  const request = /, request: "([A-Z]{1,20}) (\S{1,4096})/.exec(message);
  const host = /, host: "([^"\s]{1,253})"/.exec(message)?.[1];
  const path = request?.[2];
  return {
    format: 'nginx error log',
    protocol: 'http',
    // Local time of the server: taken for UTC, as servers should be set.
    at: timeOf(`${year}-${month}-${day}T${time}Z`),
    method: methodOf(request?.[1]),
    target: path !== undefined && host !== undefined ? `http://${host}${path}` : path,
    outcome,
  };
}

const ENVOY = /^\[(\d{4}-\d\d-\d\dT[\d:.]+Z)\] "([A-Z]{1,20}) (\S{1,4096}) [^"]{1,20}" (\d{1,3}) (\S{1,40})(.*)$/;

interface Flag {
  readonly sent?: Sent;
  readonly headers?: Readonly<Record<string, string>>;
  readonly outcome?: Outcome<never>;
  /** Envoy itself has retried as often as it may. */
  readonly isRetried?: true;
}

/** @see Envoy, access log, %RESPONSE_FLAGS% */
const FLAGS: Readonly<Record<string, Flag>> = {
  UF: {sent: 'not-sent'},
  UH: {sent: 'not-sent'},
  NC: {sent: 'not-sent'},
  UO: {sent: 'not-sent', headers: {'x-envoy-overloaded': 'true'}},
  RL: {sent: 'not-processed', headers: {'x-envoy-ratelimited': 'true'}},
  DC: {outcome: failed('aborted', undefined)},
  URX: {isRetried: true},
};

/** Envoy's default format; Istio adds fields behind the flags. Undefined: another format. */
export function readEnvoy(line: string): LoggedFailure | null | undefined {
  const found = ENVOY.exec(line);
  if (found === null) return undefined;
  const [, time, method, path, status, words, rest] = found;
  const flags = words!.split(',').filter(word => Object.hasOwn(FLAGS, word));
  const known = flags.map(word => FLAGS[word]!);
  const outcome = known.find(each => each.outcome !== undefined)?.outcome ?? envoyAnswer(status!, known);
  if (outcome === null) return null;
  const quoted = [...rest!.matchAll(/"([^"]*)"/g)].map(([, text]) => text!);
  const authority = quoted.at(-2);
  const isHost = authority !== undefined && /^[\w.:-]{1,253}$/.test(authority) && authority !== '-';
  return {
    format: 'Envoy access log',
    protocol: 'http',
    at: timeOf(time),
    method: methodOf(method),
    target: isHost ? `http://${authority}${path}` : path,
    outcome,
    sent: known.find(each => each.sent !== undefined)?.sent,
    // How often is not logged: two tries at least.
    proxyTries: known.some(({isRetried}) => isRetried) ? 2 : undefined,
  };
}

function envoyAnswer(status: string, flags: readonly Flag[]): Outcome<LoggedAnswer> | null {
  if (failedStatus(status) === undefined) return null;
  const headers = Object.assign({}, ...flags.map(flag => flag.headers));
  return answered(new LoggedAnswer(Number(status), new LoggedHeaders(headers)));
}
