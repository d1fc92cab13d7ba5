import {defineRule, type Rule} from '../rule.ts';

export const syntaxError: Rule = defineRule({
  code: 'RL001',
  name: 'no-syntax-error',
  category: 'file',
  intrinsic: true,
  severity: 'error',
  confidence: 'high',
  fix: 'safe',
  summary: 'Write files that can be parsed',
  documentation: () => ({
    why: `
The client refuses a file that it cannot parse, and the linter cannot check it. Comments and trailing commas are accepted, in \`.json\`
files too.
`,
    sources: [
      {title: 'RFC 8259, The JavaScript Object Notation', url: 'https://www.rfc-editor.org/rfc/rfc8259'},
      {title: 'YAML 1.2.2', url: 'https://yaml.org/spec/1.2.2/'},
    ],
    bad: [
      {
        name: 'a comma is missing',
        text: '{\n  "version": 1\n  "maxAttempts": 3\n}\n',
        findings: [{message: 'A comma is missing after this value.', at: '2:14', marks: '1'}],
        fixed: '{\n  "version": 1,\n  "maxAttempts": 3\n}\n',
      },
      {
        name: 'a list is never closed',
        path: 'policy.yaml',
        text: 'version: 1\nretryOn: [503\n',
        findings: [
          {
            message: 'The list is never closed: a ] is missing.',
            at: '3:1',
            marks: '',
          },
        ],
      },
    ],
    good: [
      {name: 'comments and trailing commas', text: '{\n  // Three attempts are enough.\n  "maxAttempts": 3,\n}\n'},
    ],
  }),
});
