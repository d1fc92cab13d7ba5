/** Every rule, by code. */

import type {Rule} from '../rule.ts';
import {intrinsic} from './intrinsic.ts';
import {amplifiedRetries} from './no-amplified-retries.ts';
import {breakerOpenedByOneCall} from './no-breaker-opened-by-one-call.ts';
import {brokenExtends} from './no-broken-extends.ts';
import {callsPaidTwice} from './no-calls-paid-twice.ts';
import {contradiction} from './no-contradiction.ts';
import {credentialsAcrossSites} from './no-credentials-across-sites.ts';
import {deadBreaker} from './no-dead-breaker.ts';
import {endlessWaits} from './no-endless-waits.ts';
import {excessiveHedging} from './no-excessive-hedging.ts';
import {extremeBuffer} from './no-extreme-buffer.ts';
import {fallbackCycle} from './no-fallback-cycle.ts';
import {falseIdempotence} from './no-false-idempotence.ts';
import {fieldWithoutEffect} from './no-field-without-effect.ts';
import {flappingBreaker} from './no-flapping-breaker.ts';
import {hiddenRetries} from './no-hidden-retries.ts';
import {idsToEveryOrigin} from './no-ids-to-every-origin.ts';
import {ignoredKeyHeader} from './no-ignored-key-header.ts';
import {ignoredThrottling} from './no-ignored-throttling.ts';
import {ineffectiveAdaptiveLimit} from './no-ineffective-adaptive-limit.ts';
import {limitBelowTraffic} from './no-limit-below-traffic.ts';
import {missedObjective} from './no-missed-objective.ts';
import {missingTarget} from './no-missing-target.ts';
import {missingTriggers} from './no-missing-triggers.ts';
import {misspeltMethod} from './no-misspelt-method.ts';
import {multipliedLimit} from './no-multiplied-limit.ts';
import {overriddenPreset} from './no-overridden-preset.ts';
import {paymentsAcrossEndpoints} from './no-payments-across-endpoints.ts';
import {plainHttp} from './no-plain-http.ts';
import {repeatedPostWithoutKey} from './no-repeated-post-without-key.ts';
import {repeatedRoutes} from './no-repeated-settings.ts';
import {retriedRefusals} from './no-retried-refusals.ts';
import {everyErrorRetried} from './no-retry-of-every-error.ts';
import {unknownMethodRetried} from './no-retry-of-unknown-method.ts';
import {secretInNotes} from './no-secret-in-notes.ts';
import {sharedRouteGuards} from './no-shared-route-guards.ts';
import {swallowedFailure} from './no-swallowed-failure.ts';
import {synchronizedRetries} from './no-synchronized-retries.ts';
import {timeoutBelowLatency} from './no-timeout-below-latency.ts';
import {tooManyAttempts} from './no-too-many-attempts.ts';
import {toothlessBudget} from './no-toothless-budget.ts';
import {unitSlip} from './no-unit-slip.ts';
import {unreachableAttempts} from './no-unreachable-attempts.ts';
import {unreachableEntry} from './no-unreachable-entry.ts';
import {unreachableLimit} from './no-unreachable-limit.ts';
import {wrongEndpoint} from './no-wrong-endpoint.ts';
import {missingAttemptTimeout} from './use-attempt-timeout.ts';
import {missingBackoff} from './use-backoff.ts';
import {missingConcurrencyLimit} from './use-concurrency-limit.ts';
import {missingDeadline} from './use-deadline.ts';
import {missingDeadlineHeader} from './use-deadline-header.ts';
import {idleTimeout} from './use-idle-timeout.ts';
import {unreadErrors} from './use-refusals.ts';
import {wrappedError} from './use-reraise.ts';
import {missingBudget} from './use-retry-budget.ts';

const all: readonly Rule[] = [
  ...intrinsic,
  repeatedPostWithoutKey,
  retriedRefusals,
  everyErrorRetried,
  falseIdempotence,
  plainHttp,
  idsToEveryOrigin,
  secretInNotes,
  callsPaidTwice,
  paymentsAcrossEndpoints,
  credentialsAcrossSites,
  ignoredKeyHeader,
  unknownMethodRetried,
  tooManyAttempts,
  synchronizedRetries,
  missingBackoff,
  endlessWaits,
  missingBudget,
  toothlessBudget,
  amplifiedRetries,
  ignoredThrottling,
  deadBreaker,
  flappingBreaker,
  excessiveHedging,
  breakerOpenedByOneCall,
  limitBelowTraffic,
  multipliedLimit,
  ineffectiveAdaptiveLimit,
  unreadErrors,
  missingConcurrencyLimit,
  missingAttemptTimeout,
  missingDeadline,
  unreachableAttempts,
  unreachableLimit,
  missedObjective,
  timeoutBelowLatency,
  idleTimeout,
  missingDeadlineHeader,
  hiddenRetries,
  swallowedFailure,
  wrappedError,
  contradiction,
  misspeltMethod,
  fieldWithoutEffect,
  brokenExtends,
  unreachableEntry,
  missingTriggers,
  extremeBuffer,
  overriddenPreset,
  wrongEndpoint,
  missingTarget,
  fallbackCycle,
  sharedRouteGuards,
  repeatedRoutes,
  unitSlip,
];

export const rules: readonly Rule[] = all.toSorted((a, b) => (a.code < b.code ? -1 : 1));
