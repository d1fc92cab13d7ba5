import {defineRule, type Rule} from '../rule.ts';

export const unusedSuppression: Rule = defineRule({
  code: 'RL605',
  name: 'no-unused-suppression',
  category: 'hygiene',
  intrinsic: true,
  severity: 'warning',
  confidence: 'high',
  fix: 'safe',
  summary: 'Remove suppressions that suppress nothing',
  documentation: () => ({
    why: `
A suppression without a finding hides the next finding when it appears. It also tells readers of a risk that no longer exists.
`,
    sources: [
      {
        title: 'ESLint, reportUnusedDisableDirectives',
        url: 'https://eslint.org/docs/latest/use/configure/configuration-files',
      },
    ],
    bad: [
      {
        name: 'jitter that is on again',
        text: '{\n  // retry-lint-disable-next-line RL203 -- one client only\n  "backoff": {"jitter": "full"}\n}\n',
        findings: [
          {
            message: 'RL203 reports nothing here. Remove this suppression.',
            at: '2:3',
            marks: '// retry-lint-disable-next-line RL203 -- one client only',
          },
        ],
        fixed: '{\n  "backoff": {"jitter": "full"}\n}\n',
      },
    ],
    good: [
      {
        name: 'one that is needed',
        text: '{\n  // retry-lint-disable-next-line RL203 -- one client only\n  "backoff": {"jitter": "none"}\n}\n',
      },
    ],
  }),
});
