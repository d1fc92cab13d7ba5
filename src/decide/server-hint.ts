/**
 * How long the server asks the client to wait.
 *
 * The headers are read in a fixed order, from the most exact to the least. Malformed values are ignored: a hint is never 0 or NaN because
 * of one.
 */
import type {ResponseHeaders} from '../core/outcome.ts';
import {parseHttpDate} from './http-date.ts';
import {rateLimitResetMs} from './rate-limit.ts';

/**
 * Where a hint was found. `pushback` and `retry-info` are gRPC's (grpc-hint.ts); `retry-info`, `estimated-time` and `message` are read in the
 * bodies of errors (error-body.ts).
 */
export type HintSource =
  | 'retry-after-ms'
  | 'retry-after'
  | 'rate-limit'
  | 'pushback'
  | 'retry-info'
  | 'estimated-time'
  | 'message';

/** The wait that a server asks for. */
export interface ServerHint {
  /** In ms. Finite, but not bounded: `retryAfter.maxMs` is the bound. */
  readonly ms: number;
  /** Where the hint was found. */
  readonly source: HintSource;
}

/** Not in RFCs, but finer than seconds: OpenAI's and Azure's. */
const MILLISECOND_HEADERS = ['retry-after-ms', 'x-ms-retry-after-ms'];
const DECIMAL = /^\d+(\.\d+)?$/;

/**
 * @param wall The current wall time, for dates. The `Date` of the response is preferred, because it comes from the same clock as the hint.
 * @returns Null if no header can be understood.
 * @see RFC 9110 §10.2.3
 */
export function serverHint(status: number, headers: ResponseHeaders, wall: number): ServerHint | null {
  for (const name of MILLISECOND_HEADERS) {
    const value = headers.get(name)?.trim() ?? '';
    if (DECIMAL.test(value)) return hint(Number(value), 'retry-after-ms');
  }
  const serverNow = serverTime(headers, wall);
  const retryAfter = headers.get('retry-after');
  const ms = retryAfter === null ? undefined : retryAfterMs(retryAfter.trim(), serverNow);
  if (ms !== undefined) return hint(ms, 'retry-after');
  const resetMs = rateLimitResetMs(status, headers, serverNow);
  return resetMs === undefined ? null : hint(resetMs, 'rate-limit');
}

// Four hundred digits are a number too, and no reason to come back at once; Infinity would be none in JSON.
const hint = (ms: number, source: HintSource): ServerHint => ({ms: Math.min(ms, Number.MAX_SAFE_INTEGER), source});

/**
 * Seconds, or an HTTP-date; a date in the past means now. RFC 9110 knows whole seconds only. Servers send fractions too, and the
 * SDKs of OpenAI and Anthropic read them.
 */
function retryAfterMs(value: string, serverNow: number): number | undefined {
  if (DECIMAL.test(value)) return Number(value) * 1000;
  const at = parseHttpDate(value, serverNow);
  return at === undefined ? undefined : Math.max(0, at - serverNow);
}

/** The time by the clock of the server, if the response has a `Date`. */
export function serverTime(headers: ResponseHeaders, wall: number): number {
  const date = headers.get('date');
  return (date === null ? undefined : parseHttpDate(date.trim(), wall)) ?? wall;
}
