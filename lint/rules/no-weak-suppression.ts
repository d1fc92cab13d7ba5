import {defineRule, type Rule} from '../rule.ts';

export const weakSuppression: Rule = defineRule({
  code: 'RL604',
  name: 'no-weak-suppression',
  category: 'hygiene',
  intrinsic: true,
  severity: 'warning',
  confidence: 'high',
  summary: 'Give each suppression a rule and a reason',
  documentation: () => ({
    why: `
A suppressed finding is an accepted risk, and the next reader needs the reason. A suppression names its rules, and its reason after \`--\`. A
suppression with \`until 2027-01-01\` applies through that day; from the next day on, the finding is reported again. A misspelt directive
suppresses nothing.
`,
    sources: [
      {
        title: 'ESLint, issue 11020: directives should name their rules',
        url: 'https://github.com/eslint/eslint/issues/11020',
      },
    ],
    bad: [
      {
        name: 'no reason',
        text: '{\n  // retry-lint-disable-next-line RL203\n  "backoff": {"jitter": "none"}\n}\n',
        findings: [
          {
            message: 'This suppression has no reason. Write after -- why the finding is accepted.',
            at: '2:3',
            marks: '// retry-lint-disable-next-line RL203',
          },
        ],
      },
      {
        name: 'a rule that does not exist',
        text: '{\n  // retry-lint-disable-next-line RL999 -- one client only\n  "maxAttempts": 2\n}\n',
        findings: [
          {
            message: 'Unknown rule: "RL999". This suppression has no effect.',
            at: '2:3',
            marks: '// retry-lint-disable-next-line RL999 -- one client only',
          },
        ],
      },
      {
        name: 'a misspelt directive',
        text: '{\n  // retry-lint-disable-nextline RL203 -- one client only\n  "maxAttempts": 2\n}\n',
        findings: [
          {
            message:
              'This comment suppresses nothing: "retry-lint-disable-nextline" is not a directive; did you mean retry-lint-disable-next-line?',
            at: '2:3',
            marks: '// retry-lint-disable-nextline RL203 -- one client only',
          },
        ],
      },
    ],
    good: [
      {
        name: 'a reason, and an end date',
        text: '{\n  // retry-lint-disable-next-line RL203 -- one client only, until 2099-01-01\n  "backoff": {"jitter": "none"}\n}\n',
      },
      {
        name: 'in a file without comments',
        text: '{\n  "backoff": {"jitter": "none"},\n  "x-retry-lint": {"disable": [{"rule": "RL203", "at": "backoff", "reason": "one client only"}]}\n}\n',
      },
    ],
  }),
});
