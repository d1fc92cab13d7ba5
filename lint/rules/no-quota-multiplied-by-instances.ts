import {formatList} from '../analysis/format.ts';
import {mostSpecific} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const quotaMultipliedByInstances: Rule = defineRule({
  code: 'RL223',
  name: 'no-quota-multiplied-by-instances',
  category: 'load',
  severity: 'info',
  confidence: 'medium',
  summary: 'State the quota of an account for all processes together',
  documentation: () => ({
    why: `
A limit in \`quota.limits\` is kept by each process. Vendors count by account, so the processes together send as many times the limit as there are of
them, and the vendor refuses what is above it.

Give each process its part, or share one quota: \`redisGuards\` of \`steadfetch/redis\` is made for that. A policy does not say whether its
guards are shared. If they are, or if the limit is a part already, suppress the finding with that reason.
`,
    sources: [
      {title: 'Shared guards', url: 'docs/shared-guards.md'},
      {
        title: 'OpenAI, Rate limits: by organization and project',
        url: 'https://platform.openai.com/docs/guides/rate-limits',
      },
    ],
    bad: [
      {
        name: 'the limit of an account in each of four processes',
        text: '{\n  "quota": {"limits": [{"unit": "requests", "max": 500, "perMs": 60000}]},\n  "objective": {"instances": 4}\n}\n',
        findings: [
          {
            message:
              '4 processes may each take 500 requests in 60000 ms, together 4 times as much. If the account has one limit for all of them, state a part for each, or share the quota through steadfetch/redis.',
            at: '2:13',
            marks: '"limits"',
          },
        ],
      },
    ],
    good: [
      {
        name: 'one process',
        text: '{\n  "quota": {"limits": [{"unit": "requests", "max": 500, "perMs": 60000}]},\n  "objective": {"instances": 1}\n}\n',
      },
      {
        name: 'a quota that each process learns by itself',
        text: '{\n  "quota": {},\n  "objective": {"instances": 4}\n}\n',
      },
    ],
  }),

  needs: ['objective'],
  fields: ['quota', 'objective.instances'],

  *check(scope): Iterable<Draft> {
    const {quota, objective} = scope.policy;
    const instances = objective?.instances ?? 1;
    if (quota === null || instances < 2) return;
    const taken = quota.limits.map(({unit, max, perMs}) => `${max} ${unit} in ${scope.dialect.words.ms(perMs)}`);
    if (taken.length === 0) return;
    yield {
      at: mostSpecific(scope, 'quota.limits', 'objective.instances'),
      message: `${instances} processes may each take ${formatList(taken)}, together ${instances} times as much. If the account has one limit for all of them, state a part for each, or share the quota through steadfetch/redis.`,
      related: [{at: 'objective.instances', message: 'The number of processes is set here.'}],
    };
  },
});
