/** For each trigger: could the server have acted, and is the call sent again? */

import type {Policy, RetryTrigger} from '../../src/policy/types.ts';
import {isKeyed, mayRetry, namedNonIdempotent} from '../analysis/retryability.ts';
import type {Scope} from '../model/scope.ts';
import {type Block, table, text} from './blocks.ts';

const METHODS = ['GET', 'POST'];
const MOST_METHODS = 4;

export function triggerBlocks(scope: Scope): Block[] {
  const {policy} = scope;
  if (!mayRetry(scope)) return [text('Nothing is sent again: there is one attempt.')];
  if (policy.retryOn.length === 0) return [text('Nothing is sent again: retryOn is empty.')];
  const named = scope.match?.methods?.map(method => method.toUpperCase()) ?? METHODS;
  const methods = [...new Set([...namedNonIdempotent(scope), ...named])].slice(0, MOST_METHODS);
  const rows = new Map<string, {triggers: string[]; cells: string[]}>();
  for (const trigger of policy.retryOn) {
    const acted = actedOn(trigger);
    const cells = [acted, ...methods.map(method => sentAgain(policy, method, acted))];
    const row = rows.get(cells.join());
    if (row === undefined) rows.set(cells.join(), {triggers: [String(trigger)], cells});
    else row.triggers.push(String(trigger));
  }
  return [
    table(
      ['after', 'acted on?', ...methods.map(method => `${method} sent again?`)],
      [...rows.values()].map(({triggers, cells}) => [triggers.join(' '), ...cells]),
    ),
    text(`${methods.map(method => `${method}: ${permission(policy, method)}`).join('; ')}.`),
  ];
}

type Acted = 'no' | 'maybe' | 'unless not sent';

/** What says that the request was not acted on. Whatever else a policy lists may well have been. */
const NOT_ACTED_ON: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>([408, 421, 425, 429]);

function actedOn(trigger: RetryTrigger): Acted {
  // Both may be a connection that was not made or one that broke; the client tells them apart.
  if (trigger === 'network' || trigger === 'UNAVAILABLE') return 'unless not sent';
  return NOT_ACTED_ON.has(trigger) ? 'no' : 'maybe';
}

function sentAgain(policy: Policy, method: string, acted: Acted): string {
  if (acted === 'no' || isKeyed(policy, method) || policy.idempotentMethods.includes(method)) return 'yes';
  return acted === 'maybe' ? 'no' : 'if not sent';
}

function permission(policy: Policy, method: string): string {
  if (isKeyed(policy, method)) return `carries ${policy.idempotency!.header}`;
  if (policy.idempotentMethods.includes(method)) return 'listed in idempotentMethods';
  return 'no key, and not in idempotentMethods';
}
