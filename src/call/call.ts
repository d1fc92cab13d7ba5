/**
 * One call: admit, send, assess, judge, wait, and again; then finish, exactly once.
 *
 * Two loops drive it. `run` is our own, for fetch and for ky where no hook of the user's could see a resend. `send` makes
 * one attempt and the judgement on it, for a loop elsewhere (ky's own), which reads `judgement` and calls `finish`.
 */
import {isPromise} from '../core/awaitable.ts';
import type {CallResult} from '../core/call-view.ts';
import type {RejectedError} from '../core/errors.ts';
import type {CallObserver, HeaderBag} from '../core/observer.ts';
import {failed, type Outcome} from '../core/outcome.ts';
import {Pause} from '../core/timer.ts';
import {classify} from '../decide/classify.ts';
import {redactUrl} from '../decide/redact.ts';
import {SUCCESS, type Verdict} from '../decide/verdict.ts';
import type {ConcurrencyLimit} from '../guards/concurrency.ts';
import type {Guards} from '../guards/registry.ts';
import {type Applicant, admit} from './admission.ts';
import {assess, contextOf} from './assess.ts';
import {Attempt, type AttemptOwner} from './attempt.ts';
import {discard} from './discard.ts';
import {aborted, late, until} from './endings.ts';
import type {EngineParts} from './engine-parts.ts';
import {Identity} from './identity.ts';
import {judge} from './judge.ts';
import {type Judgement, type Refusal, refuse} from './judgement.ts';
import type {Plan, Variant} from './plan.ts';
import type {AttemptRequest} from './ports.ts';
import {PreparedHeaders} from './prepared-headers.ts';
import {Race, type Racing} from './race.ts';
import {attachReport, type CallReport, explain, type Reporting, resultOf} from './report.ts';
import {Reservation} from './reservation.ts';
import type {Rpc} from './rpc.ts';
import {tellAbandoned, tellRejected, tellScheduled} from './tell.ts';
import type {Wire} from './wire.ts';

export class Call implements Applicant, AttemptOwner, Racing, Reporting {
  readonly engine: EngineParts;
  readonly plan: Plan;
  readonly guards: Guards;
  readonly method: string;
  readonly origin: string;
  readonly startedAt: number;
  readonly deadlineMs: number;
  readonly deadlineAt: number;
  readonly rpcMethod: string | undefined;
  readonly trace: CallObserver | null;
  attempts = 0;
  hedges = 0;
  waitedMs = 0;
  lastBackoffMs = 0;
  judgement: Judgement | null = null;
  wire!: Wire;
  readonly #rawUrl: string;
  readonly #identity: Identity;
  readonly #reservation: Reservation;
  #loops = false;
  #settled!: (outcome: Outcome) => void;
  /** The last attempt and what came of it, kept while the call goes on: it is the answer if nothing better comes. */
  #heldAttempt: Attempt | null = null;
  #heldOutcome: Outcome | null = null;
  #previousStatus = 0;
  #prepared: PreparedHeaders | null = null;
  #result: CallResult | null = null;
  #reason = '';
  #durationMs = 0;

  constructor(
    engine: EngineParts,
    {plan, correlationId, idempotencyKey}: Variant,
    method: string,
    url: string,
    origin: string | null,
    guards: Guards,
    now: number,
    rpc: Rpc | null,
  ) {
    this.engine = engine;
    this.plan = plan;
    this.guards = guards;
    this.method = method;
    this.#rawUrl = url;
    this.origin = origin ?? '';
    this.startedAt = now;
    this.rpcMethod = rpc?.method;
    this.deadlineMs = rpc === null ? plan.deadlineMs : Math.min(plan.deadlineMs, rpc.withinMs);
    this.deadlineAt = now + this.deadlineMs;
    this.#identity = new Identity(this, correlationId, idempotencyKey);
    this.#reservation = new Reservation(guards.budget);
    this.trace = engine.observer === null ? null : engine.observer.startCall(this);
  }

  // What others may see.

  get url(): string {
    return redactUrl(this.#rawUrl);
  }

  get template(): string | undefined {
    return this.plan.template;
  }

  get policyName(): string {
    return this.plan.name;
  }

  get correlationId(): string | undefined {
    return this.#identity.correlationId;
  }

  get keyed(): boolean {
    return this.#identity.keyed;
  }

  get mayRepeat(): boolean {
    return this.#identity.keyed || this.plan.idempotentMethods.has(this.method);
  }

  get mayHedge(): boolean {
    return this.guards.hedge !== null && this.plan.maxAttempts > 1;
  }

  /** How the call ended; before that, how it stands. */
  get report(): CallReport {
    const {judgement, attempts, hedges, waitedMs, correlationId, policyName} = this;
    const hasEnded = this.#result !== null;
    return {
      result: this.#result ?? 'failure',
      reason: hasEnded ? this.#reason : 'not ended',
      refusal: this.#result === 'success' ? null : (judgement?.refusal ?? null),
      attempts,
      hedges,
      waitedMs,
      durationMs: hasEnded ? this.#durationMs : this.engine.clock.now() - this.startedAt,
      retryAfterMs: judgement?.hint?.ms,
      correlationId,
      policyName,
    };
  }

  // The two loops.

  /**
   * Sends until there is an answer or a reason to stop. The call is finished when it is settled, maybe before this returns.
   * A callback, not a promise: each door makes the one promise its caller gets.
   *
   * @param now The call's start, where it has just begun.
   */
  run(wire: Wire, settled: (outcome: Outcome) => void, now: number = this.engine.clock.now()): void {
    this.#loops = true;
    this.#begin(wire, settled, now);
  }

  /** Sends once, with a hedge where the policy has one, and judges. Never rejects; the caller finishes the call. */
  send(wire: Wire): Promise<Outcome> {
    return new Promise(resolve => this.#begin(wire, resolve, this.engine.clock.now()));
  }

  #begin(wire: Wire, settled: (outcome: Outcome) => void, now: number): void {
    this.wire = wire;
    this.#settled = settled;
    if (this.attempts > 0) this.#reservation.holdForced(now);
    this.#apply(now);
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

  admitted(epoch: number, permit: ConcurrencyLimit | null, now: number): void {
    const {budget, hedge} = this.guards;
    if (this.attempts === 0) {
      budget?.callStarted(now);
      hedge?.callStarted(now);
    }
    this.#dropHeld(); // Only now: had nobody admitted the resend, it would have been the answer.
    this.#reservation.spend();
    const kind = this.attempts++ === 0 ? 'initial' : 'resend';
    if (this.mayHedge) {
      const race = new Race(this);
      race.start(new Attempt(this, this.attempts, kind, epoch, permit, race), now);
    } else new Attempt(this, this.attempts, kind, epoch, permit, this).start(now);
  }

  refused(refusal: Refusal, error: RejectedError): void {
    tellRejected(this, error);
    if (this.#heldOutcome !== null) return this.#giveUp(refusal);
    const outcome = failed('rejected', error, false);
    this.judgement = refuse(classify(outcome, this.engine.answers, contextOf(this)), refusal);
    this.#end(outcome);
  }

  left(isAborted: boolean): void {
    const outcome = isAborted ? aborted(this) : late(this);
    this.judgement = refuse(
      classify(outcome, this.engine.answers, contextOf(this)),
      isAborted ? 'not-transient' : 'deadline',
    );
    this.#end(outcome);
  }

  // Send.

  label(headers: HeaderBag): void {
    this.#prepared?.undo(headers);
    this.#identity.label(headers);
  }

  describe(headers: HeaderBag, attempt: number, signal: AbortSignal | undefined): AttemptRequest {
    const prepared = new PreparedHeaders(headers);
    this.#prepared = prepared;
    return {
      method: this.method,
      url: this.#rawUrl,
      headers: prepared,
      attempt,
      previousStatus: this.#previousStatus,
      signal,
    };
  }

  drop(attempt: Attempt, outcome: Outcome): void {
    attempt.unlink();
    discard(outcome.response, this.engine.clock);
  }

  // Assess and judge.

  /** An attempt ended, and there is no race. */
  settled(attempt: Attempt, outcome: Outcome): void {
    assess(this, attempt, outcome, this);
  }

  assessed(attempt: Attempt, outcome: Outcome, verdict: Verdict, now: number): void {
    this.#heldAttempt = attempt;
    this.#heldOutcome = outcome;
    this.#previousStatus = outcome.status;
    if (verdict !== SUCCESS) return this.#judge(outcome, verdict);
    this.judgement = SUCCEEDED;
    this.#reservation.succeeded(this.attempts === 1, now);
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
    this.#reservation.hold(judgement.receipt);
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

  /** For a loop elsewhere: the response that was judged is not the one it holds now. */
  reconsider(outcome: Outcome): Promise<void> {
    this.giveBack();
    return new Promise(resolve => {
      this.#settled = () => resolve();
      this.#judge(outcome, classify(outcome, this.engine.answers, contextOf(this)));
    });
  }

  // Wait.

  #wait(ms: number): void {
    this.#heldAttempt?.shelve();
    if (ms <= 0 || this.wire.signal?.aborted) this.#apply(this.engine.clock.now());
    else {
      const {waits} = this.engine.handle;
      const pause = new Pause(this.engine.clock, ms, this.wire.signal, isAborted => {
        waits.delete(pause);
        if (isAborted) this.left(true);
        else this.#apply(this.engine.clock.now());
      });
      waits.add(pause);
    }
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
    else this.#reservation.giveBack(now);
    this.#settle(outcome);
  }

  #settle(outcome: Outcome): void {
    if (outcome.response !== null) this.#heldAttempt?.deliver(outcome.response);
    this.#heldAttempt = null; // It is the caller's now; a response that nobody reads must be collectable.
    this.#heldOutcome = null;
    this.#settled(outcome);
  }

  #dropHeld(): void {
    if (this.#heldOutcome === null) return;
    this.drop(this.#heldAttempt!, this.#heldOutcome);
    this.#heldAttempt = null;
    this.#heldOutcome = null;
  }

  /** A resend that was paid for will not happen. */
  giveBack(): void {
    this.#reservation.giveBack(this.engine.clock.now());
  }

  /** Has an effect exactly once, whatever happened. */
  finish(outcome: Outcome, now: number = this.engine.clock.now()): void {
    if (this.#result !== null) return;
    this.#reservation.giveBack(now);
    const result = resultOf(this, outcome);
    this.#result = result;
    this.#durationMs = now - this.startedAt;
    this.#reason = result === 'success' ? 'answered' : explain(this, outcome.kind, outcome.status);
    this.trace?.end(this, outcome, result, this.#reason, this.#durationMs);
    this.engine.on?.({
      type: 'call.end',
      call: this,
      result,
      status: outcome.response?.status,
      durationMs: this.#durationMs,
      reason: this.#reason,
    });
    attachReport(this, outcome);
  }
}

const SUCCEEDED: Judgement = Object.freeze(refuse(SUCCESS, 'not-transient'));
