/** The logs of nginx: lines of text in the formats that it has by default. Apache, Traefik and others write the combined format too. */
import {answered, failed, type Outcome} from '../../core/outcome.ts';
import {EARLIER_TRIES, LoggedAnswer, type LoggedFailure, type Reading} from '../failure.ts';
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
  const sentBefore = (proxyTries ?? 1) > 1 ? EARLIER_TRIES : undefined;
  return {...common, method: methodOf(method), target: path, outcome, proxyTries, sentBefore};
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
  [/^peer closed connection in SSL handshake\b.*upstream/, transport.NO_TLS],
  [/^SSL_do_handshake\(\) failed\b.*to upstream/, transport.TLS_FAILED],
  [/^upstream SSL certificate does not match\b/, transport.WRONG_HOST],
  [/^upstream SSL certificate\b/, transport.UNVERIFIED],
  [/\(104: Connection reset by peer\).*upstream/, transport.RESET],
  [/^upstream prematurely closed connection\b/, transport.CLOSED],
  [/^(?:recv|send|readv|writev|sendfile|SSL_read|SSL_write)\(\) failed\b.*upstream/, transport.CLOSED],
  [/^(?:\S+ could not be resolved|host not found in upstream)\b/, transport.NO_NAME],
  // The server answered, and nginx could not use the answer.
  [/^upstream sent\b/, answered(new LoggedAnswer(502))],
  [/^upstream server temporarily disabled while (?:connecting|SSL handshaking)/, transport.NO_CONNECTION],
  [/^upstream server temporarily disabled\b/, transport.CLOSED],
  [/^limiting (?:requests|connections)\b/, answered(new LoggedAnswer(429))],
  [/^client intended to send too large (?:chunked )?body\b/, answered(new LoggedAnswer(413))],
];
/** nginx lost the connection of the client, and asked no other server for that. */
const OF_CLIENT = /\bwhile (?:sending to client|reading client|proxying and (?:sending to|reading from) client)/;
/** Nothing was sent to the server of this line. Of servers that answered before, nginx logs nothing here: 5xx is retried by configuration only. */
const NOT_SENT: ReadonlySet<Outcome<LoggedAnswer>> = new Set([
  transport.REFUSED,
  transport.UNREACHABLE,
  transport.CONNECT_TIMEOUT,
  transport.NO_TLS,
  transport.NO_NAME,
  transport.NO_CONNECTION,
]);
const NO_ANSWER_BEFORE = 'answers of other servers (none assumed: proxy_next_upstream http_5xx)';

/** One failed try of a request. */
export interface NginxTry {
  readonly failure: LoggedFailure;
  /** The connection and the request. */
  readonly request: string;
  /** The server that was asked; undefined where none was. */
  readonly server: string | undefined;
  readonly isUnsent: boolean;
  /** The line follows that of the failure, and says what nginx did about it. */
  readonly isRemark: boolean;
}

/** Null for a line without an upstream server; undefined: another format, or a failure behind nginx in words that are not known. */
export function readNginxError(line: string): NginxTry | 'unread' | null | undefined {
  const found = ERROR_LOG.exec(line) ?? (BARE_ERROR.test(line) ? ['', '', line] : null);
  if (found === null) return undefined;
  const [, before, text] = found;
  const [, year, month, day, time] = ERROR_TIME.exec(before!) ?? [];
  const connection = CONNECTION.exec(line)?.[0] ?? '';
  const message = text!.replace(/^\*\d+ /, '');
  const [told] = message.split(', client: ', 1);
  const outcome = OF_CLIENT.test(told!) ? undefined : UPSTREAM_ERRORS.find(([pattern]) => pattern.test(message))?.[1];
  if (outcome === undefined)
    return /\bupstream\b/.test(told!) && /\[(?:error|crit|alert)\] /.test(line) ? 'unread' : null;
  const [requestLine, method, path] = /, request: "([A-Z]{1,20}) (\S{1,4096})/.exec(message) ?? [];
  const host = /, host: "([^"\s]{1,253})"/.exec(message)?.[1];
  const isUnsent = NOT_SENT.has(outcome);
  return {
    request: `${connection}${requestLine}`,
    server: connection === '' ? undefined : /, upstream: "([^"\s]{1,4096})"/.exec(message)?.[1],
    isUnsent,
    isRemark: told!.startsWith('upstream server temporarily disabled'),
    failure: {
      format: 'nginx error log',
      protocol: 'http',
      // Local time of the server: taken for UTC, as servers should be set.
      at: year === undefined ? undefined : timeOf(`${year}-${month}-${day}T${time}Z`),
      method: methodOf(method),
      target: path !== undefined && host !== undefined ? `http://${host}${path}` : path,
      outcome,
      // What nginx itself answers has no account behind it.
      body: outcome.kind === 'response' ? '' : undefined,
      doubt: isUnsent && !told!.startsWith('no live') ? NO_ANSWER_BEFORE : undefined,
    },
  };
}

const CONNECTION = /\d#\d+: \*\d+ /;

interface OpenRequest {
  /** The try that decides: one that may have been acted on, else the last one. */
  decisive: NginxTry;
  readonly line: number;
  readonly servers: Set<string>;
}

/**
 * Requests for which nginx asked one server after another: a line for each try, between the lines of other requests. The request fails once, and
 * a try that a server may have acted on decides, whatever became of the tries after it.
 */
export class NginxRequests {
  readonly #open = new Map<string, OpenRequest>();
  readonly #give: (failure: LoggedFailure, line: number) => void;

  constructor(give: (failure: LoggedFailure, line: number) => void) {
    this.#give = give;
  }

  add(each: NginxTry, line: number): void {
    const {request, server} = each;
    const open = this.#open.get(request);
    if (each.isRemark && open !== undefined) return;
    // A server is asked once for a request: a second line of it is about the next request of that connection.
    if (open !== undefined && server !== undefined && !open.servers.has(server)) {
      open.servers.add(server);
      if (!each.isUnsent || open.decisive.isUnsent) open.decisive = each;
      return;
    }
    if (open !== undefined) this.#close(request, open);
    if (server === undefined) return this.#give(each.failure, line);
    this.#open.set(request, {decisive: each, line, servers: new Set([server])});
    if (this.#open.size > MOST_OPEN) this.#close(...this.#open.entries().next().value!);
  }

  end(): void {
    for (const [request, open] of this.#open) this.#close(request, open);
  }

  #close(request: string, {decisive, line, servers}: OpenRequest): void {
    this.#open.delete(request);
    this.#give({...decisive.failure, proxyTries: servers.size > 1 ? servers.size : undefined}, line);
  }
}

/** Requests whose next try is waited for. */
const MOST_OPEN = 256;
