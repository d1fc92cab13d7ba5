import {isRare} from '../analysis/rare-calls.ts';
import {setting} from '../analysis/setting.ts';
import {isNative} from '../dialects/native.ts';
import {isSure, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const unboundedRetries: Rule = defineRule({
  code: 'RL201',
  name: 'no-unbounded-retries',
  category: 'load',
  severity: 'error',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Limit the number of attempts',
  documentation: () => ({
    why: `
Unlimited retries prolong an outage: every client adds retries to the load of an overloaded server and never gives up. Of 70 retry bugs
studied in eight large systems, 13 were a missing limit.

With a deadline alone, the number of attempts depends on how fast the server fails: a server that refuses at once gets the most attempts.
Set a number too. The SRE Book allows three attempts.
`,
    sources: [
      {
        title: 'Google SRE Book, Addressing Cascading Failures',
        url: 'https://sre.google/sre-book/addressing-cascading-failures/',
      },
      {
        title: 'Stoica et al., If At First You Don’t Succeed, Try, Try, Again...? (SOSP 2024)',
        url: 'https://doi.org/10.1145/3694715.3695971',
      },
    ],
    bad: [
      {
        name: 'neither attempts nor a deadline end the call',
        text: '{\n  "maxAttempts": "unlimited",\n  "deadlineMs": null\n}\n',
        findings: [
          {
            message:
              'A failing call never ends: maxAttempts is "unlimited" and there is no deadline. The client refuses this policy. Set maxAttempts to 3.',
            at: '2:3',
            marks: '"maxAttempts"',
          },
        ],
        fixed: '{\n  "maxAttempts": 3,\n  "deadlineMs": 30000\n}\n',
      },
      {
        name: 'only the deadline ends the call, without a budget',
        text: '{\n  "maxAttempts": "unlimited",\n  "budget": null\n}\n',
        findings: [
          {
            message:
              'Only the deadline of 30000 ms ends a failing call, and no budget limits the retries of all calls. Set maxAttempts to 3.',
            at: '2:3',
            marks: '"maxAttempts"',
            severity: 'warning',
          },
        ],
        fixed: '{\n  "maxAttempts": 3,\n  "budget": null\n}\n',
      },
      {
        name: 'only the deadline and the budget end the call',
        text: '{\n  "maxAttempts": "unlimited"\n}\n',
        findings: [
          {
            message:
              'Only the deadline of 30000 ms ends a failing call: the faster the server fails, the more attempts it gets, until the budget is empty. Set maxAttempts to 3.',
            at: '2:3',
            marks: '"maxAttempts"',
            severity: 'warning',
          },
        ],
        fixed: '{\n  "maxAttempts": 3\n}\n',
      },
    ],
    good: [
      {name: 'three attempts', text: '{\n  "maxAttempts": 3\n}\n'},
      {name: 'retries are left to the caller', text: '{\n  "maxAttempts": null,\n  "deadlineMs": null\n}\n'},
    ],
  }),

  needs: ['maxAttempts'],
  fields: ['maxAttempts', 'deadlineMs'],
  reads: ['budget', 'objective'],

  *check(scope): Iterable<Draft> {
    const {maxAttempts, deadlineMs, budget} = scope.policy;
    if (maxAttempts !== 'unlimited' || (deadlineMs !== null && isRare(scope))) return;
    const {words} = scope.dialect;
    const fix = bounded(scope);
    if (deadlineMs === null) {
      const endless = `${words.name('maxAttempts')} is ${words.value('maxAttempts', maxAttempts)}`;
      const message = `A failing call never ends: ${endless} and there is no deadline.${refused(scope)} ${setting(scope, 'maxAttempts', 3).title}.`;
      yield {
        at: 'maxAttempts',
        message,
        fix,
        related: [{at: 'deadlineMs', message: 'The deadline is switched off here.'}],
      };
      return;
    }
    const only = `Only the deadline of ${words.ms(deadlineMs)} ends a failing call`;
    const message =
      budget === null && isSure(scope, 'budget')
        ? `${only}, and no budget limits the retries of all calls. ${setting(scope, 'maxAttempts', 3).title}.`
        : `${only}: the faster the server fails, the more attempts it gets, until the budget is empty. ${setting(scope, 'maxAttempts', 3).title}.`;
    yield {at: 'maxAttempts', message, severity: 'warning', fix};
  },
});

/** Only steadfetch validates a policy before it runs. */
const refused = ({dialect}: Scope): string => (isNative(dialect) ? ' The client refuses this policy.' : '');

function bounded(scope: Scope): FixDraft {
  const attempts = setting(scope, 'maxAttempts', 3);
  const {words, expresses} = scope.dialect;
  if (scope.policy.deadlineMs !== null || !expresses('deadlineMs')) return attempts;
  const deadline = {do: 'set', path: 'deadlineMs', value: 30_000} as const;
  const title = `${attempts.title} and ${words.key('deadlineMs')} to ${words.value('deadlineMs', 30_000)}`;
  return {title, changes: [...attempts.changes, deadline]};
}
