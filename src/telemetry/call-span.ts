/**
 * Spans: one for the call, and one for each attempt below it. Which of them are CLIENT spans differs between HTTP and RPC.
 *
 * Sampled calls: each span ends exactly once, requests are sent in the attempt's context, and the user's hooks run in the call's.
 * Calls that are not sampled are cheap: only the sampling decision is propagated.
 */
import {type Context, context, isSpanContextValid, type Span, type Tracer} from '@opentelemetry/api';
import type {CallResult, CallView} from '../core/call-view.ts';
import type {
  AttemptObserver,
  AttemptStart,
  CallEventFacts,
  CallEventName,
  CallObserver,
  HeaderBag,
  RpcEnd,
} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import {type AttemptHome, AttemptSpan, BareAttempt} from './attempt-span.ts';
import * as names from './attributes.ts';
import {BodySpan} from './body-span.ts';
import {CallTime} from './call-time.ts';
import {SpanScope, TraceHeaders} from './contexts.ts';
import {type Conventions, conventionsOf, isRpc} from './conventions.ts';
import {DelegatedAttempt} from './delegated-attempt.ts';
import type {HeaderCapture} from './header-capture.ts';
import type {OtelSettings} from './options.ts';
import {SCOPE} from './scope.ts';
import {placeAttributes} from './server-place.ts';
import {describeEnd, eventAttributes, requestAttributes, retriesOf, tellable} from './span-facts.ts';
import {forgetRequests, watchRequests} from './undici-diagnostics.ts';

/** null where no SDK is registered behind the tracer. */
export function startCallSpan(
  tracer: Tracer,
  call: CallView,
  settings: OtelSettings,
  parent: Context,
): CallSpan | null {
  const time = new CallTime();
  const conventions = conventionsOf(call);
  const isNested = conventions.isInsideClientSpan(call, parent);
  const {name, kind} = conventions.callSpan(call, isNested);
  const span = tracer.startSpan(name, {kind, attributes: requestAttributes(call), startTime: time.now()}, parent);
  const isReal = span.isRecording() || isSpanContextValid(span.spanContext());
  if (!isReal) return null;
  const scope = new SpanScope(parent, span);
  const client = isNested ? parent : scope.context;
  return new CallSpan(tracer, scope, time, isRpc(call) ? client : null, call, settings);
}

export class CallSpan implements CallObserver, AttemptHome {
  readonly capture: HeaderCapture | null;
  readonly conventions: Conventions;
  readonly time: CallTime;
  readonly #tracer: Tracer;
  readonly #scope: SpanScope;
  /** The context of the CLIENT span of an RPC, which all attempts send; null for HTTP, where each attempt sends its own span. */
  readonly #client: Context | null;
  readonly #settings: OtelSettings;
  readonly #traceHeaders: TraceHeaders | null;
  readonly #delegates: boolean;
  readonly #isRecording: boolean;
  /** The observer that all attempts of an unsampled call share. */
  #unrecorded: BareAttempt | null = null;
  /** The trace header that these attempts send; undefined: tracing by others is suppressed in them, or left to others. */
  #watched: string | undefined;
  readonly #requests = {count: 0};
  #wasSuccess = false;

  /** @param client The context of the CLIENT span of an RPC; null for HTTP. */
  constructor(
    tracer: Tracer,
    scope: SpanScope,
    time: CallTime,
    client: Context | null,
    call: CallView,
    settings: OtelSettings,
  ) {
    this.#tracer = tracer;
    this.time = time;
    this.#scope = scope;
    this.#client = client;
    this.#settings = settings;
    this.conventions = conventionsOf(call);
    this.capture = client === null ? settings.capture : null;
    this.#delegates = settings.delegates && client === null; // No other instrumentation makes a span of a gRPC attempt.
    this.#isRecording = scope.span.isRecording();
    this.#traceHeaders = this.#delegates ? null : new TraceHeaders(settings);
  }

  get context(): Context {
    return this.#scope.context;
  }

  startAttempt(call: CallView, attempt: AttemptStart, headers: HeaderBag): AttemptObserver {
    if (!this.#isRecording) return this.#startUnrecorded(call, attempt, headers);
    if (this.#delegates) return new DelegatedAttempt(call, attempt, this.#requests, this.context);
    const {number, shadows, endpoint} = attempt;
    const attributes = Object.assign(requestAttributes(call), this.conventions.attempt(call, number));
    if (endpoint !== undefined)
      Object.assign(attributes, placeAttributes(endpoint.origin), {[names.URL_FULL]: endpoint.url});
    const links =
      shadows instanceof AttemptSpan
        ? [{context: shadows.spanContext, attributes: {[names.LINK_TYPE]: 'hedge_of'}}]
        : [];
    const {name, kind} = this.conventions.attemptSpan(call);
    const span = this.#tracer.startSpan(name, {kind, attributes, links, startTime: this.time.now()}, this.context);
    describeAttempt(span, call, attempt);
    if (this.capture !== null) span.setAttributes(this.capture.request(headers));
    const scope = new SpanScope(this.context, span);
    const started = new AttemptSpan(this, number, scope);
    const isSent = this.#traceHeaders?.write(this.#client ?? scope.context, headers, call, endpoint);
    if (this.#client === null && isSent) started.watch(headers, this.#settings.network);
    return started;
  }

  #startUnrecorded(call: CallView, {endpoint}: AttemptStart, headers: HeaderBag): AttemptObserver {
    const isSent = this.#traceHeaders?.write(this.#client ?? this.context, headers, call, endpoint);
    if (this.#client === null && isSent)
      this.#watched ??= watchRequests(headers, this.#scope.span.spanContext().spanId, null);
    this.#unrecorded ??= new BareAttempt(this.#delegates || this.#watched ? this.context : this.#scope.suppressed);
    return this.#unrecorded;
  }

  run<T>(work: () => T): T {
    return context.with(this.context, work);
  }

  event(name: CallEventName, facts: CallEventFacts): void {
    if (this.#isRecording) this.#scope.span.addEvent(`${SCOPE}.${name}`, eventAttributes(facts), this.time.now());
  }

  redirected(attempt: number, status: number, origin: string): void {
    const attributes = {
      [names.ATTEMPT_NUMBER]: attempt,
      [names.HTTP_RESPONSE_STATUS_CODE]: status,
      ...placeAttributes(origin),
    };
    this.#scope.span.addEvent(`${SCOPE}.redirect`, attributes, this.time.now());
  }

  startBody(attempt: number): BodySpan | null {
    return this.#settings.bodySpans ? new BodySpan(this.#tracer, this.context, this.time, attempt) : null;
  }

  end(call: CallView, outcome: Outcome, result: CallResult, reason: string): void {
    if (this.#isRecording) {
      const {span} = this.#scope;
      describeCall(span, call, result, reason);
      describeEnd(span, outcome, this.conventions);
      this.#wasSuccess = result === 'success';
    }
    forgetRequests(this.#watched);
    if (this.#client === null) this.#scope.end(this.time.now());
  }

  closed(end: RpcEnd): void {
    if (this.#isRecording) this.conventions.closeSpan?.(this.#scope.span, end, this.#wasSuccess);
    this.#scope.end(this.time.now());
  }
}

/** Set after the start of the span: SDKs examine attributes at the start twice, and no sampler reads these. */
function describeAttempt(span: Span, call: CallView, {number, kind, endpoint}: AttemptStart): void {
  span.setAttribute(names.ATTEMPT_NUMBER, number);
  span.setAttribute(names.ATTEMPT_KIND, kind);
  if (endpoint !== undefined) span.setAttribute(names.ENDPOINT_NAME, endpoint.name);
  if (call.correlationId !== undefined) span.setAttribute(names.CALL_ID, call.correlationId);
}

function describeCall(span: Span, call: CallView, result: CallResult, reason: string): void {
  span.setAttribute(names.POLICY_NAME, call.policyName);
  span.setAttribute(names.CALL_OUTCOME, result);
  span.setAttribute(names.CALL_REASON, tellable(reason));
  span.setAttribute(names.CALL_ATTEMPTS, call.attempts);
  span.setAttribute(names.CALL_RETRIES, retriesOf(call));
  span.setAttribute(names.CALL_HEDGES, call.hedges);
  span.setAttribute(names.CALL_RETRY_DELAY, call.waitedMs / 1000);
  if (call.queuedMs > 0) span.setAttribute(names.CALL_QUEUE_TIME, call.queuedMs / 1000);
  span.setAttribute(names.IDEMPOTENCY_KEY_SENT, call.keyed);
  if (call.paidAttempts !== undefined) span.setAttribute(names.CALL_PAID_ATTEMPTS, call.paidAttempts);
  if (call.outerRetries !== undefined) span.setAttribute(names.CALL_OUTER_RETRIES, call.outerRetries);
  if (call.correlationId !== undefined) span.setAttribute(names.CALL_ID, call.correlationId);
}
