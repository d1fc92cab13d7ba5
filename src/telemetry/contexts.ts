/** Contexts, and the headers that propagate them. */
import {type Context, createContextKey, propagation, type Span, trace} from '@opentelemetry/api';
import type {CallView} from '../core/call-view.ts';
import type {AttemptEndpoint, HeaderBag} from '../core/observer.ts';
import type {OtelSettings} from './options.ts';

/**
 * Under this key an instrumentation of undici or fetch makes no spans of its own: else each attempt had two, and the request
 * carried two traceparents, which no server can read. The key is the SDK's own; the API makes it by `Symbol.for`.
 */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** One value over another context. The API's own copy a Map for each value, and a call makes three of them. */
class DerivedContext implements Context {
  readonly #below: Context;
  readonly #key: symbol;
  #value: unknown;

  constructor(below: Context, key: symbol, value: unknown) {
    this.#below = below;
    this.#key = key;
    this.#value = value;
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#below.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new DerivedContext(this, key, value);
  }

  deleteValue(key: symbol): Context {
    return new DerivedContext(this, key, undefined);
  }

  /** Changes the value of this context, by default to that of the context below, also for all that hold the context already. */
  replace(value: unknown = this.#below.getValue(this.#key)): void {
    this.#value = value;
  }
}

/**
 * A context with a span.
 *
 * Objects that are created in the context keep a reference to it, such as the Response of a fetch, which only a full garbage collection
 * frees. So the context drops the span once it has ended, and keeps only its ids.
 */
export class SpanScope {
  readonly context: Context;
  #span: Span;
  readonly #derived: DerivedContext;
  #suppressed: DerivedContext | null = null;

  constructor(below: Context, span: Span) {
    this.#span = span;
    this.#derived = trace.setSpan(derived(below), span) as DerivedContext; // A derived context sets values by deriving again.
    this.context = this.#derived;
  }

  /** After its end one that takes everything and keeps nothing. */
  get span(): Span {
    return this.#span;
  }

  /** The context, in which others make no spans until this one ends. Timers that were started in it make spans from then on. */
  get suppressed(): Context {
    this.#suppressed ??= suppressed(this.context);
    return this.#suppressed;
  }

  /** @param at Milliseconds since 1970. */
  end(at: number): void {
    const ids = trace.wrapSpanContext(this.#span.spanContext());
    this.#span.end(at);
    this.#span = ids;
    this.#derived.replace(ids);
    this.#suppressed?.replace();
  }
}

const derived = (below: Context): DerivedContext =>
  below instanceof DerivedContext
    ? below
    : new DerivedContext(below, SUPPRESS_TRACING, below.getValue(SUPPRESS_TRACING));

/** Others make no spans in it until it is replaced. */
export const suppressed = (below: Context): DerivedContext => new DerivedContext(below, SUPPRESS_TRACING, true);

export const withValue = (below: Context, key: symbol, value: unknown): Context =>
  new DerivedContext(below, key, value);

/** Writes the headers of the propagator to the attempts of one call. */
export class TraceHeaders {
  readonly #settings: OtelSettings;
  /** What the call has sent to endpoints. */
  #written: Map<string, string> | null = null;

  constructor(settings: OtelSettings) {
    this.#settings = settings;
  }

  /** @returns Whether the endpoint gets them. */
  write(from: Context, headers: HeaderBag, call: CallView, endpoint: AttemptEndpoint | undefined): boolean {
    if (endpoint !== undefined) {
      // Attempts may share their headers, and an endpoint may not get what another one got.
      this.#written ??= new Map();
      for (const [name, value] of this.#written) if (headers.get(name) === value) headers.delete(name);
    }
    const how = this.#settings.propagation(endpoint ?? call);
    if (how === 'none') return false;
    propagation.inject(how === 'all' ? from : propagation.deleteBaggage(from), headers, this);
    return true;
  }

  /** Called by the propagator. */
  set(headers: HeaderBag, name: string, value: string): void {
    headers.set(name, value);
    this.#written?.set(name, value);
  }
}

/** The value of the header that names the span, whichever the propagator writes: `traceparent`, `b3`. Undefined if no header names it. */
export function traceHeaderOf(headers: HeaderBag, spanId: string): string | undefined {
  for (const name of propagation.fields()) {
    const value = headers.get(name);
    if (value?.includes(spanId)) return value;
  }
  return undefined;
}
