/** What a list or a route replaces. */

import {isCodeName} from '../../src/decide/grpc-codes.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {PolicyInput, RetryTrigger, RouteInput} from '../../src/policy/types.ts';
import {isNative} from '../dialects/native.ts';
import type {Layer} from '../model/layer.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import {isGrpcPath} from './grpc-path.ts';
import {actingWordOf} from './path-effect.ts';
import {isKeyed, namedMethods, namedNonIdempotent} from './retryability.ts';
import {covers} from './route-cover.ts';

/** Statuses that are no refusal, and not in the default list. RL102 reports the refusals. */
const ADDED: ReadonlySet<RetryTrigger> = new Set<RetryTrigger>([409, 423, 424]);
const isAdded = (trigger: RetryTrigger): boolean =>
  ADDED.has(trigger) || (typeof trigger === 'number' && trigger > 504 && !isDefaultTrigger(trigger));
const isDefaultTrigger = (trigger: RetryTrigger): boolean =>
  trigger === '4xx' || trigger === '5xx' || defaultPolicy.retryOn.includes(trigger);

/** Whether the list has additions to the default list, and nothing of it. Other languages have no default list. */
export function lacksDefaults(scope: Scope): boolean {
  const {retryOn} = scope.policy;
  if (!isNative(scope.dialect) || !isSetHere(scope, 'retryOn') || !retryOn.some(isAdded)) return false;
  return !retryOn.some(trigger => isDefaultTrigger(trigger) || isCodeName(trigger));
}

/** A route without methods for one path may be meant for POST, and one that acts leaves GET out, as RL104 advises. */
export function getsGet(scope: Scope): boolean {
  const path = scope.match?.path;
  const named = namedMethods(scope);
  if (isGrpcPath(path) || actingWordOf(path) !== undefined) return false;
  return named === undefined ? (path?.includes('*') ?? true) : named.includes('GET');
}

/** A method of a route that may not be repeated, and the layer whose route for the same calls allows it. */
export function hiddenBy(scope: Scope): {method: string; layer: Layer} | undefined {
  const {policy, match, layers, own} = scope;
  const method = namedNonIdempotent(scope).find(
    each => !policy.idempotentMethods.includes(each) && !isKeyed(policy, each),
  );
  if (match === undefined || method === undefined || own.entry !== undefined) return undefined;
  const hides = ({match: other, idempotentMethods = []}: RouteInput): boolean =>
    covers(other, match) && idempotentMethods.includes(method);
  const layer = layers.find(({entry, data}) => entry !== undefined && (data as PolicyInput).routes?.some(hides));
  return layer && {method, layer};
}
