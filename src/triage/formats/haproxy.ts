/**
 * Logs of HAProxy: `option httplog`, also with fields behind it, and `option tcplog`.
 *
 * @see HAProxy configuration manual, "Log formats" and "Session state at disconnection"
 */
import {answered, type Outcome, type Sent} from '../../core/outcome.ts';
import {EARLIER_TRIES, LoggedAnswer, type LoggedFailure, type Reading} from '../failure.ts';
import {failedStatus, methodOf} from '../fields.ts';
import * as transport from '../transport.ts';
import {accessTime} from './nginx.ts';

const HTTP =
  /\[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d)[.\d]* ?([+-]\d{4})?\] \S{1,99} (\S{1,99})\/(\S{1,99}) (-?\d+)\/(-?\d+)\/(-?\d+)\/(-?\d+)\/\+?(-?\d+) (-?\d{1,3}) \+?\d+ \S{1,200} \S{1,200} (\S{4}) \d+\/\d+\/\d+\/\d+\/\+?(\d+) \d+\/\d+ .{0,4096}?"(?:([A-Z]{1,20}) (\S{1,4096})|<BADREQ>)/;
const TCP =
  /\[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d)[.\d]* ?([+-]\d{4})?\] \S{1,99} (\S{1,99})\/(\S{1,99}) (-?\d+)\/(-?\d+)\/\+?(-?\d+) \+?(\d+) (\S\S) \d+\/\d+\/\d+\/\d+\/\+?(\d+) \d+\/\d+/;

/** `option httplog clf`: the combined format, and behind it the names, the times and the state. */
const CLF =
  /\[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d)[.\d]* ?([+-]\d{4})?\] "(?:([A-Z]{1,20}) (\S{1,4096})|<BADREQ>)[^"]{0,20}" (-?\d{1,3}) \d+ "" "" \d+ \d+ "[^"]{1,99}" "[^"]{1,99}" "([^"]{1,99})" -?\d+ -?\d+ (-?\d+) -?\d+ \+?-?\d+ (\S{4}) \d+ \d+ \d+ \d+ \+?(\d+) /;

interface Session {
  readonly time: string | undefined;
  readonly zone: string | undefined;
  readonly server: string | undefined;
  readonly connectMs: string | undefined;
  readonly status: string | undefined;
  readonly state: string | undefined;
  readonly retries: string | undefined;
  readonly method: string | undefined;
  readonly path: string | undefined;
}

/** Undefined: another format. */
export function readHaproxy(line: string): Reading | undefined {
  const session = sessionIn(line);
  return session === null ? readTcp(line) : readSession(session);
}

function sessionIn(line: string): Session | null {
  const found = HTTP.exec(line);
  if (found !== null) {
    const [, time, zone, , server, , , connectMs, , , status, state, retries, method, path] = found;
    return {time, zone, server, connectMs, status, state, retries, method, path};
  }
  const clf = line.includes('"" ""') ? CLF.exec(line) : null;
  if (clf === null) return null;
  const [, time, zone, method, path, status, server, connectMs, state, retries] = clf;
  return {time, zone, server, connectMs, status, state, retries, method, path};
}

function readSession({time, zone, server, connectMs, status, state, retries, method, path}: Session): Reading {
  const tries = Number(retries) + 1;
  const outcome = httpOutcome(Number(status), state!);
  if (outcome === null) return tries > 1 ? {recoveredAfterTries: tries} : null;
  const isOwn = /^(?:P[^HD]|R)/.test(state!);
  return {
    format: 'HAProxy log',
    protocol: 'http',
    at: accessTime(`${time} ${zone ?? '+0000'}`),
    method: methodOf(method),
    target: path,
    outcome,
    sent: sentOf(state!, server!, connectMs!),
    // Of a redispatched request, or under `retry-on`, a server before the last one may have read it.
    sentBefore: tries > 1 ? EARLIER_TRIES : undefined,
    // What the proxy itself refuses, it refuses by its own rules: there is no account behind them.
    body: isOwn ? '' : undefined,
    proxyTries: tries > 1 ? tries : undefined,
  };
}

/** How a JSON log of its own format names `%ts` or `%tsc`. Undefined: no state of a session, or of one that ended well. */
export function outcomeOfState(state: string, status: number): Outcome<LoggedAnswer> | null {
  return /^[CcSsPRLDIKUi-][CRQHDLT-](?:[\w-]{2})?$/.test(state) ? httpOutcome(status, state) : null;
}

/** The first letter says who ended the session, the second in which state it was. */
function httpOutcome(status: number, state: string): Outcome<LoggedAnswer> | null {
  // HAProxy before 2.5 logs a 503 where the client left before a server was connected.
  if (state[0] === 'C' && (failedStatus(status) === undefined || /^C[CHQR]/.test(state))) return transport.ABORTED;
  if (failedStatus(status) !== undefined) return answered(new LoggedAnswer(status));
  // The status went out already, and the body broke off.
  if (/^S[DL]/.test(state)) return transport.CLOSED;
  if (/^s[DL]/.test(state)) return transport.TIMED_OUT;
  // The client stopped reading. A connection that was upgraded ends so, too.
  return /^cD/.test(state) && status !== 101 ? transport.ABORTED : null;
}

/** Known where no server was connected, and where a rule of the proxy refused the request. In `PH` and `PD` it refused the answer of the server. */
function sentOf(state: string, server: string, connectMs: string): Sent | undefined {
  if (/^P[RT]/.test(state) || (state[0] === 'P' && server === '<NOSRV>')) return 'not-processed';
  return (server === '<NOSRV>' || connectMs === '-1') && /^[SsRI]/.test(state) ? 'not-sent' : undefined;
}

function readTcp(line: string): LoggedFailure | null | undefined {
  const found = TCP.exec(line);
  if (found === null) return undefined;
  const [, time, zone, , , , connectMs, , , state, retries] = found;
  const outcome = tcpOutcome(state!, connectMs === '-1');
  if (outcome === null) return null;
  const tries = Number(retries) + 1;
  return {
    format: 'HAProxy log',
    protocol: 'http',
    at: accessTime(`${time} ${zone ?? '+0000'}`),
    outcome,
    proxyTries: tries > 1 ? tries : undefined,
  };
}

function tcpOutcome(state: string, isUnconnected: boolean): Outcome<never> | null {
  if (state[0] === 'C' || state[0] === 'c') return state[0] === 'C' ? transport.ABORTED : null;
  if (isUnconnected && /^[SsRI]/.test(state)) return state === 'sC' ? transport.CONNECT_TIMEOUT : transport.REFUSED;
  if (state[0] === 'S') return transport.RESET;
  return state[0] === 's' ? transport.TIMED_OUT : null;
}
