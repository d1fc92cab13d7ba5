/** Measures one call and its attempts. */
import type {Attributes, Context} from '@opentelemetry/api';
import type {CallResult, CallView} from '../core/call-view.ts';
import type {AttemptStart, RpcEnd} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import * as names from './attributes.ts';
import {type CallSeries, seriesOf} from './call-series.ts';
import {type Conventions, conventionsOf, isRpc} from './conventions.ts';
import {errorType} from './error-type.ts';
import type {Instruments} from './instruments.ts';
import type {OtelSettings} from './options.ts';
import {protocolVersionAt} from './protocol-versions.ts';
import {placeAttributes} from './server-place.ts';
import {retriesOf} from './span-facts.ts';

export type MeasuredAttempt = Pick<AttemptStart, 'kind' | 'endpoint'>;

export class CallMetrics {
  readonly #instruments: Instruments;
  readonly #series: CallSeries;
  /** The context of the call's span, so that a measurement can be an exemplar. */
  readonly #context: Context;
  readonly #withRequests: boolean;
  readonly #withRpcs: boolean;
  readonly #conventions: Conventions;
  /** Scheme, host and port. */
  readonly #origin: string;
  #errorType: string | undefined;

  constructor(instruments: Instruments, call: CallView, context: Context, settings: OtelSettings) {
    this.#instruments = instruments;
    this.#series = seriesOf(call);
    this.#series.active++;
    this.#context = context;
    this.#withRequests = settings.httpDuration && !isRpc(call);
    this.#withRpcs = settings.rpcDuration;
    this.#origin = call.origin;
    this.#conventions = conventionsOf(call);
  }

  attemptEnded(attempt: MeasuredAttempt, outcome: Outcome, superseded: boolean, latencyMs: number): void {
    const seconds = latencyMs / 1000;
    const attributes = this.#attributesOf(attempt);
    if (!superseded) addEnd(attributes, outcome, this.#conventions);
    this.#instruments.attemptDuration.record(seconds, attributes, this.#context);
    if (!this.#withRequests) return;
    const standard = withoutOurs(attributes);
    const version = outcome.response === null ? undefined : protocolVersionAt(attempt.endpoint?.origin ?? this.#origin);
    if (version !== undefined) standard[names.NETWORK_PROTOCOL_VERSION] = version;
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
    this.#errorType = type;
    // Another object: SDKs keep the first that they are given for a series.
    const ended = type === undefined ? common : {...common, [names.ERROR_TYPE]: type};
    callDuration.record(durationMs / 1000, ended, this.#context);
  }

  /** Records a gRPC call by the name of the conventions: as long as its CLIENT span. */
  closed(end: RpcEnd): void {
    if (!this.#withRpcs) return;
    const attributes = Object.assign(withoutOurs(this.#series.attributes), this.#conventions.closed?.(end));
    if (this.#errorType !== undefined) attributes[names.ERROR_TYPE] = this.#errorType;
    this.#instruments.rpcDuration.record(end.durationMs / 1000, attributes, this.#context);
  }
}

/** A copy for the metrics of the conventions, which have attributes of the conventions alone. */
function withoutOurs(attributes: Attributes): Attributes {
  const {
    [names.POLICY_NAME]: _name,
    [names.ATTEMPT_KIND]: _kind,
    [names.ENDPOINT_NAME]: _endpoint,
    ...standard
  } = attributes;
  return standard;
}

function addEnd(attributes: Attributes, outcome: Outcome, conventions: Conventions): void {
  Object.assign(attributes, conventions.end(outcome));
  const type = errorType(outcome, conventions);
  if (type !== undefined) attributes[names.ERROR_TYPE] = type;
}
