/** What a trigger says of the request before: whether the server may have acted. The runtime decides the same by the answer itself. */

import {type CodeName, isCodeName} from '../../src/decide/grpc-codes.ts';
import type {Match, Policy, RetryTrigger} from '../../src/policy/types.ts';
import {isGrpcPath, mayBeGrpcPath} from './grpc-path.ts';

export type Acted =
  /** An answer below 400 is the answer of the call. */
  | 'success'
  | 'no'
  | 'maybe'
  /** A connection that was not made, or one that broke: the client tells them apart. */
  | 'unless not sent'
  /** With the time to come back the server did not act; bare, it is also said of an answer that is too large. */
  | 'unless it says when';

/** These say that the request was not looked at. */
const NOT_ACTED_ON: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>([408, 421, 425, 429]);

export function actedOn(trigger: RetryTrigger): Acted {
  if (typeof trigger === 'number' && trigger < 400) return 'success';
  if (trigger === 'network' || trigger === 'UNAVAILABLE') return 'unless not sent';
  if (trigger === 'RESOURCE_EXHAUSTED') return 'unless it says when';
  return NOT_ACTED_ON.has(trigger) ? 'no' : 'maybe';
}

/** Codes that name no reason against the request, so that the work may be done: the others are refusals, which RL102 judges. */
const AMBIGUOUS_CODES: ReadonlySet<CodeName> = new Set<CodeName>([
  'CANCELLED',
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
  'DATA_LOSS',
]);

/**
 * The triggers of a policy after which a call of this method may have been acted on.
 *
 * Where the client tells the two kinds of a trigger apart, it counts only if the method is declared harmless to repeat: then both are
 * sent again.
 */
export function ambiguousTriggers(policy: Policy, method: string, match: Match | undefined): RetryTrigger[] {
  const isDeclared = policy.idempotentMethods.includes(method);
  const found = policy.retryOn.filter(trigger => {
    if (isCodeName(trigger) && !mayBeGrpcPath(match?.path)) return false;
    const acted = actedOn(trigger);
    if (acted === 'unless not sent' || acted === 'unless it says when') return isDeclared;
    if (isCodeName(trigger)) return AMBIGUOUS_CODES.has(trigger);
    return trigger === 'timeout' || trigger === '5xx' || (typeof trigger === 'number' && trigger >= 500);
  });
  // What a call of gRPC ends with is named first.
  return isGrpcPath(match?.path) ? found.toSorted((a, b) => rankOf(a) - rankOf(b)) : found;
}

const rankOf = (trigger: RetryTrigger): number => (isCodeName(trigger) ? 0 : trigger === 'timeout' ? 1 : 2);
