/** One gRPC call: for its client a call of grpc-js, for the engine a transport, for its attempts what they serve. */
import {AsyncResource} from 'node:async_hooks';
import {
  InterceptingCall,
  type InterceptingListener,
  type InterceptorOptions,
  Metadata,
  type NextCall,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import type {ResponseBodies} from '../body/response-bodies.ts';
import {beginRpc} from '../call/begin.ts';
import {runCall} from '../call/call.ts';
import type {CallContext} from '../call/context.ts';
import {type CallReport, reportFor} from '../call/report.ts';
import type {Client} from '../client/client.ts';
import {closeCall} from '../client/observe.ts';
import {CallSignal} from '../core/abort-source.ts';
import type {TimeoutError} from '../core/errors.ts';
import type {Outcome} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import {codeName} from '../decide/grpc-codes.ts';
import type {CallOverrides} from '../policy/types.ts';
import type {Caller, Transport, TransportRequest} from '../transport/transport.ts';
import {type AttemptOwner, type LowerCall, RpcAttempt, rpcBodies} from './attempt.ts';
import {attemptOptions, callersDeadline, parentOf, timeoutValue} from './deadlines.ts';
import {type LocalStatus, statusOfOutcome} from './local-status.ts';
import {MetadataBag} from './metadata-bag.ts';
import {originOfTarget} from './target.ts';

/** The context that grpc-js passes with a message. */
type MessageContext = Parameters<LowerCall['sendMessageWithContext']>[0];

/** The number of attempts before this one, which every retrying client sends to the server (gRFC A6). */
const PREVIOUS_ATTEMPTS = 'grpc-previous-rpc-attempts';
/** A DEADLINE_EXCEEDED of the server that comes this shortly before the client's own limit counts as that limit. */
const AS_GOOD_AS_OVER_MS = 10;

export class GrpcCall extends InterceptingCall implements Transport<RpcAttempt>, Caller<RpcAttempt>, AttemptOwner {
  readonly streams: boolean;
  readonly bodies: ResponseBodies<RpcAttempt> = rpcBodies;
  readonly callerSignal: CallSignal = new CallSignal();
  wantsMessage = false;
  readonly #client: Client<RpcAttempt>;
  readonly #given: InterceptorOptions;
  readonly #options: InterceptorOptions;
  readonly #nextCall: NextCall;
  readonly #overrides: CallOverrides | undefined;
  readonly #origin: string | undefined;
  /** Listeners run where the call was made, not where a timer or a socket woke us. */
  readonly #caller = new AsyncResource('steadfetch gRPC call');
  /** Made at once, because only a call knows its channel's target. It is the first attempt's, if there is one. */
  #first: LowerCall | null;
  /** The call that this one is made for was cancelled. */
  readonly #leave = (): void => this.cancelWithStatus(status.CANCELLED, 'Cancelled by parent call');
  readonly #live = new Set<RpcAttempt>();
  #call: CallContext<RpcAttempt> | null = null;
  #listener: Partial<InterceptingListener> | undefined;
  #metadata = new Metadata();
  #context: MessageContext = {};
  #message: unknown;
  #attemptsSent = 0;
  #isReplayable: boolean | null = null;
  #runs = false;
  #answer: RpcAttempt | null = null;
  #hasEnded = false;

  constructor(
    client: Client<RpcAttempt>,
    options: InterceptorOptions,
    nextCall: NextCall,
    overrides: CallOverrides | undefined,
    origin: string | undefined,
  ) {
    const own = attemptOptions(options);
    const first = nextCall(own);
    super(first);
    this.#first = first;
    this.streams = options.method_definition.responseStream;
    this.#client = client;
    this.#given = options;
    this.#options = own;
    this.#nextCall = nextCall;
    this.#overrides = overrides;
    this.#origin = origin;
  }

  // The call of grpc-js.

  override start(metadata: Metadata, listener?: Partial<InterceptingListener>): void {
    const {clock} = this.#client;
    this.#metadata = metadata.clone();
    this.#listener = listener;
    const rpc = {
      origin: this.#origin ?? originOfTarget(super.getPeer()),
      method: this.#given.method_definition.path.slice(1),
      withinMs: Math.max(0, callersDeadline(this.#given) - clock.wall()),
    };
    try {
      this.#call = beginRpc(this.#client, rpc, this.#overrides);
    } catch (error) {
      this.#dropFirst();
      throw error;
    }
    const parent = parentOf(this.#given, 'CANCELLATION');
    if (parent?.cancelled) this.#leave();
    else parent?.on('cancelled', this.#leave);
  }

  override sendMessageWithContext(context: MessageContext, message: unknown): void {
    this.#context = context;
    this.#message = message;
  }

  /** The request is whole. */
  override halfClose(): void {
    this.#run();
  }

  override startRead(): void {
    this.wantsMessage = true;
    for (const attempt of this.#live) attempt.read();
  }

  override cancelWithStatus(code: status, details: string): void {
    this.callerSignal.abort({code, details} satisfies LocalStatus);
    this.#run(); // Nothing is sent, but the call ends.
  }

  override getPeer(): string {
    return this.#answer?.call.getPeer() ?? super.getPeer();
  }

  override getAuthContext(): ReturnType<InterceptingCall['getAuthContext']> {
    return (this.#answer?.call ?? this.#first)?.getAuthContext() ?? null;
  }

  #run(): void {
    if (this.#runs || this.#call === null) return;
    this.#runs = true;
    runCall(this.#call, this, this);
  }

  settle(outcome: Outcome<RpcAttempt>): void {
    this.#dropFirst();
    // Never before the method of the client has returned; and what the caller's function throws is not ours to catch.
    queueMicrotask(() => {
      if (outcome.response === null) return this.#endWith(statusOfOutcome(outcome));
      this.#answer = outcome.response;
      this.#answer.give();
    });
  }

  // The transport.

  get replayable(): boolean {
    this.#isReplayable ??= this.#size() <= this.#call!.plan.policy.replayLimitBytes;
    return this.#isReplayable;
  }

  next(): TransportRequest<RpcAttempt> {
    const metadata = this.#metadata.clone();
    if (this.#attemptsSent > 0) metadata.set(PREVIOUS_ATTEMPTS, String(this.#attemptsSent));
    this.#attemptsSent++;
    return new RpcRequest(metadata, (request, endsAt) => this.#send(request, metadata, endsAt));
  }

  timeoutError(error: TimeoutError): unknown {
    return error;
  }

  #send(request: RpcRequest, metadata: Metadata, endsAt: number): Promise<RpcAttempt> {
    return new Promise(arrived => {
      const call = this.#first ?? this.#nextCall(this.#options);
      const context = this.#first === null ? {flags: this.#context.flags} : this.#context;
      this.#first = null;
      const attempt = new RpcAttempt(this, call, call.getPeer(), endsAt, arrived);
      this.#live.add(attempt);
      request.attempt = attempt;
      if (!this.streams && !Number.isNaN(endsAt))
        metadata.set('grpc-timeout', timeoutValue(endsAt - this.#client.clock.now()));
      try {
        call.start(metadata, attempt);
        if (this.wantsMessage) call.startRead();
        call.sendMessageWithContext(context as MessageContext, this.#message);
        call.halfClose();
      } catch (error) {
        call.cancelWithStatus(status.CANCELLED, 'Not sent.'); // An interceptor below threw.
        throw error;
      }
    });
  }

  /** Asked only when a retry is due. A message that cannot be written was not sent, and will not be. */
  #size(): number {
    try {
      return this.#given.method_definition.requestSerialize(this.#message).byteLength;
    } catch {
      return Number.POSITIVE_INFINITY;
    }
  }

  /** Closed, where it was not needed: it may have a timer, and others count it. */
  #dropFirst(): void {
    this.#first?.cancelWithStatus(status.CANCELLED, 'Not sent.');
    this.#first = null;
  }

  // Callbacks of the attempts.

  isOver(endsAt: number): boolean {
    try {
      return endsAt - this.#client.clock.now() < AS_GOOD_AS_OVER_MS;
    } catch {
      return false; // The status ends the attempt, even if the clock fails.
    }
  }

  receiveMetadata(metadata: Metadata): void {
    this.#caller.runInAsyncScope(() => this.#listener?.onReceiveMetadata?.(metadata));
  }

  receiveMessage(message: unknown): void {
    this.wantsMessage = false;
    this.#caller.runInAsyncScope(() => this.#listener?.onReceiveMessage?.(message));
  }

  receiveStatus({code, details, metadata}: StatusObject, localStatus: LocalStatus | null): void {
    this.#endWith({...localStatus, code, details}, metadata);
  }

  left(attempt: RpcAttempt): void {
    this.#live.delete(attempt);
  }

  #endWith(localStatus: LocalStatus, metadata: Metadata = new Metadata()): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    parentOf(this.#given, 'CANCELLATION')?.off('cancelled', this.#leave);
    this.#close(localStatus.code);
    const ended = {...localStatus, metadata, resilience: this.#reportOf(localStatus)};
    this.#caller.runInAsyncScope(() => this.#listener?.onReceiveStatus?.(ended));
  }

  #close(code: status): void {
    const {span, startedAt} = this.#call!;
    if (span === null) return;
    let durationMs = 0;
    quietly(() => {
      durationMs = this.#client.clock.now() - startedAt;
    });
    closeCall(span, {code, isCancelled: this.callerSignal.aborted, durationMs});
  }

  /** A stream was a success when it began, and may have failed since. */
  #reportOf({code}: LocalStatus): CallReport | undefined {
    let report: CallReport;
    try {
      report = reportFor(this.#call!);
    } catch {
      return undefined; // The status does not wait for it.
    }
    if (code === status.OK || report.result !== 'success') return report;
    const reason = `${codeName(code)} after the response had begun`;
    return {...report, result: this.callerSignal.aborted ? 'cancelled' : 'failure', reason, refusal: 'not-transient'};
  }
}

class RpcRequest implements TransportRequest<RpcAttempt> {
  readonly headers: MetadataBag;
  /** Null before it is sent. */
  attempt: RpcAttempt | null = null;
  readonly #send: (request: RpcRequest, endsAt: number) => Promise<RpcAttempt>;
  /** Created when `prepareAttempt` reads the signal. */
  #controller: AbortController | null = null;

  constructor(metadata: Metadata, send: (request: RpcRequest, endsAt: number) => Promise<RpcAttempt>) {
    this.headers = new MetadataBag(metadata);
    this.#send = send;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  send(endsAt: number): Promise<RpcAttempt> {
    return this.#send(this, endsAt);
  }

  abort(reason: unknown): void {
    this.#controller?.abort(reason);
    this.attempt?.abort(reason);
  }
}
