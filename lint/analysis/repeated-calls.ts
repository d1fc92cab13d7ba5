/** Calls that the runtime sends again whatever their method, although the server may have acted on the first request. */

import type {Scope} from '../model/scope.ts';
import type {Check, Draft} from '../rule.ts';
import type {RepeatedCalls} from '../shape/remarks.ts';
import {formatList} from './format.ts';
import {isIdempotent} from './methods.ts';
import {effectOf, type PathEffect} from './path-effect.ts';

/** @param isKnown Whether the method of the calls is known: RL101, else RL118. */
export function* repeatedCalls({file, policy}: Scope, isKnown: boolean): Iterable<Draft> {
  for (const calls of policy.maxAttempts === 1 ? [] : (file.shape?.repeats ?? [])) {
    const {match, place} = calls;
    if ((match.methods !== undefined) !== isKnown) continue;
    const isUnsafe = match.methods?.some(method => isIdempotent(method) === false) !== false;
    const found = effectOf(match);
    // Only the name of a gRPC method says what it does.
    const isGrpc = match.path?.includes('.') === true && isKnown;
    if (!isUnsafe || (isKnown && found.effect === 'harmless') || (isGrpc && found.effect !== 'acts')) continue;
    yield {
      at: '',
      place,
      message: formatCalls(calls, found),
      severity: found.effect === 'acts' && (isKnown || match.path?.endsWith('*') !== true) ? 'error' : 'warning',
    };
  }
}

/** Calls whose method is not known, or any. */
export const unknownMethods: Check = {
  fields: [],
  reads: ['maxAttempts'],
  bears: ['maxAttempts'],
  check: scope => repeatedCalls(scope, false),
};

function formatCalls({what, after, remedy, isHedged}: RepeatedCalls, {effect, why}: PathEffect): string {
  const harm = effect === 'acts' && why !== undefined ? why : 'what it does may be done twice';
  return isHedged === true
    ? `${what} is sent again while the first attempt is still running: ${harm}. ${remedy}.`
    : `${what} is sent again after ${formatList(after, 'or')}, when the server may have acted: ${harm}. ${remedy}.`;
}
