import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const ignoredHints: Rule = defineRule({
  code: 'RL210',
  name: 'no-ignored-retry-after',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Come back when the server says so',
  why: `
A server that sends \`Retry-After\` knows when it will have room. Coming back earlier is one more request that is refused, counts
against the limit, and on some services extends the ban. Whoever ignores the header spends all attempts before the time that it
names.

A hint longer than \`retryAfter.maxMs\` ends the call at once. \`Retry-After\` counts in seconds, so a maximum below 1000 ms ends
it at every hint but 0.
`,
  sources: [
    {title: 'RFC 9110, 10.2.3 Retry-After', url: 'https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3'},
    {title: 'RFC 6585, 4. 429 Too Many Requests', url: 'https://www.rfc-editor.org/rfc/rfc6585#section-4'},
  ],
  bad: [
    {
      name: 'hints are ignored',
      text: '{\n  "retryAfter": {"honor": false}\n}\n',
      findings: [
        {
          message:
            'The server’s Retry-After is ignored: a call comes back before the time it names, and is refused again.',
          at: '2:18',
          marks: '"honor"',
        },
      ],
      fixed: '{\n  "retryAfter": {"honor": true}\n}\n',
    },
    {
      name: 'a second is too long',
      text: '{\n  "retryAfter": {"maxMs": 500}\n}\n',
      findings: [
        {
          message:
            'A hint above 500 ms ends the call, and Retry-After counts in seconds: the shortest, 1, is too long.',
          at: '2:18',
          marks: '"maxMs"',
        },
      ],
      fixed: '{\n  "retryAfter": {"maxMs": 60000}\n}\n',
    },
  ],
  good: [
    {name: 'up to ten seconds', text: '{\n  "retryAfter": {"maxMs": 10000}\n}\n'},
    {
      name: 'no answer that could carry a hint is retried',
      text: '{\n  "retryOn": ["network", "timeout"],\n  "retryAfter": {"honor": false}\n}\n',
    },
  ],

  fields: [],
  reads: ['maxAttempts', 'retryAfter', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {retryAfter} = scope.policy;
    if (!mayRetry(scope) || !retriesThrottled(scope.policy)) return;
    if (!retryAfter.honor) {
      yield {
        at: 'retryAfter.honor',
        message:
          'The server’s Retry-After is ignored: a call comes back before the time it names, and is refused again.',
        fix: setting(scope, 'retryAfter.honor', true),
      };
    }
    if (retryAfter.honor && retryAfter.maxMs < SECOND) {
      yield {
        at: 'retryAfter.maxMs',
        message: `A hint above ${scope.dialect.words.ms(retryAfter.maxMs)} ends the call, and Retry-After counts in seconds: the shortest, 1, is too long.`,
        fix: setting(scope, 'retryAfter.maxMs', 60_000),
      };
    }
  },
});

const SECOND = 1000;
