/** One line for a client that calls a model endpoint under a policy for other servers. */
import type {SteadfetchEvent} from '../core/events.ts';
import {modelHostOf} from '../decide/model-host.ts';
import type {ChangeLine} from './change-line.ts';

/**
 * Makes a function that returns the hint for the first call that needs it, and undefined for all others. Here and not in the engine, where the hosts
 * and the sentence would be in every bundle.
 */
export function modelHints(): (event: SteadfetchEvent) => ChangeLine | undefined {
  let isGiven = false;
  return event => {
    if (isGiven || event.type !== 'call.end') return undefined;
    const {method, rpcMethod, origin, policyName, paidAttempts} = event.call;
    // A policy that has `paid` was made for models.
    if (method !== 'POST' || rpcMethod !== undefined || paidAttempts !== undefined) return undefined;
    const host = modelHostOf(origin);
    if (host === undefined) return undefined;
    isGiven = true;
    return {
      fields: {policy: policyName, host},
      sentence: `${host} is a model endpoint, and the policy ${policyName} is for other servers: use modelFetch() of steadfetch/models, or add "extends": ["steadfetch:llm"]`,
    };
  };
}
