/** How long a retrier waits, put into the terms of a policy. */

import type {Span} from '../../source/tree.ts';
import {MOST_MS, type Retrier} from './retrier.ts';

/** The waits of a retrier, in seconds. */
export interface Waits {
  /** Before jitter: the first, and how each follows from the one before. Infinity as `capS` where nothing limits them. */
  readonly kind: 'none' | 'constant' | 'exponential' | 'linear' | 'list';
  readonly baseS: number;
  readonly factor: number;
  readonly stepS: number;
  readonly capS: number;
  /** Waits are at least so long. */
  readonly minS: number;
  readonly listS: readonly number[];
  /** How far each wait of the list may differ, where that is not the same for all. */
  readonly spreadsS?: readonly number[];
  /** `full`: from `minS` to the wait. A number: so many seconds at most are added, up to the cap. */
  readonly jitter: 'none' | 'full' | number;
  /** The beginning of a full jitter that does not begin at `minS`, or may not. */
  readonly jitterFrom?: 'zero' | 'unknown' | undefined;
  /** The places of the waits in the file; each by itself, where it is. */
  readonly at: Span;
  readonly baseAt?: Span | undefined;
  readonly capAt?: Span | undefined;
  readonly jitterAt?: Span | undefined;
}

export const NO_WAITS: Omit<Waits, 'at'> = {
  kind: 'none',
  baseS: 0,
  factor: 2,
  stepS: 0,
  capS: Infinity,
  minS: 0,
  listS: [],
  jitter: 'none',
};

/** The defaults of a library that does not wait. */
export const NO_WAIT = {kind: 'constant', delayMs: 0, throttledBaseMs: 0, jitter: 'none'} as const;

/** So many waits show what a schedule does. */
export const SHOWN = 10;

/** The n-th wait before jitter, from 1. */
export function waitS(waits: Waits, n: number): number {
  const {kind, baseS, factor, stepS, capS, minS, listS} = waits;
  switch (kind) {
    case 'none':
      return minS;
    case 'constant':
      return Math.max(minS, Math.min(baseS, capS));
    case 'exponential':
      return Math.max(minS, Math.min(baseS * factor ** (n - 1), capS));
    case 'linear':
      return Math.max(minS, Math.min(baseS + stepS * (n - 1), capS));
    case 'list':
      return Math.max(minS, listS[Math.min(n, listS.length) - 1] ?? 0);
  }
}

/** By how many seconds the n-th waits of two callers may differ. */
export function spreadS(waits: Waits, n: number): number {
  const {capS, jitter, jitterFrom, minS, spreadsS} = waits;
  const wait = waitS(waits, n);
  if (spreadsS !== undefined) return spreadsS[Math.min(n, spreadsS.length) - 1] ?? 0;
  if (jitter === 'none') return 0;
  if (jitter === 'full') return jitterFrom === 'zero' ? wait : wait - minS;
  // Before the least wait is.
  const longest = Math.min(capS, waitS({...waits, minS: 0}, n) + jitter);
  return Math.max(minS, longest) - wait;
}

/** A jitter that is a smaller part of the wait spreads retries, but not much: rules say nothing of it. */
const SPREAD = 0.2;
/** The first waits decide, since most calls get no further. */
const FIRST = [1, 2, 3] as const;

/** Undefined for a jitter that is neither none nor enough. */
function jitterOf(waits: Waits): 'none' | 'full' | undefined {
  const isSpread = isSpreadBy(waits);
  return waits.jitterFrom === 'unknown' && isSpread !== 'full' ? undefined : isSpread;
}

function isSpreadBy(waits: Waits): 'none' | 'full' | undefined {
  const waiting = FIRST.filter(n => waitS(waits, n) + spreadS(waits, n) > 0);
  if (waiting.length === 0) return waits.jitter === 'none' ? 'none' : 'full';
  if (waiting.every(n => spreadS(waits, n) === 0)) return 'none';
  return waiting.every(n => spreadS(waits, n) >= SPREAD * waitS(waits, n)) ? 'full' : undefined;
}

/** What a full jitter takes off, and another adds. */
export const meanS = (waits: Waits, n: number): number =>
  waitS(waits, n) + spreadS(waits, n) * (waits.jitter === 'full' ? -0.5 : 0.5);

/** How many attempts, each failing at once, begin within a time. */
export function attemptsWithin(waits: Waits, seconds: number): number {
  let atS = 0;
  let attempts = 0;
  while (atS <= seconds && attempts < MANY) {
    attempts++;
    atS += meanS(waits, attempts);
  }
  return attempts;
}

const MANY = 1000;

/**
 * Writes the waits into the policy of a retrier.
 *
 * @param attempts So many at most; undefined where that is not known.
 */
export function setWaits(retrier: Retrier, waits: Waits, attempts: number | undefined): void {
  const {at, capAt = at, jitterAt = at} = waits;
  // What no retry gets to is left out: where nothing limits the waits, the last one does.
  const retries = Math.max(1, Math.min((attempts ?? Infinity) - 1, SHOWN));
  const capS = waits.capS === Infinity ? waitS(waits, retries) : waits.capS;
  const jitter = jitterOf(waits);
  retrier.set('backoff.jitter', jitter, jitterAt);
  // No library waits longer because a server throttles.
  retrier.set('backoff.throttledBaseMs', 0, at);
  // A least wait above the first flattens the schedule, which only a list can say; so does one that shrinks.
  const isPlain = waits.minS <= waitS({...waits, minS: 0}, 1) && waits.factor >= 1 && waits.stepS >= 0;
  if (waits.kind === 'constant' || waits.kind === 'none') {
    retrier.set('backoff.kind', 'constant', at);
    // What is added counts, too.
    const addedS = jitter === 'full' && waits.jitter !== 'full' ? spreadS(waits, 1) : 0;
    retrier.set('backoff.delayMs', (waitS(waits, 1) + addedS) * 1000, at);
  } else if (waits.kind === 'exponential' && isPlain) {
    retrier.set('backoff.kind', 'exponential', at);
    retrier.set('backoff.baseMs', waits.baseS * 1000, waits.baseAt ?? at);
    retrier.set('backoff.factor', waits.factor, at);
    retrier.set('backoff.capMs', capS * 1000, capAt);
  } else if (waits.kind === 'linear' && isPlain) {
    retrier.set('backoff.kind', 'linear', at);
    retrier.set('backoff.baseMs', waits.baseS * 1000, at);
    retrier.set('backoff.stepMs', waits.stepS * 1000, at);
    retrier.set('backoff.capMs', capS * 1000, capAt);
  } else {
    const delaysMs = Array.from({length: retries}, (_, index) =>
      Math.min(Math.round(waitS(waits, index + 1) * 1000), MOST_MS),
    );
    retrier.set('backoff.kind', 'list', at);
    retrier.set('backoff.delaysMs', delaysMs, at);
  }
}
