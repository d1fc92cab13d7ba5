import {defineRule, type Rule} from '../rule.ts';

export const weakSuppression: Rule = defineRule({
  code: 'RL604',
  name: 'no-weak-suppression',
  category: 'hygiene',
  intrinsic: true,
  severity: 'warning',
  confidence: 'high',
  summary: 'Give every suppression a rule, a reason and, where it is meant to, an end',
  why: `
A finding that is kept quiet is a risk that somebody has taken. The next reader has to know who took it and why, and whether
it still holds. So a suppression names its rules and says its reason after \`--\`; one that says \`until 2027-01-01\` holds through
that day, and from the next on the finding speaks again. A misspelt directive suppresses nothing, and whoever wrote it believes
that it does.
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
          message: 'This suppression gives no reason; say after -- why the finding is accepted.',
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
          message: 'There is no rule "RL999" to suppress.',
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
      name: 'a reason, and an end',
      text: '{\n  // retry-lint-disable-next-line RL203 -- one client only, until 2099-01-01\n  "backoff": {"jitter": "none"}\n}\n',
    },
    {
      name: 'in a file without comments',
      text: '{\n  "backoff": {"jitter": "none"},\n  "x-retry-lint": {"disable": [{"rule": "RL203", "at": "backoff", "reason": "one client only"}]}\n}\n',
    },
  ],
});
