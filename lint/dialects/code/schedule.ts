/** Waits that were worked out one by one, put into the terms of a policy. */

import type {Span} from '../../source/tree.ts';
import {NO_WAITS, type Waits} from './waits.ts';

/** A wait: from the shortest to the longest, in seconds. */
export interface WaitRange {
  readonly lo: number;
  readonly hi: number;
}

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
