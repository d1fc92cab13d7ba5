/** The time that a server names for the next attempt: for the call, and for the others to its origin. */
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import {type Classification, isOverload} from '../decide/classification.ts';
import type {ServerHint} from '../decide/server-hint.ts';
import type {Guards} from '../guards/origin-guards.ts';
import type {CallContext} from './context.ts';

export function hintOf<R extends AttemptResponse>(
  {client, plan}: CallContext<R>,
  {response}: Outcome<R>,
  {transient, hint}: Classification,
): ServerHint | null {
  if (!transient || response === null || !plan.policy.retryAfter.honor) return null;
  return client.answers.hint(response, client.clock.wall()) ?? hint;
}

/**
 * Holds the other calls to the origin, or leads them elsewhere, whatever the end of this one. Comes before the attempt gives its place back: the next
 * call in the queue would be sent into the pause.
 */
export function holdOthers<R extends AttemptResponse>(
  call: CallContext<R>,
  {hold, load, accounts}: Guards,
  outcome: Outcome<R>,
  classification: Classification,
  now: number,
): void {
  if (hold === null && load === null) return;
  const hint = hintOf(call, outcome, classification);
  if (hint === null) return;
  const ms = holdMs(call, hint);
  hold?.hold(ms, now);
  if (accounts === null || isOverload(outcome.status)) load?.pause(ms, now); // The pause of one account is not that of all.
}

/** Capped, so that one bad hint cannot block an origin. */
export const holdMs = <R extends AttemptResponse>({plan}: CallContext<R>, hint: ServerHint): number =>
  Math.min(hint.ms, plan.policy.retryAfter.maxMs);
