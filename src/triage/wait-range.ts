/** The range of the wait before a retry, by the engine's own arithmetic: its random numbers at their ends. */
import {Lru} from '../core/lru.ts';
import {backoffMs} from '../decide/backoff.ts';
import type {Classification} from '../decide/classification.ts';
import {type RetryWait, restartsBackoff, retryWait} from '../decide/retry-wait.ts';
import type {ServerHint} from '../decide/server-hint.ts';
import {type Distribution, decorrelatedDistribution} from '../math/decorrelated.ts';
import type {Backoff} from '../policy/types.ts';

/** In ms. */
export interface WaitRange {
  readonly minMs: number;
  readonly maxMs: number;
  readonly meanMs: number;
  /** Where the shortest wait comes from. */
  readonly source: RetryWait['waitSource'];
  /** How the range follows from the policy, in one clause. */
  readonly convention: string;
}

/** Points of a uniform distribution; the error of the mean is below a percent. */
const POINTS = 32;
/** Before this retry every backoff has reached its cap, or its last entry. */
const LAST_RETRY = 40;
/** The middle of each of `POINTS` equal parts. */
const CHANCES: readonly number[] = Array.from({length: POINTS}, (_, index) => (index + 0.5) / POINTS);

/** Ranges that are kept: a log has few of them, and a mean takes a thousand steps. */
const KEPT = 1000;

/** The ranges of a log, each computed once. */
export class WaitRanges {
  readonly #ranges = new Map<Backoff, Lru<string, WaitRange>>();

  range(backoff: Backoff, attempted: number, classification: Classification, hint: ServerHint | null): WaitRange {
    const attempt = restartsBackoff(hint) ? 1 : attempted;
    let ranges = this.#ranges.get(backoff);
    if (ranges === undefined) {
      ranges = new Lru(KEPT);
      this.#ranges.set(backoff, ranges);
    }
    const key = `${attempt} ${classification.throttled} ${classification.once} ${hint?.source} ${hint?.ms}`;
    const known = ranges.get(key);
    if (known !== undefined) return known;
    const made = waitRange(backoff, attempt, classification, hint);
    ranges.add(key, made);
    return made;
  }
}

/** @param attempt The attempt that failed: the wait is that before retry number `attempt`. */
export function waitRange(
  backoff: Backoff,
  attempt: number,
  classification: Classification,
  hint: ServerHint | null,
): WaitRange {
  const retry = Math.min(attempt, LAST_RETRY);
  const waitAt = (previousMs: number, ...chances: readonly number[]): RetryWait =>
    retryWait(backoff, retry, classification, hint, previousMs, inTurn(chances));
  const {throttled} = classification;
  const least = waitAt(previousAt(backoff, retry, throttled, 0), 0, 0);
  const highMs = previousAt(backoff, retry, throttled, 1);
  const maxMs = Math.max(waitAt(highMs, 1, 1).waitMs, waitAt(highMs, 0, 1).waitMs);
  const meanAfter = (previousMs: number): number =>
    CHANCES.reduce((sum, chance) => sum + waitAt(previousMs, chance, 0.5).waitMs, 0) / POINTS;
  const {at, mass} = previousWaits(backoff, retry, throttled);
  const meanMs = at.reduce((sum, previousMs, index) => sum + mass[index]! * meanAfter(previousMs), 0);
  return {
    minMs: rounded(least.waitMs),
    maxMs: rounded(maxMs),
    meanMs: rounded(meanMs),
    source: least.waitSource,
    convention: conventionOf(backoff, attempt, classification, hint),
  };
}

/** Only decorrelated jitter looks at the wait before. */
function previousAt(backoff: Backoff, retry: number, isThrottled: boolean, chance: number): number {
  if (backoff.jitter !== 'decorrelated') return 0;
  let previousMs = 0;
  for (let each = 1; each < retry; each++) previousMs = backoffMs(backoff, each, isThrottled, previousMs, () => chance);
  return previousMs;
}

function previousWaits(backoff: Backoff, retry: number, isThrottled: boolean): Distribution {
  if (backoff.jitter !== 'decorrelated' || retry === 1) return {at: [0], mass: [1]};
  const lowMs = backoffMs({...backoff, jitter: 'none'}, 1, isThrottled, 0, () => 0);
  const capMs = 'capMs' in backoff ? backoff.capMs : Number.MAX_SAFE_INTEGER;
  return decorrelatedDistribution(lowMs, capMs, retry - 1);
}

/** `c = min(20000, 200 * 2^(k-1)) = 400 ms after attempt k = 2, full jitter: 0 to c`. */
function conventionOf(backoff: Backoff, k: number, {once, throttled}: Classification, hint: ServerHint | null): string {
  if (once && hint === null) return 'once, at once';
  const asked =
    hint === null ? '' : `the longer of ${hint.source} (${rounded(hint.ms)} ms, plus up to 10 %) and the backoff: `;
  const base = 'baseMs' in backoff ? backoff.baseMs : 'delayMs' in backoff ? backoff.delayMs : 0;
  const from = throttled ? Math.max(base, backoff.throttledBaseMs) : base;
  const cap = 'capMs' in backoff ? backoff.capMs : Number.POSITIVE_INFINITY;
  switch (backoff.kind) {
    case 'exponential': {
      if (backoff.jitter === 'decorrelated')
        return `${asked}s(k) = min(${cap}, ${from} to 3 s(k-1)), s(0) = ${from} ms, after attempt k = ${k}`;
      const c = backoffMs({...backoff, jitter: 'none'}, Math.min(k, LAST_RETRY), throttled, 0, () => 0);
      return `${asked}c = min(${cap}, ${from} * ${backoff.factor}^(k-1)) = ${rounded(c)} ms after attempt k = ${k}, ${JITTER[backoff.jitter]}`;
    }
    case 'linear':
      return `${asked}c = min(${cap}, ${from} + ${backoff.stepMs} (k-1)) ms after attempt k = ${k}, ${JITTER[backoff.jitter]}`;
    case 'constant':
      return `${asked}c = ${from} ms after every attempt, ${JITTER[backoff.jitter]}`;
    case 'list':
      return `${asked}c = entry ${Math.min(k, backoff.delaysMs.length)} of delaysMs after attempt k = ${k}, ${JITTER[backoff.jitter]}`;
  }
}

const JITTER: Readonly<Record<Backoff['jitter'], string>> = {
  none: 'no jitter: c',
  full: 'full jitter: 0 to c',
  equal: 'equal jitter: c/2 to c',
  decorrelated: 'decorrelated jitter',
};

/** The chances of one wait, in the order in which they are drawn. */
function inTurn(chances: readonly number[]): () => number {
  let next = 0;
  return () => chances[next++] ?? 0.5;
}

/** To a tenth. */
const rounded = (ms: number): number => Math.round(ms * 10) / 10;
