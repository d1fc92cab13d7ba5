/** Routes to models, whose vendors charge for each response. */

import {modelHostOf} from '../../src/decide/model-host.ts';
import {isDefault, isSetByRoute, type Scope} from '../model/scope.ts';
import type {Draft} from '../rule.ts';
import {effectOf} from './path-effect.ts';
import {buildsOn} from './presets.ts';
import {namedMethods} from './retryability.ts';

/** Whether the scope is a route for POST to a path where a model computes the response. */
export const isModelRoute = (scope: Scope): boolean =>
  effectOf(scope.match).generates === true && namedMethods(scope)?.includes('POST') === true;

/** Paths at which a model's answer may be a stream. */
const STREAMED = /(?:\/chat|completions?|\/generate|messages|responses|stream|streamGenerateContent)$/i;

/** Whether the calls of the scope read the streams of models: those of a route to such a path, and those of a file that leaves the routes to its presets. */
export const readsStreams = (scope: Scope, scopes: readonly Scope[]): boolean =>
  scope.match === undefined
    ? scopes.every(({own}) => own === scope.own || own.entry !== undefined)
    : scope.own.entry === undefined && isModelRoute(scope) && STREAMED.test(scope.match.path ?? '');

/** The finding where the scope names the host of a model vendor, and nothing in the policy is made for models. */
export function missingPreset(scope: Scope): Draft | undefined {
  const {endpoints} = scope.policy;
  if (buildsOn(scope, 'steadfetch:llm') || !isDefault(scope, 'paid')) return undefined;
  const origins = [
    ['match.origin', scope.match?.origin ?? ''],
    ...(isSetByRoute(scope, 'endpoints') ? (endpoints ?? []) : []).map(
      ({origin}, index) => [`endpoints[${index}].origin`, origin] as const,
    ),
  ] as const;
  for (const [at, origin] of origins) {
    const host = modelHostOf(origin);
    const message = `${host} is a model endpoint, and the policy is for other servers. Add "steadfetch:llm" to extends.`;
    if (host !== undefined) return {at, message};
  }
  return undefined;
}
