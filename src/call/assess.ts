/** What did an attempt's outcome mean? The verdict, by the engine and by the user's `classify`; and what guards learn of it. */

import type {Classification, ClassifyInput, Ports} from '../client/ports.ts';
import {isPromise} from '../core/awaitable.ts';
import {failed, type Outcome} from '../core/outcome.ts';
import {classify} from '../decide/classify.ts';
import {afterRedirect, type Redirected} from '../decide/redirected.ts';
import {harmless, red, SUCCESS, type Verdict} from '../decide/verdict.ts';
import type {Attempt} from './attempt.ts';
import {until} from './endings.ts';
import {healthOf} from './health.ts';
import {tellAttemptEnded} from './notify.ts';
import type {CallState} from './state.ts';

/** Who is told the verdict: the call, or a race of two attempts. */
export interface Assessor {
  /** @param outcome The attempt's own, or what asking the user's `classify` made of the call: that can end it. */
  assessed(attempt: Attempt, outcome: Outcome, verdict: Verdict, now: number): void;
}

/** A call whose attempts are assessed. */
export interface Assessable extends CallState {
  /** Nobody will read this. */
  drop(attempt: Attempt, outcome: Outcome): void;
}

export function assess(call: Assessable, attempt: Attempt, outcome: Outcome, assessor: Assessor): void {
  const {classify: ask} = call.engine;
  const found = verdictOf(call, outcome);
  if (ask === null || found.final) learn(call, attempt, outcome, found, assessor);
  else askUser(call, attempt, outcome, found, ask, assessor);
}

/** @param redirected Left out: as the transport says. */
export function verdictOf(call: CallState, outcome: Outcome, redirected?: Redirected): Verdict {
  const found = classify(outcome, call.engine.answers, call);
  if (!harmless(found.sent) || !outcome.reachedWire) return found;
  return afterRedirect(found, redirected ?? call.wire.redirected?.(outcome, found.sent) ?? 'no', call.mayRepeat);
}

type Ask = NonNullable<Ports['classify']>;

function askUser(
  call: Assessable,
  attempt: Attempt,
  outcome: Outcome,
  found: Verdict,
  ask: Ask,
  assessor: Assessor,
): void {
  const fail = (ended: Outcome): void => {
    call.drop(attempt, outcome);
    learn(call, attempt, ended, verdictOf(call, ended), assessor);
  };
  const heed = (said: Classification | undefined): void =>
    learn(call, attempt, outcome, reclassified(found, said), assessor);
  const {kind, response, error} = outcome;
  const input: ClassifyInput = {kind, response, error, method: call.method, attempt: attempt.number, verdict: found};
  let said: ReturnType<Ask>;
  try {
    said = ask(input);
  } catch (thrown) {
    return fail(failed('hook', thrown));
  }
  if (!isPromise(said)) return heed(said);
  attempt.leave(); // Its place is not to wait for the user's function.
  until(call, said, heed, fail);
}

function learn(call: Assessable, attempt: Attempt, outcome: Outcome, verdict: Verdict, assessor: Assessor): void {
  const {breaker, hedge} = call.guards;
  const now = call.engine.clock.now();
  if (breaker !== null) attempt.report(healthOf(outcome, verdict, call.engine.answers), now);
  attempt.leave();
  // Read after its time was over, because the process was busy: the latency is not the server's.
  const isOverdue = attempt.at < now;
  if (verdict === SUCCESS && !isOverdue) hedge?.observe(now - attempt.startedAt);
  if (call.engine.on !== null) tellAttemptEnded(call, attempt, outcome, verdict.reason, now);
  assessor.assessed(attempt, outcome, verdict, now);
}

/** What the user's `classify` said, over what the engine found. */
function reclassified(found: Verdict, said: Classification | undefined): Verdict {
  if (said === undefined || said === null) return found;
  const {transient, reason = found.reason, sent, throttled} = said;
  if (!transient) return found.transient ? {...found, transient, reason} : found;
  const base = found === SUCCESS ? red(said.reason ?? 'classified as transient') : {...found, reason};
  return {...base, transient, sent: sent ?? base.sent, throttled: throttled ?? base.throttled};
}
