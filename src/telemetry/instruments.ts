/** Every instrument: its name, unit and buckets. Values are seconds and counts; no ids, URLs or attempt numbers on any of them. */
import type {Counter, Histogram, Meter} from '@opentelemetry/api';
import {observeActiveCalls} from './call-series.ts';
import {
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
  /** The time in the queue of a quota, for calls that waited. */
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

    this.callDuration = histogram(
      'steadfetch.client.call.duration',
      's',
      CALL_SECONDS,
      'Duration of calls, their retries and waits included.',
    );
    this.attemptDuration = histogram(
      'steadfetch.client.attempt.duration',
      's',
      SECONDS,
      'Duration of single attempts, until their headers.',
    );
    this.retries = histogram(
      'steadfetch.client.call.retries',
      '{retry}',
      [1, 2, 3, 4, 5, 10],
      'Retries of calls that were sent again.',
    );
    this.hedges = histogram(
      'steadfetch.client.call.hedges',
      '{hedge}',
      [1, 2, 3, 4, 5],
      'Hedges of calls that were hedged.',
    );
    this.retryDelay = histogram(
      'steadfetch.client.call.retry_delay',
      's',
      CALL_SECONDS,
      'Time that calls waited between their attempts.',
    );
    this.paidAttempts = meter.createCounter('steadfetch.client.call.paid_attempts', {
      unit: '{attempt}',
      description: 'Attempts that may have to be paid for, of policies that count them.',
    });
    this.queueTime = histogram(
      'steadfetch.client.call.queue_time',
      's',
      CALL_SECONDS,
      'Time that calls waited in the queue of a quota.',
    );
    this.timeToFirstContent = histogram(
      'steadfetch.client.attempt.time_to_first_content',
      's',
      CALL_SECONDS,
      'Time from the send of an attempt to the first content of its event stream.',
    );
    this.rejected = meter.createCounter('steadfetch.client.call.rejected', {
      unit: '{call}',
      description: 'Attempts that a guard refused before they were sent.',
    });
    this.breakerTransitions = meter.createCounter('steadfetch.circuit_breaker.transition', {
      unit: '{transition}',
      description: 'Changes of state of circuit breakers.',
    });
    this.failovers = meter.createCounter('steadfetch.client.call.failovers', {
      unit: '{failover}',
      description: 'Attempts that went to another endpoint, because one failed or was passed over.',
    });
    this.endpointTransitions = meter.createCounter('steadfetch.client.endpoint.transition', {
      unit: '{transition}',
      description: 'Endpoints that were ejected or not ready, and that returned or became ready.',
    });
    meter
      .createObservableUpDownCounter('steadfetch.client.endpoint.out', {
        unit: '{endpoint}',
        description: 'Endpoints that calls pass over, because they are ejected or not ready.',
      })
      .addCallback(observeEndpoints);
    meter
      .createObservableUpDownCounter('steadfetch.client.active_calls', {
        unit: '{call}',
        description: 'Calls that have not ended.',
      })
      .addCallback(observeActiveCalls);
    meter
      .createObservableUpDownCounter('steadfetch.circuit_breaker.state', {
        unit: '{breaker}',
        description: 'Circuit breakers in each state.',
      })
      .addCallback(observeBreakers);
    meter
      .createObservableGauge('steadfetch.client.retry_budget.remaining', {
        unit: '1',
        description: 'Share of the retry budget that is left; the lowest, where routes have budgets of their own.',
      })
      .addCallback(observeBudgets);
    meter
      .createObservableUpDownCounter('steadfetch.client.concurrency.limit', {
        unit: '{attempt}',
        description: 'Attempts that may be in flight at a time, as concurrency limits stand.',
      })
      .addCallback(observeConcurrencyLimits);
    meter
      .createObservableUpDownCounter('steadfetch.client.concurrency.waiting', {
        unit: '{attempt}',
        description: 'Attempts that wait for a place under a concurrency limit.',
      })
      .addCallback(observeConcurrencyQueues);
    meter
      .createObservableGauge('steadfetch.client.quota.remaining', {
        unit: '1',
        description:
          'Share of a limit of a quota that may still be taken; the lowest, where routes have quotas of their own.',
      })
      .addCallback(observeQuotas);
    meter
      .createObservableUpDownCounter('steadfetch.client.quota.waiting', {
        unit: '{attempt}',
        description: 'Attempts that wait in the queue of a quota.',
      })
      .addCallback(observeQuotaQueues);
    meter
      .createObservableGauge('steadfetch.client.store.available', {
        unit: '1',
        description: 'Whether the store of shared guards answers: 1, or 0 if it does not.',
      })
      .addCallback(observeStores);
  }

  // The instruments of the conventions, which not every process uses.

  get requestDuration(): Histogram {
    this.#requestDuration ??= this.#standard('http.client.request.duration', 'Duration of HTTP client requests.');
    return this.#requestDuration;
  }

  get rpcDuration(): Histogram {
    this.#rpcDuration ??= this.#standard(
      'rpc.client.call.duration',
      'Duration of RPCs, their retries and waits included.',
    );
    return this.#rpcDuration;
  }

  #standard(name: string, description: string): Histogram {
    return this.#meter.createHistogram(name, {unit: 's', description, advice: {explicitBucketBoundaries: SECONDS}});
  }
}
