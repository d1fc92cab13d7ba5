import {rankedEndpoints} from '../analysis/ranks.ts';
import {isSetHere} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const fallbackFirst: Rule = builtIn('RL420', {
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
