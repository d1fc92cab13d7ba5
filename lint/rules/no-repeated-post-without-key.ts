import {hedgedKeys} from '../analysis/hedged-keys.ts';
import {isIdempotent} from '../analysis/methods.ts';
import {worstMs} from '../analysis/prediction.ts';
import {relatedTo} from '../analysis/related.ts';
import {declaring, keyFor, type RepeatRisk, repeatRisks} from '../analysis/repeat-risk.ts';
import {formatHedge, formatRace, formatRisk, movesMoney} from '../analysis/repeat-words.ts';
import {repeatedCalls} from '../analysis/repeated-calls.ts';
import {callsOf, mayRetry, namedNonIdempotent} from '../analysis/retryability.ts';
import {assignHere, setting} from '../analysis/setting.ts';
import {ambiguousTriggers} from '../analysis/triggers.ts';
import {isSet, isSetByRoute, isSetHere, mostSpecific, type Scope} from '../model/scope.ts';
import type {Check, Draft, FixDraft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const retried: Check = {
  fields: ['idempotency', 'idempotentMethods', 'retryOn'],
  reads: ['attemptTimeoutMs', 'backoff', 'deadlineMs', 'match', 'maxAttempts', 'paid'],
  bears: ['backoff', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    if (!mayRetry(scope)) return;
    const {policy, match} = scope;
    if (scope.file.shape?.repeats !== undefined) return yield* repeatedCalls(scope, true);
    yield* forgottenKeys(scope);
    for (const risk of repeatRisks(scope, 'retryOn')) {
      const isMeant = risk.isRepeated || isMeantForRetries(scope, risk);
      if (!isMeant && !hasOwnAttempts(scope)) continue;
      const triggers = ambiguousTriggers(policy, risk.method, match);
      if (triggers.length === 0) continue;
      yield {
        at: match?.methods === undefined ? 'match.path' : 'match.methods',
        message: formatRisk(scope, triggers, risk),
        severity: isMeant ? risk.severity : 'info',
        confidence: risk.confidence,
        related: relatedTo(scope, ...decidingFields(scope, risk)),
        ...(risk.effect === 'harmless'
          ? {suggestions: [declaring(scope, risk.method)]}
          : remedies(scope, risk, withoutAmbiguous(scope))),
      };
      return;
    }
  },
};

const DAY_MS = 86_400_000;

/** A key protects a retry as long as the server knows it. */
function* forgottenKeys({policy, words}: Scope): Iterable<Draft> {
  const longestMs = worstMs(policy);
  if (policy.idempotency === null || policy.deadlineMs === null || longestMs <= DAY_MS) return;
  yield {
    at: 'deadlineMs',
    message: `A call may be retried for ${words.ms(longestMs)}, and Stripe forgets keys after 24 hours: a later retry is a new request. Lower the deadline, unless keys are kept for longer.`,
    severity: 'info',
  };
}

/** Whether the route states its attempts, beside keys for another method that writes. */
const hasOwnAttempts = (scope: Scope): boolean =>
  isSetByRoute(scope, 'maxAttempts') && !(scope.policy.idempotency?.methods ?? []).every(isIdempotent);

/**
 * Whether the author expects retries that the client does not make. Triggers of the whole policy are no mistake in a route that writes: there the
 * client is safe by itself.
 */
const isMeantForRetries = (scope: Scope, {effect}: RepeatRisk): boolean =>
  effect === 'harmless' ? isSetHere(scope, 'retryOn') : isSetByRoute(scope, 'retryOn');

const decidingFields = (scope: Scope, {isDeclared}: RepeatRisk): string[] =>
  [
    isSet(scope, 'retryOn') && 'retryOn',
    isDeclared && 'idempotentMethods',
    isSetHere(scope, 'idempotency') && 'idempotency',
  ].filter(path => path !== false);

/** A fix exists only where the path writes. Elsewhere only the author knows whether a second request does harm. */
function remedies(scope: Scope, {method, effect}: RepeatRisk, safer: FixDraft): Pick<Draft, 'fix' | 'suggestions'> {
  const withKey = keyFor(scope, method);
  return effect === 'acts' ? {fix: safer, suggestions: [withKey]} : {suggestions: [withKey, safer]};
}

/** Removes all triggers that are ambiguous for a method of the route. If none would be left, one attempt is the same. */
function withoutAmbiguous(scope: Scope): FixDraft {
  const {policy, match} = scope;
  const entries = new Set(namedNonIdempotent(scope).flatMap(method => ambiguousTriggers(policy, method, match)));
  if (policy.retryOn.every(trigger => entries.has(trigger)))
    return assignHere(setting(scope, 'maxAttempts', 1).title, 'maxAttempts', 1);
  return {
    title: 'Retry only after failures where the server did not process the request',
    changes: [{do: 'drop', path: 'retryOn', entries: [...entries], inScope: true}],
  };
}

const hedgedPostWithoutKey: FormerCheck = {
  formerly: 'RL105',
  needs: ['hedge'],
  fields: ['hedge', 'idempotency', 'idempotentMethods'],
  reads: ['failover.sharedKeys', 'match', 'maxAttempts'],

  /** A key protects a retry, which comes after the answer. A hedge comes while the server still works on the first request. */
  *checkFile({scopes}) {
    for (const {scope, method} of hedgedKeys(scopes)) {
      const change = movesMoney(scope.match) ? {fix: unhedged} : {suggestions: [unhedged]};
      yield {scope, at: 'hedge', message: formatRace(scope, method), severity: 'warning', ...change};
    }
  },

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    if (policy.hedge === null || !mayRetry(scope)) return;
    const [risk] = repeatRisks(scope, 'hedge');
    if (risk === undefined) return;
    yield {
      at: mostSpecific(scope, 'hedge', scope.match?.methods === undefined ? 'match.path' : 'match.methods'),
      message: formatHedge(callsOf(scope, risk.method), risk),
      severity: risk.severity,
      confidence: risk.confidence,
      related: relatedTo(scope, 'hedge'),
      ...hedgeRemedies(scope, risk),
    };
  },
};

const unhedged: FixDraft = assignHere('Remove the hedge here', 'hedge', null);

function hedgeRemedies(scope: Scope, risk: RepeatRisk): Pick<Draft, 'fix' | 'suggestions'> {
  if (risk.effect === 'harmless') return {suggestions: [declaring(scope, risk.method), unhedged]};
  return risk.effect === 'acts' && movesMoney(scope.match) ? {fix: unhedged} : remedies(scope, risk, unhedged);
}

export const repeatedPostWithoutKey: Rule = builtIn('RL101', retried, hedgedPostWithoutKey);
