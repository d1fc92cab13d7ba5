/** The latencies of both sides as bars, one row for each range of milliseconds. */
import type {MeasuredCall} from '../measure/measurement.ts';

export interface HistogramRow {
  /** `20 to 30`, in ms; `...` for several rows without calls; `failed`. */
  readonly range: string;
  /** Calls of each side. */
  readonly counts: readonly number[];
}

/** Bounds in each decade: the first series with few enough rows is used. */
const SERIES: readonly (readonly number[])[] = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1]];
const MAX_ROWS = 12;
/** Lower latencies are in the lowest row. */
const LEAST_MS = 0.1;
/** The length of the longest bar, in columns. */
const BAR = 18;

/** @param sides The calls of each side. Rows grow in width with the latency, as latencies spread over orders of magnitude. */
export function histogramOf(sides: readonly (readonly MeasuredCall[])[]): HistogramRow[] {
  const latencies = sides.map(calls =>
    calls.filter(({ok}) => ok).map(({durationMs}) => Math.max(LEAST_MS, durationMs)),
  );
  const rows = rowsOf(latencies);
  const failed = sides.map(calls => calls.filter(({ok}) => !ok).length);
  return failed.some(count => count > 0) ? [...rows, {range: 'failed', counts: failed}] : rows;
}

function rowsOf(latencies: readonly (readonly number[])[]): HistogramRow[] {
  const sorted = latencies.flat().sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return [];
  const candidates = SERIES.map(series => withoutGaps(rowsBetween(boundsOf(series, least, most), latencies)));
  return candidates.find(({length}) => length <= MAX_ROWS) ?? candidates.at(-1)!;
}

function rowsBetween(bounds: readonly number[], latencies: readonly (readonly number[])[]): HistogramRow[] {
  return bounds.slice(1).map((high, index) => {
    const low = bounds[index]!;
    const counts = latencies.map(side => side.filter(value => value >= low && value < high).length);
    return {range: `${shown(low)} to ${shown(high)}`, counts};
  });
}

/** One row in place of several empty ones, between most calls and those that waited for a time limit. */
function withoutGaps(rows: readonly HistogramRow[]): HistogramRow[] {
  const isEmpty = (row: HistogramRow | undefined): boolean => row?.counts.every(count => count === 0) ?? false;
  return rows.flatMap((row, index) => {
    if (!isEmpty(row) || !(isEmpty(rows[index - 1]) || isEmpty(rows[index + 1]))) return [row];
    return isEmpty(rows[index - 1]) ? [] : [{...row, range: '...'}];
  });
}

/** From the last bound at or below the least value to the first one above the greatest. */
function boundsOf(series: readonly number[], least: number, most: number): number[] {
  const bounds: number[] = [];
  // From the decade below, because the logarithm of 999,999.9999999999 is rounded to 6.
  const first = Math.floor(Math.log10(least)) - 1;
  for (let decade = first; bounds.at(-1) === undefined || bounds.at(-1)! <= most; decade++) {
    for (const step of series) {
      const bound = Number(`${step}e${decade}`);
      if (bound <= least) bounds.length = 0;
      if (bounds.length === 0 || bounds.at(-1)! <= most) bounds.push(bound);
    }
  }
  return bounds;
}

const shown = (ms: number): string => ms.toLocaleString('en');

/** @param most The greatest count of all rows. */
export function bar(count: number, most: number): string {
  if (count === 0) return '';
  return `${'█'.repeat(Math.max(1, Math.round((BAR * count) / most)))} ${count.toLocaleString('en')}`;
}
