/** One attempt: its span, or none where the call is not sampled; and the context its request is sent in. */
import {type Context, context, type SpanContext} from '@opentelemetry/api';
import type {AttemptObserver, BodyObserver, HeaderBag} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import * as names from './attributes.ts';
import type {BodySpan} from './body-span.ts';
import type {CallTime} from './call-time.ts';
import {type SpanScope, suppressed, traceHeaderOf} from './contexts.ts';
import type {Conventions} from './conventions.ts';
import type {HeaderCapture} from './header-capture.ts';
import {describeEnd} from './span-facts.ts';
import {
  type Connection,
  claimRequests,
  forgetRequests,
  protocolVersion,
  type RequestWatcher,
  releaseRequests,
  watchRequests,
} from './undici-diagnostics.ts';

/** The parts of a call that the span of an attempt needs. */
export interface AttemptHome {
  readonly capture: HeaderCapture | null;
  readonly conventions: Conventions;
  readonly time: CallTime;
  /** A redirect was followed. `status`: that of the redirecting answer. */
  redirected(attempt: number, status: number | undefined, origin: string): void;
  startBody(attempt: number): BodySpan | null;
}

/** An attempt without a span: its request is sent in the call's context. */
export class BareAttempt implements AttemptObserver {
  readonly #context: Context;

  constructor(attemptContext: Context) {
    this.#context = attemptContext;
  }

  run<T>(send: () => T): T {
    return context.with(this.#context, send);
  }

  end(): void {}
}

export class AttemptSpan implements AttemptObserver, RequestWatcher {
  readonly spanContext: SpanContext;
  readonly #home: AttemptHome;
  readonly #number: number;
  readonly #scope: SpanScope;
  /** Requests that fetch made of this attempt: one, and one more for each redirect. */
  #hops = 0;
  #redirectStatus: number | undefined;
  #traceHeader: string | undefined;
  /** The trace header of the requests that must get no second span; undefined: nothing done in the attempt gets one. */
  #claimed: string | undefined;

  constructor(home: AttemptHome, number: number, scope: SpanScope) {
    this.#home = home;
    this.#number = number;
    this.#scope = scope;
    this.spanContext = scope.span.spanContext();
  }

  run<T>(send: () => T): T {
    return context.with(this.#claimed === undefined ? suppressed(this.#scope.context) : this.#scope.context, send);
  }

  /** From now on spans are made for what the attempt does, but for its requests. @param headers As they are sent: one of them has to name the span. */
  claim(headers: HeaderBag): void {
    this.#claimed = claimed(headers, this.spanContext.spanId);
  }

  end(outcome: Outcome, superseded: boolean): void {
    const {span} = this.#scope;
    if (this.#traceHeader !== undefined) forgetRequests(this.#traceHeader);
    if (this.#claimed !== undefined) releaseRequests(this.#claimed);
    span.setAttribute(
      names.ATTEMPT_OUTCOME,
      superseded ? 'superseded' : attemptOutcome(outcome, this.#home.conventions),
    );
    if (this.#home.capture !== null && outcome.response !== null)
      span.setAttributes(this.#home.capture.response(outcome.response.headers));
    describeEnd(span, outcome, this.#home.conventions);
    this.#scope.end(this.#home.time.now());
  }

  firstContent(afterMs: number): void {
    this.#scope.span.setAttribute(names.ATTEMPT_TIME_TO_FIRST_CONTENT, afterMs / 1000);
  }

  startBody(): BodyObserver | null {
    return this.#home.startBody(this.#number);
  }

  // Reports of undici's diagnostics.

  /** Records peers and redirects from now on. @param headers As they are sent: one of them has to name the span. */
  watch(headers: HeaderBag): void {
    this.#traceHeader = traceHeaderOf(headers, this.spanContext.spanId);
    if (this.#traceHeader !== undefined) watchRequests(this.#traceHeader, this);
  }

  sent(origin: string): void {
    if (this.#hops++ > 0) this.#home.redirected(this.#number, this.#redirectStatus, origin);
  }

  connected(connection: Connection): void {
    const {remoteAddress, remotePort} = connection;
    if (remoteAddress === undefined) return;
    const {span} = this.#scope;
    span.setAttribute(names.NETWORK_PEER_ADDRESS, remoteAddress);
    if (remotePort !== undefined) span.setAttribute(names.NETWORK_PEER_PORT, remotePort);
    span.setAttribute(names.NETWORK_PROTOCOL_VERSION, protocolVersion(connection));
  }

  answered(status: number): void {
    this.#redirectStatus = status;
  }
}

/** The trace header that names the span, if its requests are known by it. */
export function claimed(headers: HeaderBag, spanId: string): string | undefined {
  const header = traceHeaderOf(headers, spanId);
  return header !== undefined && claimRequests(header) ? header : undefined;
}

function attemptOutcome(outcome: Outcome, {failureType}: Conventions): string {
  switch (outcome.kind) {
    case 'response':
      return failureType(outcome.status) === undefined ? 'success' : 'failure';
    case 'attempt-timeout':
    case 'content-timeout':
    case 'deadline':
      return 'timeout';
    case 'aborted':
    case 'stopped':
      return 'cancelled';
    default:
      return 'failure';
  }
}
