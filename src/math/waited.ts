/** The total wait of a call before each attempt, as a discrete distribution on a grid of time. */

import type {Backoff} from '../policy/types.ts';
import {nextWaits} from './decorrelated.ts';
import {decorrelatedBounds, longestMs, shortestMs} from './schedule.ts';

/** The probabilities of 0, step, 2 · step, … milliseconds. Probabilities beyond the end of the grid are left out. */
export interface Waited {
  readonly stepMs: number;
  readonly mass: Float64Array;
}

/** Cells of the grid where the caller names no other number. */
const CELLS = 500;
/** Values that are kept of the last wait, on which a decorrelated wait depends. */
const LAST_WAITS = 32;

/**
 * The distributions of the total wait before attempt 1, 2, … `attempts`.
 *
 * Each has a grid of its own, up to its longest wait: on the grid of the last attempt, the first waits would be shorter than one step. A
 * probability between two points of the grid is split between them in proportion, so means are exact.
 *
 * A decorrelated wait depends on the wait before, so a total is kept for each possible last wait. Other waits are independent.
 *
 * @param horizonMs The deadline: longer waits are left out.
 * @param cells The number of steps up to the longest wait.
 */
export function waitedBefore(
  backoff: Backoff,
  attempts: number,
  throttled: boolean,
  horizonMs: number,
  cells: number = CELLS,
): Waited[] {
  const {lowMs, capMs} = decorrelatedBounds(backoff, throttled);
  const isChained = backoff.jitter === 'decorrelated';
  const found: Waited[] = [{stepMs: 1, mass: Float64Array.of(1)}];
  let last: readonly number[] = [lowMs];
  let sums: readonly Float64Array[] = [found[0]!.mass];
  let stepMs = 1;
  let endMs = 0;
  for (let retry = 1; retry < attempts; retry++) {
    const longest = longestMs(backoff, retry, throttled);
    const shortest = shortestMs(backoff, retry, throttled);
    endMs = Math.max(Math.min(endMs + longest, horizonMs), 1);
    const ratio = stepMs / (endMs / cells);
    stepMs = endMs / cells;
    const next = isChained ? nextWaits(last, lowMs, capMs, retry, LAST_WAITS) : {at: [longest], from: [[1]]};
    // The splits between two points extend the grid by two cells with every wait.
    const empty = (): Float64Array => new Float64Array(cells + 1 + 2 * retry);
    sums = next.at.map((waitMs, to) => {
      const before = empty();
      for (const [index, sum] of sums.entries()) addTo(before, sum, next.from[index]![to]!, ratio);
      return convolve(before, uniform(isChained ? waitMs : shortest, waitMs, stepMs, before.length));
    });
    last = next.at;
    const mass = empty();
    for (const sum of sums) addTo(mass, sum, 1, 1);
    found.push({stepMs, mass});
  }
  return found;
}

interface Kernel {
  /** Cells before the first probability. */
  readonly offset: number;
  readonly mass: readonly number[];
}

/** A wait that is uniform between two bounds, on the grid. Each probability is split between the two nearest points. */
function uniform(lowMs: number, highMs: number, stepMs: number, cells: number): Kernel {
  const low = lowMs / stepMs;
  const high = highMs / stepMs;
  const offset = Math.floor(low);
  // Beyond the end of the grid: not needed, and too large to loop over.
  if (offset > 2 * cells) return {offset: 0, mass: []};
  if (high - low < 1e-9) return {offset, mass: [1 - (low - offset), low - offset]};
  const mass: number[] = [];
  for (let cell = offset; cell <= Math.min(Math.ceil(high), offset + cells + 1); cell++) {
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

/** @param ratio Of the steps of the two grids. */
function addTo(sum: Float64Array, mass: Float64Array, share: number, ratio: number): void {
  if (share === 0) return;
  for (let cell = 0; cell < mass.length; cell++) {
    const at = Math.floor(cell * ratio);
    const after = share * mass[cell]! * (cell * ratio - at);
    sum[at]! += share * mass[cell]! - after;
    sum[at + 1]! += after;
  }
}
