import type {Match} from '../../src/policy/types.ts';
import {effectOf} from '../analysis/path-effect.ts';
import {declaring, keyFor, type RepeatRisk, repeatRisks} from '../analysis/repeat-risk.ts';
import {callsOf, isKeyed, mayRetry, namedNonIdempotent} from '../analysis/retryability.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const hedgedPostWithoutKey: Rule = builtIn('RL105', {
  needs: ['hedge'],
  fields: ['hedge', 'idempotency', 'idempotentMethods'],
  reads: ['match', 'maxAttempts'],

  *check(scope): Iterable<Draft> {
    const {policy} = scope;
    if (policy.hedge === null || !mayRetry(scope)) return;
    const [risk] = repeatRisks(scope, 'hedge');
    if (risk === undefined) {
      yield* racingKeys(scope);
      return;
    }
    const {method, severity, confidence} = risk;
    yield {
      at: mostSpecific(scope, 'hedge', scope.match?.methods === undefined ? 'match.path' : 'match.methods'),
      message: formatRisk(callsOf(scope, method), risk),
      severity,
      confidence,
      related: [{at: 'hedge', message: 'The hedge is set here.'}],
      ...remedies(scope, risk),
    };
  },
});

/** A key protects a retry, which comes after the answer. The hedge of a payment comes while the server still works on it. */
function* racingKeys(scope: Scope): Iterable<Draft> {
  const method = namedNonIdempotent(scope).find(each => isKeyed(scope.policy, each));
  if (method === undefined || !movesMoney(scope.match)) return;
  yield {
    at: 'hedge',
    message: `${callsOf(scope, method)} is sent a second time while the first attempt is still running: the second gets a 409, or ${MONEY} if its key is not stored yet. Hedge reads only.`,
    severity: 'warning',
    fix: unhedged,
  };
}

const MONEY = 'money may move twice';
const movesMoney = (match: Match | undefined): boolean => effectOf(match).why === MONEY;

function formatRisk(call: string, {method, isRepeated, effect, why}: RepeatRisk): string {
  if (isRepeated) {
    const harm = effect === 'acts' && why !== undefined ? why : 'the server may process both';
    return `${call} is sent a second time while the first attempt is still running, without an idempotency key: ${harm}. Remove the hedge${why === MONEY ? '' : ', or send a key'}.`;
  }
  return effect === 'harmless'
    ? `${call} is never hedged, because ${method} is not in idempotentMethods. List it, or remove the hedge.`
    : `${call} is never hedged without an idempotency key. ${why === MONEY ? 'Remove' : 'Send a key, or remove'} the hedge.`;
}

const unhedged: FixDraft = {
  title: 'Remove the hedge here',
  changes: [{do: 'set', path: 'hedge', value: null, inScope: true}],
};

/** A fix exists only where the path writes. Elsewhere only the author knows whether a second request does harm. */
function remedies(scope: Scope, {method, effect}: RepeatRisk): Pick<Draft, 'fix' | 'suggestions'> {
  if (effect === 'harmless') return {suggestions: [declaring(scope, method), unhedged]};
  if (effect === 'acts' && movesMoney(scope.match)) return {fix: unhedged};
  const withKey = keyFor(scope, method);
  return effect === 'acts' ? {fix: unhedged, suggestions: [withKey]} : {suggestions: [withKey, unhedged]};
}
