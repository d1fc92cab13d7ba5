import {isSetHere} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const rankGap: Rule = defineRule({
  code: 'RL606',
  name: 'no-rank-gap',
  category: 'hygiene',
  severity: 'info',
  confidence: 'low',
  fix: 'unsafe',
  summary: 'Number the ranks of endpoints without gaps',
  documentation: () => ({
    why: `
Only the order of ranks counts: 1 and 3 mean the same as 1 and 2. A gap is harmless, and often a slip: an endpoint that was removed or forgotten, or a
digit too many. The fix numbers the ranks anew and keeps their order. It is unsafe, because it writes numbers: if an endpoint is missing, add it instead.
`,
    sources: [{title: 'Failover', url: 'docs/guides/failover.md'}],
    bad: [
      {
        name: 'no rank 2',
        text: '{\n  "endpoints": [\n    {"name": "eu", "origin": "https://eu.example"},\n    {"name": "us", "origin": "https://us.example", "rank": 3}\n  ]\n}\n',
        findings: [
          {
            message:
              'No endpoint has rank 2, and us has rank 3. Number the ranks from 1 on, or add the endpoint that is missing.',
            at: '4:52',
            marks: '"rank"',
          },
        ],
        fixed:
          '{\n  "endpoints": [\n    {"name": "eu", "origin": "https://eu.example"},\n    {"name": "us", "origin": "https://us.example", "rank": 2}\n  ]\n}\n',
      },
      {
        name: 'no rank 1',
        text: '{\n  "endpoints": [\n    {"name": "eu", "origin": "https://eu.example", "rank": 2},\n    {"name": "us", "origin": "https://us.example", "rank": 2},\n    {"name": "ap", "origin": "https://ap.example", "rank": 5}\n  ]\n}\n',
        findings: [
          {
            message:
              'No endpoint has rank 1, and eu has rank 2. Number the ranks from 1 on, or add the endpoint that is missing.',
            at: '3:52',
            marks: '"rank"',
          },
        ],
        fixed:
          '{\n  "endpoints": [\n    {"name": "eu", "origin": "https://eu.example", "rank": 1},\n    {"name": "us", "origin": "https://us.example", "rank": 1},\n    {"name": "ap", "origin": "https://ap.example", "rank": 2}\n  ]\n}\n',
      },
    ],
    good: [
      {
        name: 'ranks 1 and 2',
        text: '{\n  "endpoints": [\n    {"name": "eu", "origin": "https://eu.example"},\n    {"name": "us", "origin": "https://us.example", "rank": 2}\n  ]\n}\n',
      },
    ],
  }),

  needs: ['endpoints'],
  fields: ['endpoints'],

  *check(scope): Iterable<Draft> {
    if (!isSetHere(scope, 'endpoints')) return;
    const endpoints = (scope.policy.endpoints ?? []).map(({name, rank = 1}, index) => ({
      name,
      rank,
      path: `endpoints[${index}].rank`,
    }));
    const ranks = [...new Set(endpoints.map(({rank}) => rank))].sort((a, b) => a - b);
    const gap = ranks.findIndex((rank, index) => rank !== index + 1);
    if (gap === -1) return;
    const after = endpoints.find(({rank}) => rank === ranks[gap])!;
    yield {
      at: after.path,
      message: `No endpoint has rank ${gap + 1}, and ${after.name} has rank ${after.rank}. Number the ranks from 1 on, or add the endpoint that is missing.`,
      fix: {
        title: 'Number the ranks from 1 on',
        changes: endpoints
          .filter(({rank}) => rank !== ranks.indexOf(rank) + 1)
          .map(({path, rank}) => ({do: 'set', path, value: ranks.indexOf(rank) + 1})),
      },
    };
  },
});
