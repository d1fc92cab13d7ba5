/**
 * The decision to retry: may the call be sent again, and after how long?
 *
 * Everything is asked before anyone waits: what the server may have done, the attempts, the body, the server's hint, the
 * deadline, the breaker, and last the budget, which is reserved here and given back if the retry does not happen.
 */
import {isPromise} from '../core/awaitable.ts';
import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {backoffMs} from '../decide/backoff.ts';
import {type Classification, harmless, throttled} from '../decide/classification.ts';
import {endedByTimeout} from '../decide/paid.ts';
import type {ServerHint} from '../decide/server-hint.ts';
import {FREE, REFUSED, type Receipt} from '../guards/budget.ts';
import type {Guards} from '../guards/origin-guards.ts';
import type {CallContext, CallFacts} from './context.ts';
import {type Refusal, type RetryDecision, refuse} from './decision.ts';
import {within} from './wait.ts';

/** How the call ended while the request body was still being read. */
export interface Ended {
  readonly ended: Outcome<never>;
}

/** Decides, and holds what the retry costs the budget. */
export async function decideRetry<R extends AttemptResponse>(
  call: CallContext<R>,
  outcome: Outcome<R>,
  found: Classification,
): Promise<RetryDecision | Ended> {
  if (call.refreshes) call.retryState.previousStatus = outcome.status;
  let {replayable} = call.transport;
  if (isPromise(replayable) && found.transient) {
    const read = await within(call, replayable);
    if ('outcome' in read) return {ended: read.outcome};
    replayable = read.value;
  }
  const decision = decide(call, outcome, found, replayable === true);
  if (decision.receipt !== REFUSED) call.reserve()?.hold(decision.receipt);
  if (decision.refusal === null) call.retryState.waitedMs += decision.waitMs;
  call.decision = decision;
  return decision;
}

/** @param replayable Whether the body can be sent again. */
function decide<R extends AttemptResponse>(
  call: CallContext<R>,
  outcome: Outcome<R>,
  found: Classification,
  replayable: boolean,
): RetryDecision {
  const {client, plan, guards} = call;
  const hint = hintOf(call, outcome, found);
  // A 503 with a hint is a server that sheds load; without one it may just be broken.
  const classification = outcome.status === 503 && hint !== null && found.transient ? throttled(found) : found;
  if (hint !== null) holdOthers(call, hint);
  const no = (refusal: Refusal): RetryDecision => refuse(classification, refusal, hint);

  if (!classification.transient) return no(outcome.kind === 'deadline' ? 'deadline' : 'not-transient');
  if (!harmless(classification.sent) && !call.mayRepeat) return no('may-have-acted');
  if (call.attempts >= plan.maxAttempts) return no('attempts-exhausted');
  if (plan.policy.paid?.afterTimeout === false && endedByTimeout(outcome, classification)) return no('paid-timeout');
  if (!call.mayPayMore) return no('paid-attempts-exhausted');
  if (call.yields) return no('nested');
  if (client.handle.retriesDisabled) return no('retries-disabled');
  if (!replayable) return no('body-not-replayable');
  if (classification.once && call.decision?.classification.reason === classification.reason) return no('retried-once');
  if (hint !== null && hint.ms > plan.policy.retryAfter.maxMs) return no('hint-too-long');

  const now = client.clock.now();
  const inLine = waitsInLine(call, hint);
  const {waitMs, waitSource} = waitBefore(call, classification, hint);
  if (now + waitMs + LEAST_ATTEMPT_MS > call.deadlineAt) return no('deadline');
  if (guards.breaker?.refuses(now + waitMs)) return no('breaker-open');
  const receipt = outcome.isLate ? FREE : withdraw(guards, classification, hint, now);
  if (guards.budget !== null && receipt === REFUSED) return no('budget-exhausted');
  return {classification, refusal: null, waitMs: inLine ? 0 : waitMs, waitSource, hint, receipt};
}

/** Whatever becomes of this call. Capped, so that one bad hint cannot block an origin. */
function holdOthers<R extends AttemptResponse>({client, plan, guards}: CallContext<R>, hint: ServerHint): void {
  const {hold, quota} = guards;
  const ms = Math.min(hint.ms, plan.policy.retryAfter.maxMs);
  hold?.hold(ms, client.clock.now());
  if (quota?.learns) quota.hold(ms, client.clock.now());
}

/**
 * A retry at the time that the server named is admitted by the server: it sees its whole load, a budget only that of one client. A
 * delay of 0 names no time. A quota that learns from throttled answers lowers the load itself.
 */
function withdraw(
  {budget, quota}: Guards,
  classification: Classification,
  hint: ServerHint | null,
  now: number,
): Receipt {
  if (budget === null) return REFUSED;
  if ((hint !== null && hint.ms > 0) || (quota?.learns && classification.throttled)) return FREE;
  return budget.withdraw(classification.throttled, now);
}

function hintOf<R extends AttemptResponse>(
  {client, plan}: CallContext<R>,
  {response}: Outcome<R>,
  {transient, hint}: Classification,
): ServerHint | null {
  if (!transient || response === null || !plan.policy.retryAfter.honor) return null;
  return client.answers.hint(response, client.clock.wall()) ?? hint;
}

/** A call that was throttled so often waits its backoff, too: it met the same busy time again and again. */
const RETRIES_WITHOUT_BACKOFF = 2;

/** Where a quota learns, its line is held for as long as the hint says, and retries stand first in it: they need no wait of their own. */
const waitsInLine = ({guards, attempts, hedges}: CallFacts, hint: ServerHint | null): boolean =>
  hint !== null && hint.ms > 0 && attempts - hedges <= RETRIES_WITHOUT_BACKOFF && guards.quota?.learns === true;

/** A little later than the server asked, never earlier: all its clients heard the same number. */
const HINT_SPREAD = 0.1;
const LONGEST_HINT_SPREAD_MS = 1000;

function waitBefore(
  call: CallFacts,
  classification: Classification,
  hint: ServerHint | null,
): Pick<RetryDecision, 'waitMs' | 'waitSource'> {
  const {client, plan, retryState} = call;
  if (classification.once && hint === null) return {waitMs: 0, waitSource: 'none'};
  if (hint !== null && waitsInLine(call, hint)) return {waitMs: hint.ms, waitSource: hint.source};
  const plannedMs = backoffMs(
    plan.policy.backoff,
    call.attempts - call.hedges,
    classification.throttled,
    retryState.lastBackoffMs,
    client.random,
  );
  retryState.lastBackoffMs = plannedMs;
  if (hint === null || hint.ms < plannedMs) return {waitMs: plannedMs, waitSource: 'backoff'};
  const spreadMs = client.random() * Math.min(hint.ms * HINT_SPREAD, LONGEST_HINT_SPREAD_MS);
  return {waitMs: hint.ms + spreadMs, waitSource: hint.source};
}
