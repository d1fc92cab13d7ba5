/** An attempt whose span is made by an instrumentation of undici. Its context carries its attributes to `undiciHooks()`. */
import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import type {CallView} from '../core/call-view.ts';
import type {AttemptObserver, AttemptStart} from '../core/observer.ts';
import {redactUrl} from '../decide/redact.ts';
import * as names from './attributes.ts';
import {withValue} from './contexts.ts';
import {httpConventions} from './conventions.ts';

const DELEGATED = createContextKey('steadfetch attempt whose span is made by others');

/** The number of requests of a call, as OpenTelemetry's conventions count them: with redirects. */
export interface RequestCount {
  count: number;
}

export class DelegatedAttempt implements AttemptObserver {
  /** The context of the first span that was made for the attempt. */
  spanContext: SpanContext | undefined;
  readonly #call: CallView;
  readonly #attempt: AttemptStart;
  readonly #requests: RequestCount;
  readonly #context: Context;

  /** @param own The call's context. */
  constructor(call: CallView, attempt: AttemptStart, requests: RequestCount, own: Context) {
    this.#call = call;
    this.#attempt = attempt;
    this.#requests = requests;
    this.#context = withValue(own, DELEGATED, this);
  }

  run<T>(send: () => T): T {
    return context.with(this.#context, send);
  }

  end(): void {}

  /** The attributes of one more request of the attempt. */
  describe({origin, path}: UndiciRequest): Attributes {
    const {template, correlationId} = this.#call;
    const resendCount = this.#requests.count++;
    const url = redactUrl(`${origin}${path}`);
    const query = url.indexOf('?');
    const attributes: Attributes = {
      [names.URL_FULL]: url,
      [names.URL_QUERY]: query < 0 ? '' : url.slice(query + 1),
      [names.ATTEMPT_NUMBER]: this.#attempt.number,
      [names.ATTEMPT_KIND]: this.#attempt.kind,
    };
    if (resendCount > 0) attributes[names.HTTP_REQUEST_RESEND_COUNT] = resendCount;
    const {endpoint} = this.#attempt;
    if (endpoint !== undefined) attributes[names.ENDPOINT_NAME] = endpoint.name;
    if (template !== undefined) attributes[names.URL_TEMPLATE] = template;
    if (correlationId !== undefined) attributes[names.CALL_ID] = correlationId;
    return attributes;
  }

  started(span: Span): void {
    this.spanContext ??= span.spanContext();
    if (this.#call.template !== undefined) span.updateName(httpConventions.attemptSpan(this.#call).name);
    const {shadows} = this.#attempt;
    const shadowed = shadows instanceof DelegatedAttempt ? shadows.spanContext : undefined;
    if (shadowed !== undefined) span.addLink({context: shadowed, attributes: {[names.LINK_TYPE]: 'hedge_of'}});
  }
}

/** A request as instrumentation-undici passes it to a hook. */
export interface UndiciRequest {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
}

/** Options for `UndiciInstrumentation`. */
export interface UndiciHooks {
  startSpanHook(request: UndiciRequest): Attributes;
  requestHook(span: Span): void;
}

/**
 * Makes options for instrumentation-undici, for `attemptSpans: "delegate"`. They give its spans the resend_count, the number and kind of the
 * attempt, the link of a hedge, and a URL without secrets. Spans of other requests do not change.
 *
 * @example
 * new UndiciInstrumentation({...undiciHooks()});
 */
export function undiciHooks(): UndiciHooks {
  const current = (): unknown => context.active().getValue(DELEGATED);
  return {
    startSpanHook(request) {
      const attempt = current();
      return attempt instanceof DelegatedAttempt ? attempt.describe(request) : {};
    },
    requestHook(span) {
      const attempt = current();
      if (attempt instanceof DelegatedAttempt) attempt.started(span);
    },
  };
}
