/** Before and after, side by side: results of runs -> text. */
import {columns, milliseconds} from './columns.ts';

export interface RunSummary {
  readonly name: string;
  readonly calls: number;
  readonly succeeded: number;
  /** One for each call, in any order; failed calls took time too. */
  readonly latenciesMs: readonly number[];
  /** Requests that reached the server. */
  readonly requests: number;
  /** Requests sent before the time a 429 had asked to wait for. */
  readonly early: number;
  /** Charges beyond the first of their order. */
  readonly duplicates: number;
  /** Orders that were charged, and whose caller was told that the call failed. */
  readonly chargedYetFailed: number;
}

const head = ['', 'success', 'P50', 'P95', 'P99', 'requests', 'too early', 'charged, yet failed', 'charged twice'];

export function table(runs: readonly RunSummary[]): string {
  const rows = runs.map(run => [
    run.name,
    successText(run),
    ...[50, 95, 99].map(percent => milliseconds(percentile(run.latenciesMs, percent))),
    `${run.requests}`,
    `${run.early}`,
    `${run.chargedYetFailed}`,
    `${run.duplicates}`,
  ]);
  return columns([head, ...rows], ['left', ...head.slice(1).map(() => 'right' as const)]).join('\n');
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
