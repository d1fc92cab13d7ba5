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
const clocks = new WeakMap<GuardsView, Clock>();
const gone = new FinalizationRegistry<WeakRef<GuardsView>>(guards => watched.delete(guards));

export interface BreakerChange {
  readonly policyName: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** A change of an endpoint, with attribute values. */
export interface EndpointOut {
  readonly policyName: string;
  readonly endpoint: string;
  /** Why it is, or was, passed over. */
  readonly state: 'ejected' | 'not_ready';
  readonly change: 'ejected' | 'returned' | 'not_ready' | 'ready';
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
  endpointChanged: (change: EndpointOut) => void,
): void {
  if (clocks.has(guards)) return;
  clocks.set(guards, clock);
  const held = new WeakRef(guards);
  watched.add(held);
  gone.register(guards, held);
  guards.breakerListeners.add((name, from, to) =>
    changed({policyName: guards.policyName, name, from: stateName(from), to: stateName(to)}),
  );
  watchEndpoints(guards, endpointChanged);
}

/** The first answer of an endpoint that was never out is no transition. */
function watchEndpoints(guards: GuardsView, changed: (change: EndpointOut) => void): void {
  const out = new Set<string>();
  guards.endpointListeners.add((endpoint, change) => {
    const isOut = change === 'ejected' || change === 'not-ready';
    const state = change === 'ejected' || change === 'returned' ? 'ejected' : 'not_ready';
    const key = `${state} ${endpoint}`;
    if (out.has(key) === isOut) return;
    if (isOut) out.add(key);
    else out.delete(key);
    quietly(() =>
      changed({
        policyName: guards.policyName,
        endpoint,
        state,
        change: change === 'not-ready' ? 'not_ready' : change,
        isOut,
      }),
    );
  });
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
        const attributes = {
          [names.POLICY_NAME]: policyName,
          [names.BREAKER_NAME]: name,
          [names.BREAKER_STATE]: each,
        };
        breakersSeen.add(JSON.stringify([policyName, name, each]), attributes, count =>
          stateName(state) === each ? count + 1 : count,
        );
      }
    }
  });
  breakersSeen.observe(result);
}

/** The lowest, where there are several for one origin. */
export function observeBudgets(result: ObservableResult): void {
  eachOrigin((policyName, {origin, budgets}) => {
    const attributes = {[names.POLICY_NAME]: policyName, ...placeAttributes(origin)};
    for (const {remaining} of budgets)
      budgetsSeen.add(JSON.stringify([policyName, origin]), attributes, lowest => Math.min(lowest, remaining));
  });
  budgetsSeen.observe(result);
}

/** Limits of one origin, of several routes or clients, add up. */
export function observeConcurrencyLimits(result: ObservableResult): void {
  eachOrigin((policyName, {origin, concurrency}) => {
    const attributes = {[names.POLICY_NAME]: policyName, ...placeAttributes(origin)};
    for (const {max} of concurrency)
      limitsSeen.add(JSON.stringify([policyName, origin]), attributes, places => places + max);
  });
  limitsSeen.observe(result);
}

/** Attempts that wait for a place. */
export function observeConcurrencyQueues(result: ObservableResult): void {
  eachOrigin((policyName, {origin, concurrency}) => {
    const attributes = {[names.POLICY_NAME]: policyName, ...placeAttributes(origin)};
    for (const {waiting} of concurrency)
      queuesSeen.add(JSON.stringify([policyName, origin]), attributes, count => count + waiting);
  });
  queuesSeen.observe(result);
}

/** Reports the lowest share of each limit, if there are several for one origin. */
export function observeQuotas(result: ObservableResult): void {
  eachOrigin((policyName, {origin, quotas}) => {
    for (const {limits} of quotas)
      for (const {unit, max, left} of limits) {
        const attributes = {
          [names.POLICY_NAME]: policyName,
          ...placeAttributes(origin),
          [names.QUOTA_UNIT]: QUOTA_UNITS[unit],
        };
        const share = Math.max(0, left / max);
        quotasSeen.add(JSON.stringify([policyName, origin, unit]), attributes, lowest => Math.min(lowest, share));
      }
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

export function observeQuotaQueues(result: ObservableResult): void {
  eachOrigin((policyName, {origin, quotas}) => {
    const attributes = {[names.POLICY_NAME]: policyName, ...placeAttributes(origin)};
    for (const {waiting} of quotas)
      quotaQueuesSeen.add(JSON.stringify([policyName, origin]), attributes, count => count + waiting);
  });
  quotaQueuesSeen.observe(result);
}

/** 0, if one of several does not answer. */
export function observeStores(result: ObservableResult): void {
  for (const held of watched) {
    const guards = held.deref();
    if (guards?.storeAvailable === undefined) continue;
    const available = guards.storeAvailable ? 1 : 0;
    storesSeen.add(guards.policyName, {[names.POLICY_NAME]: guards.policyName}, least => Math.min(least, available));
  }
  storesSeen.observe(result);
}

function eachOrigin(visit: (policyName: string, snapshot: GuardSnapshot) => void): void {
  for (const held of watched) {
    const guards = held.deref();
    if (guards === undefined) continue;
    for (const snapshot of guards.snapshot(clocks.get(guards)!.now())) visit(guards.policyName, snapshot);
  }
}

/**
 * The series of one instrument. A series whose client no longer exists is reported once more, as idle: SDKs repeat the last value of a
 * series that is no longer reported, so its breaker would seem open from then on.
 */
class Seen {
  readonly #idle: number;
  readonly #series = new Map<string, {readonly attributes: Attributes; value: number}>();

  /** @param idle What is observed where there is nothing. */
  constructor(idle: number) {
    this.#idle = idle;
  }

  add(key: string, attributes: Attributes, next: (value: number) => number): void {
    const series = this.#series.get(key) ?? {attributes, value: this.#idle};
    series.value = next(series.value);
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
const budgetsSeen = new Seen(1);
const limitsSeen = new Seen(0);
const queuesSeen = new Seen(0);
const quotasSeen = new Seen(1);
const quotaQueuesSeen = new Seen(0);
const storesSeen = new Seen(1);
