import {isSetHere} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const rankGap: Rule = builtIn('RL606', {
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
