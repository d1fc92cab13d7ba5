/** A call that is measured or logged, with spans or without. A processor of the user may throw at the end of a span; metrics are recorded still. */
import {type Context, context, type Logger} from '@opentelemetry/api';
import type {CallResult, CallView} from '../core/call-view.ts';
import type {
  AttemptObserver,
  AttemptStart,
  BodyObserver,
  CallEventFacts,
  CallEventName,
  CallObserver,
  HeaderBag,
  RpcEnd,
} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import type {CallMetrics, MeasuredAttempt} from './call-metrics.ts';
import type {CallSpan} from './call-span.ts';
import {logCallEvent} from './log-records.ts';

/** null: no SDK is registered. */
export interface Targets {
  readonly span: CallSpan | null;
  readonly metrics: CallMetrics | null;
  readonly logger: Logger | null;
  /** The call's own, or the caller's where there is no span. */
  readonly context: Context;
}

export class ObservedCall implements CallObserver {
  readonly #call: CallView;
  readonly #targets: Targets;

  constructor(call: CallView, targets: Targets) {
    this.#call = call;
    this.#targets = targets;
  }

  startAttempt(call: CallView, attempt: AttemptStart, headers: HeaderBag): AttemptObserver | null {
    const {span, metrics} = this.#targets;
    const shadows = attempt.shadows instanceof ObservedAttempt ? attempt.shadows.span : attempt.shadows;
    const own = span === null ? null : span.startAttempt(call, {...attempt, shadows}, headers);
    return metrics === null ? own : new ObservedAttempt(own, metrics, attempt);
  }

  run<T>(work: () => T): T {
    return context.with(this.#targets.context, work);
  }

  event(name: CallEventName, facts: CallEventFacts): void {
    const {span, metrics, logger} = this.#targets;
    span?.event(name, facts);
    if (name === 'breaker.rejected') metrics?.rejected(facts.reason ?? '_OTHER');
    if (name === 'call.failover') metrics?.failedOver(facts.from, facts.to);
    if (logger !== null) logCallEvent(logger, this.#targets.context, this.#call, name, facts);
  }

  end(call: CallView, outcome: Outcome, result: CallResult, reason: string, durationMs: number): void {
    const {span, metrics} = this.#targets;
    try {
      span?.end(call, outcome, result, reason);
    } finally {
      metrics?.ended(call, outcome, result, durationMs);
    }
  }

  closed(end: RpcEnd): void {
    const {span, metrics} = this.#targets;
    try {
      span?.closed(end);
    } finally {
      metrics?.closed(end);
    }
  }
}

class ObservedAttempt implements AttemptObserver {
  /** null: no span of it is made. */
  readonly span: AttemptObserver | null;
  readonly #metrics: CallMetrics;
  readonly #attempt: MeasuredAttempt;

  constructor(span: AttemptObserver | null, metrics: CallMetrics, attempt: MeasuredAttempt) {
    this.span = span;
    this.#metrics = metrics;
    this.#attempt = attempt;
  }

  run<T>(send: () => T): T {
    return this.span === null ? send() : this.span.run(send);
  }

  end(outcome: Outcome, superseded: boolean, latencyMs: number): void {
    try {
      this.span?.end(outcome, superseded, latencyMs);
    } finally {
      this.#metrics.attemptEnded(this.#attempt, outcome, superseded, latencyMs);
    }
  }

  firstContent(afterMs: number): void {
    this.span?.firstContent?.(afterMs);
    this.#metrics.firstContent(this.#attempt, afterMs);
  }

  startBody(): BodyObserver | null {
    return this.span?.startBody?.() ?? null;
  }
}
