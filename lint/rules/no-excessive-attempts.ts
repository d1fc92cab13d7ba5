import {setting} from '../analysis/setting.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const excessiveAttempts: Rule = defineRule({
  code: 'RL202',
  name: 'no-excessive-attempts',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  worse: 'higher',
  summary: 'Make at most five attempts',
  documentation: () => ({
    why: `
Attempts after the third rarely help. If one attempt in ten fails by chance, three attempts fail for one call in a thousand. If the
server is down, all attempts fail, and each adds load: with ten attempts, an outage brings ten times the traffic.

AWS SDKs, the SRE Book and most clients stop at three attempts; gRPC allows at most five. The finding is an error from 20 attempts.
`,
    sources: [
      {title: 'Google SRE Book, Handling Overload', url: 'https://sre.google/sre-book/handling-overload/'},
      {
        title: 'gRFC A6, Client Retries: maxAttempts above five counts as five',
        url: 'https://github.com/grpc/proposal/blob/master/A6-client-retries.md#maximum-number-of-retries',
      },
    ],
    bad: [
      {
        name: 'ten attempts',
        text: '{\n  "maxAttempts": 10\n}\n',
        findings: [
          {
            message:
              'A failing call makes up to 10 attempts; the limit is 5. Attempts after the third rarely help, and each adds load to a failing server. Set maxAttempts to 3.',
            at: '2:3',
            marks: '"maxAttempts"',
          },
        ],
        fixed: '{\n  "maxAttempts": 3\n}\n',
      },
      {
        name: 'a hundred in one route',
        text: '{\n  "routes": [\n    {"match": {"path": "/v1/jobs"}, "maxAttempts": 100}\n  ]\n}\n',
        findings: [
          {
            message:
              'A failing call makes up to 100 attempts; the limit is 5. Attempts after the third rarely help, and each adds load to a failing server. Set maxAttempts to 3.',
            at: '3:37',
            marks: '"maxAttempts"',
            severity: 'error',
          },
        ],
        fixed: '{\n  "routes": [\n    {"match": {"path": "/v1/jobs"}, "maxAttempts": 3}\n  ]\n}\n',
      },
    ],
    good: [
      {name: 'three attempts', text: '{\n  "maxAttempts": 3\n}\n'},
      {name: 'unlimited attempts, which RL201 reports', text: '{\n  "maxAttempts": "unlimited"\n}\n'},
    ],
  }),

  needs: ['maxAttempts'],
  fields: ['maxAttempts'],
  reads: ['budget', 'deadlineMs'],

  *check(scope): Iterable<Draft> {
    const {maxAttempts} = scope.policy;
    const many = isPatient(scope) ? MANY.workflow : MANY[scope.dialect.capabilities.kind];
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
