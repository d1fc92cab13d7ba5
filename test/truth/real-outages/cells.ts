/** The cells: one outage, from one process or twelve, through one adapter, with the default or with no policy. */
import {limitsOf} from '../../../bench/outcomes/steadfetch.ts';
import type {PolicyInput} from '../../../src/policy/types.ts';
import type {FaultInput, ScenarioInput, TrafficInput} from '../../../src/simulate/scenario/types.ts';

/** The outages of the grid, bench/outcomes/cells.ts. A slow answer takes some 16 s, twice as long as an attempt may. */
export type Fault = '503' | 'hang' | 'refused' | 'slow';
const FAULTS: Readonly<Record<Fault, FaultInput>> = {
  '503': {kind: 'status', status: 503, afterMs: 10},
  hang: {kind: 'hang'},
  refused: {kind: 'refused'},
  slow: {kind: 'slow', factor: 200},
};
export const ALL_FAULTS: readonly Fault[] = ['503', 'hang', 'refused', 'slow'];

export type Adapter = 'fetch' | 'ky' | 'undici' | 'grpc';
export const ADAPTERS: readonly Adapter[] = ['fetch', 'ky', 'undici', 'grpc'];
/** Adapters that are measured without a policy, too. Fewer for twelve processes, whose calls cost more CPU. */
const CONTROLLED: Readonly<Record<Size, readonly Adapter[]>> = {one: ['fetch', 'grpc'], twelve: ['fetch']};

/** How many processes call. Each is one client. */
export type Size = 'one' | 'twelve';
export const SIZES: Readonly<Record<Size, number>> = {one: 1, twelve: 12};

/** For a policy, a gRPC call is a POST. HTTP and simulated calls are GETs, for which this field changes nothing. */
const MAY_RUN_TWICE: PolicyInput = {idempotentMethods: ['GET', 'POST']};
export type PolicyName = 'default' | 'control';
export const POLICIES: Readonly<Record<PolicyName, PolicyInput>> = {
  default: {extends: ['steadfetch:default'], ...MAY_RUN_TWICE},
  /** One attempt for each call, within the same time limits. */
  control: {...limitsOf('default'), ...MAY_RUN_TWICE, maxAttempts: 1, budget: null, breaker: null},
};

export interface Cell {
  readonly fault: Fault;
  readonly size: Size;
  readonly adapter: Adapter;
  readonly policy: PolicyName;
}

export const nameOf = ({fault, size, adapter, policy}: Cell): string => `${fault}-${size}-${adapter}-${policy}`;

/** The cell without a policy that a cell is compared with. */
export const controlOf = (cell: Cell): Cell => ({
  ...cell,
  adapter: CONTROLLED[cell.size].includes(cell.adapter) ? cell.adapter : 'fetch',
  policy: 'control',
});

export const cellsOf = (size: Size): readonly Cell[] =>
  ALL_FAULTS.flatMap(fault => [
    ...ADAPTERS.map((adapter): Cell => ({fault, size, adapter, policy: 'default'})),
    ...CONTROLLED[size].map((adapter): Cell => ({fault, size, adapter, policy: 'control'})),
  ]);

/** Calls of all clients of a cell, in a second. */
export const PER_SECOND: Readonly<Record<Size, number>> = {one: 12, twelve: 18};
/** Between the times of two calls, so that a call that is late by 1 ms meets what its simulated call meets. */
export const FROM_MS = 1020;
export const OUTAGE_MS = 4000;
export const TO_MS: number = FROM_MS + OUTAGE_MS;
/** How long calls begin. The first timeouts of `hang` and `slow` are at 9 s: the breaker opens after the outage. */
export const DURATION_MS: Readonly<Record<Fault, number>> = {'503': 8000, hang: 11_000, refused: 8000, slow: 11_000};

export const trafficOf = (size: Size): TrafficInput => ({
  perSecond: PER_SECOND[size],
  clients: SIZES[size],
  arrivals: 'even',
});

const LATENCY_MS = {kind: 'lognormal', medianMs: 80, sigma: 0.5} as const;
/** @param fromMs When the outage begins, in the time of the scenario. */
export const serviceOf = (
  fault: Fault,
  fromMs: number = FROM_MS,
  outageMs: number = OUTAGE_MS,
): ScenarioInput['service'] => ({
  latencyMs: LATENCY_MS,
  faults: [{...FAULTS[fault], fromMs, toMs: fromMs + outageMs}],
});

export const scenarioOf = (fault: Fault, size: Size, outageMs?: number): ScenarioInput => ({
  durationMs: DURATION_MS[fault],
  traffic: trafficOf(size),
  service: serviceOf(fault, FROM_MS, outageMs),
});

/** Between the first request, with which the time of the server begins, and the first call. */
export const LEAD_MS = 500;
/** All four outages at once, each at an endpoint of its own. */
export const SERVED: ScenarioInput = {
  durationMs: LEAD_MS + DURATION_MS.hang,
  traffic: trafficOf('one'),
  service: {latencyMs: LATENCY_MS},
  endpoints: ALL_FAULTS.map(name => ({name, service: serviceOf(name, LEAD_MS + FROM_MS)})),
};
