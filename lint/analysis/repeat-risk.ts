/** Methods of a route that may be sent twice without a key, with the severity. */

import {type Confidence, type Severity, severities} from '../finding.ts';
import {isSet, type Scope} from '../model/scope.ts';
import type {FixDraft} from '../rule.ts';
import {heirsOf} from './heirs.ts';
import {isIdempotent, meantBy} from './methods.ts';
import {actingWordOf, effectOf, isBroad, type PathEffect} from './path-effect.ts';
import {isKeyed, namedMethods, namedNonIdempotent} from './retryability.ts';

export interface RepeatRisk extends PathEffect {
  readonly method: string;
  /**
   * Listed in `idempotentMethods`, or the runtime ignores the method. If false, the client never repeats a request that the server may
   * have processed.
   */
  readonly isRepeated: boolean;
  /** Listed in `idempotentMethods`. */
  readonly isDeclared: boolean;
  readonly severity: Severity;
  readonly confidence: Confidence;
}

/**
 * An error only where the path writes. If the path does not contradict a declaration, the severity is info, or warning if the route
 * covers more than one path.
 *
 * @param intent The field that causes the second request. A route without methods is checked only if the policy sets this field.
 * @returns The highest severity first.
 */
export function repeatRisks(scope: Scope, intent: 'retryOn' | 'hedge'): RepeatRisk[] {
  const {policy, match, dialect} = scope;
  const isNamed = match?.methods !== undefined || isSet(scope, intent);
  return (
    namedNonIdempotent(scope)
      // RL403 reports a method that is misspelt.
      .filter(method => !isKeyed(policy, method) && meantBy(method) === undefined)
      .flatMap(method => {
        const isRepeated = policy.idempotentMethods.includes(method);
        const isDeclared = isRepeated && dialect.capabilities.gatesByMethod;
        const found = effectOfMethod(scope, method, isDeclared);
        if (isRepeated ? found.effect === 'harmless' : !isNamed) return [];
        const severity = severityOf(found, isDeclared, isBroad(match));
        const confidence: Confidence = isDeclared && found.effect === 'unknown' ? 'low' : 'high';
        return [{method, isRepeated, isDeclared, effect: found.effect, why: found.why, severity, confidence}];
      })
      .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
  );
}

/** Whether more triggers might repeat a call that acts, which RL101 and RL104 report: of the scope, or of a route that inherits them. */
export const mayHarm = (scope: Scope, scopes: readonly Scope[]): boolean =>
  heirsOf(scope, scopes, 'retryOn').some(
    heir =>
      repeatRisks(heir, 'retryOn').length > 0 || declaresWrites(heir) || actingWordOf(heir.match?.path) !== undefined,
  );

const declaresWrites = (scope: Scope): boolean =>
  namedMethods(scope) === undefined &&
  ['POST', 'PATCH'].some(method => scope.policy.idempotentMethods.includes(method) && !isKeyed(scope.policy, method));

/**
 * RFC 9110, 9.2.2 allows a client to repeat a POST that it knows to be idempotent, and only the author of the policy can know it. So a
 * declaration for one path that says nothing is an info, which fails no run; for a whole API it is a warning.
 */
function severityOf({effect}: PathEffect, isDeclared: boolean, isEverywhere: boolean): Severity {
  if (effect === 'acts') return 'error';
  return isDeclared && !isEverywhere ? 'info' : 'warning';
}

/** Paths describe POST. A declared PATCH may be a merge (RFC 7396), which is idempotent, unless the path ends with a verb. */
function effectOfMethod({match}: Scope, method: string, isDeclared: boolean): PathEffect {
  // The effect of a method that is not registered is unknown; assume that its declaration is correct.
  if (isIdempotent(method) !== false) return {effect: 'harmless', why: undefined};
  const found = effectOf(match);
  const mayMerge = method !== 'POST' && isDeclared && actingWordOf(match?.path)?.isCertain !== true;
  return mayMerge && found.effect === 'acts' ? {effect: 'unknown', why: undefined} : found;
}

/** Lists the method in `idempotentMethods` of the route that names it. */
export function declaring(scope: Scope, method: string): FixDraft {
  const {idempotentMethods} = scope.policy;
  const named = namedMethods(scope) ?? [];
  const value = named.filter(other => other === method || idempotentMethods.includes(other));
  return {
    title: `Declare ${method} idempotent here`,
    changes: [{do: 'set', path: 'idempotentMethods', value, inScope: true}],
  };
}

export function keyFor({policy}: Scope, method: string): FixDraft {
  const methods = [...new Set([...(policy.idempotency?.methods ?? []), method])];
  return {
    title: `Send an Idempotency-Key with ${method} (the server must deduplicate by it)`,
    changes: [{do: 'set', path: 'idempotency', value: {header: 'Idempotency-Key', methods}, inScope: true}],
  };
}
