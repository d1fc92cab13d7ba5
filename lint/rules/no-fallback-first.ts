import {rankedEndpoints} from '../analysis/ranks.ts';
import {isSetHere} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const fallbackFirst: Rule = defineRule({
  code: 'RL420',
  name: 'no-fallback-first',
  category: 'correctness',
  severity: 'warning',
  confidence: 'medium',
  summary: 'Give the fallback the higher rank',
  documentation: () => ({
    why: `
Endpoints of rank 1 are used first, and those of a higher rank only if all of them are passed over. An endpoint whose name says that it is the second choice (backup, burst, dr,
fallback, standby) and that comes first gets all traffic, while the one that is meant for it idles. With equal ranks, it gets its share.
`,
    sources: [{title: 'Failover', url: 'docs/guides/failover.md'}],
    bad: [
      {
        name: 'the expensive pool first',
        text: '{\n  "endpoints": [\n    {"name": "burst", "origin": "https://burst.infer.corp.example", "rank": 1},\n    {"name": "reserved", "origin": "https://reserved.infer.corp.example", "rank": 2}\n  ]\n}\n',
        findings: [
          {
            message:
              'burst is used before reserved, because its rank is 1 and that of reserved is 2. If it is the fallback, exchange the ranks.',
            at: '3:69',
            marks: '"rank"',
          },
        ],
      },
      {
        name: 'a standby that gets half of the calls',
        text: '{\n  "endpoints": [\n    {"name": "main", "origin": "https://main.shop.example"},\n    {"name": "standby", "origin": "https://standby.shop.example"}\n  ]\n}\n',
        findings: [
          {
            message:
              'standby gets calls while main is up, because both have rank 1. If it is the fallback, set its rank to 2.',
            at: '4:5',
            marks: '{',
            severity: 'info',
          },
        ],
      },
    ],
    good: [
      {
        name: 'the fallback last',
        text: '{\n  "endpoints": [\n    {"name": "primary", "origin": "https://fra.shop.example", "rank": 1},\n    {"name": "backup", "origin": "https://dub.shop.example", "rank": 2}\n  ]\n}\n',
      },
    ],
  }),

  needs: ['endpoints'],
  fields: ['endpoints'],

  *check(scope): Iterable<Draft> {
    if (!isSetHere(scope, 'endpoints')) return;
    const endpoints = rankedEndpoints(scope.policy);
    for (const [index, {name, rank}] of endpoints.entries()) {
      if (!FALLBACK.test(name)) continue;
      const other = endpoints.find(each => each.rank >= rank && !FALLBACK.test(each.name));
      if (other === undefined) continue;
      const path = `endpoints[${index}].rank`;
      const value = other.rank + 1;
      const isFirst = rank < other.rank;
      yield {
        at: path,
        message: isFirst
          ? `${name} is used before ${other.name}, because its rank is ${rank} and that of ${other.name} is ${other.rank}. If it is the fallback, exchange the ranks.`
          : `${name} gets calls while ${other.name} is up, because both have rank ${rank}. If it is the fallback, set its rank to ${value}.`,
        ...(isFirst ? {} : {severity: 'info'}),
        suggestions: isFirst ? [] : [{title: `Set rank to ${value}`, changes: [{do: 'set', path, value}]}],
      };
    }
  },
});

/** Names of second choices, as words of a name: `backup-eu`, `dr`. */
const FALLBACK = /(?<![a-z])(?:backup|burst|dr|fallback|overflow|secondary|spare|standby)(?![a-z])/i;
