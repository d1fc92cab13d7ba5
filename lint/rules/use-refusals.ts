import {isModelRoute} from '../analysis/model-route.ts';
import {callsOf, mayRetry} from '../analysis/retryability.ts';
import {isDefault} from '../model/scope.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const missingRefusals: Rule = builtIn('RL222', {
  needs: ['routes'],
  fields: ['refusals', 'retryOn'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {retryOn} = scope.policy;
    if (!isDefault(scope, 'refusals') || !isModelRoute(scope) || !mayRetry(scope)) return;
    if (!retryOn.includes(429) && !retryOn.includes('4xx')) return;
    yield {
      at: 'refusals',
      message: `A 429 of ${callsOf(scope, 'POST')} is retried, although only its body says whether the account has credit left. Set refusals.`,
      fix: readBodies,
    };
  },
});

const readBodies: FixDraft = {
  title: 'Read error bodies, with the default limit',
  changes: [{do: 'set', path: 'refusals', value: {}}],
};
