import type {Match, RetryTrigger} from '../../src/policy/types.ts';
import {formatList} from '../analysis/format.ts';
import {isIdempotent} from '../analysis/methods.ts';
import {effectOf, isBroad} from '../analysis/path-effect.ts';
import {worstMs} from '../analysis/prediction.ts';
import {relatedTo} from '../analysis/related.ts';
import {declaring, keyFor, type RepeatRisk, repeatRisks} from '../analysis/repeat-risk.ts';
import {callsOf, isKeyed, mayRetry, namedNonIdempotent} from '../analysis/retryability.ts';
import {assignHere} from '../analysis/setting.ts';
import {ambiguousTriggers} from '../analysis/triggers.ts';
import {isSet, isSetByRoute, isSetHere, mostSpecific, type Scope} from '../model/scope.ts';
import type {Check, Draft, FixDraft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const retried: Check = {
  fields: ['idempotency', 'idempotentMethods', 'retryOn'],
  reads: ['attemptTimeoutMs', 'backoff', 'deadlineMs', 'match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    if (!mayRetry(scope)) return;
    const {policy, match} = scope;
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
        related: relatedOf(scope, risk),
        ...remedies(scope, risk),
      };
      return;
    }
  },
};

const DAY_MS = 86_400_000;

/** A key protects a retry as long as the server knows it. */
function* forgottenKeys({policy, dialect}: Scope): Iterable<Draft> {
  const longestMs = worstMs(policy);
  if (policy.idempotency === null || policy.deadlineMs === null || longestMs <= DAY_MS) return;
  yield {
    at: 'deadlineMs',
    message: `A call may be retried for ${dialect.words.ms(longestMs)}, and Stripe forgets keys after 24 hours: a later retry is a new request. Lower the deadline, unless keys are kept for longer.`,
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

function formatRisk(scope: Scope, triggers: readonly RetryTrigger[], risk: RepeatRisk): string {
  const {method, isRepeated, isDeclared, effect, why} = risk;
  const call = callsOf(scope, method);
  const after = `after ${formatTriggers(triggers)}`;
  const keyed = scope.policy.idempotency?.methods ?? [];
  const unlisted = `Only ${formatList(keyed)} ${keyed.length === 1 ? 'sends' : 'send'} a key: list ${method} in idempotency.methods`;
  const advice = `Send a key, or remove the ${triggers.length === 1 ? 'trigger' : 'triggers'}.`;
  if (!isRepeated) {
    if (effect === 'harmless')
      return `${call} is not retried ${after}, because ${method} is not in idempotentMethods. List it there.`;
    return `${call} is not retried ${after} without an idempotency key, because the server may have processed it. ${keyed.length === 0 ? advice : `${unlisted}.`}`;
  }
  const processed = `${after}, when the server may have processed it`;
  if (effect === 'acts' || isBroad(scope.match) || !isDeclared)
    return `${call} is retried without an idempotency key ${processed}${effect === 'acts' ? `: ${why}` : ''}. ${advice}`;
  const reason = why === undefined ? 'which its path does not show' : `but ${why}`;
  const check = keyed.length === 0 ? 'Check' : `${unlisted}, or check`;
  return `${call} is declared idempotent, ${reason}. It is retried ${processed}. ${check} the declaration.`;
}

function formatTriggers(triggers: readonly RetryTrigger[]): string {
  const names = triggers
    .slice(0, 3)
    .map(trigger =>
      trigger === 'network' ? 'a network failure' : trigger === 'timeout' ? 'a timeout' : String(trigger),
    );
  const rest = triggers.length - names.length;
  return rest > 0 ? `${names.join(', ')} and ${rest} more` : formatList(names, 'or');
}

function relatedOf(scope: Scope, {method, isDeclared}: RepeatRisk): {at: string; message: string}[] {
  const found = [];
  if (isSet(scope, 'retryOn')) found.push({at: 'retryOn', message: 'The triggers are listed here.'});
  if (isDeclared) found.push({at: 'idempotentMethods', message: `${method} is declared idempotent here.`});
  if (isSetHere(scope, 'idempotency')) found.push({at: 'idempotency', message: 'Idempotency keys are set here.'});
  return found;
}

/** A fix exists only where the path writes. Elsewhere only the author knows whether a second request does harm. */
function remedies(scope: Scope, {method, effect}: RepeatRisk): Pick<Draft, 'fix' | 'suggestions'> {
  if (effect === 'harmless') return {suggestions: [declaring(scope, method)]};
  const narrower = withoutAmbiguous(scope) ?? once;
  const withKey = keyFor(scope, method);
  return effect === 'acts' ? {fix: narrower, suggestions: [withKey]} : {suggestions: [withKey, narrower]};
}

/** Removes all triggers that are ambiguous for a method of the route. Undefined if no trigger would be left. */
function withoutAmbiguous(scope: Scope): FixDraft | undefined {
  const {policy, match} = scope;
  const entries = new Set(namedNonIdempotent(scope).flatMap(method => ambiguousTriggers(policy, method, match)));
  if (policy.retryOn.every(trigger => entries.has(trigger))) return undefined;
  return {
    title: 'Retry only after failures where the server did not process the request',
    changes: [{do: 'drop', path: 'retryOn', entries: [...entries], inScope: true}],
  };
}

const once: FixDraft = assignHere('Set maxAttempts to 1', 'maxAttempts', 1);

const hedgedPostWithoutKey: FormerCheck = {
  formerly: 'RL105',
  needs: ['hedge'],
  fields: ['hedge', 'idempotency', 'idempotentMethods'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    if (policy.hedge === null || !mayRetry(scope)) return;
    const [risk] = repeatRisks(scope, 'hedge');
    yield* racingKeys(scope);
    if (risk === undefined) return;
    const {method, severity, confidence} = risk;
    yield {
      at: mostSpecific(scope, 'hedge', scope.match?.methods === undefined ? 'match.path' : 'match.methods'),
      message: formatHedge(callsOf(scope, method), risk),
      severity,
      confidence,
      related: relatedTo(scope, 'hedge'),
      ...hedgeRemedies(scope, risk),
    };
  },
};

/** A key protects a retry, which comes after the answer. The hedge of a payment comes while the server still works on it. */
function* racingKeys(scope: Scope): Iterable<Draft> {
  const method = namedNonIdempotent(scope).find(each => isKeyed(scope.policy, each));
  if (method === undefined || !movesMoney(scope.match)) return;
  yield {
    at: 'hedge',
    message: `${callsOf(scope, method)} is sent a second time while the first attempt is still running: it gets a 409, or ${MONEY}, if its key is not stored yet. Remove the hedge.`,
    severity: 'warning',
    fix: unhedged,
  };
}

const MONEY = 'money may move twice';
const movesMoney = (match: Match | undefined): boolean => effectOf(match).why === MONEY;

function formatHedge(call: string, {method, isRepeated, effect, why}: RepeatRisk): string {
  if (isRepeated) {
    const harm = effect === 'acts' && why !== undefined ? why : 'the server may process both';
    return `${call} is sent a second time while the first attempt is still running, without an idempotency key: ${harm}. Remove the hedge${why === MONEY ? '' : ', or send a key'}.`;
  }
  return effect === 'harmless'
    ? `${call} is never hedged, because ${method} is not in idempotentMethods. List it, or remove the hedge.`
    : `${call} is never hedged without an idempotency key. ${why === MONEY ? 'Remove' : 'Send a key, or remove'} the hedge.`;
}

const unhedged: FixDraft = assignHere('Remove the hedge here', 'hedge', null);

/** A fix exists only where the path writes. Elsewhere only the author knows whether a second request does harm. */
function hedgeRemedies(scope: Scope, {method, effect}: RepeatRisk): Pick<Draft, 'fix' | 'suggestions'> {
  if (effect === 'harmless') return {suggestions: [declaring(scope, method), unhedged]};
  if (effect === 'acts' && movesMoney(scope.match)) return {fix: unhedged};
  const withKey = keyFor(scope, method);
  return effect === 'acts' ? {fix: unhedged, suggestions: [withKey]} : {suggestions: [withKey, unhedged]};
}

export const repeatedPostWithoutKey: Rule = builtIn('RL101', retried, hedgedPostWithoutKey);
