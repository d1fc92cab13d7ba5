/** One call: its facts, its ids, and what observers, listeners and reports may see of it. The steps of a call read and write it. */
import type {Client, ClientFacts} from '../client/client.ts';
import type {Plan, Variant} from '../client/plan.ts';
import type {CallResult, CallView} from '../core/call-view.ts';
import type {TimeoutError} from '../core/errors.ts';
import {type InheritedDeadline, inheritedDeadline} from '../core/inherited-deadline.ts';
import type {CallObserver} from '../core/observer.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import type {AnswerContext} from '../decide/answers.ts';
import {mayRepeat} from '../decide/idempotency.ts';
import type {OuterRetries} from '../decide/outer-retries.ts';
import {redactUrl} from '../decide/redact.ts';
import type {Transients} from '../decide/transients.ts';
import type {Budget} from '../guards/budget.ts';
import type {Guards} from '../guards/origin-guards.ts';
import {redirectsSeen} from '../transport/redirects.ts';
import type {Caller, Transport} from '../transport/transport.ts';
import {acting} from './acting-port.ts';
import type {RetryDecision} from './decision.ts';
import type {Failover} from './failover.ts';
import {Reservation, RetryState} from './retry-state.ts';
import {timeouts} from './timeout-port.ts';

/** A gRPC call has no URL, but a target, a method and, perhaps, a deadline of the caller. */
export interface Rpc {
  /** Guards and routes are keyed by it. */
  readonly origin: string;
  /** `package.Service/Method`. */
  readonly method: string;
  /** The time that the caller's own deadline leaves, in ms; Infinity without one. */
  readonly withinMs: number;
}

/** How a call ended. */
export interface CallEnding {
  readonly result: CallResult;
  readonly reason: string;
  readonly durationMs: number;
}

/** Which ids the engine writes; unknown before the first attempt. */
export type IdsSent = 'unknown' | 'none' | 'correlation' | 'both';

export class CallContext<R extends AttemptResponse = AttemptResponse> implements CallView, AnswerContext {
  readonly client: Client<R>;
  readonly plan: Plan;
  /** The guards of the endpoint to which the next attempt goes, or the last one went. */
  guards: Guards;
  readonly method: string;
  readonly startedAt: number;
  /** `redirectsSeen()` when the call began. */
  readonly redirectsBefore: number = redirectsSeen();
  /** Null where no observer watches the call. */
  span: CallObserver | null = null;
  /** The transport of the attempt in flight, or of the last one. */
  transport!: Transport<R>;
  /** Notified how the call ended; null after that, and where a loop outside the engine finishes the call. */
  caller: Caller<R> | null = null;
  #idempotencyKey: string | undefined;
  attempts = 0;
  /** The same on every attempt. Undefined where the policy has no correlation, and before the first attempt. */
  correlationId: string | undefined;
  idsSent: IdsSent = 'unknown';
  /** The decision after the last attempt; null before. */
  decision: RetryDecision | null = null;
  ending: CallEnding | null = null;
  /** When the last attempt was made; NaN before the first. */
  lastSentAt: number = NaN;
  /** Whether the last attempt was given to the transport. */
  lastReachedTransport = false;
  #retry: RetryState | null = null;
  readonly #url: string;
  readonly #rpc: Rpc | null;
  /** The time that the caller's own deadline, or that of the request in whose handler the call is made, leaves; Infinity without one. */
  readonly #withinMs: number;
  /** That of the request in whose handler the call is made. */
  readonly #inherited: InheritedDeadline | undefined;

  constructor(
    client: Client<R>,
    {plan, correlationId, idempotencyKey}: Variant,
    method: string,
    url: string,
    origin: string | null,
    now: number,
    rpc: Rpc | null,
  ) {
    this.client = client;
    this.plan = plan;
    this.guards = client.guardsFor(origin, plan, now);
    this.method = method;
    this.#url = url;
    this.startedAt = now;
    this.correlationId = correlationId;
    this.idempotencyKey = idempotencyKey;
    this.#rpc = rpc;
    this.#inherited = inheritedDeadline();
    this.#withinMs = Math.min(rpc?.withinMs ?? Infinity, this.#inherited?.remainingMs() ?? Infinity);
  }

  // What is sent is private, here and in transports: loggers write the fields of an event's call.

  get idempotencyKey(): string | undefined {
    return this.#idempotencyKey;
  }

  set idempotencyKey(key: string | undefined) {
    this.#idempotencyKey = key;
  }

  /** As the caller wrote it, with every secret. */
  get rawUrl(): string {
    return this.#url;
  }

  /** The origin of the URL as the caller wrote it. */
  get origin(): string {
    return this.failover?.addressed.origin ?? this.guards.origin;
  }

  get url(): string {
    return redactUrl(this.#url, this.plan.queryAllowList);
  }

  get template(): string | undefined {
    return this.plan.template;
  }

  get policyName(): string {
    return this.plan.name;
  }

  get rpcMethod(): string | undefined {
    return this.#rpc?.method;
  }

  /** The policy's deadline, or less where the caller has less time; Infinity without one. */
  get deadlineMs(): number {
    return Math.min(this.plan.deadlineMs, this.#withinMs);
  }

  get deadlineAt(): number {
    return this.startedAt + this.deadlineMs;
  }

  /** The error with which the caller gets to know of a limit that passed. */
  timeoutError(error: TimeoutError): unknown {
    const given = this.transport.timeoutError(error);
    this.#inherited?.timedOut(given);
    return given;
  }

  /** An idempotency key is on the call, so a server can distinguish a retry from a second call. */
  get keyed(): boolean {
    return this.idempotencyKey !== undefined && this.idsSent !== 'unknown';
  }

  get keySentBefore(): boolean {
    return this.attempts > 1 && this.keyed;
  }

  get transients(): Transients {
    return this.plan.transients;
  }

  get refreshes(): boolean {
    return this.client.prepareAttempt !== null;
  }

  /** The attempt timeout of the plan, or a longer one if it grows with the requested output; Infinity without a limit. */
  get attemptTimeoutMs(): number {
    const {plan} = this;
    if (!plan.attemptTimeoutGrows) return plan.attemptTimeoutMs;
    const {retryState} = this;
    retryState.attemptTimeoutMs ??= timeouts.grown!(plan.attemptTimeoutMs, plan.policy.paid!, this.transport.bodyText);
    return retryState.attemptTimeoutMs;
  }

  /**
   * Attempts that may have to be paid for, those in flight included; undefined if the policy has no `paid`. A model works for POST, PUT and
   * PATCH alone: what reads or deletes a result costs nothing.
   */
  get paidAttempts(): number | undefined {
    if (this.plan.policy.paid === null) return undefined;
    return this.method.startsWith('P') ? this.attempts - (this.#retry?.freeAttempts ?? 0) : 0;
  }

  /** Attempts so far that count toward `maxAttempts`. */
  get countedAttempts(): number {
    const {paid} = this.plan.policy;
    return paid === null
      ? this.attempts
      : this.attempts - Math.min(this.#retry?.freeRefusals ?? 0, paid.maxFreeAttempts);
  }

  /** Whether one more attempt may be paid for. */
  get mayPayMore(): boolean {
    const {paid} = this.plan.policy;
    return paid === null || this.paidAttempts! < paid.maxPaidAttempts;
  }

  /** Whether the call may be repeated although the server may have acted. */
  get mayRepeat(): boolean {
    return mayRepeat(this.keyed, this.method, this.plan.idempotentMethods) && !acting.acts?.(this);
  }

  get mayHedge(): boolean {
    return this.guards.hedge !== null && this.plan.maxAttempts > 1;
  }

  /** The retry state, to read: null for calls that needed nothing of it so far. */
  get retryStateIfAny(): RetryState | null {
    return this.#retry;
  }

  /** The retry state, to write. */
  get retryState(): RetryState {
    this.#retry ??= new RetryState();
    return this.#retry;
  }

  /** Null where the call has one endpoint. */
  get failover(): Failover | null {
    return this.#retry?.failover ?? null;
  }

  /** The budget that pays for retries; null where the origin has none. */
  get budget(): Budget | null {
    return this.reservation?.budget ?? this.guards.budget;
  }

  get reservation(): Reservation | null {
    return this.#retry?.reservation ?? null;
  }

  /**
   * The reservation, to write; null where the origin has no budget.
   *
   * @param budget That of the call.
   */
  reserve(budget: Budget | null): Reservation | null {
    if (budget !== null) this.retryState.reservation ??= new Reservation(budget);
    return this.reservation;
  }

  /** Null if no header shows that a client above retries too. */
  get outer(): OuterRetries | null {
    return this.#retry?.outer ?? null;
  }

  /** The client above retries, so this one does not: under "yield", or where a call to a model endpoint was given up already. */
  get yields(): boolean {
    const {policy} = this.plan;
    return this.outer !== null && (policy.nested === 'yield' || (policy.refusals !== null && this.outer.count > 0));
  }

  get outerRetries(): number | undefined {
    return this.outer?.count;
  }

  get hedges(): number {
    return this.#retry?.hedges ?? 0;
  }

  get waitedMs(): number {
    return this.#retry?.waitedMs ?? 0;
  }

  get queuedMs(): number {
    return this.#retry?.queuedMs ?? 0;
  }

  get recoveryMs(): number {
    return this.#retry?.recoveryMs ?? 0;
  }

  /** The view of the call for logs: only what others may see, and nothing that is sent to the server. */
  toJSON(): CallView {
    const {method, rpcMethod, url, origin, template, policyName, correlationId} = this;
    const {attempts, hedges, waitedMs, queuedMs, keyed, outerRetries, paidAttempts} = this;
    return {
      method,
      rpcMethod,
      url,
      origin,
      template,
      policyName,
      correlationId,
      attempts,
      hedges,
      waitedMs,
      queuedMs,
      keyed,
      outerRetries,
      paidAttempts,
    };
  }
}

/** A call, for steps to which all responses are alike. */
export type CallFacts = Omit<CallContext, 'client' | 'transport' | 'caller'> & {readonly client: ClientFacts};

/** An attempt of a call, for steps to which all attempts are alike. */
export interface AttemptFacts {
  /** The guards of its endpoint. */
  readonly guards: Guards;
  readonly startedAt: number;
}

/** Node's console.log shows the same fields as JSON. */
Object.defineProperty(CallContext.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value: CallContext.prototype.toJSON,
});
