import {setting} from '../analysis/setting.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const excessiveAttempts: Rule = defineRule({
  code: 'RL202',
  name: 'no-excessive-attempts',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Give up after few attempts',
  why: `
Attempts past the third hardly help. If one in ten attempts fails by chance, three of them fail one call in a thousand. If
attempts fail because the server is down, they all fail, and every one of them is load on a server that cannot carry it: with
ten attempts an outage is met with ten times the traffic.

AWS SDKs, the SRE Book and most clients stop at three; gRPC takes no more than five. An error from 20.
`,
  sources: [
    {title: 'Google SRE Book, Handling Overload', url: 'https://sre.google/sre-book/handling-overload/'},
    {
      title: 'gRFC A6, Client Retries: more than five attempts are five',
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
            'A call that keeps failing is sent up to 10 times, more than 5: past the third an attempt rarely helps, and each is load on a server that is down.',
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
            'A call that keeps failing is sent up to 100 times, more than 5: past the third an attempt rarely helps, and each is load on a server that is down.',
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
    {name: 'unlimited ones are RL201’s', text: '{\n  "maxAttempts": "unlimited"\n}\n'},
  ],

  judges: ['maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {maxAttempts} = scope.policy;
    const many = MANY[scope.dialect.capabilities.kind];
    if (typeof maxAttempts !== 'number' || maxAttempts <= many) return;
    yield {
      at: 'maxAttempts',
      message: `A call that keeps failing is sent up to ${maxAttempts} times, more than ${many}: past the third an attempt rarely helps, and each is load on a server that is down.`,
      severity: maxAttempts >= EXCESSIVE ? 'error' : 'warning',
      fix: setting(scope, 'maxAttempts', 3),
    };
  },
});

/** A workflow has the time for more: nobody waits for it. */
const MANY = {call: 5, workflow: 10} as const;
const EXCESSIVE = 20;
