/** May a slow attempt be hedged? By what is known of the call, then by every guard; a refusal is no failure of the call. */
import {isPromise} from '../core/awaitable.ts';
import {NOT_ADMITTED} from '../guards/breaker.ts';
import {REFUSED, type Receipt} from '../guards/budget.ts';
import {Attempt, type AttemptOwner} from './attempt.ts';
import {LEAST_ATTEMPT_MS} from './judge.ts';
import type {CallState} from './state.ts';
import {tellHedged} from './tell.ts';

/** Calls back, maybe later, if the call may be sent twice and its body can be. */
export function whenHedgeable(call: CallState, then: () => void): void {
  if (!call.mayRepeat || call.attempts >= call.plan.maxAttempts || call.engine.handle.retriesDisabled) return;
  const {replayable} = call.wire;
  if (isPromise(replayable)) replayable.then(can => can && then());
  else if (replayable) then();
}

/** A second attempt, to be sent beside the one in flight; null where a guard refuses. */
export function hedgeOf(call: CallState, shadowed: Attempt, owner: AttemptOwner): Attempt | null {
  const {concurrency, budget, hedge} = call.guards;
  const now = call.engine.clock.now();
  if (now + LEAST_ATTEMPT_MS > call.deadlineAt || call.guards.breaker?.refuses(now)) return null;
  if (concurrency !== null && !concurrency.tryEnter()) return null;
  const receipt = budget === null ? REFUSED : budget.withdraw(false, now);
  const epoch = admitted(call, receipt, now);
  if (epoch === NOT_ADMITTED) {
    if (receipt !== REFUSED) budget!.giveBack(receipt, now);
    concurrency?.exit();
    return null;
  }
  call.attempts++;
  call.hedges++;
  tellHedged(call, hedge!.delayMs()!); // Known, or this attempt would not have been slow.
  return new Attempt(call, call.attempts, epoch, concurrency, owner, shadowed);
}

/** The load that hedges may add, then the breaker, which counts what it lets through. */
function admitted({guards: {budget, breaker, hedge}}: CallState, receipt: Receipt, now: number): number {
  if (budget !== null && receipt === REFUSED) return NOT_ADMITTED;
  if (!hedge!.tryHedge(now)) return NOT_ADMITTED;
  return breaker === null ? 0 : breaker.admit(now);
}
