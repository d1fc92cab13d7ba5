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
  summary: 'Bound the number of attempts',
  why: `
A call that may be sent without end keeps an outage alive: every client adds its retries to the load that the server already
cannot carry, and none of them gives up. Of 70 retry bugs studied in eight large systems, 13 were a cap that was missing.

A deadline bounds a call by time, and then the number of sends depends on how fast the server fails: a server that refuses at
once is asked the most often. So a number is needed too. Three attempts are what the SRE Book allows.
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
      name: 'neither attempts nor time end the call',
      text: '{\n  "maxAttempts": "unlimited",\n  "deadlineMs": null\n}\n',
      findings: [
        {
          message:
            'Nothing ends a call that keeps failing: maxAttempts is "unlimited" and there is no deadline. The client refuses to run this.',
          at: '2:3',
          marks: '"maxAttempts"',
        },
      ],
      fixed: '{\n  "maxAttempts": 3,\n  "deadlineMs": 30000\n}\n',
    },
    {
      name: 'only the deadline ends it, and no budget bounds the load',
      text: '{\n  "maxAttempts": "unlimited",\n  "budget": null\n}\n',
      findings: [
        {
          message:
            'Only the deadline of 30000 ms ends a call that keeps failing, and no budget bounds what all calls add together.',
          at: '2:3',
          marks: '"maxAttempts"',
          severity: 'warning',
        },
      ],
      fixed: '{\n  "maxAttempts": 3,\n  "budget": null\n}\n',
    },
    {
      name: 'only the deadline and the budget end it',
      text: '{\n  "maxAttempts": "unlimited"\n}\n',
      findings: [
        {
          message:
            'Only the deadline of 30000 ms ends a call that keeps failing: the faster the server fails, the more often it is asked, until the budget is spent.',
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
    {name: 'no retries of ours', text: '{\n  "maxAttempts": null,\n  "deadlineMs": null\n}\n'},
  ],

  fields: ['maxAttempts', 'deadlineMs'],
  reads: ['budget'],

  *check(scope): Iterable<Draft> {
    const {maxAttempts, deadlineMs, budget} = scope.policy;
    if (maxAttempts !== 'unlimited') return;
    const {words} = scope.dialect;
    const fix = bounded(scope);
    if (deadlineMs === null) {
      const endless = `${words.name('maxAttempts')} is ${words.value('maxAttempts', maxAttempts)}`;
      const message = `Nothing ends a call that keeps failing: ${endless} and there is no deadline.${refused(scope)}`;
      yield {
        at: 'maxAttempts',
        message,
        fix,
        related: [{at: 'deadlineMs', message: 'The deadline is switched off here.'}],
      };
      return;
    }
    const only = `Only the deadline of ${words.ms(deadlineMs)} ends a call that keeps failing`;
    const message =
      budget === null && isSure(scope, 'budget')
        ? `${only}, and no budget bounds what all calls add together.`
        : `${only}: the faster the server fails, the more often it is asked, until the budget is spent.`;
    yield {at: 'maxAttempts', message, severity: 'warning', fix};
  },
});

/** Only our own client asks a policy whether it can run. */
const refused = ({dialect}: Scope): string => (isNative(dialect) ? ' The client refuses to run this.' : '');

function bounded(scope: Scope): FixDraft {
  const attempts = setting(scope, 'maxAttempts', 3);
  const {words, expresses} = scope.dialect;
  if (scope.policy.deadlineMs !== null || !expresses('deadlineMs')) return attempts;
  const deadline = {do: 'set', path: 'deadlineMs', value: 30_000} as const;
  const title = `${attempts.title} and ${words.key('deadlineMs')} to ${words.value('deadlineMs', 30_000)}`;
  return {title, changes: [...attempts.changes, deadline]};
}
