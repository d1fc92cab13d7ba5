/**
 * One call: admit, send, assess, judge, wait, and again; then finish, exactly once.
 *
 * Two loops drive it. `run` is our own, for fetch and for ky where no hook of the user's could see a resend. `send` makes
 * one attempt and the judgement on it, for a loop elsewhere (ky's own), which reads `judgement` and calls `finish`.
 */
import {isPromise} from '../core/awaitable.ts';
import type {RejectedError} from '../core/errors.ts';
import {failed, type Outcome} from '../core/outcome.ts';
import type {Redirected} from '../decide/redirected.ts';
import {SUCCESS, type Verdict} from '../decide/verdict.ts';
import type {Ticket} from '../guards/breaker.ts';
import {REFUSED} from '../guards/budget.ts';
import type {ConcurrencyLimit} from '../guards/concurrency.ts';
import type {Caller, Wire} from '../transport/transport.ts';
import {type Applicant, admit} from './admission.ts';
import {assess, verdictOf} from './assess.ts';
import {Attempt, type AttemptOwner} from './attempt.ts';
import {CallEnd} from './call-end.ts';
import {judge} from './decide-retry.ts';
import {BROKEN, type Judgement, type Refusal, refuse, SUCCEEDED} from './decision.ts';
import {aborted, late, until} from './endings.ts';
import {tellAbandoned, tellRejected, tellScheduled} from './notify.ts';
import {Race, type Racing} from './race.ts';
import {internalError, runAll, Wait} from './wait.ts';

export class Call extends CallEnd implements Applicant, AttemptOwner, Racing {
  #loops = false;
  /** Null once it is told how the call ended. */
  #caller: Caller | null = null;
  /** What was sent last, until the call is settled. */
  #sent: Attempt | Race | null = null;
  /** The last attempt and what came of it, kept while the call goes on: it is the answer if nothing better comes. */
  #heldAttempt: Attempt | null = null;
  #heldOutcome: Outcome | null = null;

  // The two loops.

  /**
   * Sends until there is an answer or a reason to stop. The call is finished when it is settled, maybe before this returns.
   * The caller is told, not promised: each door makes the one promise its caller gets.
   *
   * @param now The call's start, where it has just begun.
   */
  run(wire: Wire, caller: Caller, now?: number): void {
    this.#loops = true;
    this.#begin(wire, caller, now);
  }

  /** Sends once, with a hedge where the policy has one, and judges. Never rejects; the caller finishes the call. */
  send(wire: Wire): Promise<Outcome> {
    return new Promise(resolve => this.#begin(wire, {settle: resolve}));
  }

  #begin(wire: Wire, caller: Caller, now?: number): void {
    this.wire = wire;
    this.#caller = caller;
    try {
      const at = now ?? this.engine.clock.now();
      if (this.attempts > 0) this.reserve()?.holdForced(at);
      this.#apply(at);
    } catch (error) {
      this.broke(error);
    }
  }

  // Admit.

  #apply(now: number): void {
    if (this.wire.signal?.aborted) this.left(true);
    else if (this.#heldOutcome !== null && this.engine.handle.retriesDisabled) this.#giveUp('retries-disabled');
    else if (now >= this.deadlineAt) this.#outOfTime();
    else admit(this, now);
  }

  /** A hook of the user's, or a busy process, took all the time there was. */
  #outOfTime(): void {
    if (this.#heldOutcome === null) this.left(false);
    else this.#giveUp('deadline');
  }

  admitted(ticket: Ticket, permit: ConcurrencyLimit | null, now: number): void {
    const attempt = new Attempt(this, this.attempts + 1, ticket, permit);
    this.#sent = attempt;
    const {budget, hedge} = this.guards;
    if (this.attempts === 0) {
      budget?.callStarted(now);
      hedge?.callStarted(now);
    }
    this.#dropHeld(); // Only now: had nobody admitted the resend, it would have been the answer.
    this.reservation?.spend();
    this.attempts++;
    if (!this.mayHedge) return attempt.start(this, now);
    const race = new Race(this, attempt);
    this.#sent = race;
    race.start(now);
  }

  refused(refusal: Refusal, error: RejectedError): void {
    tellRejected(this, error);
    if (this.#heldOutcome !== null) return this.#giveUp(refusal);
    const outcome = failed('rejected', error, false);
    this.judgement = refuse(verdictOf(this, outcome), refusal);
    this.#end(outcome);
  }

  left(isAborted: boolean): void {
    const outcome = isAborted ? aborted(this) : late(this);
    this.judgement = refuse(verdictOf(this, outcome), isAborted ? 'not-transient' : 'deadline');
    this.#end(outcome);
  }

  drop(attempt: Attempt, outcome: Outcome): void {
    attempt.discard(outcome.response);
  }

  // Assess and judge.

  /** An attempt ended, and there is no race. */
  settled(attempt: Attempt, outcome: Outcome): void {
    assess(this, attempt, outcome, this);
  }

  assessed(attempt: Attempt, outcome: Outcome, verdict: Verdict, now: number): void {
    this.#heldAttempt = attempt;
    this.#heldOutcome = outcome;
    if (!attempt.reachedWire) this.reservation?.unspend(now);
    if (this.refreshes) this.past.previousStatus = outcome.status;
    if (verdict !== SUCCESS) return this.#judge(outcome, verdict);
    this.judgement = SUCCEEDED;
    if (this.attempts === 1) this.guards.budget?.firstTrySucceeded(now);
    else this.reservation?.succeeded(now);
    this.#end(outcome, now);
  }

  #judge(outcome: Outcome, verdict: Verdict): void {
    const {replayable} = this.wire;
    if (!isPromise(replayable)) this.#conclude(outcome, judge(this, outcome, verdict, replayable));
    else if (!verdict.transient) this.#conclude(outcome, judge(this, outcome, verdict, false));
    else
      until(
        this,
        replayable,
        can => this.#conclude(outcome, judge(this, outcome, verdict, can)),
        ended => this.#end(ended),
      );
  }

  #conclude(outcome: Outcome, judgement: Judgement): void {
    this.judgement = judgement;
    if (judgement.receipt !== REFUSED) this.reserve()?.hold(judgement.receipt);
    if (judgement.refusal !== null) {
      tellAbandoned(this, judgement, outcome);
      return this.#end(outcome);
    }
    this.waitedMs += judgement.waitMs;
    tellScheduled(this, judgement);
    if (this.#loops) this.#wait(judgement.waitMs);
    else this.#settle(outcome);
  }

  /** For a loop elsewhere: a hook of the user's gave the answer, so what was decided about the last one is void. */
  answeredByHook(): void {
    this.giveBack();
    this.judgement = null;
  }

  /**
   * For a loop elsewhere: the response that was judged is not the one it holds now.
   *
   * @param redirected Whether that of the transport came after a redirect.
   */
  reconsider(outcome: Outcome, redirected: Redirected): Promise<void> {
    this.giveBack();
    return new Promise(resolve => {
      this.#caller = {settle: () => resolve()};
      this.#judge(outcome, verdictOf(this, outcome, redirected));
    });
  }

  // Wait.

  #wait(ms: number): void {
    this.#heldAttempt?.shelve();
    if (ms <= 0 || this.wire.signal?.aborted) this.#apply(this.engine.clock.now());
    else {
      this.waiting();
      const {waits} = this.engine.handle;
      const wait = new Wait(
        this,
        ms,
        isAborted => (isAborted ? this.left(true) : this.#apply(this.engine.clock.now())),
        () => waits.delete(wait),
      );
      waits.add(wait);
    }
  }

  waiting(): void {
    if (this.#heldOutcome !== null) this.#heldAttempt?.hold(this.#heldOutcome.response);
  }

  // Finish.

  /** A resend was due and does not happen: the caller gets the last answer, not a new error in its place. */
  #giveUp(refusal: Refusal): void {
    const outcome = this.#heldOutcome!;
    this.judgement = {...this.judgement!, refusal};
    tellAbandoned(this, this.judgement, outcome);
    this.#heldAttempt!.unshelve();
    this.#end(outcome);
  }

  #end(outcome: Outcome, now: number = this.engine.clock.now()): void {
    if (this.#heldOutcome !== outcome) this.#dropHeld();
    if (this.#loops) this.finish(outcome, now);
    else this.reservation?.giveBack(now);
    this.#settle(outcome);
  }

  #settle(outcome: Outcome): void {
    if (outcome.response !== null) this.#heldAttempt?.deliver(outcome.response);
    this.#heldAttempt = null; // It is the caller's now; a response that nobody reads must be collectable.
    this.#heldOutcome = null;
    this.#sent = null;
    if (outcome.response === null && !outcome.reachedWire) this.wire.unsent?.(outcome.error);
    const caller = this.#caller;
    this.#caller = null; // The promise that it made holds the response.
    caller?.settle(outcome);
  }

  broke(error: unknown): void {
    if (this.#caller === null) return; // It was settled before; what is left of it is a body.
    let now = this.startedAt;
    const outcome = failed('other', internalError(error), this.#sent?.reachedWire ?? this.attempts > 0);
    this.judgement = BROKEN;
    runAll(
      () => {
        now = this.engine.clock.now();
      },
      ...this.waits.map(wait => () => wait.end()),
      () => this.#sent?.abandon(error),
      () => this.#dropHeld(),
      () => this.reservation?.giveBack(now),
      () => this.#sent?.reachedWire || this.reservation?.unspend(now),
      () => this.#loops && this.finish(outcome, now),
      () => this.#settle(outcome),
    );
  }

  #dropHeld(): void {
    if (this.#heldOutcome === null) return;
    this.drop(this.#heldAttempt!, this.#heldOutcome);
    this.#heldAttempt = null;
    this.#heldOutcome = null;
  }
}
