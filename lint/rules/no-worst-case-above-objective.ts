import {isPredictable, worstMs} from '../analysis/prediction.ts';
import {retriesOf} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const lateWorstCase: Rule = builtIn('RL307', {
  needs: ['objective'],
  fields: ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts', 'objective'],
  reads: ['backoff', 'hedge', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    const promised = promiseOf(scope);
    if (promised === undefined || policy.maxAttempts === null || isPredictable(scope)) return;
    const fields = ['deadlineMs', 'attemptTimeoutMs', 'maxAttempts'];
    const worst = worstMs(policy);
    if (worst <= promised.ms) return;
    yield {
      at: mostSpecific(scope, ...fields, promised.path),
      message: `${formatWorst(scope, worst)} the objective of ${scope.dialect.words.ms(promised.ms)} (${promised.name}). Set a shorter deadline.`,
      severity: promised.isMax ? 'error' : 'warning',
      related: [{at: promised.path, message: 'The objective is set here.'}],
      suggestions: [setting(scope, 'deadlineMs', Math.max(1, Math.floor(promised.ms)))],
    };
  },
});

interface Promised {
  readonly ms: number;
  readonly path: string;
  readonly name: string;
  readonly isMax: boolean;
}

function promiseOf({policy}: Scope): Promised | undefined {
  const {max, p99} = policy.objective?.latencyMs ?? {};
  if (max !== undefined) return {ms: max, path: 'objective.latencyMs.max', name: 'maximum', isMax: true};
  if (p99 === undefined) return undefined;
  return {ms: p99, path: 'objective.latencyMs.p99', name: '99th percentile', isMax: false};
}

function formatWorst({policy, dialect: {words}}: Scope, worst: number): string {
  if (!Number.isFinite(worst)) return 'A call has no time limit, so it can exceed';
  if (worst === policy.deadlineMs) return `A call can take the whole deadline of ${words.ms(worst)}, above`;
  const attempts = retriesOf(policy) + 1;
  const sum = attempts === 1 ? 'One attempt' : `${attempts} attempts with their waits`;
  return `${sum} can take ${words.ms(worst)}, above`;
}
