import type {RetryTrigger} from '../../src/policy/types.ts';
import {formatList} from '../analysis/format.ts';
import {isIdempotent} from '../analysis/methods.ts';
import {isBroad} from '../analysis/path-effect.ts';
import {worstMs} from '../analysis/prediction.ts';
import {declaring, keyFor, type RepeatRisk, repeatRisks} from '../analysis/repeat-risk.ts';
import {callsOf, mayRetry, namedNonIdempotent} from '../analysis/retryability.ts';
import {ambiguousTriggers} from '../analysis/triggers.ts';
import {isSet, isSetByRoute, isSetHere, type Scope} from '../model/scope.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const retriedPostWithoutKey: Rule = builtIn('RL101', {
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
});

const DAY_MS = 86_400_000;

/** A key protects a retry as long as the server knows it. */
function* forgottenKeys({policy, dialect}: Scope): Iterable<Draft> {
  const longestMs = worstMs(policy);
  if (policy.idempotency === null || policy.deadlineMs === null || longestMs <= DAY_MS) return;
  yield {
    at: 'deadlineMs',
    message: `A call may be retried for ${dialect.words.ms(longestMs)}, and servers forget keys, Stripe's after 24 hours: then a retry is a new request. Lower the deadline, unless keys are kept for longer.`,
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

const once: FixDraft = {
  title: 'Set maxAttempts to 1',
  changes: [{do: 'set', path: 'maxAttempts', value: 1, inScope: true}],
};
