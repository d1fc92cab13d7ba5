/** Before and after, side by side: results of runs -> text of at most 80 columns, latencies in milliseconds. */
import {columns} from './columns.ts';
import {type Paint, plain} from './paint.ts';

export interface RunSummary {
  readonly name: string;
  readonly calls: number;
  readonly succeeded: number;
  /** One for each call, in any order; failed calls took time too. */
  readonly latenciesMs: readonly number[];
  /** Requests that reached the server. */
  readonly requests: number;
  /** Requests that carried an idempotency key. */
  readonly keyed: number;
  /** Requests sent before the time a 429 had asked to wait for. */
  readonly early: number;
  /** Charges beyond the first of their order. */
  readonly duplicates: number;
  /** Orders that were charged although their call failed. */
  readonly chargedYetFailed: number;
}

const heads = [
  ['', '', '', '', '', '', 'sends', 'too', 'charged,', 'charged'],
  ['', 'success', 'P50', 'P95', 'P99', 'sent', 'a key', 'early', 'failed', 'twice'],
];

/** What the columns mean that do not speak for themselves. */
export const legend: readonly string[] = [
  'sent             requests that reached the server, retries included',
  'sends a key      an Idempotency-Key on each order; the server deduplicates by it',
  'too early        requests sent before the time that a 429 had asked to wait for',
  'charged, failed  orders charged, though their caller was told that they failed',
];

export function table(runs: readonly RunSummary[], paint: Paint = plain): string {
  const rows = runs.map(run => [
    run.name,
    successText(run),
    ...[50, 95, 99].map(percent => `${Math.round(percentile(run.latenciesMs, percent))}`),
    `${run.requests}`,
    run.keyed > 0 ? 'yes' : 'no',
    `${run.early}`,
    `${run.chargedYetFailed}`,
    `${run.duplicates}`,
  ]);
  const lines = columns([...heads, ...rows], ['left', ...rows[0]!.slice(1).map(() => 'right' as const)]);
  return lines
    .map((line, index) => {
      const run = runs[index - heads.length];
      if (run === undefined) return paint('dim', line);
      return paint(run.duplicates > 0 || run.chargedYetFailed > 0 ? 'red' : 'green', line);
    })
    .join('\n');
}

/** Nearest rank: the smallest of the values that at least `percent` % of them do not exceed. NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * values.length));
  return values.toSorted((a, b) => a - b)[rank - 1] ?? Number.NaN;
}

/** One decimal, cut and not rounded: 99.96 % is not 100 %. */
export function successText({calls, succeeded}: Pick<RunSummary, 'calls' | 'succeeded'>): string {
  return `${(Math.floor((succeeded / calls) * 1000) / 10).toFixed(1)} %`;
}
