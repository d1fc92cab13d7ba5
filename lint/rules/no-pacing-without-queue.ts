import {leastConcurrency} from '../../src/policy/least-concurrency.ts';
import {setting} from '../analysis/setting.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const pacingWithoutQueue: Rule = defineRule({
  code: 'RL221',
  name: 'no-pacing-without-queue',
  category: 'load',
  severity: 'warning',
  confidence: 'medium',
  fix: 'unsafe',
  summary: 'Let calls wait for a quota or an adaptive limit',
  documentation: () => ({
    why: `
A quota and an adaptive limit spread a burst, so that a server that throttles answers every call a little later. Without a queue they
cannot spread it: every attempt beyond the limit fails at once, although the server might have answered it a second later. When an
adaptive limit falls, calls fail that would have succeeded without the limit.

A queue of 0 is right if the caller has an alternative to waiting, such as another region. Suppress the finding there, and give
that reason.
`,
    sources: [{title: 'Quotas', url: 'docs/guides/quota.md'}],
    bad: [
      {
        name: 'a quota that refuses',
        text: '{\n  "quota": {"limits": [{"unit": "requests", "max": 500, "perMs": 60000}], "queue": 0}\n}\n',
        findings: [
          {
            message:
              'quota.queue is 0: an attempt beyond the quota fails at once instead of waiting in a queue. Set it to 1000, the default.',
            at: '2:75',
            marks: '"queue"',
          },
        ],
        fixed: '{\n  "quota": {"limits": [{"unit": "requests", "max": 500, "perMs": 60000}], "queue": 1000}\n}\n',
      },
      {
        name: 'an adaptive limit that refuses',
        text: '{\n  "concurrency": {"kind": "adaptive", "queue": 0}\n}\n',
        findings: [
          {
            message:
              'concurrency.queue is 0: an attempt beyond the adaptive limit, which falls to 4 if the server throttles, fails at once instead of waiting in a queue. Set it to 1000, the default.',
            at: '2:39',
            marks: '"queue"',
          },
        ],
        fixed: '{\n  "concurrency": {"kind": "adaptive", "queue": 1000}\n}\n',
      },
    ],
    good: [
      {name: 'the default queues', text: '{\n  "quota": {},\n  "concurrency": {"kind": "adaptive"}\n}\n'},
      {name: 'a fixed limit that sheds load', text: '{\n  "concurrency": {"max": 50, "queue": 0}\n}\n'},
    ],
  }),

  needs: ['concurrency', 'quota'],
  fields: ['concurrency', 'concurrency.queue', 'quota', 'quota.queue'],
  reads: ['concurrency.min'],

  *check(scope): Iterable<Draft> {
    const {concurrency, quota} = scope.policy;
    // Where no call may wait, a queue holds none.
    if (quota?.queue === 0 && quota.maxWaitMs !== 0) yield refusing(scope, 'quota.queue', 'the quota');
    if (concurrency?.kind === 'adaptive' && concurrency.queue === 0)
      yield refusing(
        scope,
        'concurrency.queue',
        `the adaptive limit, which falls to ${leastConcurrency(concurrency)} if the server throttles,`,
      );
  },
});

/** The default of both fields in the schema. */
const DEFAULT_QUEUE = 1000;

const refusing = (scope: Scope, path: string, limit: string): Draft => ({
  at: path,
  message: `${path} is 0: an attempt beyond ${limit} fails at once instead of waiting in a queue. Set it to ${DEFAULT_QUEUE}, the default.`,
  fix: setting(scope, path, DEFAULT_QUEUE),
});
