/** The waits of a loop, put into the terms of a policy. */

import type {Span} from '../../../source/tree.ts';
import type {Retrier} from '../retrier.ts';
import {NO_WAITS, setWaits, type Waits} from '../waits.ts';
import type {Trial} from './trial.ts';
import type {Range} from './values.ts';

/** So many waits show what a schedule does. */
const SHOWN = 10;

/** A random part spreads retries where it is at least a fifth of the wait. */
const SPREAD = 0.2;

/**
 * Writes the waits, where all ways to fail wait in the same way.
 *
 * @param isCertain Whether the loop surely goes over the network, so that it matters that it does not wait at all.
 */
export function readSchedule(retrier: Retrier, trials: readonly Trial[], isCertain: boolean, shown: Span): void {
  const sleep = trials.flatMap(({sleeps}) => sleeps)[0];
  const at: Span = sleep === undefined ? shown : {start: sleep.from, end: sleep.to};
  const schedules = trials.map(waitsOf);
  const [first] = schedules;
  const isKnown =
    first !== undefined &&
    schedules.every(each => each !== undefined && isAlike(each, first)) &&
    (first.kind !== 'none' || (isCertain && trials.every(({mayWait, attempts}) => !mayWait && attempts !== 2)));
  if (!isKnown) {
    retrier.unknown('backoff', at);
    return;
  }
  const most = Math.max(...trials.map(({attempts}) => attempts ?? Infinity));
  setWaits(retrier, {...first, at}, most);
  // One retry after a pause is no storm.
  if (most === 2) retrier.unknown('backoff.jitter', at);
}

const isAlike = (a: Omit<Waits, 'at'>, b: Omit<Waits, 'at'>): boolean =>
  a.kind === b.kind &&
  a.jitter === b.jitter &&
  a.baseS === b.baseS &&
  a.factor === b.factor &&
  a.stepS === b.stepS &&
  String(a.listS) === String(b.listS);

function waitsOf({waits, attempts}: Trial): Omit<Waits, 'at'> | undefined {
  const most = Math.min(SHOWN, attempts === undefined ? SHOWN : attempts - 1);
  const shown = waits.slice(0, most);
  const known = shown.filter(wait => wait !== undefined);
  if (known.length < shown.length || known.length === 0) return undefined;
  if (known.every(({hi}) => hi === 0)) return NO_WAITS;
  const isRandom = known.some(({lo, hi}) => hi > lo);
  // A random part that is too small to tell is no equal wait.
  if (isRandom && !known.slice(0, 3).every(spreads)) return undefined;
  return {...shaped(known.map(({hi}) => hi)), jitter: isRandom ? 'full' : 'none'};
}

const spreads = ({lo, hi}: Range): boolean => hi === 0 || hi - lo >= SPREAD * lo;

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
