import {defineRule, type Rule} from '../rule.ts';

export const missingField: Rule = defineRule({
  code: 'RL005',
  name: 'no-missing-field',
  category: 'file',
  intrinsic: true,
  severity: 'error',
  confidence: 'high',
  summary: 'Write the few fields that have no default',
  why: `
Nearly every field has a default. Those that have none say what an entry is about: a route without \`match\` applies to nothing
in particular, a layer without \`maxAttempts\` multiplies by nothing.
`,
  sources: [{title: 'The policy file', url: 'docs/policy.md'}],
  bad: [
    {
      name: 'a route that does not say which calls it is for',
      text: '{\n  "routes": [\n    {"deadlineMs": 500}\n  ]\n}\n',
      findings: [{message: 'routes[0].match is missing; it must be an object.', at: '3:5', marks: '{'}],
    },
  ],
  good: [
    {name: 'a route for one path', text: '{\n  "routes": [{"match": {"path": "/v1/search"}, "deadlineMs": 9000}]\n}\n'},
  ],
});
