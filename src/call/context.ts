/**
 * What is known of a call, for whoever looks on: observers, listeners, and the other files of this floor. It does nothing.
 */

import type {EngineParts} from '../client/client.ts';
import {startCall} from '../client/observe.ts';
import type {Plan, Variant} from '../client/plan.ts';
import type {AttemptRequest} from '../client/ports.ts';
import type {CallResult, CallView} from '../core/call-view.ts';
import type {CallObserver, HeaderBag} from '../core/observer.ts';
import type {Pause} from '../core/timer.ts';
import {redactUrl} from '../decide/redact.ts';
import type {Transients} from '../decide/transients.ts';
import type {Guards} from '../guards/origin-guards.ts';
import {PreparedHeaders} from '../transport/prepared-headers.ts';
import type {Wire} from '../transport/transport.ts';
import type {Judgement} from './decision.ts';
import {Identified} from './ids.ts';
import type {CallReport, Reporting} from './report.ts';
import type {Reservation} from './reservation.ts';
import {Past} from './retry-state.ts';
import type {Rpc} from './rpc.ts';

const NO_WAITS: readonly Pause[] = [];

/** How it ended. */
interface End {
  readonly result: CallResult;
  readonly reason: string;
  readonly durationMs: number;
}

export abstract class CallRecord extends Identified implements Reporting {
  readonly engine: EngineParts;
  readonly plan: Plan;
  readonly guards: Guards;
  readonly method: string;
  readonly origin: string;
  readonly startedAt: number;
  readonly trace: CallObserver | null;
  attempts = 0;
  waits: readonly Pause[] = NO_WAITS;
  judgement: Judgement | null = null;
  wire!: Wire;
  protected ended: End | null = null;
  #past: Past | null = null;
  readonly #rawUrl: string;
  readonly #rpc: Rpc | null;

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
    super(correlationId, idempotencyKey);
    this.engine = engine;
    this.plan = plan;
    this.guards = guards;
    this.method = method;
    this.#rawUrl = url;
    this.origin = origin ?? '';
    this.startedAt = now;
    this.#rpc = rpc;
    this.trace = startCall(engine.observer, this);
  }

  abstract broke(error: unknown): void;

  get url(): string {
    return redactUrl(this.#rawUrl, this.plan.queryAllowList);
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

  get deadlineMs(): number {
    return this.#rpc === null ? this.plan.deadlineMs : Math.min(this.plan.deadlineMs, this.#rpc.withinMs);
  }

  get deadlineAt(): number {
    return this.startedAt + this.deadlineMs;
  }

  /** What logs show of it: no more than others may see, and nothing that goes over the wire. */
  toJSON(): CallView {
    const {method, rpcMethod, url, origin, template, policyName, correlationId, attempts, hedges, waitedMs, keyed} =
      this;
    return {method, rpcMethod, url, origin, template, policyName, correlationId, attempts, hedges, waitedMs, keyed};
  }

  // What it has been through.

  /** For writing: made where there was none. */
  protected get past(): Past {
    this.#past ??= new Past();
    return this.#past;
  }

  protected get reservation(): Reservation | null {
    return this.#past?.reservation ?? null;
  }

  get hedges(): number {
    return this.#past?.hedges ?? 0;
  }

  set hedges(count: number) {
    this.past.hedges = count;
  }

  get waitedMs(): number {
    return this.#past?.waitedMs ?? 0;
  }

  set waitedMs(ms: number) {
    this.past.waitedMs = ms;
  }

  get lastBackoffMs(): number {
    return this.#past?.lastBackoffMs ?? 0;
  }

  set lastBackoffMs(ms: number) {
    this.past.lastBackoffMs = ms;
  }

  // What answers are read by.

  get transients(): Transients {
    return this.plan.transients;
  }

  get keySentBefore(): boolean {
    return this.attempts > 1 && this.keyed;
  }

  get refreshes(): boolean {
    return this.engine.prepareAttempt !== null;
  }

  // What resends are decided by.

  get mayRepeat(): boolean {
    return this.keyed || this.plan.idempotentMethods.has(this.method);
  }

  get mayHedge(): boolean {
    return this.guards.hedge !== null && this.plan.maxAttempts > 1;
  }

  // What is written on attempts.

  override label(headers: HeaderBag): void {
    this.#past?.prepared?.undo(headers);
    super.label(headers);
  }

  describe(headers: HeaderBag, attempt: number, signal: AbortSignal | undefined): AttemptRequest {
    const prepared = new PreparedHeaders(headers);
    const {method, past} = this;
    past.prepared = prepared;
    const {previousStatus} = past;
    return {method, url: this.#rawUrl, headers: prepared, attempt, previousStatus, signal};
  }

  /** How the call ended; before that, how it stands. */
  get report(): CallReport {
    const {judgement, attempts, hedges, waitedMs, correlationId, policyName, ended} = this;
    return {
      result: ended?.result ?? 'failure',
      reason: ended?.reason ?? 'not ended',
      refusal: ended?.result === 'success' ? null : (judgement?.refusal ?? null),
      attempts,
      hedges,
      waitedMs,
      durationMs: ended?.durationMs ?? this.engine.clock.now() - this.startedAt,
      retryAfterMs: judgement?.hint?.ms,
      correlationId,
      policyName,
    };
  }
}

/** What console.log of Node shows is what JSON would. */
Object.defineProperty(CallRecord.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: CallRecord) {
    return this.toJSON();
  },
});
