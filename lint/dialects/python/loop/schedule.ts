/** The waits of a loop, put into the terms of a policy. */

import type {Span} from '../../../source/tree.ts';
import type {Retrier} from '../../code/retrier.ts';
import {waitsOfRanges} from '../../code/schedule.ts';
import {setWaits, type Waits} from '../../code/waits.ts';
import type {Trial} from './trial.ts';

/** So many waits show what a schedule does. */
const SHOWN = 10;

/**
 * Writes the waits, where all ways to fail wait in the same way.
 *
 * @param isCertain Whether the loop surely goes over the network, so that it matters that it does not wait at all.
 */
export function readSchedule(retrier: Retrier, trials: readonly Trial[], isCertain: boolean, shown: Span): void {
  const sleep = trials.flatMap(({sleeps}) => sleeps)[0];
  const at: Span = sleep === undefined ? shown : {start: sleep.from, end: sleep.to};
  const schedules = trials.map(trial => waitsOf(trial, at));
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

function waitsOf({waits, attempts}: Trial, at: Span): Waits | undefined {
  const most = Math.min(SHOWN, attempts === undefined ? SHOWN : attempts - 1);
  return waitsOfRanges(waits.slice(0, most), at);
}
