/** The numbers of a measurement, as text: what the terminal and the page show. */
import {isRedirect} from '../batch/redirect.ts';
import type {Interval} from '../measure/confidence.ts';
import type {Difference, Measurement, PercentileIntervals, Percentiles, SideResult} from '../measure/measurement.ts';

/** A number of each side. */
export interface Row {
  readonly label: string;
  cell(side: SideResult): string;
}

/** The sides, in the order in which they are shown. */
export const SIDE_NAMES = ['plain fetch', 'policy'] as const;

export const sidesOf = ({plain, policy}: Measurement): readonly [SideResult, SideResult] => [plain, policy];

export const CALL_ROWS: readonly Row[] = [
  {
    label: 'calls that succeeded',
    cell: ({succeeded, calls, successRatio}) =>
      successRatio === null ? 'no calls' : `${number(succeeded)} of ${number(calls.length)}, ${percent(successRatio)}`,
  },
  {
    label: '  95 % interval',
    cell: ({interval}) => (interval === null ? '' : `${percent(interval.low)} to ${percent(interval.high)}`),
  },
  {label: 'requests', cell: ({requests}) => number(requests)},
  {
    label: '  for each call',
    cell: ({requests, calls}) => (calls.length === 0 ? '-' : (requests / calls.length).toFixed(2)),
  },
  {
    label: 'calls with a retry',
    cell: ({retried, retriedAndSucceeded}) =>
      retried === 0 ? '0' : `${number(retried)}, of which ${number(retriedAndSucceeded)} succeeded`,
  },
];

/** A group of rows with its title. */
export interface LatencyRows {
  readonly title: string;
  readonly rows: readonly Row[];
}

export const LATENCIES: readonly LatencyRows[] = [
  {
    title: 'Latency of all calls (95 % interval), where a failed call is infinitely slow',
    rows: latencyRows(({latencyMs, latencyIntervalsMs}) => [latencyMs, latencyIntervalsMs]),
  },
  {
    title: 'Latency of the calls that succeeded (95 % interval)',
    rows: latencyRows(({succeededLatencyMs, succeededLatencyIntervalsMs}) => [
      succeededLatencyMs,
      succeededLatencyIntervalsMs,
    ]),
  },
];

type Latency = readonly [Percentiles | null, PercentileIntervals | null];

function latencyRows(of: (side: SideResult) => Latency): Row[] {
  return (['p50', 'p90', 'p95', 'p99'] as const).map(rank => ({
    label: `  ${rank.toUpperCase()}`,
    cell: side => latency(of(side), rank),
  }));
}

/** Such as `227 ms (145 to 295)`, and `227 ms (145 or more)` where no slower call bounds the percentile. From 100 s on, in seconds. */
function latency([percentiles, intervals]: Latency, rank: keyof Percentiles): string {
  if (percentiles === null || intervals === null) return '-';
  const ms = percentiles[rank];
  const {low, high} = intervals[rank];
  const [unit, one] = Math.max(ms ?? 0, low ?? 0, high ?? 0) < 100_000 ? ['ms', 1] : ['s', 1000];
  const shown = (value: number): string =>
    value / one < 10 ? (value / one).toFixed(1) : number(Math.round(value / one));
  const text = ms === null ? 'failed' : `${shown(ms)} ${unit}`;
  return low === null ? text : `${text} (${shown(low)} ${high === null ? 'or more' : `to ${shown(high)}`})`;
}

/** How many calls were made, and how. */
export function extentOf({isComplete, count, plain, policy, ratePerSecond, durationMs}: Measurement): string {
  const made = isComplete
    ? `${number(count)} calls each`
    : `Stopped: ${number(plain.calls.length)} and ${number(policy.calls.length)} of ${number(count)} calls`;
  return `${made}, in turn, ${ratePerSecond} requests a second in all, in ${(durationMs / 1000).toFixed(1)} s`;
}

/** Undefined where no call was cut off. */
export function cutOffText({plain, policy}: Measurement): string | undefined {
  if (plain.cutOff + policy.cutOff === 0) return undefined;
  return `Cut off and not counted: ${number(plain.cutOff)} of plain fetch, ${number(policy.cutOff)} of the policy. Slow calls are among them, so the numbers may be too good.`;
}

/** What the difference of the sides shows, in plain words. */
export function verdict(difference: Difference | null): string {
  if (difference === null) return 'No pair of calls was completed, so there is nothing to compare.';
  const {pairs, ratio, interval, isMoreThanChance} = difference;
  const {bothSucceeded, onlyFirst, onlySecond, bothFailed} = pairs;
  if (onlyFirst + onlySecond + bothFailed === 0)
    return 'No call failed on either side: this run shows what the policy costs in time, and not what it gains.';
  if (bothSucceeded + onlyFirst + onlySecond === 0)
    return 'Every call failed on both sides: this run shows nothing about the policy.';
  const found =
    ratio === 0
      ? 'Of 100 calls, as many succeeded under the policy as with plain fetch'
      : `Of 100 calls, ${moreOrFewer(ratio)} succeeded under the policy than with plain fetch`;
  const range = `95 % interval: ${rangeText(interval)}`;
  return isMoreThanChance
    ? `${found} (${range}). That is more than chance.`
    : `${found} (${range}). Chance alone explains a difference of this size. To see smaller ones, measure more calls (--count).`;
}

function rangeText({low, high}: Interval): string {
  if (low > 0) return `${points(low)} to ${moreOrFewer(high)}`;
  return high < 0 ? `${points(high)} to ${moreOrFewer(low)}` : `${moreOrFewer(low)} to ${moreOrFewer(high)}`;
}

const moreOrFewer = (difference: number): string => `${points(difference)} ${difference < 0 ? 'fewer' : 'more'}`;

/** A difference in calls of 100, without the sign. */
const points = (difference: number): string => Math.abs(100 * difference).toFixed(1);

export const REDIRECTED =
  'Redirects are failures here: they are not followed, so that headers and bodies reach no other server. Measure the address they lead to.';

export const isRedirected = ({plain, policy}: Measurement): boolean =>
  [...plain.failures, ...policy.failures].some(({failure}) => isRedirect(Number(failure)));

export const HELD_BACK = 'The server may have acted on some failed calls, so the policy did not retry them.';

export const isHeldBack = ({policy}: Measurement): boolean =>
  policy.failures.some(({failure}) => failure.endsWith(', may-have-acted'));

export const number = (value: number): string => value.toLocaleString('en');
export const percent = (ratio: number): string => `${(100 * ratio).toFixed(1)} %`;
