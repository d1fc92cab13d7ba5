import {formatList} from '../analysis/format.ts';
import {mostSpecific} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const quotaMultipliedByInstances: Rule = builtIn('RL223', {
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
