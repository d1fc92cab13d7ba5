import {defineRule, type Rule} from '../rule.ts';

export const unreadableText: Rule = defineRule({
  code: 'RL006',
  name: 'no-unreadable-text',
  category: 'file',
  intrinsic: true,
  severity: 'error',
  confidence: 'high',
  summary: 'Keep policies small, flat and UTF-8',
  documentation: () => ({
    why: `
A policy is a short text. A file that is nested fifty levels deep, has megabytes, expands to millions of values by YAML aliases or is not
UTF-8 is a different file, or an attack on its readers. The linter refuses it before parsing costs much.
`,
    sources: [{title: 'RFC 8259, 8.1. Character Encoding', url: 'https://www.rfc-editor.org/rfc/rfc8259#section-8.1'}],
    bad: [
      {
        name: 'aliases of aliases of aliases',
        path: 'policy.yaml',
        text: [
          'x-a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]',
          'x-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]',
          'x-c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]',
          'x-d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]',
          'x-e: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]',
          '',
        ].join('\n'),
        findings: [
          {
            message: 'The file expands to more than 50000 values, the limit for a policy.',
            at: '5:15',
            marks: '*d',
          },
        ],
      },
    ],
    good: [
      {
        name: 'one alias',
        path: 'policy.yaml',
        text: 'x-slow: &slow {deadlineMs: 9000}\nroutes:\n  - match: {path: /a}\n    <<: *slow\n',
      },
    ],
  }),
});
