/**
 * Decides whether to retry, and after how long.
 *
 * All checks come before the wait: whether the server may have acted, the attempts, the body, the hint of the server, the deadline, the
 * breaker, and last the budget. The budget is reserved here and given back if the retry does not happen.
 */
import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {type Classification, changed, isOverload} from '../decide/classification.ts';
import {callRefusal, type Refusal, type RetryFacts} from '../decide/may-retry.ts';
import {restartsBackoff, retryWait, withHint} from '../decide/retry-wait.ts';
import type {ServerHint} from '../decide/server-hint.ts';
import {type Budget, FREE, REFUSED, type Receipt} from '../guards/budget.ts';
import type {Quota} from '../guards/quota.ts';
import type {CallContext, CallFacts} from './context.ts';
import {type RetryDecision, refuse} from './decision.ts';
import {failedHandshake} from './failed-handshake.ts';
import {endpoints} from './failover-port.ts';
import {hintOf, holdMs} from './hint.ts';
import {quotaOf} from './quota-port.ts';
import {recoveryWaitMs} from './wait.ts';

/** Decides, and holds what the retry costs the budget. */
export function decideRetry<R extends AttemptResponse>(
  call: CallContext<R>,
  outcome: Outcome<R>,
  found: Classification,
): RetryDecision {
  if (call.refreshes) call.retryState.previousStatus = outcome.status;
  const {budget} = call;
  const decision = decide(call, budget, outcome, found);
  if (decision.receipt !== REFUSED) call.reserve(budget)?.hold(decision.receipt);
  if (decision.refusal === null) call.retryState.waitedMs += decision.waitMs;
  call.decision = decision;
  return decision;
}

function decide<R extends AttemptResponse>(
  call: CallContext<R>,
  budget: Budget | null,
  outcome: Outcome<R>,
  found: Classification,
): RetryDecision {
  const {client, guards} = call;
  const hint = hintOf(call, outcome, found);
  const classification = withHint(found, outcome.status, hint);
  const learning = guards.quota?.learns ? quotaOf(call, guards) : null;
  const isShort = isOverload(outcome.status);
  // The items of a batch are few at a time, and each waits by itself.
  const isAlone = call.transport.isBounded && classification.throttled && (isShort || learning?.hasNoLimit);
  // Among the 4xx only one for the load says something of other calls: a locked conversation waits alone.
  if (hint !== null && !isAlone && (found.throttled || Math.trunc(outcome.status / 100) !== 4))
    learning?.named(holdMs(call, hint), call.lastSentAt, client.clock.now());
  const no = (refusal: Refusal): RetryDecision => refuse(classification, refusal, hint);

  const now = client.clock.now();
  const hasNoTls = failedHandshake(call, outcome, found);
  if (hasNoTls) call.failover!.pause(guards, Infinity);
  const elsewhere =
    call.failover && endpoints.steps!.elsewhereAfter(call, call.failover, outcome, classification, hint, now);
  const obeyed = elsewhere === null ? hint : null; // A hint is the word of one endpoint.
  const isResent = call.transport.resent?.(outcome) ?? false;
  if (isResent) call.attempts++; // The server saw the request twice.
  const facts = factsOf(call);
  const reasonBefore = isResent && elsewhere === null ? classification.reason : facts.reasonBefore;
  const moved = hasNoTls && elsewhere === 'untried' ? {...classification, transient: true} : classification;
  const refusal = callRefusal(outcome, moved, obeyed, {...facts, reasonBefore});
  if (refusal !== null) return no(refusal);

  const inLine = waitsInLine(call, learning, obeyed, now);
  const {waitMs, waitSource} =
    elsewhere === 'untried'
      ? AT_ONCE
      : waitBefore(
          call,
          isAlone && (!isShort || guards.concurrency?.adapts)
            ? changed(classification, {throttled: false})
            : classification,
          obeyed,
          inLine,
        );
  if (now + waitMs + LEAST_ATTEMPT_MS > call.deadlineAt) return no('deadline');
  const {breaker} = guards;
  const recoveryMs = recoveryWaitMs(call, now + waitMs);
  if (recoveryMs <= 0 && breaker?.refuses(now + waitMs) && !call.failover?.mayPassOver('breaker-open'))
    return no('breaker-open');
  // The line of a breaker lets through less than a budget would. An attempt that timed out has kept a worker of the server busy.
  const isHeld = !elsewhere && recoveryMs > 0 && breaker!.state(now) === 'open' && outcome.kind !== 'attempt-timeout';
  const receipt = outcome.isLate || isHeld ? FREE : withdraw(call, outcome, classification, obeyed, now);
  if (budget !== null && receipt === REFUSED) return no('budget-exhausted');
  return {classification: moved, refusal: null, waitMs: inLine ? 0 : waitMs, waitSource, hint, receipt};
}

const AT_ONCE: Pick<RetryDecision, 'waitMs' | 'waitSource'> = {waitMs: 0, waitSource: 'none'};

function factsOf<R extends AttemptResponse>(call: CallContext<R>): RetryFacts {
  const {plan, client, countedAttempts, mayRepeat, mayPayMore, paidAttempts, yields, decision} = call;
  return {
    mayRepeat,
    attempts: countedAttempts,
    maxAttempts: plan.maxAttempts,
    paid: paidAttempts ? plan.policy.paid : null,
    mayPayMore,
    yields,
    retriesDisabled: client.handle.retriesDisabled,
    replayable: call.transport.replayable !== false, // What is still being read is awaited later, and only for a retry.
    reasonBefore: decision?.classification.reason,
    maxHintMs: plan.policy.retryAfter.maxMs,
  };
}

/**
 * A retry at the time that the server named is admitted by the server: it sees its whole load, a budget only that of one client. A
 * delay of 0 names no time. A quota that learns from throttled answers lowers the load itself, and so does a limit that adapts to overload.
 */
function withdraw(
  {budget, guards}: CallFacts,
  {status}: Outcome,
  classification: Classification,
  hint: ServerHint | null,
  now: number,
): Receipt {
  if (budget === null) return REFUSED;
  const {concurrency, quota, namedWaits} = guards;
  if (hint !== null && hint.ms > 0 && (quota?.learns || namedWaits.areKept(now))) return FREE;
  if (classification.throttled && (isOverload(status) ? concurrency?.adapts : quota?.learns)) return FREE;
  return budget.withdraw(classification.throttled, now);
}

/** A call that was throttled so often waits its backoff, too: it met the same busy time again and again. */
const RETRIES_WITHOUT_BACKOFF = 2;

/**
 * A quota that learns holds its queue for as long as the hint says, and retries are first in the queue, so they need no wait of their own.
 */
function waitsInLine(
  {attempts, hedges}: CallFacts,
  learning: Quota | null,
  hint: ServerHint | null,
  now: number,
): boolean {
  if (learning === null || hint === null || hint.ms <= 0 || attempts - hedges > RETRIES_WITHOUT_BACKOFF) return false;
  return learning.isHeldFor(hint.ms, now);
}

function waitBefore(
  call: CallFacts,
  classification: Classification,
  hint: ServerHint | null,
  isInLine: boolean,
): Pick<RetryDecision, 'waitMs' | 'waitSource'> {
  const {client, plan, retryState} = call;
  if (hint !== null && isInLine) return {waitMs: hint.ms, waitSource: hint.source};
  const retries = call.attempts - call.hedges;
  const restarts = restartsBackoff(hint);
  const retry = restarts ? 1 : retries - retryState.retriesBeforeBackoff;
  const wait = retryWait(plan.policy.backoff, retry, classification, hint, retryState.lastBackoffMs, client.random);
  if (restarts) retryState.retriesBeforeBackoff = retries;
  if (wait.backoffMs !== null) retryState.lastBackoffMs = restarts ? 0 : wait.backoffMs;
  return wait;
}
