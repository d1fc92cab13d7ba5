/**
 * Two guards in one cell, call by call, and how far chance moves the result.
 *
 * The unit of chance is a client in a run: clients share no guard, and what one client loses by a late probe are many calls at once, which
 * are no independent events. Where clients share chance itself, the times of outages or the workers of a service, the unit is a run. From six units on, the error is the standard error of their mean. A single client that sends 1,000 calls
 * a second runs once: there the error is that of the calls that came out differently, as if they were independent.
 */
import type {Cell} from './cells.ts';
import {type Guard, seedsOf, type Trace, traceOf} from './run.ts';

/** A mean, and its standard error. */
export interface Measure {
  readonly mean: number;
  readonly error: number;
}

export interface Comparison {
  readonly cell: Cell;
  readonly seeds: readonly number[];
  readonly calls: number;
  /** Successes in percent, of both guards. */
  readonly success: number;
  readonly baseSuccess: number;
  /** The difference, in points. */
  readonly won: Measure;
  /** Calls that began after the trouble and failed beyond those of the other guard, as seconds of the traffic of a client. */
  readonly lostSeconds: Measure;
  /** While there is trouble, of one client: requests above `mostRequests`. */
  readonly excessRequests: Measure;
  /** Requests of a call while there is trouble. */
  readonly load: number;
  readonly opened: number;
  readonly refused: number;
}

/** Runs of a cell go on until so many calls and so many clients have been compared. */
export interface Effort {
  readonly calls: number;
  readonly units: number;
  /** A run of so many calls is not repeated. */
  readonly most: number;
}

const EFFORT: Effort = {calls: 3000, units: 8, most: 20_000};
const UNITS_OF_A_MEAN = 6;
/** Calls that an outage costs a client at the most, whatever its rate: the first ones, and a probe in a second. */
const FIRST_REQUESTS = 25;
const SHARE = 0.05;
/** A request that hangs is seen to after the attempt timeout of 8 s. */
const UNSEEN_SECONDS = 8.5;

/** How many requests a client may send while the service is down. */
export function mostRequests({fault, fromMs, toMs, rate}: Cell, calls: number): number {
  const hidden = fault === 'hang' || fault === 'slow' ? Math.min((toMs - fromMs) / 1000, UNSEEN_SECONDS) * rate : 0;
  return SHARE * calls + FIRST_REQUESTS + (toMs - fromMs) / 1000 + hidden;
}

export async function compare(guard: Guard, base: Guard, cell: Cell, effort: Effort = EFFORT): Promise<Comparison> {
  const nextSeed = seedsOf(cell.name);
  const seeds: number[] = [];
  const units: Unit[] = [];
  let calls = 0;
  const count = {success: 0, base: 0, different: 0, opened: 0, refused: 0, requests: 0, asked: 0, lost: 0};
  while (seeds.length === 0 || (calls < effort.most && (calls < effort.calls || units.length < effort.units))) {
    const seed = nextSeed();
    seeds.push(seed);
    const [of, baseOf] = [await traceOf(guard, cell.scenario, seed), await traceOf(base, cell.scenario, seed)];
    if (of.calls !== baseOf.calls) throw new Error(`The seed ${seed} gave both guards different calls.`);
    const found = unitsOf(of, baseOf, cell);
    units.push(...found);
    calls += of.calls;
    count.opened += of.opened;
    count.refused += of.refused;
    for (const {won, gained, lost, requests, calls: asked, lostAfter} of found) {
      count.success += won;
      count.different += gained + lost;
      count.requests += requests;
      count.asked += asked;
      count.lost += Math.abs(lostAfter);
    }
    count.base += baseOf.isSuccess.filter(Boolean).length;
  }
  const baseSuccess = (100 * count.base) / calls;
  const won = measured(units, ({won}) => won, count.different);
  const perUnit = calls / units.length;
  return {
    cell,
    seeds,
    calls,
    success: baseSuccess + (100 * count.success) / calls,
    baseSuccess,
    won: {mean: (100 * won.mean) / perUnit, error: (100 * won.error) / perUnit},
    lostSeconds: inSeconds(
      measured(units, ({lostAfter}) => lostAfter, count.lost),
      cell.rate,
    ),
    excessRequests: measured(units, ({requests, calls: asked}) => requests - mostRequests(cell, asked), count.requests),
    load: count.requests / count.asked,
    opened: count.opened,
    refused: count.refused,
  };
}

interface Unit {
  won: number;
  gained: number;
  lost: number;
  requests: number;
  calls: number;
  lostAfter: number;
}

/** Clients of these share the times of outages, or workers. */
const SHARED: ReadonlySet<string> = new Set(['flapping', 'weak after', 'spike']);

function unitsOf(of: Trace, base: Trace, {family, clients, fromMs, toMs}: Cell): Unit[] {
  const isShared = SHARED.has(family);
  const units = Array.from(
    {length: isShared ? 1 : clients},
    (): Unit => ({won: 0, gained: 0, lost: 0, requests: 0, calls: 0, lostAfter: 0}),
  );
  for (let call = 0; call < of.calls; call++) {
    const unit = units[isShared ? 0 : of.client[call]!]!;
    const at = of.startedAt[call]!;
    if (at >= fromMs && at < toMs) unit.calls++;
    if (of.isSuccess[call] === base.isSuccess[call]) continue;
    if (of.isSuccess[call]) unit.gained++;
    else unit.lost++;
    unit.won += of.isSuccess[call] ? 1 : -1;
    if (at >= toMs) unit.lostAfter += of.isSuccess[call] ? -1 : 1;
  }
  for (const [index, at] of of.requestAt.entries())
    if (at >= fromMs && at < toMs) units[isShared ? 0 : of.requestClient[index]!]!.requests++;
  return units;
}

/** @param events Of which the sum is made, over all units. */
function measured(units: readonly Unit[], of: (unit: Unit) => number, events: number): Measure {
  const values = units.map(of);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < UNITS_OF_A_MEAN) return {mean, error: Math.sqrt(events) / values.length};
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {mean, error: Math.sqrt(squares / (values.length - 1) / values.length)};
}

const inSeconds = ({mean, error}: Measure, rate: number): Measure => ({mean: mean / rate, error: error / rate});
