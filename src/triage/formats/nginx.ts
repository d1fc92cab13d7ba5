/** The logs of nginx: lines of text in the formats that it has by default. Apache, Traefik and others write the combined format too. */
import {answered, failed, type Outcome} from '../../core/outcome.ts';
import {LoggedAnswer, type LoggedFailure, type Reading} from '../failure.ts';
import {failedStatus, methodOf, timeOf} from '../fields.ts';
import * as transport from '../transport.ts';

const COMBINED =
  /^(\S+) \S+ .{1,100}? ?\[([^\]]{10,40})\] "([A-Z]{1,20}) (\S{1,4096})[^"]{0,20}" (\d{3}) (?:\d+|-)(.*)$/;
/** `502, 200`: an entry for each server that was asked; a colon stands where the request went to another group of servers. */
const UPSTREAMS = /(?:^|[\s"'=:])((?:\d{3}|-)(?:(?:, | : )(?:\d{3}|-)){1,20})(?=$|["'\s])/;

/** nginx's combined format, with any fields behind it, among them `$upstream_status`. Undefined: another format. */
export function readNginxAccess(line: string): Reading | undefined {
  const found = COMBINED.exec(line);
  // HAProxy's own form of the combined format has two empty fields, and knows more.
  if (found === null || found[6]!.startsWith(' "" "" ')) return undefined;
  const [, , time, method, path, status, rest] = found;
  const proxyTries = UPSTREAMS.exec(rest!)?.[1]?.split(/, | : /).length;
  const outcome = status === '499' ? failed('aborted', undefined) : answerOf(status!);
  if (outcome === null) return proxyTries === undefined ? null : {recoveredAfterTries: proxyTries};
  const common = {format: 'nginx access log', protocol: 'http', at: accessTime(time!)} as const;
  return {...common, method: methodOf(method), target: path, outcome, proxyTries};
}

const answerOf = (status: string): Outcome<LoggedAnswer> | null =>
  failedStatus(status) === undefined ? null : answered(new LoggedAnswer(Number(status)));

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `24/Nov/2026:10:15:02 +0000`. */
export function accessTime(text: string): number | undefined {
  const found = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/.exec(text);
  if (found === null) return undefined;
  const [, day, month, year, time, hours, minutes] = found;
  const number = String(MONTHS.indexOf(month!) + 1).padStart(2, '0');
  return timeOf(`${year}-${number}-${day}T${time}${hours}:${minutes}`);
}

/** The time may be cut off, and syslog may write its own before it. */
const ERROR_LOG = /^([^[]{0,200})\[(?:debug|info|notice|warn|error|crit|alert|emerg)\] \d+#\d+: (.*)$/;
const ERROR_TIME = /(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d) $/;
/** The message alone, as people quote it. */
const BARE_ERROR = /^(?:\*\d+ )?(?:upstream |connect\(\) |recv\(\) |no live |limiting ).{1,400}, client: /;

/** What nginx says of a server behind it, and what that is in the words of Node. */
const UPSTREAM_ERRORS: readonly (readonly [message: RegExp, outcome: Outcome<LoggedAnswer>])[] = [
  [/^no live upstreams\b/, transport.REFUSED],
  [/^upstream timed out .*while (?:connecting to upstream|SSL handshaking)/, transport.CONNECT_TIMEOUT],
  [/^upstream timed out\b/, transport.TIMED_OUT],
  [/^connect\(\) (?:to \S+ )?failed \(113:/, transport.UNREACHABLE],
  [/^connect\(\) (?:to \S+ )?failed\b/, transport.REFUSED],
  [/\(104: Connection reset by peer\).*upstream/, transport.RESET],
  [/^upstream prematurely closed connection\b/, transport.CLOSED],
  [/^\S+ could not be resolved/, transport.NO_NAME],
  [/^limiting (?:requests|connections)\b/, answered(new LoggedAnswer(429))],
];

/** Undefined: another format. */
export function readNginxError(line: string): LoggedFailure | null | undefined {
  const found = ERROR_LOG.exec(line) ?? (BARE_ERROR.test(line) ? ['', '', line] : null);
  if (found === null) return undefined;
  const [, before, text] = found;
  const [, year, month, day, time] = ERROR_TIME.exec(before!) ?? [];
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
    at: year === undefined ? undefined : timeOf(`${year}-${month}-${day}T${time}Z`),
    method: methodOf(request?.[1]),
    target: path !== undefined && host !== undefined ? `http://${host}${path}` : path,
    outcome,
    // The limiter of nginx has no accounts.
    body: outcome.kind === 'response' ? '' : undefined,
  };
}
