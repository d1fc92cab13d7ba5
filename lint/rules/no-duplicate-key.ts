import {defineRule, type Rule} from '../rule.ts';

export const duplicateKey: Rule = defineRule({
  code: 'RL002',
  name: 'no-duplicate-key',
  category: 'file',
  intrinsic: true,
  severity: 'error',
  confidence: 'high',
  summary: 'Write every key once',
  documentation: () => ({
    why: `
JSON does not define what two equal keys mean. Most parsers silently keep the last one, so a reader who stops at the first sees a value
that has no effect. The client's loader refuses such a file.
`,
    sources: [{title: 'RFC 8259, 4. Objects', url: 'https://www.rfc-editor.org/rfc/rfc8259#section-4'}],
    bad: [
      {
        name: 'maxAttempts twice',
        text: '{\n  "maxAttempts": 3,\n  "maxAttempts": 5\n}\n',
        findings: [
          {
            message:
              'The key "maxAttempts" is already used in this object; the last value applies, and the first is ignored. Remove one of them.',
            at: '3:3',
            marks: '"maxAttempts"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'one key in two objects',
        text: '{\n  "retryAfter": {"scope": "call"},\n  "breaker": {"scope": "route"}\n}\n',
      },
    ],
  }),
});
