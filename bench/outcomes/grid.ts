/** The part of the grid that stands in docs/defaults.md: every guard in each family of cells, beside no policy with the same limits. */
import {
  type Cell,
  coldStart,
  type Family,
  type Fault,
  flapping,
  type Load,
  MODEL,
  outage,
  PAYMENT,
  partial,
  QUICK,
  SLOW,
  spike,
  type Work,
  weakAfter,
} from './cells.ts';
import {type Guard, type Trace, traceOf} from './run.ts';
import type {Preset} from './steadfetch.ts';

const LOADS: readonly Load[] = [
  [1, 10],
  [5, 10],
  [50, 1],
];

const outages = (loads: readonly Load[], work: Work, faults: readonly Fault[]): Cell[] =>
  loads.flatMap(load => faults.flatMap(fault => [5, 20, 120].map(seconds => outage(fault, seconds, load, work))));
const partials = (loads: readonly Load[], work: Work): Cell[] =>
  loads.flatMap(load =>
    (['503', 'hang'] as const).flatMap(fault => [0.1, 0.3, 0.5, 0.65].map(ratio => partial(fault, ratio, load, work))),
  );
const flappings = (loads: readonly Load[], work: Work): Cell[] =>
  loads.flatMap(load => [2, 5, 10].map(seconds => flapping(seconds, load, work)));

/** Beside the default preset. */
export const GUARD_CELLS: readonly Cell[] = [
  ...outages(LOADS, QUICK, ['503', 'refused', 'hang', 'slow']),
  ...partials(LOADS, QUICK),
  ...flappings(LOADS, QUICK),
  ...LOADS.flatMap(load => [coldStart(load), weakAfter(load), spike(false, load), spike(true, load)]),
];

/** What a preset is meant for, and how it is called. */
const MEANT: Readonly<Record<Preset, readonly [work: Work, loads: readonly Load[]]>> = {
  default: [QUICK, LOADS],
  interactive: [QUICK, LOADS],
  payments: [
    PAYMENT,
    [
      [1, 10],
      [10, 2],
    ],
  ],
  llm: [
    MODEL,
    [
      [0.5, 10],
      [5, 2],
    ],
  ],
  batch: [QUICK, LOADS],
};

export function presetCells(preset: Preset): readonly Cell[] {
  const [work, loads] = MEANT[preset];
  return [
    ...outages(loads, work, ['503', 'hang']),
    ...partials(loads, work),
    ...loads.flatMap(load => [flapping(5, load, work), coldStart(load, work)]),
  ];
}

/** A service whose answers take 2 s. */
export const SLOW_CELLS: readonly Cell[] = (
  [
    [1, 10],
    [10, 4],
    [50, 1],
  ] as const
).flatMap(load => [outage('503', 20, load, SLOW), flapping(5, load, SLOW), coldStart(load, SLOW)]);

/** What the page says of a guard. */
export interface Summary {
  readonly rows: Rows;
  readonly course: Course;
}

/** A guard in a cell. */
export interface Outcome {
  readonly successPercent: number;
  /** Requests of a call while there is trouble. */
  readonly load: number;
  /** How long failed calls took, in ms on average; 0 if none failed. */
  readonly failedMs: number;
}

/** A guard in a family of cells. */
export interface Row {
  readonly success: number;
  /** The cell in which the guard is furthest below no policy, or the least above it, in points. */
  readonly worst: number;
  readonly worstCell: string;
  readonly load: number;
  readonly failedMs: number;
}

/** The same seed for each guard: they meet the same calls and the same outages. */
const SEED = 1;

/** One outage, for a picture: 503 for 20 s at ten calls a second from each of ten clients. */
const PICTURED = outage('503', 20, [10, 10]);
const PARTS = 60;

/** Success from 0 to 1, and requests in a second, over the time of the pictured outage. */
export interface Course {
  readonly success: readonly number[];
  readonly requests: readonly number[];
}

export async function courseOf(guard: Guard): Promise<Course> {
  const trace = await traceOf(guard, PICTURED.scenario, SEED);
  const partMs = PICTURED.scenario.durationMs / PARTS;
  const partOf = (at: number): number => Math.floor(at / partMs);
  const calls = Array<number>(PARTS).fill(0);
  const succeeded = Array<number>(PARTS).fill(0);
  const requests = Array<number>(PARTS).fill(0);
  for (const [call, at] of trace.startedAt.entries()) {
    calls[partOf(at)]!++;
    if (trace.isSuccess[call]) succeeded[partOf(at)]!++;
  }
  for (const at of trace.requestAt) if (partOf(at) < PARTS) requests[partOf(at)]!++;
  return {
    success: succeeded.map((count, part) => count / calls[part]!),
    requests: requests.map(count => (count * 1000) / partMs),
  };
}

export type Rows = Readonly<Partial<Record<Family, Row>>>;

const outcomeOf = (trace: Trace, {fromMs, toMs}: Cell): Outcome => {
  const failedMs = trace.failedMs();
  return {
    successPercent: trace.successPercent,
    load: trace.requestsBetween(fromMs, toMs) / trace.callsBetween(fromMs, toMs),
    failedMs: failedMs.length === 0 ? 0 : failedMs.reduce((sum, ms) => sum + ms, 0) / failedMs.length,
  };
};

export async function outcomesOf(guard: Guard, cells: readonly Cell[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const cell of cells) outcomes.push(outcomeOf(await traceOf(guard, cell.scenario, SEED), cell));
  return outcomes;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export function rowsOf(cells: readonly Cell[], outcomes: readonly Outcome[], base: readonly Outcome[]): Rows {
  const families = [...new Set(cells.map(({family}) => family))];
  return Object.fromEntries(
    families.map(family => {
      const indexes = cells.flatMap((cell, index) => (cell.family === family ? [index] : []));
      const won = (index: number): number => outcomes[index]!.successPercent - base[index]!.successPercent;
      const worst = indexes.reduce((least, index) => (won(index) < won(least) ? index : least));
      const row: Row = {
        success: meanOf(indexes.map(index => outcomes[index]!.successPercent)),
        worst: won(worst),
        worstCell: cells[worst]!.name,
        load: meanOf(indexes.map(index => outcomes[index]!.load)),
        failedMs: meanOf(indexes.map(index => outcomes[index]!.failedMs)),
      };
      return [family, row];
    }),
  );
}
