/** Every rule, by code. */

import type {Rule} from '../rule.ts';
import {
  duplicateKey,
  missingField,
  syntaxError,
  unknownField,
  unreadableText,
  unusedSuppression,
  weakSuppression,
  wrongValue,
} from './intrinsic.ts';
import {amplifiedRetries} from './no-amplified-retries.ts';
import {attemptAsLongAsCall} from './no-attempt-as-long-as-call.ts';
import {breakerOpenedByOneCall} from './no-breaker-opened-by-one-call.ts';
import {brokenExtends} from './no-broken-extends.ts';
import {multipliedLimit} from './no-multiplied-limit.ts';
import {lateColdStart} from './no-cold-start-beyond-deadline.ts';
import {limitBelowTraffic} from './no-limit-below-traffic.ts';
import {contradiction} from './no-contradiction.ts';
import {credentialsAcrossSites} from './no-credentials-across-sites.ts';
import {deadBreaker} from './no-dead-breaker.ts';
import {emptyTriggers} from './no-empty-triggers.ts';
import {endlessWaits} from './no-endless-waits.ts';
import {excessiveHedging} from './no-excessive-hedging.ts';
import {excessiveHints} from './no-excessive-hints.ts';
import {extremeBuffer} from './no-extreme-buffer.ts';
import {fieldWithoutEffect} from './no-field-without-effect.ts';
import {firstContentBeyondTimeout} from './no-first-content-beyond-timeout.ts';
import {flappingBreaker} from './no-flapping-breaker.ts';
import {flatBackoff} from './no-flat-backoff.ts';
import {falseIdempotence} from './no-false-idempotence.ts';
import {idsToEveryOrigin} from './no-ids-to-every-origin.ts';
import {ignoredKeyHeader} from './no-ignored-key-header.ts';
import {ignoredThrottling} from './no-ignored-throttling.ts';
import {immediateRetries} from './no-immediate-retries.ts';
import {implausibleQuota} from './no-implausible-quota.ts';
import {ineffectiveAdaptiveLimit} from './no-ineffective-adaptive-limit.ts';
import {lostDefaults} from './no-lost-defaults.ts';
import {missedObjective} from './no-missed-objective.ts';
import {misspeltMethod} from './no-misspelt-method.ts';
import {overriddenPreset} from './no-overridden-preset.ts';
import {paymentsAcrossEndpoints} from './no-payments-across-endpoints.ts';
import {plainHttp} from './no-plain-http.ts';
import {repeatedRoutes} from './no-repeated-settings.ts';
import {repeatedPostWithoutKey} from './no-repeated-post-without-key.ts';
import {retriedRefusals} from './no-retried-refusals.ts';
import {callsPaidTwice} from './no-calls-paid-twice.ts';
import {secretInNotes} from './no-secret-in-notes.ts';
import {sharedRouteGuards} from './no-shared-route-guards.ts';
import {streamCommittedByHeaders} from './no-stream-committed-by-headers.ts';
import {synchronisedRetries} from './no-synchronised-retries.ts';
import {timeoutBelowLatency} from './no-timeout-below-latency.ts';
import {tooManyAttempts} from './no-too-many-attempts.ts';
import {toothlessBudget} from './no-toothless-budget.ts';
import {unitSlip} from './no-unit-slip.ts';
import {unreachableAttempts} from './no-unreachable-attempts.ts';
import {unreachableCap} from './no-unreachable-cap.ts';
import {unreachableEntry} from './no-unreachable-entry.ts';
import {unretriedThrottling} from './no-unretried-throttling.ts';
import {unretriedTimeouts} from './no-unretried-timeouts.ts';
import {lateWorstCase} from './no-worst-case-above-objective.ts';
import {wrongEndpoint} from './no-wrong-endpoint.ts';
import {missingAttemptTimeout} from './use-attempt-timeout.ts';
import {missingConcurrencyLimit} from './use-concurrency-limit.ts';
import {missingDeadline} from './use-deadline.ts';
import {missingDeadlineHeader} from './use-deadline-header.ts';
import {idleTimeout} from './use-idle-timeout.ts';
import {missingRefusals} from './use-refusals.ts';
import {missingBudget} from './use-retry-budget.ts';

export const rules: readonly Rule[] = [
  syntaxError,
  duplicateKey,
  wrongValue,
  unknownField,
  missingField,
  unreadableText,
  repeatedPostWithoutKey,
  retriedRefusals,
  falseIdempotence,
  plainHttp,
  idsToEveryOrigin,
  secretInNotes,
  callsPaidTwice,
  paymentsAcrossEndpoints,
  credentialsAcrossSites,
  ignoredKeyHeader,
  tooManyAttempts,
  synchronisedRetries,
  immediateRetries,
  flatBackoff,
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
  missingRefusals,
  missingConcurrencyLimit,
  implausibleQuota,
  missingAttemptTimeout,
  missingDeadline,
  unreachableAttempts,
  attemptAsLongAsCall,
  unretriedTimeouts,
  unreachableCap,
  lateWorstCase,
  missedObjective,
  timeoutBelowLatency,
  idleTimeout,
  excessiveHints,
  firstContentBeyondTimeout,
  missingDeadlineHeader,
  lateColdStart,
  contradiction,
  misspeltMethod,
  fieldWithoutEffect,
  brokenExtends,
  unreachableEntry,
  emptyTriggers,
  unretriedThrottling,
  extremeBuffer,
  streamCommittedByHeaders,
  overriddenPreset,
  wrongEndpoint,
  lostDefaults,
  sharedRouteGuards,
  repeatedRoutes,
  unitSlip,
  weakSuppression,
  unusedSuppression,
];
