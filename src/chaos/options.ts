/** The options of a fault server, checked. */
import {SteadfetchError} from '../core/errors.ts';
import {systemClock} from '../core/system-clock.ts';
import type {Clock} from '../core/timer.ts';

export interface FaultServerOptions {
  /** Port to listen on; further endpoints of the scenario listen on those that follow. Default: 0, any free ports. */
  readonly port?: number;
  /** Address to listen on. Default: `127.0.0.1`. An address that other machines may reach needs `exposed`. */
  readonly host?: string;
  /** States that other machines may reach the server, which answers everyone. Default: false. */
  readonly exposed?: boolean;
  /** Seed of the random numbers. With the same seed, outages come at the same times as in the simulation. Default: that of the scenario, or 155. */
  readonly seed?: number;
  /** When the time of the scenario begins, by which faults, outages and quotas go. Default: `first-request`. */
  readonly timeFrom?: 'first-request' | 'start';
  /** A JSON value: the body of each success that is not an event stream. Default: a chat completion at such a path, else `{"ok": true}`. */
  readonly body?: unknown;
  /** How long the body of a success takes after its headers, in ms: it comes in ten parts. Default: as the scenario says. */
  readonly bodyMs?: number;
  /** Bytes of its body that each response sends in a second. Default: no limit. */
  readonly bandwidth?: number;
  /** Bytes of bodies that the server, or each endpoint, sends in a second, shared by the responses in turns. Default: no limit. */
  readonly totalBandwidth?: number;
  /** Time of the service. With a `VirtualClock`, responses come when the test moves the time. Default: real time. */
  readonly clock?: Clock;
}

export interface CheckedOptions {
  readonly port: number;
  readonly host: string;
  /** Undefined: that of the scenario. */
  readonly seed: number | undefined;
  readonly timeFrom: 'first-request' | 'start';
  /** JSON; undefined: that of the server. */
  readonly body: string | undefined;
  /** Undefined: as the scenario says. */
  readonly bodyMs: number | undefined;
  /** Undefined: no limit. */
  readonly bandwidth: number | undefined;
  /** Undefined: no limit. */
  readonly totalBandwidth: number | undefined;
  readonly clock: Clock;
}

/** @throws SteadfetchError of code FAULT_SERVER for the first wrong option. */
export function checkedOptions({
  port = 0,
  host = '127.0.0.1',
  exposed = false,
  seed,
  timeFrom = 'first-request',
  body,
  bodyMs,
  bandwidth,
  totalBandwidth,
  clock = systemClock,
}: FaultServerOptions): CheckedOptions {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    refuse(`port must be a whole number from 0 to 65535, got ${port}`);
  if (bodyMs !== undefined && !(bodyMs >= 0 && bodyMs < Number.POSITIVE_INFINITY))
    refuse(`bodyMs must be a finite number of at least 0, got ${bodyMs}`);
  for (const [name, value] of Object.entries({bandwidth, totalBandwidth}))
    if (value !== undefined && !(value > 0 && value < Number.POSITIVE_INFINITY))
      refuse(`${name} must be a number above 0, got ${value}`);
  if (!exposed && !isLoopback(host))
    refuse(`${host} lets other machines reach the server, which answers everyone; set exposed: true if they may`);
  return {port, host, seed, timeFrom, body: jsonOf(body), bodyMs, bandwidth, totalBandwidth, clock};
}

/** Whether only this machine reaches the address. @see RFC 1122 §3.2.1.3, RFC 4291 §2.5.3, RFC 6761 §6.3 */
export const isLoopback = (host: string): boolean => /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/i.test(host);

/**
 * The ports of several services, one after the other; 0 stays 0.
 *
 * @throws SteadfetchError of code FAULT_SERVER where there are too few.
 */
export function portsFrom(first: number, count: number): readonly number[] {
  const last = first + count - 1;
  if (last > 65_535) refuse(`its ${count} endpoints need the ports ${first} to ${last}, and 65535 is the last`);
  return Array.from({length: count}, (_, index) => (first === 0 ? 0 : first + index));
}

function jsonOf(body: unknown): string | undefined {
  if (body === undefined) return undefined;
  const json: string | undefined = JSON.stringify(body);
  if (json === undefined) refuse('body must be a value that JSON can hold');
  return json;
}

function refuse(reason: string): never {
  throw new SteadfetchError('FAULT_SERVER', `The fault server cannot start: ${reason}.`);
}
