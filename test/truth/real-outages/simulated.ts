/** The same cells in the simulator, over some seeds. */
import {type Guard, type Trace, traceOf} from '../../../bench/outcomes/run.ts';
import {type Cell, type Fault, FROM_MS, OUTAGE_MS, PER_SECOND, type Size, scenarioOf, TO_MS} from './cells.ts';
import type {Counts, RealCell} from './measure.ts';

export const METRICS: readonly (keyof Counts)[] = ['calls', 'answered', 'whileDown', 'lost', 'requests'];

/** What a count comes to, and by how much chance may move one run. */
export interface Spread {
  readonly mean: number;
  readonly chance: number;
}
export type Spreads = Readonly<Record<keyof Counts, Spread>>;

const SEEDS = 12;
/** One seed in 15,000 differs from the mean by more standard deviations, if the counts are normally distributed. */
const DEVIATIONS = 4;

/** Where processes did nothing for longer, a cell measures the machine. */
export const LATEST_MS = 300;
/** What a real call costs beside the latency of the service: connections, the way through the kernel, timers that round. */
const REAL_COST_MS = 100;
/** Until a channel of gRPC connects again, give or take a fifth, its calls fail. */
const RECONNECT_MS = 120;

/**
 * By how many calls or requests a real cell may differ beyond the seeds: those that begin within the time by which real calls are late.
 *
 * @param lateMs That of the cell. A client and its server may have been late by that, one after the other.
 */
export function toleranceOf({size, adapter, fault}: Cell, lateMs: number): number {
  const reconnectMs = adapter === 'grpc' && fault === 'refused' ? RECONNECT_MS : 0;
  return Math.ceil(((REAL_COST_MS + reconnectMs + 2 * lateMs) / 1000) * PER_SECOND[size]);
}

/** @param outageMs How long the outage is, in the simulation. */
export async function spreadsOf(
  guard: Guard,
  fault: Fault,
  size: Size,
  outageMs: number = OUTAGE_MS,
): Promise<Spreads> {
  const runs: Counts[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    runs.push(countsOf(await traceOf(guard, scenarioOf(fault, size, outageMs), seed)));
  }
  return Object.fromEntries(METRICS.map(metric => [metric, spreadOf(runs.map(run => run[metric]))])) as Record<
    keyof Counts,
    Spread
  >;
}

/** By the times of the real outage, so that a longer one differs. */
const countsOf = (trace: Trace): Counts => ({
  calls: trace.calls,
  answered: trace.isSuccess.filter(Boolean).length,
  whileDown: trace.requestsBetween(FROM_MS, TO_MS),
  lost: trace.lostFrom(TO_MS),
  requests: trace.requestAt.length,
});

function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return {mean, chance: DEVIATIONS * Math.sqrt(variance * (1 + 1 / values.length))};
}

/** A sentence on each count of the real cell that lies outside of the simulated interval. */
export function missesOf(real: RealCell, spreads: Spreads): string[] {
  const tolerance = toleranceOf(real.cell, real.lateMs);
  return METRICS.filter(
    metric => Math.abs(real[metric] - spreads[metric].mean) > spreads[metric].chance + tolerance,
  ).map(metric => `${metric}: ${real[metric]} on real servers, simulated ${shown(spreads[metric], tolerance)}`);
}

export const shown = ({mean, chance}: Spread, tolerance: number): string =>
  `${mean.toFixed(1)} ± ${chance.toFixed(1)} ± ${tolerance}`;
