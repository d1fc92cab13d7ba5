/** Guards of every client in the process, as metrics and logs see them. Held weakly: clients come and go. */
import type {Attributes, ObservableResult} from '@opentelemetry/api';
import type {BreakerState} from '../core/call-view.ts';
import type {GuardSnapshot, GuardsView} from '../core/guard-snapshot.ts';
import {quietly} from '../core/quietly.ts';
import type {Clock} from '../core/timer.ts';
import * as names from './attributes.ts';
import {placeAttributes} from './server-place.ts';

const watched = new Set<WeakRef<GuardsView>>();
/** Not in the set of guards, because the timers of a clock may refer to the client and would keep it from being collected. */
const details = new WeakMap<GuardsView, Details>();
const gone = new FinalizationRegistry<WeakRef<GuardsView>>(guards => watched.delete(guards));

interface Details {
  readonly clock: Clock;
  readonly out: ReadonlyMap<string, OutSeries>;
}

export interface BreakerChange {
  readonly policyName: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** A change of an endpoint, with attribute values. */
export interface EndpointMove {
  readonly policyName: string;
  readonly endpoint: string;
  readonly change: 'ejected' | 'returned' | 'not_ready' | 'ready';
}

/** Whether an endpoint is passed over, for one of two reasons. */
interface OutSeries {
  readonly endpoint: string;
  readonly state: 'ejected' | 'not_ready';
  readonly isOut: boolean;
}

/**
 * @param changed         Called on each change of a breaker. Clients that share their guards count as one.
 * @param endpointChanged Called when an endpoint is passed over from now on, and when it is used again.
 */
export function watchGuards(
  guards: GuardsView,
  clock: Clock,
  changed: (change: BreakerChange) => void,
  endpointChanged: (change: EndpointMove) => void,
): void {
  if (details.has(guards)) return;
  details.set(guards, {clock, out: watchEndpoints(guards, endpointChanged)});
  const held = new WeakRef(guards);
  watched.add(held);
  gone.register(guards, held);
  guards.breakerListeners.add((name, from, to) =>
    changed({policyName: guards.policyName, name, from: stateName(from), to: stateName(to)}),
  );
}

/**
 * Keeps which endpoints are out, also while no SDK is registered. The first answer of an endpoint that was never out is no transition.
 *
 * @returns Each endpoint that is out, or was.
 */
function watchEndpoints(guards: GuardsView, changed: (change: EndpointMove) => void): ReadonlyMap<string, OutSeries> {
  const out = new Map<string, OutSeries>();
  const {policyName} = guards;
  guards.endpointListeners.add((endpoint, change) => {
    const isOut = change === 'ejected' || change === 'not-ready';
    const state = change === 'ejected' || change === 'returned' ? 'ejected' : 'not_ready';
    const key = `${state} ${endpoint}`;
    if ((out.get(key)?.isOut ?? false) === isOut) return;
    out.set(key, {endpoint, state, isOut});
    quietly(() => changed({policyName, endpoint, change: change === 'not-ready' ? 'not_ready' : change}));
  });
  return out;
}

/** Attribute values are in snake case. */
const stateName = (state: BreakerState): string => (state === 'half-open' ? 'half_open' : state);
const STATES = ['closed', 'open', 'half_open'];

/** One series per state. Breakers with the same name, of clients that do not share them, are added up. */
export function observeBreakers(result: ObservableResult): void {
  eachOrigin((policyName, {origin, breakers}) => {
    for (const {route, state} of breakers) {
      const name = route === undefined ? origin : `${origin} (${route})`;
      for (const each of STATES) {
        const of = {[names.POLICY_NAME]: policyName, [names.BREAKER_NAME]: name, [names.BREAKER_STATE]: each};
        breakersSeen.add(of, stateName(state) === each ? 1 : 0);
      }
    }
  });
  breakersSeen.observe(result);
}

export function observeEndpoints(result: ObservableResult): void {
  eachGuards((guards, {out}) => {
    for (const {endpoint, state, isOut} of out.values()) {
      const of = {[names.ENDPOINT_NAME]: endpoint, [names.ENDPOINT_STATE]: state};
      endpointsSeen.add({[names.POLICY_NAME]: guards.policyName, ...of}, isOut ? 1 : 0);
    }
  });
  endpointsSeen.observe(result);
}

/** 0, if one of several does not answer. */
export function observeStores(result: ObservableResult): void {
  eachGuards(({storeAvailable, policyName}) => {
    if (storeAvailable !== undefined) storesSeen.add({[names.POLICY_NAME]: policyName}, storeAvailable ? 1 : 0);
  });
  storesSeen.observe(result);
}

/** Reports the lowest share of each limit, if there are several for one origin. */
export function observeQuotas(result: ObservableResult): void {
  eachOrigin((policyName, {origin, quotas}) => {
    for (const {limits} of quotas)
      for (const {unit, max, left} of limits)
        quotasSeen.add(
          {...originAttributes(policyName, origin), [names.QUOTA_UNIT]: QUOTA_UNITS[unit]},
          Math.max(0, left / max),
        );
  });
  quotasSeen.observe(result);
}

/** Attribute values are in snake case. */
const QUOTA_UNITS = {
  requests: 'requests',
  inputTokens: 'input_tokens',
  outputTokens: 'output_tokens',
  tokens: 'tokens',
} as const;

export type Observe = (result: ObservableResult) => void;

/**
 * One series per origin: those of several routes and clients are one.
 *
 * @param idle As of `Seen`.
 */
function perOrigin(idle: 0 | 1, values: (snapshot: GuardSnapshot) => number[]): Observe {
  const seen = new Seen(idle);
  return result => {
    eachOrigin((policyName, snapshot) => {
      for (const value of values(snapshot)) seen.add(originAttributes(policyName, snapshot.origin), value);
    });
    seen.observe(result);
  };
}

const originAttributes = (policyName: string, origin: string): Attributes => ({
  [names.POLICY_NAME]: policyName,
  ...placeAttributes(origin),
});

function eachOrigin(visit: (policyName: string, snapshot: GuardSnapshot) => void): void {
  eachGuards((guards, {clock}) => {
    for (const snapshot of guards.snapshot(clock.now())) visit(guards.policyName, snapshot);
  });
}

function eachGuards(visit: (guards: GuardsView, of: Details) => void): void {
  for (const held of watched) {
    const guards = held.deref();
    if (guards !== undefined) visit(guards, details.get(guards)!);
  }
}

/**
 * The series of one instrument. A series whose client no longer exists is reported as idle: SDKs repeat the last value of a series that is no
 * longer reported, so its breaker would seem open from then on.
 */
class Seen {
  readonly #idle: 0 | 1;
  readonly #series = new Map<string, {readonly attributes: Attributes; value: number}>();

  /** @param idle Observed where there is nothing. 0: what clients report is added up. 1: the lowest counts. */
  constructor(idle: 0 | 1) {
    this.#idle = idle;
  }

  add(attributes: Attributes, value: number): void {
    const key = JSON.stringify(attributes);
    const series = this.#series.get(key) ?? {attributes, value: this.#idle};
    series.value = this.#idle === 0 ? series.value + value : Math.min(series.value, value);
    this.#series.delete(key);
    this.#series.set(key, series); // Now the youngest.
  }

  /** Reports every series, and starts over. */
  observe(result: ObservableResult): void {
    for (const [key, series] of this.#series) {
      result.observe(series.value, series.attributes);
      series.value = this.#idle;
      if (this.#series.size > KEPT) this.#series.delete(key);
    }
  }
}

const KEPT = 3000;
const breakersSeen = new Seen(0);
const endpointsSeen = new Seen(0);
const quotasSeen = new Seen(1);
const storesSeen = new Seen(1);

export const observeBudgets: Observe = perOrigin(1, ({budgets}) => budgets.map(({remaining}) => remaining));
export const observeConcurrencyLimits: Observe = perOrigin(0, ({concurrency}) => concurrency.map(({max}) => max));
/** Attempts that wait for a place. */
export const observeConcurrencyQueues: Observe = perOrigin(0, ({concurrency}) =>
  concurrency.map(({waiting}) => waiting),
);
/** Attempts that wait for the recovery of an origin. */
export const observeBreakerLines: Observe = perOrigin(0, ({breakers}) => breakers.map(({waiting}) => waiting));
export const observeQuotaQueues: Observe = perOrigin(0, ({quotas}) => quotas.map(({waiting}) => waiting));
