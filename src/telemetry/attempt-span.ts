/** One attempt: its span, or none where the call is not sampled; and the context its request is sent in. */
import {type Context, context, type SpanContext} from '@opentelemetry/api';
import type {AttemptObserver, BodyObserver, HeaderBag} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import * as names from './attributes.ts';
import type {BodySpan} from './body-span.ts';
import type {CallTime} from './call-time.ts';
import type {SpanScope} from './contexts.ts';
import type {Conventions} from './conventions.ts';
import type {HeaderCapture} from './header-capture.ts';
import {describeEnd} from './span-facts.ts';
import {
  type Connection,
  forgetRequests,
  protocolVersion,
  type RequestWatcher,
  watchRequests,
} from './undici-diagnostics.ts';

/** The parts of a call that the span of an attempt needs. */
export interface AttemptHome {
  readonly capture: HeaderCapture | null;
  readonly conventions: Conventions;
  readonly time: CallTime;
  /** A redirect was followed. `status`: that of the redirecting answer. */
  redirected(attempt: number, status: number, origin: string): void;
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
  /** The status of the redirect that was answered last, until the request that follows it. */
  #redirectStatus: number | undefined;
  #traceHeader: string | undefined;

  constructor(home: AttemptHome, number: number, scope: SpanScope) {
    this.#home = home;
    this.#number = number;
    this.#scope = scope;
    this.spanContext = scope.span.spanContext();
  }

  run<T>(send: () => T): T {
    return context.with(this.#traceHeader === undefined ? this.#scope.suppressed : this.#scope.context, send);
  }

  end(outcome: Outcome, superseded: boolean): void {
    const {span} = this.#scope;
    forgetRequests(this.#traceHeader);
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

  /**
   * From now on others make spans for what the attempt does, but not for its requests.
   *
   * @param headers As they are sent: one of them has to name the span.
   * @param network Whether peers and redirects are recorded.
   */
  watch(headers: HeaderBag, network: boolean): void {
    this.#traceHeader = watchRequests(headers, this.spanContext.spanId, network ? this : null);
  }

  sent(origin: string): void {
    if (this.#redirectStatus !== undefined) this.#home.redirected(this.#number, this.#redirectStatus, origin);
    this.#redirectStatus = undefined;
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
