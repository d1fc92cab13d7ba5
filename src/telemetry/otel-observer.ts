/**
 * Spans: one INTERNAL span for the call, one CLIENT span for each attempt.
 *
 * Cheap where nobody looks: with no SDK registered `startCall` returns null and nothing else runs; where the call is not
 * sampled, only the decision is propagated. Exact where somebody does: each span ends exactly once, the wire runs in the
 * attempt's context, the user's hooks in the call's.
 */
import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  isSpanContextValid,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapSetter,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import {pageOrigin} from '../call/target.ts';
import type {CallResult, CallView} from '../core/call-view.ts';
import type {
  AttemptObserver,
  AttemptStart,
  CallEventFacts,
  CallEventName,
  CallObserver,
  HeaderBag,
  Observer,
} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import * as names from './attributes.ts';
import {errorType} from './error-type.ts';
import {serverPlace} from './server-place.ts';
import {SCOPE, VERSION} from './version.ts';

export interface OtelOptions {
  /**
   * Who gets `traceparent`, `tracestate` and baggage. Default: everyone; in a browser the page's own origin, because
   * these headers would force a preflight that other servers refuse.
   */
  readonly propagateTo?: (origin: string) => boolean;
}

/** An observer that makes OpenTelemetry spans with whatever SDK is registered, now or later. */
export function otelObserver({propagateTo = toDefaults}: OtelOptions = {}): Observer {
  return {
    startCall(call) {
      const tracer = registeredTracer();
      if (tracer === null) return null;
      const span = new CallSpan(tracer, call, propagateTo);
      return span.isValid ? span : null;
    },
  };
}

const toDefaults = (origin: string): boolean => pageOrigin === undefined || origin === pageOrigin;

/**
 * Under this key an instrumentation of undici or fetch makes no spans of its own: else each attempt had two, and the wire
 * carried two traceparents, which no server can read. The key is the SDK's own; the API makes it by `Symbol.for`.
 */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

const setter: TextMapSetter<HeaderBag> = {set: (headers, name, value) => headers.set(name, value)};

interface ProxyProvider {
  getDelegate(): unknown;
  getDelegateTracer(name: string, version?: string): Tracer | undefined;
}
let seenDelegate: unknown;
let seenTracer: Tracer | null = null;

/** null while no SDK is registered. Asked at each call, because SDKs may be registered late, and tests change them. */
function registeredTracer(): Tracer | null {
  const provider = trace.getTracerProvider() as Partial<ProxyProvider>;
  if (provider.getDelegate === undefined || provider.getDelegateTracer === undefined)
    return trace.getTracer(SCOPE, VERSION);
  const delegate = provider.getDelegate();
  if (delegate !== seenDelegate) {
    seenDelegate = delegate;
    seenTracer = provider.getDelegateTracer(SCOPE, VERSION) ?? null;
  }
  return seenTracer;
}

class CallSpan implements CallObserver {
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #context: Context;
  readonly #propagates: boolean;
  readonly #isRecording: boolean;
  /** What all attempts of a call that is not sampled share. */
  #unrecorded: AttemptSpan | null = null;

  constructor(tracer: Tracer, call: CallView, propagateTo: (origin: string) => boolean) {
    const parent = context.active();
    const {method, template, origin} = call;
    const attributes: Attributes = {[names.HTTP_REQUEST_METHOD]: method, ...placeAttributes(origin)};
    if (template !== undefined) attributes[names.URL_TEMPLATE] = template;
    this.#tracer = tracer;
    this.#span = tracer.startSpan(`${SCOPE} ${spanName(call)}`, {kind: SpanKind.INTERNAL, attributes}, parent);
    this.#context = trace.setSpan(parent, this.#span);
    this.#isRecording = this.#span.isRecording();
    this.#propagates = propagateTo(origin);
  }

  get isValid(): boolean {
    return isSpanContextValid(this.#span.spanContext());
  }

  startAttempt(call: CallView, attempt: AttemptStart, headers: HeaderBag): AttemptObserver {
    if (!this.#isRecording) {
      this.#inject(this.#context, headers);
      this.#unrecorded ??= new AttemptSpan(null, this.#context);
      return this.#unrecorded;
    }
    const {number, kind, shadows} = attempt;
    const attributes: Attributes = {
      [names.HTTP_REQUEST_METHOD]: call.method,
      [names.URL_FULL]: call.url,
      ...placeAttributes(call.origin),
      [names.ATTEMPT_NUMBER]: number,
      [names.ATTEMPT_KIND]: kind,
    };
    if (call.template !== undefined) attributes[names.URL_TEMPLATE] = call.template;
    if (call.correlationId !== undefined) attributes[names.CALL_ID] = call.correlationId;
    if (number > 1) attributes[names.HTTP_REQUEST_RESEND_COUNT] = number - 1;
    const shadowed = shadows instanceof AttemptSpan ? shadows.spanContext : undefined;
    const links = shadowed === undefined ? [] : [{context: shadowed, attributes: {[names.LINK_TYPE]: 'hedge_of'}}];
    const span = this.#tracer.startSpan(spanName(call), {kind: SpanKind.CLIENT, attributes, links}, this.#context);
    const own = trace.setSpan(this.#context, span);
    this.#inject(own, headers);
    return new AttemptSpan(span, own);
  }

  run<T>(work: () => T): T {
    return context.with(this.#context, work);
  }

  event(name: CallEventName, {attempt, reason, waitMs, waitSource}: CallEventFacts): void {
    if (!this.#isRecording) return;
    const attributes: Attributes = {};
    if (attempt !== undefined) attributes['steadfetch.attempt.number'] = attempt;
    if (reason !== undefined) attributes['steadfetch.reason'] = reason;
    if (waitMs !== undefined) attributes['steadfetch.wait'] = waitMs / 1000;
    if (waitSource !== undefined) attributes['steadfetch.wait.source'] = waitSource;
    this.#span.addEvent(`${SCOPE}.${name}`, attributes);
  }

  end(call: CallView, outcome: Outcome, result: CallResult, reason: string): void {
    if (this.#isRecording) {
      this.#span.setAttributes({
        [names.POLICY_NAME]: call.policyName,
        [names.CALL_OUTCOME]: result,
        [names.CALL_REASON]: reason,
        [names.CALL_ATTEMPTS]: call.attempts,
        [names.CALL_RETRIES]: Math.max(0, call.attempts - 1 - call.hedges),
        [names.CALL_HEDGES]: call.hedges,
        [names.CALL_RETRY_DELAY]: call.waitedMs / 1000,
        [names.IDEMPOTENCY_KEY_SENT]: call.keyed,
      });
      if (call.correlationId !== undefined) this.#span.setAttribute(names.CALL_ID, call.correlationId);
      describeEnd(this.#span, outcome);
    }
    this.#span.end();
  }

  #inject(from: Context, headers: HeaderBag): void {
    if (this.#propagates) propagation.inject(from, headers, setter);
  }
}

class AttemptSpan implements AttemptObserver {
  readonly #span: Span | null;
  readonly #context: Context;

  /** @param own The context with this span; the wire runs below it. */
  constructor(span: Span | null, own: Context) {
    this.#span = span;
    this.#context = own.setValue(SUPPRESS_TRACING, true);
  }

  get spanContext() {
    return this.#span?.spanContext();
  }

  run<T>(wire: () => T): T {
    return context.with(this.#context, wire);
  }

  end(outcome: Outcome, superseded: boolean): void {
    if (this.#span === null) return;
    this.#span.setAttribute(names.ATTEMPT_OUTCOME, superseded ? 'superseded' : attemptOutcome(outcome));
    describeEnd(this.#span, outcome);
    this.#span.end();
  }
}

/** Low in cardinality: the method, and the route's template where there is one; never the path. */
const spanName = ({method, template}: CallView): string => {
  const known = KNOWN_METHODS.has(method) ? method : 'HTTP';
  return template === undefined ? known : `${known} ${template}`;
};
const KNOWN_METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
]);

function placeAttributes(origin: string): Attributes {
  const {address, port} = serverPlace(origin);
  return {[names.SERVER_ADDRESS]: address, [names.SERVER_PORT]: port};
}

/** No description: what it was can be inferred from error.type, and messages carry URLs with secrets. */
function describeEnd(span: Span, outcome: Outcome): void {
  if (outcome.kind === 'response') span.setAttribute(names.HTTP_RESPONSE_STATUS_CODE, outcome.status);
  const type = errorType(outcome);
  if (type === undefined) return;
  span.setAttribute(names.ERROR_TYPE, type);
  span.setStatus({code: SpanStatusCode.ERROR});
}

function attemptOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'response':
      return outcome.status < 400 ? 'success' : 'failure';
    case 'attempt-timeout':
    case 'deadline':
      return 'timeout';
    case 'aborted':
    case 'stopped':
      return 'cancelled';
    default:
      return 'failure';
  }
}
