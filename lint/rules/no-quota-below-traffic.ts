import {formatCount, formatShare} from '../analysis/format.ts';
import {mostSpecific} from '../model/scope.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const quotaBelowTraffic: Rule = builtIn('RL220', {
  needs: ['quota'],
  fields: ['quota', 'quota.limits'],
  reads: ['objective', 'quota.queue'],

  *check(scope): Iterable<Draft> {
    const {quota, objective} = scope.policy;
    const rps = objective?.assume?.rps;
    if (quota === null || rps === undefined) return;
    const limits = quota.limits
      .filter(({unit}) => unit === 'requests')
      .map(limit => ({...limit, perSecond: (limit.max / limit.perMs) * 1000}))
      .sort((a, b) => a.perSecond - b.perSecond);
    const [lowest] = limits;
    if (lowest === undefined || lowest.perSecond >= rps) return;
    const {max, perMs, perSecond} = lowest;
    const refused = `at least ${formatShare(1 - perSecond / rps)} of the calls are refused`;
    yield {
      at: mostSpecific(scope, 'quota.limits', 'objective'),
      message: `The quota of ${formatCount(max, 'request')} in ${scope.dialect.words.ms(perMs)} admits ${formatCount(perSecond, 'request')} per second, but the assumed traffic is ${formatCount(rps, 'call')} per second: ${quota.queue === 0 ? refused : `the queue grows until ${refused}`}. Send less, or raise the limit.`,
      related: [
        {at: 'quota.limits', message: 'The quota is set here.'},
        {at: 'objective.assume', message: 'The traffic is assumed here.'},
      ],
    };
  },
});
