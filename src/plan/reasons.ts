/** Why the settings of a plan are as they are: one sentence for each, with the numbers of the nearest other choice. */

import type {Plan} from './evaluate.ts';
import {formatMs, formatNumber, formatShare} from './format.ts';
import type {PlanRequest} from './request.ts';
import {hasRoom, type Miss, misses} from './search.ts';

export interface Reason {
  readonly setting: 'deadline' | 'attempts' | 'attempt timeout' | 'base' | 'jitter' | 'hedge' | 'repeat';
  /** The value, as text. */
  readonly value: string;
  readonly because: string;
}

/** @param plans The plans that were compared. */
export function reasonsOf(best: Plan, plans: readonly Plan[], request: PlanRequest): Reason[] {
  const {call, objective} = request;
  const deadline: Reason = {
    setting: 'deadline',
    value: formatMs(objective.deadlineMs),
    because: 'An answer after the deadline is of no use to the caller, so the call ends there.',
  };
  const attempts = attemptsReason(best, plans, request);
  if (best.attempts === 1) return [deadline, attempts];
  const reasons = [deadline, attempts, timeoutReason(best, plans, request), baseReason(best, plans, request)];
  reasons.push(jitterReason(best, plans, request), hedgeReason(best, plans, request));
  if (call.repeat !== 'idempotent-method') reasons.push(repeatReason(request));
  return reasons;
}

function attemptsReason(best: Plan, plans: readonly Plan[], request: PlanRequest): Reason {
  const setting = 'attempts';
  const value = String(best.attempts);
  if (best.attempts === 1)
    return {setting, value, because: 'One attempt meets every objective, so nothing is retried.'};
  const fewer = bestWith(
    plans,
    plan => plan.attempts < best.attempts && (plan.hedgeMs === null || best.hedgeMs !== null),
  );
  if (fewer === undefined) return {setting, value, because: 'No smaller number was searched.'};
  return {
    setting,
    value,
    because: `With fewer${best.hedgeMs === null ? ' and no hedge' : ''}, ${missText(fewer, request)} at best.`,
  };
}

function timeoutReason(best: Plan, plans: readonly Plan[], request: PlanRequest): Reason {
  const timeoutMs = best.attemptTimeoutMs!;
  const timeoutOf = (plan: Plan): number => plan.attemptTimeoutMs ?? Number.POSITIVE_INFINITY;
  const {below, above} = neighbors(best, plans, 'attemptTimeoutMs', timeoutOf);
  const clauses = [above, below].flatMap(plan =>
    plan === undefined ? [] : [`at ${formatMs(timeoutOf(plan))}, ${changeText(plan, best, request)}`],
  );
  const cut = `It cuts off ${formatShare(1 - request.service.latency(timeoutMs))} of the good answers`;
  return {setting: 'attempt timeout', value: formatMs(timeoutMs), because: `${[cut, ...clauses].join('; ')}.`};
}

function baseReason(best: Plan, plans: readonly Plan[], request: PlanRequest): Reason {
  const {above} = neighbors(best, plans, 'baseMs', ({baseMs}) => baseMs);
  const because =
    above === undefined
      ? 'It is the longest that was searched.'
      : `With ${formatMs(above.baseMs)}, ${changeText(above, best, request)}.`;
  return {setting: 'base', value: formatMs(best.baseMs), because};
}

/** The plans with the next smaller and the next larger value of one setting. */
function neighbors(
  best: Plan,
  plans: readonly Plan[],
  key: keyof Plan,
  settingOf: (plan: Plan) => number,
): {readonly below: Plan | undefined; readonly above: Plan | undefined} {
  const others = plans.filter(plan => isSame(plan, best, key)).sort((a, b) => settingOf(a) - settingOf(b));
  return {
    below: others.findLast(plan => settingOf(plan) < settingOf(best)),
    above: others.find(plan => settingOf(plan) > settingOf(best)),
  };
}

function jitterReason(best: Plan, plans: readonly Plan[], request: PlanRequest): Reason {
  const setting = 'jitter';
  const value = best.jitter;
  const other = bestWith(plans, plan => isSame(plan, best, 'jitter') && plan.jitter !== best.jitter);
  const spread =
    best.jitter === 'full' ? 'Full jitter spreads the retries of many clients most' : 'It suits the deadline best';
  if (other === undefined) return {setting, value, because: `${spread}.`};
  return {setting, value, because: `${spread}; with ${other.jitter} jitter, ${changeText(other, best, request)}.`};
}

function hedgeReason(best: Plan, plans: readonly Plan[], request: PlanRequest): Reason {
  const setting = 'hedge';
  if (best.hedgeMs !== null) {
    const without = bestWith(plans, plan => plan.hedgeMs === null);
    const because =
      without === undefined
        ? 'No plan without a hedge was searched.'
        : `Without a hedge, ${missText(without, request)}.`;
    return {setting, value: `after ${formatMs(best.hedgeMs)}`, because};
  }
  const hedged = bestWith(plans, plan => isSame(plan, best, 'hedgeMs') && plan.hedgeMs !== null);
  if (hedged === undefined) return {setting, value: 'none', because: 'The plan meets every objective without one.'};
  const effect = `${formatShare(hedged.successRatio)} of the calls would succeed, with ${formatNumber(hedged.meanAttempts)} attempts per call`;
  return {
    setting,
    value: 'none',
    because: `The plan meets every objective without one. With a hedge after ${formatMs(hedged.hedgeMs!)}, ${effect}.`,
  };
}

function repeatReason({call}: PlanRequest): Reason {
  const {method, repeat} = call;
  const texts = {
    key: [
      `${method} by key`,
      `The server has to deduplicate ${method} by Idempotency-Key: a retry may come after the server has acted.`,
    ],
    declared: [
      `${method} is repeatable`,
      `You state that a second ${method} does no harm: a retry may come after the server has acted.`,
    ],
    never: [
      `${method} once`,
      `The server may have acted after a 503 or a timeout, so ${method} is retried only where it certainly has not.`,
    ],
    'idempotent-method': [method, `${method} is idempotent.`],
  } as const;
  const [value, because] = texts[repeat];
  return {setting: 'repeat', value, because};
}

/** Whether two plans differ in at most one setting. */
const isSame = (a: Plan, b: Plan, except: keyof Plan): boolean =>
  (['attempts', 'attemptTimeoutMs', 'baseMs', 'jitter', 'hedgeMs'] as const).every(
    key => key === except || a[key] === b[key],
  );

/** The plan with the highest success of those for which a condition holds. */
function bestWith(plans: readonly Plan[], holds: (plan: Plan) => boolean): Plan | undefined {
  return plans
    .filter(holds)
    .reduce<Plan | undefined>(
      (best, plan) => (best === undefined || plan.successRatio > best.successRatio ? plan : best),
      undefined,
    );
}

/** What differs with another plan, as a clause. */
function changeText(plan: Plan, best: Plan, request: PlanRequest): string {
  if (misses(plan, request).length > 0 || !hasRoom(plan, request)) return missText(plan, request);
  const [attempts, before] = [plan, best].map(({meanAttempts}) => formatNumber(meanAttempts));
  if (attempts !== before) return `a call makes ${attempts} attempts instead of ${before}`;
  const [succeed, now] = [plan, best].map(({successRatio}) => formatShare(successRatio));
  return succeed === now ? 'the numbers are the same' : `${succeed} of the calls succeed instead of ${now}`;
}

/** What another plan does not reach, or else what it gives, as a clause. */
function missText(plan: Plan, request: PlanRequest): string {
  const [miss] = misses(plan, request);
  if (miss !== undefined) return missClause(miss);
  if (!hasRoom(plan, request))
    return `the load of ${formatNumber(plan.meanAttempts)} attempts per call leaves too little room`;
  return `${formatShare(plan.successRatio)} of the calls succeed, with ${formatNumber(plan.meanAttempts)} attempts per call`;
}

/** `98.67 % of the calls succeed (objective: 99 %)` */
export function missClause({name, objective, reached}: Miss): string {
  if (name === 'success') return `${formatShare(reached)} of the calls succeed (objective: ${formatShare(objective)})`;
  const is = Number.isFinite(reached) ? `is ${formatMs(Math.ceil(reached))}` : 'is never reached';
  return `${name} ${is} (objective: ${formatMs(objective)})`;
}
