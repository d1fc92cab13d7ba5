/** Effect of a concurrency limit on the assumed traffic: refused calls and waits in the queue. */

import type {Concurrency} from '../../src/policy/types.ts';
import {formatCount, formatNumber, formatShare} from '../analysis/format.ts';
import {formatHeldTime, type HeldPlace, heldPlaceOf} from '../analysis/held-place.ts';
import {inFlight, lastWaitMs, placesFor, refusedShare} from '../analysis/places.ts';
import type {Scope} from '../model/scope.ts';
import {type Block, table, text} from './blocks.ts';

const UNKNOWN = 'To compute this, set p50, or two of p50, p95 and p99, in objective.assume.latencyMs.';
/** Erlang's formula is computed step by step up to the limit. */
const MOST = 100_000;

export function placesBlocks(scope: Scope): Block[] {
  const {concurrency, objective} = scope.policy;
  if (concurrency === null) return [text('The policy has no concurrency limit.')];
  const held = heldPlaceOf(scope);
  const rps = objective?.assume?.rps;
  if (held === undefined) return [text(UNKNOWN)];
  if (rps === undefined) return [text('To compute the attempts in flight, set objective.assume.rps.')];
  const load = inFlight(rps, held.ms);
  const {max} = concurrency;
  return [
    text(
      `${formatCount(rps, 'call')} per second · ${formatHeldTime(scope, held)} = ${formatCount(load, 'attempt')} in flight, without retries. The limit is ${max}.`,
    ),
    ...(load > MOST || max > MOST ? [] : [refusals(max, load)]),
    ...instancesOf(scope, concurrency),
  ];
}

/** Rows for the limit, for the load, and for 1 % and 0.1 % of refusals. */
function refusals(max: number, load: number): Block {
  const places = new Set([max, Math.ceil(load), placesFor(load, 0.01), placesFor(load, 0.001)]);
  const rows = [...places]
    .sort((a, b) => a - b)
    .map(count => [
      count === max ? `${count}, as written` : String(count),
      formatShare(load / Math.max(1, count)),
      formatShare(refusedShare(count, load)),
    ]);
  return table(['limit', 'utilization', 'calls refused'], rows);
}

function instancesOf({policy}: Scope, {max}: Concurrency): Block[] {
  const instances = policy.objective?.instances ?? 1;
  if (instances === 1) return [];
  return [
    text(
      `${instances} processes each have this limit: up to ${formatNumber(instances * max)} attempts reach the server.`,
    ),
  ];
}

/** How long calls wait in the queue. */
export function queueBlocks(scope: Scope): Block[] {
  const {concurrency, deadlineMs, attemptTimeoutMs} = scope.policy;
  if (concurrency === null || concurrency.queue === 0) return [text('The policy has no queue.')];
  const held = heldPlaceOf(scope);
  const longestMs = Math.min(attemptTimeoutMs ?? Infinity, deadlineMs ?? Infinity);
  if (held === undefined) return [text(UNKNOWN)];
  const {queue, max} = concurrency;
  const places = new Set([1, Math.ceil(queue / 4), Math.ceil(queue / 2), queue]);
  const rows = [...places].map(place => [
    String(place),
    scope.words.ms(lastWaitMs(place, max, held.ms)),
    Number.isFinite(longestMs) ? scope.words.ms(lastWaitMs(place, max, longestMs)) : 'unlimited',
  ]);
  return [
    table(['position in the queue', 'waits', 'if every attempt hangs'], rows),
    text(formatPlaces(scope, max, held)),
  ];
}

function formatPlaces(scope: Scope, max: number, held: HeldPlace): string {
  const {policy, words} = scope;
  const {deadlineMs} = policy;
  const deadline = deadlineMs === null ? 'There is no deadline.' : `The deadline is ${words.ms(deadlineMs)}.`;
  return `${max} in flight, each for ${formatHeldTime(scope, held)}. ${deadline}`;
}
