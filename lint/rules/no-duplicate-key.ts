import {defineRule, type Rule} from '../rule.ts';

export const duplicateKey: Rule = defineRule({
  code: 'RL002',
  name: 'no-duplicate-key',
  category: 'file',
  intrinsic: true,
  severity: 'error',
  confidence: 'high',
  summary: 'Write every key once',
  why: `
JSON does not say what two equal keys mean. Most parsers keep the last one and lose the first without a word, so a reader who
stops at the first believes in a value that does not count. The client's loader refuses such a file.
`,
  sources: [{title: 'RFC 8259, 4. Objects', url: 'https://www.rfc-editor.org/rfc/rfc8259#section-4'}],
  bad: [
    {
      name: 'the attempts twice',
      text: '{\n  "maxAttempts": 3,\n  "maxAttempts": 5\n}\n',
      findings: [
        {
          message: 'The key "maxAttempts" is already used in this object; the last one counts, and the first is lost.',
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
});
