/** The numbers of a simulation, as text: what its table and its page show. */
import type {EndpointResult, EndReason, Percentiles, SimulationResult} from '../simulate/result.ts';
import {intervalOver, type RunInterval, successInterval} from './simulate-intervals.ts';

/** A number of a result, as tables and pages show it. */
export interface Row {
  readonly label: string;
  cell(result: SimulationResult): string;
  /** Whether the row says anything about this result. Left out: always. */
  matters?(result: SimulationResult): boolean;
}

const percentile = (label: string, of: 'all' | 'successful', key: keyof Percentiles): Row => ({
  label,
  cell: ({latencyMs}) => duration(latencyMs[of][key]),
});

const count = (label: string, of: (result: SimulationResult) => number): Row => ({
  label,
  cell: result => String(of(result)),
  matters: result => of(result) > 0,
});

const ROWS: readonly Row[] = [
  {label: 'success', cell: ({successRatio}) => share(successRatio)},
  percentile('P50 of all calls', 'all', 'p50'),
  percentile('P95 of all calls', 'all', 'p95'),
  percentile('P99 of all calls', 'all', 'p99'),
  percentile('P50 of successes', 'successful', 'p50'),
  percentile('P95 of successes', 'successful', 'p95'),
  percentile('P99 of successes', 'successful', 'p99'),
  {label: 'requests per call', cell: ({requestsPerCall}) => requestsPerCall.toFixed(3)},
  {label: 'paid requests per call', cell: ({paidRequests, calls}) => (paidRequests / Math.max(1, calls)).toFixed(3)},
  {
    label: 'recovery after trouble',
    cell: ({recovery}) =>
      recovery === null ? '-' : Number.isFinite(recovery.afterMs) ? duration(recovery.afterMs) : 'not in time',
    matters: ({recovery}) => recovery !== null,
  },
  count('hedges', ({hedges}) => hedges),
  count('moves between endpoints', ({moves}) => moves),
  count('breakers opened', ({breaker}) => breaker.opened),
  count('calls that waited for recovery', ({breaker}) => breaker.waitedCalls),
  count('calls queued for a quota', ({quota}) => quota.queuedCalls),
];

/** Those that say something about one of the results at least. */
export const rowsOf = (results: readonly SimulationResult[]): readonly Row[] =>
  ROWS.filter(({matters}) => matters === undefined || results.some(result => matters(result)));

/** The endpoints of all results, each once. */
export const endpointNames = (results: readonly SimulationResult[]): readonly string[] => [
  ...new Set(results.flatMap(({endpoints}) => endpoints.map(({name}) => name))),
];

export const endpointOf = ({endpoints}: SimulationResult, name: string): EndpointResult | undefined =>
  endpoints.find(endpoint => endpoint.name === name);

/** What reached each endpoint; none where all results have one service. */
export const endpointRowsOf = (results: readonly SimulationResult[]): readonly Row[] =>
  endpointNames(results).flatMap(name => {
    const row = (label: string, of: (endpoint: EndpointResult, calls: number) => string): Row => ({
      label: `${name}: ${label}`,
      cell: result => {
        const endpoint = endpointOf(result, name);
        return endpoint === undefined ? '-' : of(endpoint, result.calls);
      },
    });
    return [
      row('requests per call', ({requests}, calls) => (requests / Math.max(1, calls)).toFixed(3)),
      row('answered', ({requests, succeeded}) => (requests === 0 ? '-' : share(succeeded / requests))),
    ];
  });

/** How many calls failed, for each reason that one of the results has. */
export function failuresOf(results: readonly SimulationResult[]): readonly Row[] {
  const reasons = [...new Set(results.flatMap(({ends}) => Object.keys(ends)))].filter(reason => reason !== 'success');
  return reasons.map(reason => ({label: reason, cell: ({ends}) => String(ends[reason as EndReason] ?? 0)}));
}

/** A row over several runs. */
export interface IntervalRow {
  readonly label: string;
  readonly cells: readonly string[];
}

type IntervalOf = (runs: readonly SimulationResult[]) => RunInterval;

const intervalBetween =
  (of: (result: SimulationResult) => number): IntervalOf =>
  runs =>
    intervalOver(runs.map(of));

const INTERVALS: readonly (readonly [label: string, of: IntervalOf, show: (interval: RunInterval) => string])[] = [
  ['success', successInterval, shareWithin],
  ['P50 of all calls', intervalBetween(({latencyMs}) => latencyMs.all.p50), withinTime],
  ['P95 of all calls', intervalBetween(({latencyMs}) => latencyMs.all.p95), withinTime],
  ['P99 of all calls', intervalBetween(({latencyMs}) => latencyMs.all.p99), withinTime],
  [
    'requests per call',
    intervalBetween(({requestsPerCall}) => requestsPerCall),
    ({mean, high}) => `${mean.toFixed(3)} ±${(high - mean).toFixed(3)}`,
  ],
];

/** @param policies The runs of each policy. */
export const intervalRowsOf = (policies: readonly (readonly SimulationResult[])[]): readonly IntervalRow[] =>
  INTERVALS.map(([label, of, show]) => ({label, cells: policies.map(runs => show(of(runs)))}));

/** The wider side counts: near 100 % that is the lower one. */
function shareWithin({mean, low, high}: RunInterval): string {
  const half = Math.max(high - mean, mean - low);
  return `${percent(100 * mean, 99.995)} ±${percent(100 * half, 9.995)} %`;
}

/** Fewer digits where more would fill the column. */
const percent = (value: number, large: number): string => value.toFixed(value < large ? 2 : 0);

function withinTime({mean, high}: RunInterval): string {
  if (!Number.isFinite(mean)) return duration(mean);
  const half = high - mean;
  return mean < 1000
    ? `${Number(mean.toPrecision(3))} ±${Number(half.toPrecision(2))} ms`
    : `${Number((mean / 1000).toPrecision(3))} ±${Number((half / 1000).toPrecision(2))} s`;
}

const share = (ratio: number): string => `${(ratio * 100).toFixed(2)} %`;

export function duration(ms: number): string {
  if (Number.isNaN(ms)) return '-';
  if (!Number.isFinite(ms)) return 'failed';
  return ms < 1000 ? `${Number(ms.toPrecision(3))} ms` : `${Number((ms / 1000).toPrecision(3))} s`;
}
