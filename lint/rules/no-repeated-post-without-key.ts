import type {RetryTrigger} from '../../src/policy/types.ts';
import {formatList} from '../analysis/format.ts';
import {isBroad} from '../analysis/path-effect.ts';
import {relatedTo} from '../analysis/related.ts';
import {declaring, keyFor, type RepeatRisk, repeatRisks} from '../analysis/repeat-risk.ts';
import {callsOf, mayRetry, namedNonIdempotent} from '../analysis/retryability.ts';
import {assignHere} from '../analysis/setting.ts';
import {ambiguousTriggers} from '../analysis/triggers.ts';
import {isSet, isSetByRoute, isSetHere, mostSpecific, type Scope} from '../model/scope.ts';
import type {Check, Draft, FixDraft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const retried: Check = {
  fields: ['idempotency', 'idempotentMethods', 'retryOn'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    if (!mayRetry(scope)) return;
    const {policy, match} = scope;
    for (const risk of repeatRisks(scope, 'retryOn')) {
      if (!risk.isRepeated && !isMeantForRetries(scope, risk)) continue;
      const triggers = ambiguousTriggers(policy, risk.method, match);
      if (triggers.length === 0) continue;
      yield {
        at: match?.methods === undefined ? 'match.path' : 'match.methods',
        message: formatRisk(scope, triggers, risk),
        severity: risk.severity,
        confidence: risk.confidence,
        related: relatedOf(scope, risk),
        ...remedies(scope, risk),
      };
      return;
    }
  },
};

/**
 * Whether the author expects retries that the client does not make. Triggers of the whole policy are no mistake in a route that writes: there the
 * client is safe by itself.
 */
const isMeantForRetries = (scope: Scope, {effect}: RepeatRisk): boolean =>
  effect === 'harmless' ? isSetHere(scope, 'retryOn') : isSetByRoute(scope, 'retryOn');

function formatRisk(scope: Scope, triggers: readonly RetryTrigger[], risk: RepeatRisk): string {
  const {method, isRepeated, isDeclared, effect, why} = risk;
  const call = callsOf(scope, method);
  const named = formatTriggers(triggers);
  const after = `after ${named}, when the server may have processed it`;
  const advice = `Send a key, or remove the ${triggers.length === 1 ? 'trigger' : 'triggers'}.`;
  if (!isRepeated) {
    const listed = `${call} lists ${named.replace(/ or (?=[^ ]*$)/, ' and ')} in retryOn, but is not retried`;
    return effect === 'harmless'
      ? `${listed}, because ${method} is not in idempotentMethods. List it there.`
      : `${listed} without an idempotency key, because the server may have processed it. ${advice}`;
  }
  if (effect === 'acts' || isBroad(scope.match) || !isDeclared)
    return `${call} is retried without an idempotency key ${after}${effect === 'acts' ? `: ${why}` : ''}. ${advice}`;
  const reason = why === undefined ? 'which its path does not show' : `but ${why}`;
  const keyed = scope.policy.idempotency?.methods ?? [];
  const check =
    keyed.length === 0
      ? 'Check the declaration.'
      : `Only ${formatList(keyed)} ${keyed.length === 1 ? 'sends' : 'send'} a key: list ${method} in idempotency.methods, or check the declaration.`;
  return `${call} is declared idempotent, ${reason}. It is retried ${after}. ${check}`;
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

function formatHedge(call: string, {method, isRepeated, effect, why}: RepeatRisk): string {
  if (isRepeated) {
    const harm = effect === 'acts' && why !== undefined ? why : 'the server may process both';
    return `${call} is sent a second time while the first attempt is still running, without an idempotency key: ${harm}. Remove the hedge, or send a key.`;
  }
  return effect === 'harmless'
    ? `${call} is never hedged, because ${method} is not in idempotentMethods. List it, or remove the hedge.`
    : `${call} is never hedged without an idempotency key. Send a key, or remove the hedge.`;
}

const unhedged: FixDraft = assignHere('Remove the hedge here', 'hedge', null);

/** A fix exists only where the path writes. Elsewhere only the author knows whether a second request does harm. */
function hedgeRemedies(scope: Scope, {method, effect}: RepeatRisk): Pick<Draft, 'fix' | 'suggestions'> {
  if (effect === 'harmless') return {suggestions: [declaring(scope, method), unhedged]};
  const withKey = keyFor(scope, method);
  return effect === 'acts' ? {fix: unhedged, suggestions: [withKey]} : {suggestions: [withKey, unhedged]};
}

export const repeatedPostWithoutKey: Rule = builtIn('RL101', retried, hedgedPostWithoutKey);
