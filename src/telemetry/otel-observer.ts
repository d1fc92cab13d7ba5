/**
 * The OpenTelemetry observer: spans, metrics and log records, each where an SDK is registered for it.
 *
 * With none of them `startCall` returns null after three look-ups, and nothing else runs.
 */
import {context} from '@opentelemetry/api';
import type {CallView} from '../core/call-view.ts';
import type {CallObserver, Observer} from '../core/observer.ts';
import * as names from './attributes.ts';
import {CallMetrics} from './call-metrics.ts';
import {startCallSpan} from './call-span.ts';
import {logBreakerChange} from './log-records.ts';
import {ObservedCall} from './observed-call.ts';
import {type OtelOptions, OtelSettings} from './options.ts';
import {noteProtocols} from './protocol-versions.ts';
import {registeredInstruments, registeredLogger, registeredTracer, requireApi} from './registered.ts';
import {type BreakerChange, type EndpointMove, watchGuards} from './watched-guards.ts';

/**
 * Makes an observer that reports to the OpenTelemetry SDK that is registered, now or later.
 *
 * @throws TypeError for a captured header that is never recorded.
 * @throws SteadfetchError with code PEER_PACKAGE where the installed @opentelemetry/api is older than 1.3.
 */
export function otelObserver(options: OtelOptions = {}): Observer {
  requireApi();
  const settings = new OtelSettings(options);
  if (settings.httpDuration) noteProtocols();
  return {
    startCall: call => observe(call, settings),
    watch: (guards, clock) => watchGuards(guards, clock, breakerChanged, endpointChanged),
  };
}

function observe(call: CallView, settings: OtelSettings): CallObserver | null {
  const tracer = registeredTracer();
  const instruments = registeredInstruments();
  const logger = registeredLogger();
  if (tracer === null && instruments === null && logger === null) return null;
  const parent = context.active();
  const span = tracer === null ? null : startCallSpan(tracer, call, settings, parent);
  if (instruments === null && logger === null) return span;
  const own = span?.context ?? parent;
  const metrics = instruments === null ? null : new CallMetrics(instruments, call, own, settings);
  return new ObservedCall(call, {span, metrics, logger, context: own});
}

function breakerChanged(change: BreakerChange): void {
  registeredInstruments()?.breakerTransitions.add(1, {
    [names.POLICY_NAME]: change.policyName,
    [names.BREAKER_NAME]: change.name,
    [names.BREAKER_FROM]: change.from,
    [names.BREAKER_TO]: change.to,
  });
  const logger = registeredLogger();
  if (logger !== null) logBreakerChange(logger, context.active(), change);
}

function endpointChanged({policyName, endpoint, change}: EndpointMove): void {
  registeredInstruments()?.endpointTransitions.add(1, {
    [names.POLICY_NAME]: policyName,
    [names.ENDPOINT_NAME]: endpoint,
    [names.ENDPOINT_STATE]: change,
  });
}
