/** What a list lacks of the default list, and should have. */

import {isCodeName} from '../../src/decide/grpc-codes.ts';
import type {RetryTrigger} from '../../src/policy/types.ts';
import {isNative} from '../dialects/native.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import {isGrpcPath} from './grpc-path.ts';
import {lacksConnections, lacksDefaults} from './lost-defaults.ts';
import {buildsOn} from './presets.ts';
import {repeatRisks} from './repeat-risk.ts';
import {mayRepeat, mayRetry, paysForTimeouts} from './retryability.ts';

export type Missing = 'network' | 'timeout' | 429;

/** Empty where one of them is a warning. */
export function missingIn(scope: Scope): Missing[] {
  if (!isNative(scope.dialect) || !isSetHere(scope, 'retryOn') || leadsElsewhere(scope)) return [];
  if (isThrottledByDesign(scope)) return [];
  const isOpen = lacksConnections(scope) && repeatRisks(scope, 'retryOn').length === 0;
  return [
    ...(isOpen ? (['network'] as const) : []),
    ...(lacksTimeouts(scope) ? (['timeout'] as const) : []),
    ...(unthrottled(scope) === undefined ? [] : ([429] as const)),
  ];
}

/** Whether the timeout of an attempt ends a call that may be repeated. */
export function lacksTimeouts(scope: Scope): boolean {
  const {attemptTimeoutMs, deadlineMs, retryOn} = scope.policy;
  if (attemptTimeoutMs === null || retryOn.includes('timeout') || scope.file.shape?.repeats !== undefined) return false;
  // Of gRPC, what has a timeout of its own: elsewhere the deadline is the time limit.
  if (retryOn.every(isCodeName) && !(isGrpcPath(scope.match?.path) && isSetHere(scope, 'attemptTimeoutMs')))
    return false;
  // The default list has timeouts, and RL304 reports a timeout as long as the deadline.
  if (lacksDefaults(scope) || (deadlineMs !== null && attemptTimeoutMs >= deadlineMs)) return false;
  // RL101 recommends the opposite for methods whose repetition may do harm.
  if (repeatRisks(scope, 'retryOn').length > 0) return false;
  return mayRetry(scope) && mayRepeat(scope) && !paysForTimeouts(scope.policy);
}

/** The first sign of an overload in a list without 429. */
export function unthrottled(scope: Scope): RetryTrigger | undefined {
  const {retryOn} = scope.policy;
  // gRPC calls end with codes, not with statuses.
  if (!scope.dialect.capabilities.honorsHint || isGrpcPath(scope.match?.path)) return undefined;
  if (!mayRetry(scope) || !isSetHere(scope, 'retryOn')) return undefined;
  if (lacksDefaults(scope) || THROTTLED.some(trigger => retryOn.includes(trigger))) return undefined;
  return OVERLOADED.find(trigger => retryOn.includes(trigger)) ?? retryOn.find(isServerError);
}

const THROTTLED: readonly RetryTrigger[] = [429, '4xx', 'RESOURCE_EXHAUSTED'];
const OVERLOADED: readonly RetryTrigger[] = [503, '5xx', 529];

const isServerError = (trigger: RetryTrigger): boolean => typeof trigger === 'number' && trigger >= 500;

export const isThrottledByDesign = (scope: Scope): boolean =>
  ['steadfetch:llm', 'steadfetch:batch'].some(preset => buildsOn(scope, preset));

/** A refused connection would lead to another endpoint. */
export const leadsElsewhere = ({policy: {endpoints, failover}}: Scope): boolean =>
  endpoints !== null && endpoints.length > 1 && failover.on.includes('network');
