import {defineRule, type Rule} from '../rule.ts';

export const unusedSuppression: Rule = defineRule({
  code: 'RL605',
  name: 'no-unused-suppression',
  category: 'hygiene',
  intrinsic: true,
  severity: 'warning',
  confidence: 'high',
  fix: 'safe',
  summary: 'Take out suppressions that suppress nothing',
  why: `
A suppression that outlives its finding waits for the next one, and hides it on the day it appears. It also tells the reader of
a danger that is gone.
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
          message: 'RL203 has nothing to say here, so there is nothing to suppress.',
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
});
