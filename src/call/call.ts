/**
 * One call: admit, send, assess, judge, wait, and again; then finish, exactly once.
 *
 * Two loops drive it. `run` is our own, for fetch and for ky where no hook of the user's could see a resend. `send` makes
 * one attempt and the judgement on it, for a loop elsewhere (ky's own), which reads `judgement` and calls `finish`.
 */

import {isPromise} from '../core/awaitable.ts';
import type {CallResult, CallView} from '../core/call-view.ts';
import {RejectedError, TimeoutError, withoutStack} from '../core/errors.ts';
import type {AttemptEndEvent, SteadfetchEvent} from '../core/events.ts';
import type {CallEventFacts, CallEventName, CallObserver, HeaderBag} from '../core/observer.ts';
import {failed, type Outcome} from '../core/outcome.ts';
import {Pause} from '../core/timer.ts';
import {classify} from '../decide/classify.ts';
import {redactUrl} from '../decide/redact.ts';
import {red, SUCCESS, type Verdict} from '../decide/verdict.ts';
import {NOT_ADMITTED} from '../guards/breaker.ts';
import {REFUSED, type Receipt} from '../guards/budget.ts';
import type {ConcurrencyLimit} from '../guards/concurrency.ts';
import type {Guards} from '../guards/registry.ts';
import {Attempt, type AttemptOwner} from './attempt.ts';
import {discard} from './discard.ts';
import type {Engine} from './engine.ts';
import {healthOf} from './health.ts';
import {Identity} from './identity.ts';
import {type Judgement, judge, LEAST_ATTEMPT_MS, type Refusal, refuse} from './judge.ts';
import type {Plan, Variant} from './plan.ts';
import type {AttemptRequest, Classification} from './ports.ts';
import {Race} from './race.ts';
import {attachReport, type CallReport, explain, resultOf} from './report.ts';
import type {Wire} from './wire.ts';

export class Call implements CallView, AttemptOwner {
  readonly engine: Engine;
  readonly plan: Plan;
  readonly guards: Guards;
  readonly method: string;
  readonly origin: string;
  readonly startedAt: number;
  readonly deadlineAt: number;
  readonly trace: CallObserver | null;
  attempts = 0;
  hedges = 0;
  waitedMs = 0;
  /** The last planned wait, for decorrelated jitter. */
  lastBackoffMs = 0;
  /** What was decided after the last attempt; null before. */
  judgement: Judgement | null = null;
  /** Reason of the judgement before that one: 421, 425 and 401 are worth one resend in a row. */
  previousReason: string | null = null;
  wire!: Wire;
  readonly #rawUrl: string;
  readonly #identity: Identity;
  #loops = false;
  #resolve!: (outcome: Outcome) => void;
  /** The last attempt and what came of it, kept while the call goes on: it is the answer if nothing better comes. */
  #held: {readonly attempt: Attempt; readonly outcome: Outcome} | null = null;
  #reserved: Receipt = REFUSED;
  #spent: Receipt = REFUSED;
  #previousStatus = 0;
  /** How it ended. Without the outcome itself: it would keep a response from being collected. */
  #ending: {readonly result: CallResult; readonly reason: string; readonly durationMs: number} | null = null;

  constructor(
    engine: Engine,
    variant: Variant,
    method: string,
    url: string,
    origin: string | null,
    guards: Guards,
    now: number,
  ) {
    this.engine = engine;
    this.plan = variant.plan;
    this.guards = guards;
    this.method = method;
    this.#rawUrl = url;
    this.origin = origin ?? '';
    this.startedAt = now;
    this.deadlineAt = now + this.plan.deadlineMs;
    this.#identity = new Identity(this, variant);
    this.trace = engine.observer?.startCall(this) ?? null;
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

  get finished(): boolean {
    return this.#ending !== null;
  }

  /** How the call ended; before that, how it stands. */
  get report(): CallReport {
    const {judgement, attempts, hedges, waitedMs, correlationId, policyName} = this;
    const {result, reason, durationMs} = this.#ending ?? {
      result: 'failure',
      reason: 'not ended',
      durationMs: this.engine.clock.now() - this.startedAt,
    };
    const refusal = result === 'success' ? null : (judgement?.refusal ?? null);
    return {
      result,
      reason,
      refusal,
      attempts,
      hedges,
      waitedMs,
      durationMs,
      retryAfterMs: judgement?.hint?.ms,
      correlationId,
      policyName,
    };
  }

  /** Whether the call may be repeated although the server may have acted. */
  get mayRepeat(): boolean {
    return this.#identity.keyed || this.plan.idempotentMethods.has(this.method);
  }

  get mayHedge(): boolean {
    return this.guards.hedge !== null && this.plan.maxAttempts > 1;
  }

  // The two loops.

  /** Sends until there is an answer or a reason to stop. Never rejects; the call is finished when it resolves. */
  run(wire: Wire): Promise<Outcome> {
    this.#loops = true;
    return this.#begin(wire);
  }

  /** Sends once, with a hedge where the policy has one, and judges. Never rejects; the caller finishes the call. */
  send(wire: Wire): Promise<Outcome> {
    return this.#begin(wire);
  }

  #begin(wire: Wire): Promise<Outcome> {
    this.wire = wire;
    return new Promise(resolve => {
      this.#resolve = resolve;
      if (this.attempts > 0 && this.#reserved === REFUSED) this.#chargeForced();
      this.#admit();
    });
  }

  /** A hook of the user's asked for a resend (`ky.retry()`): it is done, and paid for as far as the budget goes. */
  #chargeForced(): void {
    this.#reserved = this.guards.budget?.withdraw(false, this.engine.clock.now()) ?? REFUSED;
  }

  // Admit: the origin's hold, the breaker, the concurrency limit.

  #admit(): void {
    const {engine, guards, wire} = this;
    if (wire.signal?.aborted) return this.#end(failed('aborted', wire.signal.reason, false));
    if (this.attempts > 0 && engine.handle.retriesDisabled && this.#held !== null)
      return this.#giveUp('retries-disabled');
    const now = engine.clock.now();
    const heldMs = guards.hold?.waitMs(now, engine.random) ?? 0;
    if (heldMs > 0) return this.#waitForOrigin(heldMs, now);
    if (guards.breaker?.refuses(now)) return this.#rejectOpen(now);
    if (guards.concurrency === null || guards.concurrency.tryEnter()) return this.#launch(guards.concurrency, now);
    this.#waitInLine(guards.concurrency, now);
  }

  #waitForOrigin(heldMs: number, now: number): void {
    if (heldMs > this.plan.policy.retryAfter.maxMs * 1.1 || now + heldMs + LEAST_ATTEMPT_MS > this.deadlineAt) {
      const message = `${this.origin} asked to be left alone for another ${Math.ceil(heldMs)} ms, longer than this call can wait.`;
      return this.#reject('hint-too-long', new RejectedError('ORIGIN_HELD', this.origin, message, heldMs));
    }
    this.waitedMs += heldMs;
    this.#pause(heldMs, () => this.#admit());
  }

  #waitInLine(limit: ConcurrencyLimit, now: number): void {
    let place: Pause | null = null;
    const waiter = {
      admitted: () => {
        place?.end();
        this.#launch(limit, this.engine.clock.now());
      },
    };
    if (!limit.wait(waiter)) {
      const message = `${limit.inFlight} attempts to ${this.origin} are in flight, the limit is ${limit.max}, and the line is full.`;
      return this.#reject('concurrency-limit', new RejectedError('CONCURRENCY_LIMIT', this.origin, message));
    }
    const leftMs = this.deadlineAt - now - LEAST_ATTEMPT_MS;
    place = new Pause(this.engine.clock, leftMs, this.wire.signal, aborted => {
      limit.leave(waiter);
      this.#end(aborted ? this.#aborted() : this.#late());
    });
  }

  #rejectOpen(now: number): void {
    const breaker = this.guards.breaker!;
    const retryAfterMs = breaker.retryAfterMs(now);
    const when = retryAfterMs > 0 ? `for another ${Math.ceil(retryAfterMs)} ms` : 'until its probes have succeeded';
    const message = `The circuit of ${breaker.guarded} is open ${when}.`;
    this.#reject(
      'breaker-open',
      withoutStack(() => new RejectedError('CIRCUIT_OPEN', breaker.guarded, message, retryAfterMs)),
    );
  }

  #reject(refusal: Refusal, error: RejectedError): void {
    this.#tell('breaker.rejected', {reason: error.code, waitMs: error.retryAfterMs ?? 0});
    this.#emit(() => ({type: 'call.rejected', call: this, code: error.code, retryAfterMs: error.retryAfterMs}));
    if (this.#held !== null) return this.#giveUp(refusal);
    const outcome = failed('rejected', error, false);
    this.judgement = refuse(classify(outcome, this.#context()), refusal);
    this.#end(outcome);
  }

  // Send.

  #launch(permit: ConcurrencyLimit | null, now: number): void {
    const {breaker, budget, hedge} = this.guards;
    const epoch = breaker === null ? 0 : breaker.admit(now);
    if (epoch === NOT_ADMITTED) {
      permit?.exit();
      return this.#rejectOpen(now);
    }
    if (this.attempts === 0) {
      budget?.callStarted(now);
      hedge?.callStarted(now);
    }
    this.#dropHeld(); // Only now: had nobody admitted us, it would have been the answer.
    this.#spent = this.#reserved;
    this.#reserved = REFUSED;
    const kind = this.attempts++ === 0 ? 'initial' : 'resend';
    if (this.mayHedge) {
      const race = new Race(this);
      race.start(new Attempt(this, this.attempts, kind, epoch, permit, race));
    } else new Attempt(this, this.attempts, kind, epoch, permit, this).start();
  }

  /** Calls back if a hedge is allowed by all that is known of the call; the guards are asked by `hedge`. */
  whenHedgeable(then: () => void): void {
    if (!this.mayRepeat || this.attempts >= this.plan.maxAttempts || this.engine.handle.retriesDisabled) return;
    const {replayable} = this.wire;
    if (replayable === true) then();
    else if (replayable !== false) replayable.then(can => can && then());
  }

  /** A second attempt beside the one in flight, or null where a guard refuses: that is no failure of the call. */
  hedge(owner: AttemptOwner): Attempt | null {
    const {budget, breaker, concurrency, hedge} = this.guards;
    const now = this.engine.clock.now();
    if (this.attempts >= this.plan.maxAttempts || now + LEAST_ATTEMPT_MS > this.deadlineAt || breaker?.refuses(now))
      return null;
    if (concurrency !== null && !concurrency.tryEnter()) return null;
    const receipt = budget?.withdraw(false, now) ?? REFUSED;
    const isPaid = budget === null || receipt !== REFUSED;
    const epoch = isPaid && hedge!.tryHedge(now) ? (breaker?.admit(now) ?? 0) : NOT_ADMITTED;
    if (epoch === NOT_ADMITTED) {
      if (receipt !== REFUSED) budget!.giveBack(receipt, now);
      concurrency?.exit();
      return null;
    }
    this.attempts++;
    this.hedges++;
    const delayMs = hedge!.delayMs() ?? 0;
    this.#tell('hedge.started', {attempt: this.attempts, waitMs: delayMs});
    this.#emit(() => ({type: 'hedge.started', call: this, attempt: this.attempts, delayMs}));
    return new Attempt(this, this.attempts, 'hedge', epoch, concurrency, owner);
  }

  /** Ids, key and remaining time, written onto an attempt. */
  label(headers: HeaderBag): void {
    this.#identity.label(headers);
  }

  /** What `prepareAttempt` is shown. */
  describe(headers: HeaderBag, attempt: number, signal: AbortSignal | undefined): AttemptRequest {
    return {method: this.method, url: this.#rawUrl, headers, attempt, previousStatus: this.#previousStatus, signal};
  }

  // Assess: what did the attempt's outcome mean?

  /** An attempt ended, and there is no race. */
  settled(attempt: Attempt, outcome: Outcome): void {
    this.assess(attempt, outcome, (assessed, verdict) => this.decide(attempt, assessed, verdict));
  }

  /** Finds the verdict and tells the guards. `then` gets the outcome too: asking the user's `classify` can end the call. */
  assess(attempt: Attempt, outcome: Outcome, then: (outcome: Outcome, verdict: Verdict) => void): void {
    const found = classify(outcome, this.#context());
    const done = (verdict: Verdict, seen: Outcome = outcome): void => {
      this.#learn(attempt, seen, verdict);
      then(seen, verdict);
    };
    const {classify: ask} = this.engine;
    if (!ask || found.final) return done(found);
    const fail = (ended: Outcome): void => {
      this.drop(attempt, outcome);
      done(classify(ended, this.#context()), ended);
    };
    try {
      const input = {
        kind: outcome.kind,
        response: outcome.response,
        error: outcome.error,
        method: this.method,
        attempt: attempt.number,
        verdict: found,
      };
      const said = ask(input);
      if (!isPromise(said)) return done(reclassified(found, said));
      this.#await(said, said => done(reclassified(found, said)), fail);
    } catch (error) {
      fail(failed('hook', error));
    }
  }

  #context() {
    const {transients} = this.plan;
    return {
      transients,
      keyed: this.keyed,
      keySentBefore: this.keyed && this.attempts > 1,
      refreshes: this.engine.prepareAttempt !== null,
    };
  }

  #learn(attempt: Attempt, outcome: Outcome, verdict: Verdict): void {
    const now = this.engine.clock.now();
    const latencyMs = now - attempt.startedAt;
    this.guards.breaker?.record(attempt.epoch, healthOf(outcome, verdict), now);
    if (verdict === SUCCESS) this.guards.hedge?.observe(latencyMs);
    this.#emit(() => this.#attemptEnd(attempt, outcome.kind, outcome, verdict.reason, latencyMs));
  }

  #attemptEnd(
    attempt: Attempt,
    outcome: AttemptEndEvent['outcome'],
    {response}: {response: Response | null},
    reason: string,
    latencyMs: number,
  ): AttemptEndEvent {
    return {
      type: 'attempt.end',
      call: this,
      attempt: attempt.number,
      kind: attempt.kind,
      outcome,
      status: response?.status,
      latencyMs,
      reason,
    };
  }

  /** The attempt lost its race. */
  supersede(attempt: Attempt): void {
    const now = this.engine.clock.now();
    attempt.supersede();
    this.guards.breaker?.record(attempt.epoch, 'nothing', now);
    this.#emit(() =>
      this.#attemptEnd(
        attempt,
        'superseded',
        {response: null},
        'another attempt was answered first',
        now - attempt.startedAt,
      ),
    );
  }

  /** Nobody will read this. */
  drop(attempt: Attempt, outcome: Outcome): void {
    attempt.unlink();
    discard(outcome.response, this.engine.clock);
  }

  // Judge, wait, and again.

  decide(attempt: Attempt, outcome: Outcome, verdict: Verdict): void {
    this.#held = {attempt, outcome};
    this.#previousStatus = outcome.status;
    if (verdict === SUCCESS) return this.#succeed();
    const {replayable} = this.wire;
    if (verdict.transient && isPromise(replayable))
      this.#await(
        replayable,
        can => this.#judge(outcome, verdict, can),
        ended => this.#end(ended),
      );
    else this.#judge(outcome, verdict, replayable === true);
  }

  #succeed(): void {
    const {budget} = this.guards;
    const now = this.engine.clock.now();
    if (this.attempts === 1) budget?.firstTrySucceeded(now);
    else if (this.#spent !== REFUSED) budget?.resendSucceeded(this.#spent, now);
    this.judgement = SUCCEEDED;
    this.#end(this.#held!.outcome);
  }

  #judge(outcome: Outcome, verdict: Verdict, replayable: boolean): void {
    const judgement = judge(this, outcome, verdict, replayable);
    this.previousReason = verdict.reason;
    this.judgement = judgement;
    this.#reserved = judgement.receipt;
    if (judgement.refusal !== null) {
      this.#tellAbandoned(judgement, outcome);
      this.#end(outcome);
      return;
    }
    this.waitedMs += judgement.waitMs;
    const {waitMs, waitSource} = judgement;
    const attempt = this.attempts + 1;
    this.#tell('retry.scheduled', {attempt, reason: verdict.reason, waitMs, waitSource});
    this.#emit(() => ({type: 'retry.scheduled', call: this, attempt, waitMs, waitSource, reason: verdict.reason}));
    if (!this.#loops) return this.#settle(outcome);
    this.#held?.attempt.shelve();
    this.#pause(waitMs, () => this.#admit());
  }

  /** For a loop elsewhere: the response that was judged is not the one it holds now. */
  reconsider(outcome: Outcome): Promise<void> {
    this.giveBack();
    return new Promise(resolve => {
      this.#resolve = () => resolve();
      const found = classify(outcome, this.#context());
      const {replayable} = this.wire;
      if (isPromise(replayable))
        this.#await(
          replayable,
          can => this.#judge(outcome, found, can),
          ended => this.#end(ended),
        );
      else this.#judge(outcome, found, replayable);
    });
  }

  #pause(ms: number, then: () => void): void {
    if (this.wire.signal?.aborted) this.#end(this.#aborted());
    else if (ms <= 0) then();
    else new Pause(this.engine.clock, ms, this.wire.signal, aborted => (aborted ? this.#end(this.#aborted()) : then()));
  }

  /** Waits for a function of the user's, but not longer than the call lasts. */
  #await<T>(promise: PromiseLike<T>, then: (value: T) => void, otherwise: (outcome: Outcome) => void): void {
    let waiting = true;
    const once = (act: () => void) => {
      if (!waiting) return;
      waiting = false;
      pause.end();
      act();
    };
    const pause = new Pause(this.engine.clock, this.deadlineAt - this.engine.clock.now(), this.wire.signal, aborted =>
      once(() => otherwise(aborted ? this.#aborted() : this.#late())),
    );
    promise.then(
      value => once(() => then(value)),
      error => once(() => otherwise(failed('hook', error))),
    );
  }

  // Finish.

  /** A resend was due and does not happen: the caller gets the last answer, not a new error in its place. */
  #giveUp(refusal: Refusal): void {
    const {attempt, outcome} = this.#held!;
    this.judgement = {...this.judgement!, refusal};
    this.#tellAbandoned(this.judgement, outcome);
    attempt.unshelve();
    this.#end(outcome);
  }

  #aborted(): Outcome {
    return failed('aborted', this.wire.signal?.reason, this.attempts > 0);
  }

  #late(): Outcome {
    return failed(
      'deadline',
      this.wire.timeoutError(new TimeoutError('DEADLINE_EXCEEDED', this.plan.deadlineMs)),
      this.attempts > 0,
    );
  }

  #end(outcome: Outcome): void {
    if (this.#held?.outcome !== outcome) this.#dropHeld();
    this.giveBack();
    if (this.#loops) this.finish(outcome);
    this.#settle(outcome);
  }

  #settle(outcome: Outcome): void {
    this.#held = null; // It is the caller's now; a response that nobody reads must be collectable.
    this.#resolve(outcome);
  }

  #dropHeld(): void {
    if (this.#held !== null) this.drop(this.#held.attempt, this.#held.outcome);
    this.#held = null;
  }

  /** A resend that was paid for will not happen. */
  giveBack(): void {
    if (this.#reserved === REFUSED) return;
    this.guards.budget?.giveBack(this.#reserved, this.engine.clock.now());
    this.#reserved = REFUSED;
  }

  /** Has an effect exactly once, whatever happened. */
  finish(outcome: Outcome): void {
    if (this.#ending !== null) return;
    this.giveBack();
    const result = resultOf(outcome, this.judgement);
    const durationMs = this.engine.clock.now() - this.startedAt;
    const reason = result === 'success' ? 'answered' : explain(this, outcome.kind, outcome.status);
    this.#ending = {result, reason, durationMs};
    this.trace?.end(this, outcome, result, reason);
    if (this.engine.on !== null)
      this.engine.on({type: 'call.end', call: this, result, status: outcome.response?.status, durationMs, reason});
    attachReport(this, outcome);
  }

  // Tell.

  /** ky's own options won over the policy. */
  overridden(by: readonly string[]): void {
    this.#tell('policy.overridden', {reason: by.join(', ')});
    this.#emit(() => ({type: 'policy.overridden', call: this, by}));
  }

  #tellAbandoned(judgement: Judgement, outcome: Outcome): void {
    if (!judgement.verdict.transient || this.plan.observesOnly) return;
    this.#tell('retry.abandoned', {reason: judgement.refusal!});
    this.#emit(() => ({
      type: 'retry.abandoned',
      call: this,
      reason: explain(this, outcome.kind, outcome.status),
      retryAfterMs: judgement.hint?.ms,
    }));
  }

  #tell(name: CallEventName, facts: CallEventFacts): void {
    this.trace?.event(name, facts);
  }

  /** Events are made only where someone listens. */
  #emit(make: () => SteadfetchEvent): void {
    if (this.engine.on !== null) this.engine.on(make());
  }
}

const SUCCEEDED: Judgement = Object.freeze(refuse(SUCCESS, 'not-transient'));

/** What the user's `classify` said, over what the engine found. */
function reclassified(found: Verdict, said: Classification | undefined): Verdict {
  if (said === undefined || said === null) return found;
  if (!said.transient)
    return found.transient ? {...found, transient: false, reason: said.reason ?? found.reason} : found;
  const {reason, sent, throttled} = said;
  const base = found === SUCCESS ? red('classified as transient', 'processed') : found;
  return {
    ...base,
    transient: true,
    reason: reason ?? base.reason,
    sent: sent ?? base.sent,
    throttled: throttled ?? base.throttled,
  };
}
