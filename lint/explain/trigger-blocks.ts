/** Says of each trigger whether the server may have processed the request, and whether the call is retried. */

import type {Policy} from '../../src/policy/types.ts';
import {isKeyed, mayRetry, namedMethods, namedNonIdempotent} from '../analysis/retryability.ts';
import {type Acted, actedOn} from '../analysis/triggers.ts';
import type {Scope} from '../model/scope.ts';
import {type Block, table, text} from './blocks.ts';

const METHODS = ['GET', 'POST'];
const MOST_METHODS = 4;

export function triggerBlocks(scope: Scope): Block[] {
  const {policy} = scope;
  if (!mayRetry(scope)) return [text('Nothing is retried: the policy allows one attempt.')];
  if (policy.retryOn.length === 0) return [text('Nothing is retried: retryOn is empty.')];
  const named = namedMethods(scope) ?? METHODS;
  const methods = [...new Set([...namedNonIdempotent(scope), ...named])].slice(0, MOST_METHODS);
  const rows = new Map<string, {triggers: string[]; cells: string[]}>();
  for (const trigger of policy.retryOn) {
    const acted = actedOn(trigger);
    const cells = [acted, ...methods.map(method => retried(policy, method, acted))];
    const row = rows.get(cells.join());
    if (row === undefined) rows.set(cells.join(), {triggers: [String(trigger)], cells});
    else row.triggers.push(String(trigger));
  }
  return [
    table(
      ['after', 'processed?', ...methods.map(method => `${method} retried?`)],
      [...rows.values()].map(({triggers, cells}) => [triggers.join(' '), ...cells]),
    ),
    text(`${methods.map(method => `${method}: ${permission(policy, method)}`).join('; ')}.`),
  ];
}

function retried(policy: Policy, method: string, acted: Acted): string {
  if (acted === 'success') return 'no';
  if (acted === 'no' || isKeyed(policy, method) || policy.idempotentMethods.includes(method)) return 'yes';
  if (acted === 'maybe') return 'no';
  return acted === 'unless not sent' ? 'if not sent' : 'with Retry-After';
}

function permission(policy: Policy, method: string): string {
  if (isKeyed(policy, method)) return `sends ${policy.idempotency!.header}`;
  if (policy.idempotentMethods.includes(method)) return 'listed in idempotentMethods';
  return 'no key, and not in idempotentMethods';
}
