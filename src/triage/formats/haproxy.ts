/**
 * Logs of HAProxy: `option httplog`, also with fields behind it, and `option tcplog`.
 *
 * @see HAProxy configuration manual, "Log formats" and "Session state at disconnection"
 */
import {answered, type Outcome, type Sent} from '../../core/outcome.ts';
import {LoggedAnswer, type LoggedFailure, type Reading} from '../failure.ts';
import {failedStatus, methodOf} from '../fields.ts';
import * as transport from '../transport.ts';
import {accessTime} from './nginx.ts';

const HTTP =
  /\[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d)[.\d]* ?([+-]\d{4})?\] \S{1,99} (\S{1,99})\/(\S{1,99}) (-?\d+)\/(-?\d+)\/(-?\d+)\/(-?\d+)\/\+?(-?\d+) (-?\d{1,3}) \+?\d+ \S{1,200} \S{1,200} (\S{4}) \d+\/\d+\/\d+\/\d+\/\+?(\d+) \d+\/\d+ .{0,4096}?"(?:([A-Z]{1,20}) (\S{1,4096})|<BADREQ>)/;
const TCP =
  /\[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d)[.\d]* ?([+-]\d{4})?\] \S{1,99} (\S{1,99})\/(\S{1,99}) (-?\d+)\/(-?\d+)\/\+?(-?\d+) \+?(\d+) (\S\S) \d+\/\d+\/\d+\/\d+\/\+?(\d+) \d+\/\d+/;

/** Undefined: another format. */
export function readHaproxy(line: string): Reading | undefined {
  const found = HTTP.exec(line);
  if (found === null) return readTcp(line);
  const [, time, zone, , server, , , connectMs, , , status, state, retries, method, path] = found;
  const tries = Number(retries) + 1;
  const outcome = httpOutcome(Number(status), state!);
  if (outcome === null) return tries > 1 ? {recoveredAfterTries: tries} : null;
  const isOwn = state![0] === 'P' || state![0] === 'R';
  return {
    format: 'HAProxy log',
    protocol: 'http',
    at: accessTime(`${time} ${zone ?? '+0000'}`),
    method: methodOf(method),
    target: path,
    outcome,
    sent: sentOf(state!, server!, connectMs!),
    // What the proxy itself refuses, it refuses by its own rules: there is no account behind them.
    body: isOwn ? '' : undefined,
    proxyTries: tries > 1 ? tries : undefined,
  };
}

/** The first letter says who ended the session, the second in which state it was. */
function httpOutcome(status: number, state: string): Outcome<LoggedAnswer> | null {
  if (state[0] === 'C' && failedStatus(status) === undefined) return transport.ABORTED;
  if (failedStatus(status) !== undefined) return answered(new LoggedAnswer(status));
  // The status went out already, and the body broke off.
  if (/^S[DL]/.test(state)) return transport.CLOSED;
  return /^s[DL]/.test(state) ? transport.TIMED_OUT : null;
}

/** Known where no server was connected. */
function sentOf(state: string, server: string, connectMs: string): Sent | undefined {
  if (state[0] === 'P') return 'not-processed';
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
