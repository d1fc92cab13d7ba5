import {defaultTriggers, mayRetry, retriesOf} from '../analysis/retryability.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const emptyTriggers: Rule = builtIn('RL408', {
  needs: ['retryOn'],
  fields: ['retryOn'],
  reads: ['hedge', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {retryOn, hedge} = scope.policy;
    // A hedge needs no trigger.
    if (retryOn.length > 0 || hedge !== null || !mayRetry(scope)) return;
    const {words} = scope.dialect;
    const attempts = retriesOf(scope.policy) + 1;
    const count = Number.isFinite(attempts) ? `${attempts} attempts are` : 'unlimited attempts are';
    yield {
      at: 'retryOn',
      message: `${words.name('retryOn')} is empty, so nothing is retried although ${count} allowed. List triggers, or set ${words.key('maxAttempts')} to ${words.value('maxAttempts', 1)}.`,
      related: [{at: 'maxAttempts', message: 'The number of attempts is set here.'}],
      suggestions: [
        {title: 'Use the default retryOn', changes: [defaultTriggers(scope)]},
        {
          title: `Set ${words.key('maxAttempts')} to ${words.value('maxAttempts', 1)}`,
          changes: [defaultTriggers(scope), {do: 'set', path: 'maxAttempts', value: 1, inScope: true}],
        },
      ],
    };
  },
});
