import {formatHeldTime, type HeldPlace, heldPlaceOf} from '../analysis/held-place.ts';
import {lastWaitMs} from '../analysis/places.ts';
import {setting} from '../analysis/setting.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const queueBeyondDeadline: Rule = builtIn('RL311', {
  needs: ['concurrency'],
  fields: ['concurrency', 'concurrency.max', 'concurrency.queue'],
  reads: ['attemptTimeoutMs', 'deadlineMs', 'objective'],

  *check(scope): Iterable<Draft> {
    const {concurrency, deadlineMs} = scope.policy;
    if (concurrency === null || deadlineMs === null || concurrency.queue === 0) return;
    const held = heldPlaceOf(scope);
    if (held === undefined || held.ms === 0) return;
    const {max, queue} = concurrency;
    const waitMs = lastWaitMs(queue, max, held.ms);
    if (waitMs + held.ms <= deadlineMs) return;
    const {words} = scope.dialect;
    const deadline = words.ms(deadlineMs);
    const wait = `${queue === 1 ? 'The call' : `The last of ${queue} calls`} in the queue waits ${words.ms(waitMs)} (${formatInFlight(scope, max, held)})`;
    const past =
      waitMs >= deadlineMs
        ? `longer than the deadline of ${deadline}`
        : `and the deadline of ${deadline} leaves ${words.ms(deadlineMs - waitMs)} for its attempt`;
    const suggestedQueue = Math.max(0, Math.floor(((deadlineMs - held.ms) * max) / held.ms));
    yield {
      at: mostSpecific(scope, 'concurrency.queue', 'concurrency.max', 'deadlineMs'),
      message: `${wait}, ${past}. Shorten the queue.`,
      related: [
        {at: 'deadlineMs', message: 'The deadline is set here.'},
        {at: 'objective.assume.latencyMs', message: 'The latency is assumed here.'},
      ],
      suggestions: [setting(scope, 'concurrency.queue', suggestedQueue)],
    };
  },
});

const formatInFlight = (scope: Scope, max: number, held: HeldPlace): string =>
  `${max === 1 ? '1 in flight,' : `${max} in flight, each`} for ${formatHeldTime(scope, held)}`;
