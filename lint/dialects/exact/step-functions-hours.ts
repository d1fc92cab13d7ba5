/** Waits of a state of AWS Step Functions that add up to hours. */

import {formatNumber} from '../format-number.ts';
import type {Facts} from './facts.ts';

const DAY_S = 86_400;

/** So many waits are added up one by one; the rest are as long as the last of them. */
const MOST_WAITS = 1000;

/** In seconds; 0 where it is not known. */
function waitsOf({data: {maxAttempts, backoff}, unknown, problems}: Facts): {
  readonly sum: number;
  readonly last: number;
} {
  const isKnown = ['maxAttempts', 'backoff.baseMs', 'backoff.factor', 'backoff.capMs'].every(
    path => !unknown.has(path),
  );
  const count = typeof maxAttempts === 'number' ? maxAttempts - 1 : 3;
  if (!isKnown || problems.length > 0 || count === 0) return {sum: 0, last: 0};
  const {
    baseMs = 1000,
    factor = 2,
    capMs = Infinity,
  } = {...backoff} as {baseMs?: number; factor?: number; capMs?: number};
  let [sum, last] = [0, Math.min(baseMs, capMs) / 1000];
  const waits = Math.min(count, MOST_WAITS);
  for (let index = 0; index < waits; index++) {
    sum += last;
    if (index < waits - 1) last = Math.min(last * factor, capMs / 1000);
  }
  return {sum: sum + (count - waits) * last, last};
}

/** Each retrier counts for itself, so the waits of all of them add up. */
export function hours(retriers: readonly Facts[], name: string): void {
  const all = retriers.map(facts => ({facts, ...waitsOf(facts)})).sort((a, b) => b.sum - a.sum);
  const sum = all.reduce((total, each) => total + each.sum, 0);
  const [longest] = all;
  if (longest === undefined || sum <= 3600) return;
  const {places, top} = longest.facts;
  const place = places.get('backoff.capMs') ?? places.get('backoff.baseMs') ?? places.get('backoff') ?? top;
  const last = Math.max(...all.map(each => each.last));
  longest.facts.remark(
    'RL308',
    place,
    `The waits between the attempts of ${name} last up to ${formatTime(sum)} together, the longest of them ${formatTime(last)}. Set a lower MaxDelaySeconds, or make fewer attempts.`,
    sum >= DAY_S ? {severity: 'error'} : {},
  );
}

function formatTime(time: number): string {
  if (time < 120) return `${formatNumber(time)} s`;
  if (time < 7200) return `${formatNumber(time / 60)} minutes`;
  return time < 2 * DAY_S ? `${formatNumber(time / 3600)} hours` : `${formatNumber(time / DAY_S)} days`;
}
