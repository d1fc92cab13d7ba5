import {formatCount, formatNumber, formatShare} from '../analysis/format.ts';
import {formatHeldTime, heldPlaceOf} from '../analysis/held-place.ts';
import {inFlight, placesFor} from '../analysis/places.ts';
import {formatChange} from '../analysis/setting.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const concurrencyBelowTraffic: Rule = builtIn('RL217', {
  worse: 'lower',
  needs: ['concurrency'],
  fields: ['concurrency', 'concurrency.max'],
  reads: ['attemptTimeoutMs', 'deadlineMs', 'objective'],

  *check(scope): Iterable<Draft> {
    const {concurrency, objective} = scope.policy;
    const rps = objective?.assume?.rps;
    if (concurrency === null || rps === undefined) return;
    const held = heldPlaceOf(scope);
    if (held === undefined) return;
    const {max, queue} = concurrency;
    const load = inFlight(rps, held.ms);
    if (max >= load) return;
    const refused = `at least ${formatShare(1 - max / load)} of the calls are refused`;
    const end = queue === 0 ? refused : `the queue of ${queue} fills, and then ${refused} or time out in the queue`;
    yield {
      at: mostSpecific(scope, 'concurrency.max', 'objective'),
      message: `At ${formatCount(rps, 'call')} per second of ${formatHeldTime(scope, held)}, ${formatNumber(load)} attempts are in flight, but the limit is ${max}: ${end}. Raise ${scope.dialect.words.key('concurrency.max')}.`,
      // The limit of a worker is its pace: it begins a call when another has ended.
      ...(isWorker(scope) && {severity: 'info'}),
      related: [
        {at: 'concurrency.max', message: 'The limit is set here.'},
        {at: 'objective.assume', message: 'The traffic is assumed here.'},
      ],
      suggestions: suggestedMax(scope, load),
    };
  },
});

const WORKER_MS = 600_000;

/** One process with few places, whose calls have minutes and can all wait. */
const isWorker = ({policy: {concurrency, deadlineMs, objective}}: Scope): boolean =>
  objective?.instances === 1 && (deadlineMs ?? 0) >= WORKER_MS && concurrency !== null && concurrency.queue > 0;

/** Share of the calls that the suggested limit refuses. */
const REFUSED = 0.01;
/** Largest limit that is suggested. */
const MOST = 100_000;

function suggestedMax(scope: Scope, load: number): FixDraft[] {
  if (load > MOST) return [];
  const max = placesFor(load, REFUSED);
  const title = `${formatChange(scope, 'concurrency.max', max)}, so that at most 1 % of the calls exceed the limit`;
  return [{title, changes: [{do: 'set', path: 'concurrency.max', value: max}]}];
}
