import {longestMs} from '../../src/math/schedule.ts';
import {isLight, isRare} from '../analysis/rare-calls.ts';
import {isIdle} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {fewerAttempts} from '../analysis/suggested-values.ts';
import {isNative} from '../dialects/native.ts';
import {isSure, mostSpecific, type Scope} from '../model/scope.ts';
import type {Check, Draft, FixDraft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const unlimited: Check = {
  needs: ['maxAttempts'],
  fields: ['maxAttempts', 'deadlineMs'],
  reads: ['backoff', 'budget', 'objective'],
  bears: ['backoff'],

  *check(scope): Iterable<Draft> {
    const {maxAttempts, deadlineMs, budget} = scope.policy;
    if (maxAttempts !== 'unlimited' || (deadlineMs !== null && isRare(scope))) return;
    const fix = bounded(scope);
    const advice = `${setting(scope, 'maxAttempts', 3).title}.`;
    if (deadlineMs === null) {
      const endless = `${scope.words.name('maxAttempts')} is ${scope.words.value('maxAttempts', maxAttempts)}`;
      // Only steadfetch validates a policy before it runs.
      const refused = isNative(scope.dialect) ? ' The client refuses this policy.' : '';
      return yield {
        at: mostSpecific(scope, 'maxAttempts', 'deadlineMs'),
        message: `A failing call never ends: ${endless} and there is no deadline.${refused} ${advice}`,
        fix,
        related: [{at: 'deadlineMs', message: 'The deadline is switched off here.'}],
      };
    }
    const only = `Only the deadline of ${scope.words.ms(deadlineMs)} ends a failing call`;
    const why =
      budget === null && isSure(scope, 'budget')
        ? ', and no budget limits the retries of all calls'
        : ': the faster the server fails, the more attempts it gets, until the budget is empty';
    const message = `${only}${why}. ${advice}`;
    yield {at: 'maxAttempts', message, severity: isPatient(scope) ? 'info' : 'warning', fix};
  },
};

function bounded(scope: Scope): FixDraft {
  const attempts = fewerAttempts(scope, 3);
  const {words, expresses} = scope.dialect;
  if (scope.policy.deadlineMs !== null || !expresses('deadlineMs')) return attempts;
  const deadline = {do: 'set', path: 'deadlineMs', value: 30_000} as const;
  const title = `${attempts.title} and ${words.key('deadlineMs')} to ${words.value('deadlineMs', 30_000)}`;
  return {title, changes: [...attempts.changes, deadline]};
}

/** A job that has time, waits long between its attempts, and whose retries a budget bounds. */
const isPatient = ({policy: {backoff, budget, deadlineMs, objective}}: Scope): boolean =>
  budget !== null &&
  deadlineMs !== null &&
  deadlineMs >= 600_000 &&
  longestMs(backoff, 20, false) >= 5000 &&
  (objective?.assume?.rps ?? 0) <= BUSY_RPS;

/** So many calls a second are no jobs. */
const BUSY_RPS = 100;

const excessiveAttempts: FormerCheck = {
  formerly: 'RL202',
  severity: 'warning',
  worse: 'higher',
  needs: ['maxAttempts'],
  fields: ['maxAttempts'],
  reads: ['backoff', 'budget', 'deadlineMs', 'objective', 'retryOn'],
  bears: ['backoff'],

  *check(scope): Iterable<Draft> {
    const {maxAttempts} = scope.policy;
    const {kind} = scope.dialect.capabilities;
    const isCode = kind === 'call' && scope.file.shape?.code !== undefined;
    const many = hasMinutes(scope) || isLight(scope) ? MANY.workflow : MANY[isCode ? 'code' : kind];
    if (typeof maxAttempts !== 'number' || maxAttempts <= many || isIdle(scope)) return;
    yield {
      at: 'maxAttempts',
      message: `A failing call makes up to ${maxAttempts} attempts; the limit is ${many}. Attempts after the third rarely help, and each adds load to a failing server. ${setting(scope, 'maxAttempts', 3).title}.`,
      severity: maxAttempts >= EXCESSIVE ? 'error' : 'warning',
      fix: fewerAttempts(scope, 3),
    };
  },
};

/** A workflow has time for more attempts than a call that a user waits for. Libraries count five retries, which are six attempts. */
const MANY = {call: 5, code: 6, workflow: 10} as const;
const EXCESSIVE = 20;
const PATIENT_MS = 60_000;

/** A worker that has minutes, and whose retries a budget bounds. */
const hasMinutes = ({policy: {deadlineMs, budget}}: Scope): boolean =>
  budget !== null && deadlineMs !== null && deadlineMs >= PATIENT_MS;

export const tooManyAttempts: Rule = builtIn('RL201', unlimited, excessiveAttempts);
