/**
 * The decision to resend: may it be sent again, and after how long?
 *
 * Everything is asked before anyone sleeps: what the server may have done, the attempts, the body, the server's word, the
 * deadline, the breaker, and last the budget, which is reserved here and given back if the resend does not happen.
 */
import type {Outcome} from '../core/outcome.ts';
import {backoffMs} from '../decide/backoff.ts';
import type {ServerHint} from '../decide/server-hint.ts';
import {harmless, throttled, type Verdict} from '../decide/verdict.ts';
import {type Budget, FREE, REFUSED, type Receipt} from '../guards/budget.ts';
import {type Judgement, type Refusal, refuse} from './decision.ts';
import type {CallState} from './state.ts';

/** An attempt that cannot get this long is not worth sending. */
export const LEAST_ATTEMPT_MS = 50;

/** @param replayable Whether the body can be sent again. */
export function judge(call: CallState, outcome: Outcome, found: Verdict, replayable: boolean): Judgement {
  const {engine, plan, guards} = call;
  const hint = hintOf(call, outcome, found);
  // A 503 with a hint is a server that sheds load; without one it may just be broken.
  const verdict = outcome.status === 503 && hint !== null && found.transient ? throttled(found) : found;
  // Whatever becomes of this call; but one absurd hint must not close an origin for a century.
  if (hint !== null) guards.hold?.hold(Math.min(hint.ms, plan.policy.retryAfter.maxMs), engine.clock.now());
  const no = (refusal: Refusal): Judgement => refuse(verdict, refusal, hint);

  if (!verdict.transient) return no(outcome.kind === 'deadline' ? 'deadline' : 'not-transient');
  if (!harmless(verdict.sent) && !call.mayRepeat) return no('may-have-acted');
  if (call.attempts >= plan.maxAttempts) return no('attempts-exhausted');
  if (engine.handle.retriesDisabled) return no('retries-disabled');
  if (!replayable) return no('body-not-replayable');
  if (verdict.once && call.judgement?.verdict.reason === verdict.reason) return no('resent-once');
  if (hint !== null && hint.ms > plan.policy.retryAfter.maxMs) return no('hint-too-long');

  const now = engine.clock.now();
  const {waitMs, waitSource} = waitBefore(call, verdict, hint);
  if (now + waitMs + LEAST_ATTEMPT_MS > call.deadlineAt) return no('deadline');
  if (guards.breaker?.refuses(now + waitMs)) return no('breaker-open');
  const receipt = outcome.isLate ? FREE : withdraw(guards.budget, verdict, hint, now);
  if (guards.budget !== null && receipt === REFUSED) return no('budget-exhausted');
  return {verdict, refusal: null, waitMs, waitSource, hint, receipt};
}

/**
 * A retry at the time that the server named is admitted by the server: it sees its whole load, a budget only that of one client. A
 * delay of 0 names no time.
 */
function withdraw(budget: Budget | null, verdict: Verdict, hint: ServerHint | null, now: number): Receipt {
  if (budget === null) return REFUSED;
  return hint !== null && hint.ms > 0 ? FREE : budget.withdraw(verdict.throttled, now);
}

function hintOf({engine, plan}: CallState, {response}: Outcome, {transient}: Verdict): ServerHint | null {
  if (!transient || response === null || !plan.policy.retryAfter.honor) return null;
  return engine.answers.hint(response, engine.clock.wall());
}

/** A little later than the server asked, never earlier: all its clients heard the same number. */
const HINT_SPREAD = 0.1;
const LONGEST_HINT_SPREAD_MS = 1000;

function waitBefore(
  call: CallState,
  verdict: Verdict,
  hint: ServerHint | null,
): Pick<Judgement, 'waitMs' | 'waitSource'> {
  const {engine, plan} = call;
  if (verdict.once && hint === null) return {waitMs: 0, waitSource: 'none'};
  const plannedMs = backoffMs(
    plan.policy.backoff,
    call.attempts - call.hedges,
    verdict.throttled,
    call.lastBackoffMs,
    engine.random,
  );
  call.lastBackoffMs = plannedMs;
  if (hint === null || hint.ms < plannedMs) return {waitMs: plannedMs, waitSource: 'backoff'};
  const spreadMs = engine.random() * Math.min(hint.ms * HINT_SPREAD, LONGEST_HINT_SPREAD_MS);
  return {waitMs: hint.ms + spreadMs, waitSource: hint.source};
}
