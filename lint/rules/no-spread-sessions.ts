import {formatList} from '../analysis/format.ts';
import {rankedEndpoints} from '../analysis/ranks.ts';
import {settingHere} from '../analysis/setting.ts';
import type {Draft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const spreadSessions: Rule = builtIn('RL421', {
  needs: ['endpoints'],
  fields: ['endpoints', 'failover', 'failover.sharedKeys'],
  reads: ['match'],

  *check(scope): Iterable<Draft> {
    const {policy, match} = scope;
    if (policy.endpoints === null || policy.failover.sharedKeys || !STATEFUL.test(match?.path ?? '')) return;
    const endpoints = rankedEndpoints(policy);
    const best = Math.min(...endpoints.map(({rank}) => rank));
    const equals = endpoints.filter(({rank}) => rank === best);
    if (equals.length < 2) return;
    yield {
      at: 'match.path',
      message: `Calls of ${match?.path} are spread over ${formatList(equals.map(({name}) => name))}, which share no state (failover.sharedKeys is false): what one of them created is unknown to the other${equals.length > 2 ? 's' : ''}. Set endpoints to null for this route, or sharedKeys to true if they share it.`,
      related: [{at: 'endpoints', message: 'The endpoints are listed here.'}],
      suggestions: [settingHere(scope, 'endpoints', null)],
    };
  },
});

/** Resources that live where they were created. */
const STATEFUL = /\/(?:cursors?|scrolls?|sessions?|uploads?)(?:\/|$)/i;
