/** How long a call has waited in all before each of its attempts: the sum of its waits, as masses on a grid of time. */

import type {Backoff} from '../../src/policy/types.ts';
import {type Law, nextWaits} from './decorrelated.ts';
import {decorrelatedBounds, longestMs, shortestMs} from './schedule.ts';

/** Masses at 0, step, 2 · step … milliseconds. Masses past the end are left out. */
export interface Waited {
  readonly stepMs: number;
  readonly mass: Float64Array;
}

const CELLS = 500;
/** Places that are kept of the wait before, which a decorrelated wait depends on. */
const PLACES = 32;

/**
 * The law of the time waited before attempt 1, 2, … `attempts`.
 *
 * A mass between two points of the grid is shared by them in proportion, so means are exact.
 *
 * @param horizonMs Past this nothing is of interest: the deadline.
 */
export function waitedBefore(backoff: Backoff, attempts: number, throttled: boolean, horizonMs: number): Waited[] {
  let longest = 0;
  for (let retry = 1; retry < attempts; retry++) longest += longestMs(backoff, retry, throttled);
  const endMs = Math.max(Math.min(longest, horizonMs), 1);
  const stepMs = endMs / CELLS;
  // Masses that are shared by two points reach one cell further with every wait.
  const first = new Float64Array(CELLS + 1 + attempts);
  first[0] = 1;
  return backoff.jitter === 'decorrelated'
    ? chained(backoff, attempts, throttled, {stepMs, mass: first})
    : summed(backoff, attempts, throttled, {stepMs, mass: first});
}

/** Waits that do not depend on each other: each one is added by itself. */
function summed(backoff: Backoff, attempts: number, throttled: boolean, start: Waited): Waited[] {
  const found = [start];
  for (let retry = 1; retry < attempts; retry++) {
    const {stepMs, mass} = found.at(-1)!;
    const kernel = uniform(shortestMs(backoff, retry, throttled), longestMs(backoff, retry, throttled), stepMs);
    found.push({stepMs, mass: convolve(mass, kernel)});
  }
  return found;
}

/** Waits that each depend on the one before: the sum is carried along for each place the last wait may have had. */
function chained(backoff: Backoff, attempts: number, throttled: boolean, start: Waited): Waited[] {
  const {lowMs, capMs} = decorrelatedBounds(backoff, throttled);
  const {stepMs} = start;
  const found = [start];
  let last: Law = {at: [lowMs], mass: [1]};
  let sums = [start.mass];
  for (let retry = 1; retry < attempts; retry++) {
    const next = nextWaits(last, lowMs, capMs, retry, PLACES);
    sums = next.at.map((waitMs, place) => {
      const before = new Float64Array(start.mass.length);
      for (const [index, sum] of sums.entries()) addTo(before, sum, next.from[index]![place]!);
      return convolve(before, uniform(waitMs, waitMs, stepMs));
    });
    last = {at: next.at, mass: next.at.map(() => 0)};
    const mass = new Float64Array(start.mass.length);
    for (const sum of sums) addTo(mass, sum, 1);
    found.push({stepMs, mass});
  }
  return found;
}

interface Kernel {
  /** Cells before the first mass. */
  readonly offset: number;
  readonly mass: readonly number[];
}

/** A wait that is uniform between two bounds, on the grid: each point takes the masses around it, the nearer the more. */
function uniform(lowMs: number, highMs: number, stepMs: number): Kernel {
  const low = lowMs / stepMs;
  const high = highMs / stepMs;
  const offset = Math.floor(low);
  // Past the end of the grid: not needed, and too large to loop over.
  if (offset > 2 * CELLS) return {offset: 0, mass: []};
  if (high - low < 1e-9) return {offset, mass: [1 - (low - offset), low - offset]};
  const mass: number[] = [];
  for (let cell = offset; cell <= Math.min(Math.ceil(high), offset + CELLS + 1); cell++) {
    mass.push((tent(high - cell) - tent(low - cell)) / (high - low));
  }
  return {offset, mass};
}

/** The integral of the tent max(0, 1 − |x|) up to a point. */
function tent(x: number): number {
  if (x <= -1) return 0;
  if (x >= 1) return 1;
  return x < 0 ? (1 + x) ** 2 / 2 : 1 - (1 - x) ** 2 / 2;
}

function convolve(mass: Float64Array, kernel: Kernel): Float64Array {
  const result = new Float64Array(mass.length);
  for (let at = 0; at < mass.length; at++) {
    const here = mass[at]!;
    if (here === 0) continue;
    const reach = Math.min(kernel.mass.length, mass.length - at - kernel.offset);
    for (let cell = 0; cell < reach; cell++) result[at + kernel.offset + cell]! += here * kernel.mass[cell]!;
  }
  return result;
}

function addTo(sum: Float64Array, mass: Float64Array, share: number): void {
  if (share === 0) return;
  for (let cell = 0; cell < mass.length; cell++) sum[cell]! += mass[cell]! * share;
}
