/** Waits that were worked out one by one, put into the terms of a policy. */

import type {Span} from '../../source/tree.ts';
import type {Retrier} from './retrier.ts';
import {NO_WAITS, SHOWN, setWaits, type Waits} from './waits.ts';

/** A wait: from the shortest to the longest, in seconds. */
export interface WaitRange {
  readonly lo: number;
  readonly hi: number;
}

/** One way in which a hand-written loop fails, as far as its waits go. */
export interface TimedTrial {
  /** Infinity for a loop without an end; undefined where it is not known. */
  readonly attempts: number | undefined;
  readonly waits: readonly (WaitRange | undefined)[];
  /** Whether something on the way may wait that is no sleep. */
  readonly mayWait: boolean;
}

/**
 * Writes the waits, where all ways to fail wait in the same way.
 *
 * @param isCertain Whether the loop surely goes over the network, so that it matters that it does not wait at all.
 */
export function setSchedule(retrier: Retrier, trials: readonly TimedTrial[], isCertain: boolean, at: Span): void {
  const schedules = trials.map(({waits, attempts}) =>
    waitsOfRanges(waits.slice(0, Math.min(SHOWN, attempts === undefined ? SHOWN : attempts - 1)), at),
  );
  const [first] = schedules;
  const isKnown =
    first !== undefined &&
    schedules.every(each => each !== undefined && isAlike(each, first)) &&
    (first.kind !== 'none' || (isCertain && trials.every(({mayWait, attempts}) => !mayWait && attempts !== 2)));
  if (!isKnown) return retrier.unknown('backoff', at);
  const most = Math.max(...trials.map(({attempts}) => attempts ?? Infinity));
  setWaits(retrier, first, most);
  // One retry after a pause is no storm.
  if (most === 2) retrier.unknown('backoff.jitter', at);
}

const isAlike = (a: Waits, b: Waits): boolean =>
  a.kind === b.kind &&
  a.jitter === b.jitter &&
  a.baseS === b.baseS &&
  a.factor === b.factor &&
  a.stepS === b.stepS &&
  String(a.listS) === String(b.listS);

/** A random part spreads retries where it is at least a fifth of the wait. */
const SPREAD = 0.2;

/** Undefined where one of them is not known, or where a random part is too small to tell. */
export function waitsOfRanges(ranges: readonly (WaitRange | undefined)[], at: Span): Waits | undefined {
  const known = ranges.filter(wait => wait !== undefined);
  if (known.length < ranges.length || known.length === 0) return undefined;
  if (known.every(({hi}) => hi <= 0)) return {...NO_WAITS, at};
  const isRandom = known.some(({lo, hi}) => hi > lo);
  if (isRandom && !known.slice(0, 3).every(({lo, hi}) => hi === 0 || hi - lo >= SPREAD * lo)) return undefined;
  return {...shaped(known.map(({hi}) => Math.max(0, hi))), jitter: isRandom ? 'full' : 'none', at};
}

function shaped(listS: readonly number[]): Omit<Waits, 'at'> {
  const [first = 0, second = first] = listS;
  const last = listS.at(-1)!;
  const capS = listS.length > 2 && last === listS.at(-2) && last !== first ? last : Infinity;
  const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
  if (listS.every(wait => isClose(wait, first))) return {...NO_WAITS, kind: 'constant', baseS: first};
  const factor = second / first;
  if (first > 0 && factor > 1 && listS.every((wait, n) => isClose(wait, Math.min(first * factor ** n, capS))))
    return {...NO_WAITS, kind: 'exponential', baseS: first, factor, capS};
  const stepS = second - first;
  if (stepS > 0 && listS.every((wait, n) => isClose(wait, Math.min(first + stepS * n, capS))))
    return {...NO_WAITS, kind: 'linear', baseS: first, stepS, capS};
  return {...NO_WAITS, kind: 'list', listS};
}
