import {defineRule, type Rule} from '../rule.ts';

export const missingField: Rule = defineRule({
  code: 'RL005',
  name: 'no-missing-field',
  category: 'file',
  intrinsic: true,
  severity: 'error',
  confidence: 'high',
  summary: 'Set the required fields',
  documentation: () => ({
    why: `
Nearly every field has a default. The required fields say what an entry applies to: a route needs \`match\`, a layer needs
\`maxAttempts\`.
`,
    sources: [{title: 'The policy file', url: 'docs/policy.md'}],
    bad: [
      {
        name: 'a route without match',
        text: '{\n  "routes": [\n    {"deadlineMs": 500}\n  ]\n}\n',
        findings: [{message: 'routes[0].match is missing; it must be an object.', at: '3:5', marks: '{'}],
      },
    ],
    good: [
      {
        name: 'a route for one path',
        text: '{\n  "routes": [{"match": {"path": "/v1/search"}, "deadlineMs": 9000}]\n}\n',
      },
    ],
  }),
});
