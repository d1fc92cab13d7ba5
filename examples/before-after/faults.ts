/**
 * The weather: what meets each arrival of a call at the server.
 *
 * A pure function of seed, call and arrival number, so that every client meets the same fate on the same call, however
 * often and whenever it sends. Knows nothing of sockets.
 */
import {chance} from './chance.ts';

export type Fate = What & {
  /** How long the server takes. A hang takes for ever. */
  readonly afterMs: number;
};

type What =
  | {readonly kind: 'answer'}
  /** An error answer. `worked`: the order was charged before things went wrong. */
  | {readonly kind: 'status'; readonly status: 500 | 503; readonly worked: boolean}
  /** 429 with the server's word on when to come back. */
  | {readonly kind: 'throttled'; readonly hint: Hint}
  /** The connection is reset. */
  | {readonly kind: 'reset'; readonly worked: boolean}
  /** No answer, until the client gives up. */
  | {readonly kind: 'hang'; readonly worked: boolean};

/** The three headers in which a server sends a wait. */
export type Hint = 'retry-after-ms' | 'seconds' | 'date';

/** Values and how likely each is. The shares sum to 1. */
type Shares<T> = readonly (readonly [share: number, value: T])[];

/** How many arrivals in a row fail. The last line is an outage that outlives everyone's patience. */
const runsOfFailures: Shares<number> = [
  [0.77, 0],
  [0.185, 1],
  [0.04, 2],
  [0.005, Number.POSITIVE_INFINITY],
];

const failures: Shares<What> = [
  [0.15, {kind: 'status', status: 503, worked: false}],
  [0.15, {kind: 'status', status: 503, worked: true}],
  [0.08, {kind: 'status', status: 500, worked: false}],
  [0.08, {kind: 'status', status: 500, worked: true}],
  [0.09, {kind: 'throttled', hint: 'retry-after-ms'}],
  [0.04, {kind: 'throttled', hint: 'seconds'}],
  [0.01, {kind: 'throttled', hint: 'date'}],
  [0.14, {kind: 'reset', worked: false}],
  [0.16, {kind: 'reset', worked: true}],
  [0.05, {kind: 'hang', worked: false}],
  [0.05, {kind: 'hang', worked: true}],
];

const slowRatio = 0.02;

/** @param arrival 1 for the first time this call reaches the server. */
export function fateOf(seed: number, callId: string, arrival: number): Fate {
  const afterMs = 4 + Math.floor(16 * chance(seed, callId, arrival, 'latency'));
  const failing = failingArrivals(seed, callId);
  if (arrival > failing) return {kind: 'answer', afterMs: afterMs + slowTail(seed, callId, arrival)};
  // The outage never does the work: no client can save these calls, but no order is charged for them either.
  if (failing === Number.POSITIVE_INFINITY) return {kind: 'status', status: 503, worked: false, afterMs};
  return {...pick(failures, chance(seed, callId, arrival, 'failure')), afterMs};
}

/** How many arrivals of this call fail before one succeeds: 0, 1, 2 or, in an outage, all. */
export function failingArrivals(seed: number, callId: string): number {
  return pick(runsOfFailures, chance(seed, callId, 'failing'));
}

function slowTail(seed: number, callId: string, arrival: number): number {
  if (chance(seed, callId, arrival, 'slow') >= slowRatio) return 0;
  return 150 + Math.floor(150 * chance(seed, callId, arrival, 'how slow'));
}

/** The value whose share of [0, 1) the number falls into. */
function pick<T>(shares: Shares<T>, number: number): T {
  let left = number;
  for (const [share, value] of shares) {
    if (left < share) return value;
    left -= share;
  }
  return shares.at(-1)![1]; // Rounding may leave a crumb above the last share.
}
