/**
 * What a policy has to reach in each cell, beside no policy with the same time limits.
 *
 * A bound is missed only if chance does not explain the result: by more than four standard errors (see bench/outcomes/compare.ts), which chance
 * does in one cell of 30,000, whichever seeds are drawn. A cell has at least 3,000 calls and eight clients or runs, except
 * where one client sends 1,000 calls a second. The standard error is then some 0.1 points for outages of 5 and 20 s at 100 calls a second
 * and below, up to 0.7 points where each client sends one call a second: few clients, and each of them loses or wins whole seconds.
 */
import type {Cell} from '../../../bench/outcomes/cells.ts';
import type {Comparison, Measure} from '../../../bench/outcomes/compare.ts';
import {type Bound, EXCEPTIONS} from '../../../bench/outcomes/exceptions.ts';

const DEVIATIONS = 4;
/** Above this error, in points, a cell says nothing, unless the bound is met by more than the error. */
const COARSEST = 4;

/** In points of success. */
export function successBound({family, fault, size}: Cell): number {
  switch (family) {
    case 'outage':
      return size <= 30 ? -0.1 : fault === 'slow' ? -3 : -1;
    case 'partial':
      return size <= 0.65 ? -0.1 : -2;
    case 'flapping':
      return 0.3;
    case 'spike':
      return size === 0 ? 25 : -1.5;
    default:
      return -0.1;
  }
}

/** Calls lost after the end of an outage, in seconds of the traffic of a client. */
export function lostBound({fault, size, rate}: Cell): number {
  if (size > 30) return 2;
  return fault === '503' || fault === 'refused' ? 0.5 : rate >= 10 ? 1 : 3;
}

/** The general bound, or that of an exception. */
function boundOf(what: Bound, general: number, preset: string, cell: Cell): number {
  return EXCEPTIONS.find(each => each.what === what && each.preset === preset && each.holds(cell))?.bound ?? general;
}

export function missesOf(preset: string, comparison: Comparison): string[] {
  const {cell, won, lostSeconds, excessRequests, seeds} = comparison;
  const misses: string[] = [];
  const miss = (what: string, measure: Measure, bound: number): void => {
    misses.push(`${preset}, ${cell.name}: ${what} ${shown(measure)}, the bound is ${bound}; seeds ${seeds.join(', ')}`);
  };
  const least = boundOf('success', successBound(cell), preset, cell);
  if (won.error > COARSEST && won.mean - won.error < least) miss(`an error above ${COARSEST} in points`, won, least);
  if (won.mean + DEVIATIONS * won.error < least) miss('points of success', won, least);
  if (preset !== 'default' || cell.family !== 'outage') return misses;
  const mostLost = boundOf('lost', lostBound(cell), preset, cell);
  if (lostSeconds.mean - DEVIATIONS * lostSeconds.error > mostLost) miss('seconds lost', lostSeconds, mostLost);
  const mostExcess = boundOf('load', 0, preset, cell);
  if (cell.rate >= 2 && excessRequests.mean - DEVIATIONS * excessRequests.error > mostExcess)
    miss('requests of a client above the limit', excessRequests, mostExcess);
  return misses;
}

const shown = ({mean, error}: Measure): string => `${mean.toFixed(2)} (standard error ${error.toFixed(2)})`;

/** Refused calls and openings where a few requests fail at random. */
export function openingsOf({cell, opened, refused, seeds}: Comparison): string[] {
  return opened + refused === 0
    ? []
    : [`${cell.name}: opened ${opened}, refused ${refused}; seeds ${seeds.join(', ')}`];
}
