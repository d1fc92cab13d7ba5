/** Every instrument: its name, unit and buckets. Values are seconds and counts; no ids, URLs or attempt numbers on any of them. */
import type {Counter, Histogram, Meter} from '@opentelemetry/api';
import {observeActiveCalls} from './call-series.ts';
import {
  type Observe,
  observeBreakerLines,
  observeBreakers,
  observeBudgets,
  observeConcurrencyLimits,
  observeConcurrencyQueues,
  observeEndpoints,
  observeQuotaQueues,
  observeQuotas,
  observeStores,
} from './watched-guards.ts';

/** @see OpenTelemetry semantic conventions 1.45, http.client.request.duration and rpc.client.call.duration */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** A call holds several attempts and the waits between them. */
const CALL_SECONDS = [...SECONDS, 30, 60];

export class Instruments {
  readonly callDuration: Histogram;
  readonly attemptDuration: Histogram;
  /** The retries of calls that were retried; other calls are not counted. */
  readonly retries: Histogram;
  readonly hedges: Histogram;
  readonly retryDelay: Histogram;
  readonly paidAttempts: Counter;
  /** The time in the queue of a quota and in the line of a breaker, for calls that waited. */
  readonly queueTime: Histogram;
  /** The time to the first content, for event streams that were held. */
  readonly timeToFirstContent: Histogram;
  readonly rejected: Counter;
  readonly breakerTransitions: Counter;
  /** Attempts that went to another endpoint of their call. */
  readonly failovers: Counter;
  readonly endpointTransitions: Counter;
  readonly #meter: Meter;
  #requestDuration: Histogram | undefined;
  #rpcDuration: Histogram | undefined;

  constructor(meter: Meter) {
    this.#meter = meter;
    const histogram = (name: string, unit: string, buckets: number[], description: string): Histogram =>
      meter.createHistogram(name, {unit, description, advice: {explicitBucketBoundaries: buckets}});
    const counter = (name: string, unit: string, description: string): Counter =>
      meter.createCounter(name, {unit, description});
    const observed = (name: string, unit: string, description: string, observe: Observe): void =>
      meter.createObservableUpDownCounter(name, {unit, description}).addCallback(observe);
    const gauge = (name: string, description: string, observe: Observe): void =>
      meter.createObservableGauge(name, {unit: '1', description}).addCallback(observe);

    this.callDuration = histogram(
      'steadfetch.client.call.duration',
      's',
      CALL_SECONDS,
      'Duration of calls, with retries and waits.',
    );
    this.attemptDuration = histogram(
      'steadfetch.client.attempt.duration',
      's',
      SECONDS,
      'Duration of attempts, to their headers.',
    );
    this.retries = histogram('steadfetch.client.call.retries', '{retry}', [1, 2, 3, 4, 5, 10], 'Retries of a call.');
    this.hedges = histogram('steadfetch.client.call.hedges', '{hedge}', [1, 2, 3, 4, 5], 'Hedges of a call.');
    this.retryDelay = histogram('steadfetch.client.call.retry_delay', 's', CALL_SECONDS, 'Waits between attempts.');
    this.paidAttempts = counter('steadfetch.client.call.paid_attempts', '{attempt}', 'Attempts that may be paid for.');
    this.queueTime = histogram(
      'steadfetch.client.call.queue_time',
      's',
      CALL_SECONDS,
      'Waits for a quota or a circuit breaker.',
    );
    this.timeToFirstContent = histogram(
      'steadfetch.client.attempt.time_to_first_content',
      's',
      CALL_SECONDS,
      'Time to the first content of an event stream.',
    );
    this.rejected = counter('steadfetch.client.call.rejected', '{call}', 'Attempts that a guard refused.');
    this.breakerTransitions = counter(
      'steadfetch.circuit_breaker.transition',
      '{transition}',
      'Changes of state of circuit breakers.',
    );
    this.failovers = counter(
      'steadfetch.client.call.failovers',
      '{failover}',
      'Attempts that went to another endpoint.',
    );
    this.endpointTransitions = counter(
      'steadfetch.client.endpoint.transition',
      '{transition}',
      'Changes of state of endpoints.',
    );
    observed('steadfetch.client.endpoint.out', '{endpoint}', 'Endpoints ejected or not ready.', observeEndpoints);
    observed('steadfetch.client.active_calls', '{call}', 'Calls that have not ended.', observeActiveCalls);
    observed('steadfetch.circuit_breaker.state', '{breaker}', 'Circuit breakers in each state.', observeBreakers);
    observed(
      'steadfetch.circuit_breaker.waiting',
      '{attempt}',
      'Attempts that wait for a circuit breaker.',
      observeBreakerLines,
    );
    gauge('steadfetch.client.retry_budget.remaining', 'Share of the retry budget that is left.', observeBudgets);
    observed(
      'steadfetch.client.concurrency.limit',
      '{attempt}',
      'Attempts that may be in flight.',
      observeConcurrencyLimits,
    );
    observed(
      'steadfetch.client.concurrency.waiting',
      '{attempt}',
      'Attempts that wait for a place.',
      observeConcurrencyQueues,
    );
    gauge('steadfetch.client.quota.remaining', 'Share of a quota that is left.', observeQuotas);
    observed('steadfetch.client.quota.waiting', '{attempt}', 'Attempts that wait for a quota.', observeQuotaQueues);
    gauge('steadfetch.client.store.available', 'Whether the shared store answers.', observeStores);
  }

  // The instruments of the conventions, which not every process uses.

  get requestDuration(): Histogram {
    this.#requestDuration ??= this.#standard('http.client.request.duration', 'Duration of HTTP client requests.');
    return this.#requestDuration;
  }

  get rpcDuration(): Histogram {
    this.#rpcDuration ??= this.#standard('rpc.client.call.duration', 'Duration of RPCs, with retries and waits.');
    return this.#rpcDuration;
  }

  #standard(name: string, description: string): Histogram {
    return this.#meter.createHistogram(name, {unit: 's', description, advice: {explicitBucketBoundaries: SECONDS}});
  }
}
