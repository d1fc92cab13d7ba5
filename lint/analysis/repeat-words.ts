/** What is said about a call that may be sent twice. */

import type {Match, RetryTrigger} from '../../src/policy/types.ts';
import type {Scope} from '../model/scope.ts';
import {formatList} from './format.ts';
import {effectOf, isBroad} from './path-effect.ts';
import type {RepeatRisk} from './repeat-risk.ts';
import {callsOf} from './retryability.ts';

const MONEY = 'money may move twice';
export const movesMoney = (match: Match | undefined): boolean => effectOf(match).why === MONEY;

export function formatRisk(scope: Scope, triggers: readonly RetryTrigger[], risk: RepeatRisk): string {
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

/** One trigger that everybody knows stands for all. */
export const formatAfter = (triggers: readonly RetryTrigger[]): string =>
  triggers.includes('timeout') ? 'a timeout' : formatTriggers(triggers);

function formatTriggers(triggers: readonly RetryTrigger[]): string {
  const names = triggers
    .slice(0, 3)
    .map(trigger =>
      trigger === 'network' ? 'a network failure' : trigger === 'timeout' ? 'a timeout' : String(trigger),
    );
  const rest = triggers.length - names.length;
  return rest > 0 ? `${names.join(', ')} and ${rest} more` : formatList(names, 'or');
}

export function formatHedge(call: string, {method, isRepeated, effect, why}: RepeatRisk): string {
  if (isRepeated) {
    const harm = effect === 'acts' && why !== undefined ? why : 'the server may process both';
    return `${call} is sent a second time while the first attempt is still running, without an idempotency key: ${harm}. Remove the hedge.`;
  }
  return effect === 'harmless'
    ? `${call} is never hedged, because ${method} is not in idempotentMethods. List it, or remove the hedge.`
    : `${call} is never hedged without an idempotency key. Remove the hedge.`;
}

/** The words for a hedge that sends a key. */
export function formatRace(scope: Scope, method: string): string {
  const [harm, advice] = movesMoney(scope.match)
    ? [MONEY, 'Remove the hedge']
    : ['both are carried out', 'Hedge only routes that read'];
  return `${callsOf(scope, method)} is sent a second time while the first attempt is still running: it gets a 409, or ${harm}, if its key is not stored yet. ${advice}.`;
}
