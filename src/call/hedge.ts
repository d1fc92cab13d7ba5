/** May a slow attempt be hedged? By what is known of the call, then by every guard; a refusal is no failure of the call. */
import {isPromise, promiseOf} from '../core/awaitable.ts';
import {type Ticket, UNGUARDED} from '../guards/breaker.ts';
import {REFUSED, type Receipt} from '../guards/budget.ts';
import {Attempt} from './attempt.ts';
import {LEAST_ATTEMPT_MS} from './decide-retry.ts';
import type {CallState} from './state.ts';
import {step} from './wait.ts';

/** Calls back, maybe later, if the call may be sent twice and its body can be. */
export function whenHedgeable(call: CallState, then: () => void): void {
  if (!call.mayRepeat || call.attempts >= call.plan.maxAttempts || call.engine.handle.retriesDisabled) return;
  const {replayable, hedgeable} = call.wire;
  if (hedgeable === false) return;
  if (isPromise(replayable)) promiseOf(replayable).then(can => can && step(call, then), NEVER);
  else if (replayable) then();
}

/** A body that cannot be read is not sent twice. */
const NEVER = (): void => {};

/** A second attempt, to be sent beside the one in flight; null where a guard refuses. */
export function hedgeOf(call: CallState, shadowed: Attempt): Attempt | null {
  const {concurrency, budget} = call.guards;
  const now = call.engine.clock.now();
  if (now + LEAST_ATTEMPT_MS > call.deadlineAt || call.guards.breaker?.refuses(now)) return null;
  if (concurrency !== null && !concurrency.tryEnter()) return null;
  let receipt: Receipt = REFUSED;
  let ticket: Ticket | null = null;
  try {
    if (budget !== null) receipt = budget.withdraw(false, now);
    ticket = admitted(call, receipt, now);
  } finally {
    if (ticket === null) {
      concurrency?.exit();
      if (receipt !== REFUSED) budget!.giveBack(receipt, now);
    }
  }
  return ticket === null ? null : new Attempt(call, call.attempts + 1, ticket, concurrency, shadowed);
}

/** The load that hedges may add, then the breaker, which counts what it lets through. */
function admitted({guards: {budget, breaker, hedge}}: CallState, receipt: Receipt, now: number): Ticket | null {
  if (budget !== null && receipt === REFUSED) return null;
  if (!hedge!.tryHedge(now)) return null;
  return breaker === null ? UNGUARDED : breaker.admit(now);
}
