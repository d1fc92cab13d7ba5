/** Methods of a route that are written to be sent twice without a key, and how bad that is. */

import {type Confidence, type Severity, severities} from '../finding.ts';
import {isSet, type Scope} from '../model/scope.ts';
import type {FixDraft} from '../rule.ts';
import {isIdempotent} from './methods.ts';
import {effectOf, isBroad, type PathEffect} from './path-effect.ts';
import {isKeyed, namedMethods, namedNonIdempotent} from './retryability.ts';

export interface RepeatRisk extends PathEffect {
  readonly method: string;
  /**
   * Listed in `idempotentMethods`, or of a runtime that never asks for the method. If not, the client sends no call twice on which the
   * server may have acted.
   */
  readonly isRepeated: boolean;
  /** Listed by its author. */
  readonly isDeclared: boolean;
  readonly severity: Severity;
  readonly confidence: Confidence;
}

/**
 * An error only where the path plainly acts. A declaration is its author's word: where the path does not contradict it, it is worth a
 * remark, or a warning if it is about more than one path.
 *
 * @param intent The field that asks for the second request. A route that names no method is judged only where someone wrote it.
 * @returns The worst first.
 */
export function repeatRisks(scope: Scope, intent: 'retryOn' | 'hedge'): RepeatRisk[] {
  const {policy, match, dialect} = scope;
  const isNamed = match?.methods !== undefined || isSet(scope, intent);
  return namedNonIdempotent(scope)
    .filter(method => !isKeyed(policy, method))
    .flatMap(method => {
      const isRepeated = policy.idempotentMethods.includes(method);
      const isDeclared = isRepeated && dialect.capabilities.gatesByMethod;
      const found = effectOfMethod(scope, method, isDeclared);
      if (isRepeated ? found.effect === 'harmless' : !isNamed) return [];
      const severity = severityOf(found, isDeclared, isBroad(match));
      const confidence: Confidence = isDeclared && found.effect === 'unknown' ? 'low' : 'high';
      return [{method, isRepeated, isDeclared, effect: found.effect, why: found.why, severity, confidence}];
    })
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

function severityOf({effect}: PathEffect, isDeclared: boolean, isEverywhere: boolean): Severity {
  if (effect === 'acts') return 'error';
  return isDeclared && !isEverywhere ? 'info' : 'warning';
}

/** Paths say what a POST does. A declared PATCH may well be a merge (RFC 7396), which has the same effect twice. */
function effectOfMethod({match}: Scope, method: string, isDeclared: boolean): PathEffect {
  // Only its author knows what a method does that nobody has registered.
  if (isIdempotent(method) !== false) return {effect: 'harmless', why: undefined};
  const found = effectOf(match);
  return method !== 'POST' && isDeclared && found.effect === 'acts' ? {effect: 'unknown', why: undefined} : found;
}

/** Says that the method may be sent twice, in the route that names it. */
export function declaring(scope: Scope, method: string): FixDraft {
  const {idempotentMethods} = scope.policy;
  const named = namedMethods(scope) ?? [];
  const value = named.filter(other => other === method || idempotentMethods.includes(other));
  return {
    title: `Declare ${method} harmless to repeat here`,
    changes: [{do: 'set', path: 'idempotentMethods', value, inScope: true}],
  };
}

export function keyFor({policy}: Scope, method: string): FixDraft {
  const methods = [...new Set([...(policy.idempotency?.methods ?? []), method])];
  return {
    title: `Send an Idempotency-Key with ${method}, if this server deduplicates by it`,
    changes: [{do: 'set', path: 'idempotency', value: {header: 'Idempotency-Key', methods}, inScope: true}],
  };
}
