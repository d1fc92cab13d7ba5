import {defineRule, type Rule} from '../rule.ts';

export const unknownField: Rule = defineRule({
  code: 'RL004',
  name: 'no-unknown-field',
  category: 'file',
  intrinsic: true,
  severity: 'error',
  confidence: 'high',
  fix: 'safe',
  summary: 'Use only fields that a policy has',
  documentation: () => ({
    why: `
The client refuses unknown fields. If the intended field is clear, the other rules check the value as if the field were spelt correctly, so
a typing error hides no other finding.

A rename is a safe fix only after one slip. A name with another unit, bound, quantile or digit is never renamed: \`minAttempts\` is not
\`maxAttempts\`. Seconds become milliseconds together with their value, which is an unsafe fix.

The linter knows field names of other libraries (\`retries\`, \`maxDelay\`, \`backoffMultiplier\` …) and what they count: three retries are
four attempts. Notes and fields of other tools begin with \`x-\`, and are ignored.
`,
    sources: [{title: 'The policy file', url: 'docs/policy.md'}],
    bad: [
      {
        name: 'a typing error',
        text: '{\n  "backoff": {"jiter": "full"}\n}\n',
        findings: [
          {
            message:
              'backoff.jiter is not a field of backoff kind "exponential" (its fields: kind, baseMs, throttledBaseMs, factor, capMs, jitter); did you mean "jitter"?',
            at: '2:15',
            marks: '"jiter"',
          },
        ],
        fixed: '{\n  "backoff": {"jitter": "full"}\n}\n',
      },
      {
        name: 'the name of another library',
        text: '{\n  "retries": 2\n}\n',
        findings: [
          {
            message:
              'retries is not a field of the policy; use maxAttempts, which counts the first send too: retries 2 is maxAttempts 3.',
            at: '2:3',
            marks: '"retries"',
          },
        ],
      },
    ],
    good: [{name: 'a note', text: '{\n  "x-owner": "payments team",\n  "maxAttempts": 3\n}\n'}],
  }),
});
