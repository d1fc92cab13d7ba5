/** Every rule, by code. */

import type {Rule} from '../rule.ts';
import {amplifiedRetries} from './amplified-retries.ts';
import {attemptAsLongAsCall} from './attempt-as-long-as-call.ts';
import {brokenExtends} from './broken-extends.ts';
import {contradiction} from './contradiction.ts';
import {deadBreaker} from './dead-breaker.ts';
import {duplicateKey} from './duplicate-key.ts';
import {emptyTriggers} from './empty-triggers.ts';
import {endlessWaits} from './endless-waits.ts';
import {excessiveAttempts} from './excessive-attempts.ts';
import {fastThrottledResends} from './fast-throttled-resends.ts';
import {fieldWithoutEffect} from './field-without-effect.ts';
import {flappingBreaker} from './flapping-breaker.ts';
import {flatBackoff} from './flat-backoff.ts';
import {hedgedPostWithoutKey} from './hedged-post-without-key.ts';
import {idempotentPostEverywhere} from './idempotent-post-everywhere.ts';
import {idleRoute} from './idle-route.ts';
import {ignoredHints} from './ignored-hints.ts';
import {immediateResends} from './immediate-resends.ts';
import {lateWorstCase} from './late-worst-case.ts';
import {missedObjective} from './missed-objective.ts';
import {missingAttemptTimeout} from './missing-attempt-timeout.ts';
import {missingBudget} from './missing-budget.ts';
import {missingDeadline} from './missing-deadline.ts';
import {missingField} from './missing-field.ts';
import {misspeltMethod} from './misspelt-method.ts';
import {repeatedRoutes} from './repeated-routes.ts';
import {retriedPostWithoutKey} from './retried-post-without-key.ts';
import {retriedRefusals} from './retried-refusals.ts';
import {synchronisedRetries} from './synchronised-retries.ts';
import {syntaxError} from './syntax-error.ts';
import {toothlessBudget} from './toothless-budget.ts';
import {unboundedRetries} from './unbounded-retries.ts';
import {unitSlip} from './unit-slip.ts';
import {unknownField} from './unknown-field.ts';
import {unreachableAttempts} from './unreachable-attempts.ts';
import {unreachableCap} from './unreachable-cap.ts';
import {unreachableEntry} from './unreachable-entry.ts';
import {unreadableText} from './unreadable-text.ts';
import {unretriedTimeouts} from './unretried-timeouts.ts';
import {unusedSuppression} from './unused-suppression.ts';
import {weakSuppression} from './weak-suppression.ts';
import {wrongValue} from './wrong-value.ts';

export const rules: readonly Rule[] = [
  syntaxError,
  duplicateKey,
  wrongValue,
  unknownField,
  missingField,
  unreadableText,
  retriedPostWithoutKey,
  retriedRefusals,
  idempotentPostEverywhere,
  hedgedPostWithoutKey,
  unboundedRetries,
  excessiveAttempts,
  synchronisedRetries,
  immediateResends,
  flatBackoff,
  endlessWaits,
  missingBudget,
  toothlessBudget,
  amplifiedRetries,
  ignoredHints,
  fastThrottledResends,
  deadBreaker,
  flappingBreaker,
  missingAttemptTimeout,
  missingDeadline,
  unreachableAttempts,
  attemptAsLongAsCall,
  unretriedTimeouts,
  unreachableCap,
  lateWorstCase,
  missedObjective,
  contradiction,
  misspeltMethod,
  fieldWithoutEffect,
  brokenExtends,
  unreachableEntry,
  emptyTriggers,
  repeatedRoutes,
  unitSlip,
  idleRoute,
  weakSuppression,
  unusedSuppression,
];
