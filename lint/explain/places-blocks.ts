/** What a concurrency limit does to the assumed traffic: who finds a place, and how long the others wait. */

import type {Concurrency} from '../../src/policy/types.ts';
import {formatCount, formatMs, formatNumber, formatShare} from '../analysis/format.ts';
import {formatHeldTime, type HeldPlace, heldPlaceOf} from '../analysis/held-place.ts';
import {inFlight, lastWaitMs, placesFor, refusedShare} from '../math/places.ts';
import type {Scope} from '../model/scope.ts';
import {type Block, table, text} from './blocks.ts';

const UNKNOWN = 'objective.assume gives no latency to compute with: two of p50, p95 and p99, or p50 alone.';
/** Erlang's formula is computed place by place. */
const MOST = 100_000;

export function placesBlocks(scope: Scope): Block[] {
  const {concurrency, objective} = scope.policy;
  if (concurrency === null) return [text('Nothing limits the attempts in flight.')];
  const held = heldPlaceOf(scope);
  const rps = objective?.assume?.rps;
  if (held === undefined) return [text(UNKNOWN)];
  if (rps === undefined) return [text('objective.assume.rps is not given, so the attempts in flight are not known.')];
  const load = inFlight(rps, held.ms);
  const {max} = concurrency;
  return [
    text(
      `${formatNumber(rps)} calls a second · ${formatHeldTime(scope, held)} = ${formatNumber(load)} attempts in flight, retries left out. The limit is ${max}.`,
    ),
    ...(load > MOST || max > MOST ? [] : [refusals(max, load)]),
    ...instancesOf(scope, concurrency),
  ];
}

/** For the limit as it is, for the load, and for one refusal in a hundred and in a thousand. */
function refusals(max: number, load: number): Block {
  const places = new Set([max, Math.ceil(load), placesFor(load, 0.01), placesFor(load, 0.001)]);
  const rows = [...places]
    .sort((a, b) => a - b)
    .map(count => [
      count === max ? `${count}, as written` : String(count),
      formatShare(load / Math.max(1, count)),
      formatShare(refusedShare(count, load)),
    ]);
  return table(['places', 'load on them', 'calls that find none, by chance'], rows);
}

function instancesOf({policy}: Scope, {max}: Concurrency): Block[] {
  const instances = policy.objective?.instances ?? 1;
  if (instances === 1) return [];
  return [
    text(`${instances} processes have a limit each: up to ${formatNumber(instances * max)} attempts reach the server.`),
  ];
}

/** How long calls wait in the queue. */
export function queueBlocks(scope: Scope): Block[] {
  const {concurrency, deadlineMs, attemptTimeoutMs} = scope.policy;
  if (concurrency === null || concurrency.queue === 0) return [text('No call waits for a place.')];
  const held = heldPlaceOf(scope);
  const longestMs = Math.min(attemptTimeoutMs ?? Number.POSITIVE_INFINITY, deadlineMs ?? Number.POSITIVE_INFINITY);
  if (held === undefined) return [text(UNKNOWN)];
  const {queue, max} = concurrency;
  const places = new Set([1, Math.ceil(queue / 4), Math.ceil(queue / 2), queue]);
  const rows = [...places].map(place => [
    String(place),
    formatMs(lastWaitMs(place, max, held.ms)),
    Number.isFinite(longestMs) ? formatMs(lastWaitMs(place, max, longestMs)) : 'without end',
  ]);
  return [table(['place in the queue', 'waits', 'if every attempt hangs'], rows), text(formatPlaces(scope, max, held))];
}

function formatPlaces(scope: Scope, max: number, held: HeldPlace): string {
  const {deadlineMs} = scope.policy;
  const deadline = deadlineMs === null ? 'There is no deadline.' : `The deadline is ${formatMs(deadlineMs)}.`;
  return `${formatCount(max, 'place')}, each held for ${formatHeldTime(scope, held)}. ${deadline}`;
}
