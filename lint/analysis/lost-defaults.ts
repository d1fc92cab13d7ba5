/** What a list replaces. */

import {isCodeName} from '../../src/decide/grpc-codes.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {RetryTrigger} from '../../src/policy/types.ts';
import {isNative} from '../dialects/native.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import {isGrpcPath} from './grpc-path.ts';
import {actingWordOf} from './path-effect.ts';
import {namedMethods} from './retryability.ts';

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

/** What an outage looks like where a connection is not refused. */
const isOutage = (trigger: RetryTrigger): boolean =>
  trigger === '5xx' || trigger === 'timeout' || (typeof trigger === 'number' && trigger >= 500);

/** Whether the list has failures of an outage, and not a refused connection, which is the safest to retry. In gRPC that is a code. */
export function lacksConnections(scope: Scope): boolean {
  const {retryOn} = scope.policy;
  if (!isSetHere(scope, 'retryOn') || isGrpcPath(scope.match?.path)) return false;
  return retryOn.some(isOutage) && !retryOn.some(trigger => trigger === 'network' || isCodeName(trigger));
}
