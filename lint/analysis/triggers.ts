/** Whether the server may have processed the request, by trigger. The client decides the same by the response. */

import {type CodeName, isCodeName} from '../../src/decide/grpc-codes.ts';
import type {Match, Policy, RetryTrigger} from '../../src/policy/types.ts';
import {isGrpcPath, mayBeGrpcPath} from './grpc-path.ts';

export type Acted =
  /** A status below 400 is the result of the call. */
  | 'success'
  | 'no'
  | 'maybe'
  /** A refused or a broken connection; the client distinguishes them. */
  | 'unless not sent'
  /** With a delay, the server did not process the request. Without one, the response may have been too large. */
  | 'unless it says when';

/** Statuses that mean the server did not process the request. */
const NOT_ACTED_ON: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>([408, 421, 425, 429]);

export function actedOn(trigger: RetryTrigger): Acted {
  if (typeof trigger === 'number' && trigger < 400) return 'success';
  if (trigger === 'network' || trigger === 'UNAVAILABLE') return 'unless not sent';
  if (trigger === 'RESOURCE_EXHAUSTED') return 'unless it says when';
  return NOT_ACTED_ON.has(trigger) ? 'no' : 'maybe';
}

/** Codes after which the server may have processed the request. The other codes are permanent errors, which RL102 reports. */
const AMBIGUOUS_CODES: ReadonlySet<CodeName> = new Set<CodeName>([
  'CANCELLED',
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
  'DATA_LOSS',
]);

/** What `paid.afterTimeout` keeps from a retry. */
const PAID_TIMEOUTS: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>(['timeout', 504, 524]);

/**
 * The triggers of a policy after which the server may have processed a call with this method.
 *
 * If the client distinguishes two kinds of a trigger, it counts only if the method is declared idempotent, because then both kinds are
 * retried.
 */
export function ambiguousTriggers(policy: Policy, method: string, match: Match | undefined): RetryTrigger[] {
  const isDeclared = policy.idempotentMethods.includes(method);
  const found = policy.retryOn.filter(trigger => {
    if (PAID_TIMEOUTS.has(trigger) && policy.paid?.afterTimeout === false) return false;
    if (isCodeName(trigger) && !mayBeGrpcPath(match?.path)) return false;
    const acted = actedOn(trigger);
    if (acted === 'unless not sent' || acted === 'unless it says when') return isDeclared;
    if (isCodeName(trigger)) return AMBIGUOUS_CODES.has(trigger);
    return trigger === 'timeout' || trigger === '5xx' || (typeof trigger === 'number' && trigger >= 500);
  });
  // gRPC codes come first for a gRPC path.
  return isGrpcPath(match?.path) ? found.toSorted((a, b) => rankOf(a) - rankOf(b)) : found;
}

const rankOf = (trigger: RetryTrigger): number => (isCodeName(trigger) ? 0 : trigger === 'timeout' ? 1 : 2);
