import {defineRule, type Rule} from '../rule.ts';

export const wrongValue: Rule = defineRule({
  code: 'RL003',
  name: 'no-wrong-value',
  category: 'file',
  intrinsic: true,
  severity: 'error',
  confidence: 'high',
  summary: 'Give every field a value of its type, within its bounds',
  documentation: () => ({
    why: `
The client refuses a policy with an invalid value, so the program that loads it does not start. The other rules use the default in place of
the value, and are silent about settings that depend on it.
`,
    sources: [{title: 'The policy file', url: 'docs/policy.md'}],
    bad: [
      {
        name: 'a word where a number belongs',
        text: '{\n  "maxAttempts": "many"\n}\n',
        findings: [
          {
            message: 'maxAttempts must be a whole number of at least 1, "unlimited" or null, got "many".',
            at: '2:18',
            marks: '"many"',
          },
        ],
      },
      {
        name: 'a duration with its unit',
        text: '{\n  "deadlineMs": "30s"\n}\n',
        findings: [
          {message: 'deadlineMs must be a whole number of at least 1 or null, got "30s".', at: '2:17', marks: '"30s"'},
        ],
      },
    ],
    good: [{name: 'a number', text: '{\n  "maxAttempts": 3\n}\n'}],
  }),
});
