import {isLight} from '../analysis/rare-calls.ts';
import {setting} from '../analysis/setting.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const excessiveAttempts: Rule = builtIn('RL202', {
  worse: 'higher',
  needs: ['maxAttempts'],
  fields: ['maxAttempts'],
  reads: ['budget', 'deadlineMs', 'objective'],

  *check(scope): Iterable<Draft> {
    const {maxAttempts} = scope.policy;
    const many = isPatient(scope) || isLight(scope) ? MANY.workflow : MANY[scope.dialect.capabilities.kind];
    if (typeof maxAttempts !== 'number' || maxAttempts <= many) return;
    const fix = setting(scope, 'maxAttempts', 3);
    yield {
      at: 'maxAttempts',
      message: `A failing call makes up to ${maxAttempts} attempts; the limit is ${many}. Attempts after the third rarely help, and each adds load to a failing server. ${fix.title}.`,
      severity: maxAttempts >= EXCESSIVE ? 'error' : 'warning',
      fix,
    };
  },
});

/** A workflow has time for more attempts than a call that a user waits for. */
const MANY = {call: 5, workflow: 10} as const;
const EXCESSIVE = 20;
const PATIENT_MS = 60_000;

/** A worker that has minutes, and whose retries a budget bounds. */
const isPatient = ({policy: {deadlineMs, budget}}: Scope): boolean =>
  budget !== null && deadlineMs !== null && deadlineMs >= PATIENT_MS;
