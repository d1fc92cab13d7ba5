/** The attributes of the metrics of calls, made once for all calls with the same attributes; and how many of these calls are active. */
import type {Attributes, ObservableResult} from '@opentelemetry/api';
import type {CallView} from '../core/call-view.ts';
import * as names from './attributes.ts';
import {conventionsOf} from './conventions.ts';
import {placeAttributes} from './server-place.ts';

export class CallSeries {
  readonly attributes: Attributes;
  active = 0;
  readonly #call: Pick<CallView, 'method' | 'rpcMethod' | 'origin' | 'policyName' | 'template'>;

  constructor(call: CallView) {
    const {method, rpcMethod, origin, policyName, template} = call;
    this.#call = {method, rpcMethod, origin, policyName, template};
    // An unknown method is on spans only, because callers can make up any number of methods.
    const {[names.HTTP_REQUEST_METHOD_ORIGINAL]: _, ...what} = conventionsOf(call).what(call);
    this.attributes = {
      ...what,
      ...placeAttributes(origin),
      [names.POLICY_NAME]: policyName,
    };
  }

  fits({method, rpcMethod, origin, policyName, template}: CallView): boolean {
    const {method: m, rpcMethod: r, origin: o, policyName: p, template: t} = this.#call;
    return method === m && rpcMethod === r && origin === o && policyName === p && template === t;
  }
}

/** A client that calls ever new hosts must not grow without bound. */
const KEPT = 1000;
const known = new Map<string, CallSeries>();
let last: CallSeries | null = null;

export function seriesOf(call: CallView): CallSeries {
  if (last?.fits(call)) return last; // Most calls go where the last one went.
  const key = JSON.stringify([call.method, call.rpcMethod, call.origin, call.policyName, call.template]);
  let series = known.get(key);
  if (series === undefined) {
    if (known.size >= KEPT) dropIdle();
    series = new CallSeries(call);
    known.set(key, series);
  }
  last = series;
  return series;
}

function dropIdle(): void {
  for (const [key, {active}] of known) if (active === 0) known.delete(key);
  last = null;
}

export function observeActiveCalls(result: ObservableResult): void {
  for (const {attributes, active} of known.values()) result.observe(active, attributes);
}
