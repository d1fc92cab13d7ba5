/** Measures one call and its attempts. */
import type {Attributes, Context} from '@opentelemetry/api';
import type {CallResult, CallView} from '../core/call-view.ts';
import type {AttemptStart} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import * as names from './attributes.ts';
import {type CallSeries, seriesOf} from './call-series.ts';
import {type Conventions, conventionsOf, isRpc} from './conventions.ts';
import {errorType} from './error-type.ts';
import type {Instruments} from './instruments.ts';
import {placeAttributes} from './server-place.ts';
import {retriesOf} from './span-facts.ts';

export type MeasuredAttempt = Pick<AttemptStart, 'kind' | 'endpoint'>;

export class CallMetrics {
  readonly #instruments: Instruments;
  readonly #series: CallSeries;
  /** The context of the call's span, so that a measurement can be an exemplar. */
  readonly #context: Context;
  readonly #withRequests: boolean;
  readonly #conventions: Conventions;

  /** @param withRequests Also by the name of the conventions. */
  constructor(instruments: Instruments, call: CallView, context: Context, withRequests: boolean) {
    this.#instruments = instruments;
    this.#series = seriesOf(call);
    this.#series.active++;
    this.#context = context;
    this.#withRequests = withRequests && !isRpc(call);
    this.#conventions = conventionsOf(call);
  }

  attemptEnded(attempt: MeasuredAttempt, outcome: Outcome, superseded: boolean, latencyMs: number): void {
    const seconds = latencyMs / 1000;
    const attributes = this.#attributesOf(attempt);
    if (!superseded) addEnd(attributes, outcome, this.#conventions);
    this.#instruments.attemptDuration.record(seconds, attributes, this.#context);
    if (!this.#withRequests) return;
    const {
      [names.POLICY_NAME]: _name,
      [names.ATTEMPT_KIND]: _kind,
      [names.ENDPOINT_NAME]: _endpoint,
      ...standard
    } = attributes;
    this.#instruments.requestDuration.record(seconds, standard, this.#context);
  }

  /** Records the time to the first content of an event stream that was held. */
  firstContent(attempt: MeasuredAttempt, afterMs: number): void {
    this.#instruments.timeToFirstContent.record(afterMs / 1000, this.#attributesOf(attempt), this.#context);
  }

  #attributesOf({kind, endpoint}: MeasuredAttempt): Attributes {
    const attributes: Attributes = {...this.#series.attributes, [names.ATTEMPT_KIND]: kind};
    if (endpoint === undefined) return attributes;
    return Object.assign(attributes, placeAttributes(endpoint.origin), {[names.ENDPOINT_NAME]: endpoint.name});
  }

  rejected(reason: string): void {
    this.#instruments.rejected.add(1, {...this.#series.attributes, [names.REASON]: reason}, this.#context);
  }

  failedOver(from: string | undefined, to: string | undefined): void {
    const endpoints = {[names.ENDPOINT_BEFORE]: from, [names.ENDPOINT_NAME]: to};
    this.#instruments.failovers.add(1, {...this.#series.attributes, ...endpoints}, this.#context);
  }

  ended(call: CallView, outcome: Outcome, result: CallResult, durationMs: number): void {
    this.#series.active--;
    const {callDuration, retries: retriesOfCalls, hedges, retryDelay, queueTime} = this.#instruments;
    const common: Attributes = {...this.#series.attributes, [names.CALL_OUTCOME]: result};
    const retries = retriesOf(call);
    if (retries > 0) retriesOfCalls.record(retries, common, this.#context);
    if (call.hedges > 0) hedges.record(call.hedges, common, this.#context);
    if ((call.paidAttempts ?? 0) > 0) this.#instruments.paidAttempts.add(call.paidAttempts!, common, this.#context);
    if (call.waitedMs > 0) retryDelay.record(call.waitedMs / 1000, this.#series.attributes, this.#context);
    if (call.queuedMs > 0) queueTime.record(call.queuedMs / 1000, common, this.#context);
    const type = errorType(outcome, this.#conventions);
    // Another object: SDKs keep the first that they are given for a series.
    const ended = type === undefined ? common : {...common, [names.ERROR_TYPE]: type};
    callDuration.record(durationMs / 1000, ended, this.#context);
  }
}

function addEnd(attributes: Attributes, outcome: Outcome, conventions: Conventions): void {
  Object.assign(attributes, conventions.end(outcome));
  const type = errorType(outcome, conventions);
  if (type !== undefined) attributes[names.ERROR_TYPE] = type;
}
