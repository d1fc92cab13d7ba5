/** The attributes of the metrics of calls, made once for all calls with the same attributes; and how many of these calls are active. */
import type {Attributes, ObservableResult} from '@opentelemetry/api';
import type {CallView} from '../core/call-view.ts';
import * as names from './attributes.ts';
import {conventionsOf} from './conventions.ts';
import {placeAttributes} from './server-place.ts';

export interface CallSeries {
  readonly attributes: Attributes;
  active: number;
}

/** A client that calls ever new hosts must not grow without bound. */
const KEPT = 1000;
/** By attributes: calls of several unknown methods are one series, and SDKs keep one value for each. */
const known = new Map<string, CallSeries>();
/** Most calls go where the last one went. */
let last: Pick<CallView, 'method' | 'rpcMethod' | 'origin' | 'policyName' | 'template'> | null = null;
let lastSeries: CallSeries;

export function seriesOf(call: CallView): CallSeries {
  const {method, rpcMethod, origin, policyName, template} = call;
  const isLast =
    method === last?.method &&
    rpcMethod === last.rpcMethod &&
    origin === last.origin &&
    policyName === last.policyName &&
    template === last.template;
  if (isLast) return lastSeries;
  lastSeries = findSeries(call);
  last = {method, rpcMethod, origin, policyName, template};
  return lastSeries;
}

function findSeries(call: CallView): CallSeries {
  // An unknown method is on spans only, because callers can make up any number of methods.
  const {[names.HTTP_REQUEST_METHOD_ORIGINAL]: _, ...what} = conventionsOf(call).what(call);
  const attributes = {...what, ...placeAttributes(call.origin), [names.POLICY_NAME]: call.policyName};
  const key = JSON.stringify(attributes);
  let series = known.get(key);
  if (series === undefined) {
    if (known.size >= KEPT) dropIdle();
    series = {attributes, active: 0};
    known.set(key, series);
  }
  return series;
}

function dropIdle(): void {
  for (const [key, {active}] of known) if (active === 0) known.delete(key);
}

export function observeActiveCalls(result: ObservableResult): void {
  for (const {attributes, active} of known.values()) result.observe(active, attributes);
}
