/** A measurement for people, in at most 80 columns. */
import {isRedirect} from '../batch/redirect.ts';
import type {Interval} from '../measure/confidence.ts';
import type {Difference, Measurement, Percentiles, SideResult} from '../measure/measurement.ts';
import {ALLOW} from './dry-run.ts';
import {bar, histogramOf} from './measure-histogram.ts';
import {plain} from './progress-line.ts';
import {WIDTH, wrap} from './wrap.ts';

const NAME = 22;
const COLUMN = 28;

export function measureText(measurement: Measurement): string {
  const {plain: before, policy: after, difference} = measurement;
  return [
    ...headOf(measurement),
    '',
    row('', 'plain fetch', 'policy'),
    row('calls that succeeded', ...both(before, after, successText)),
    row('  95 % interval', ...both(before, after, intervalText)),
    row('requests', ...both(before, after, ({requests}) => number(requests))),
    row('  for each call', ...both(before, after, ({requests, calls}) => ratio(requests, calls.length))),
    row('calls with a retry', ...both(before, after, retriedText)),
    '',
    ...latencies(before, after),
    'Attempts ended with',
    ...both(before, after, attemptsText).flatMap((text, side) => wrapped(SIDES[side]!, text)),
    'Failed calls ended with',
    ...both(before, after, failuresText).flatMap((text, side) => wrapped(SIDES[side]!, text)),
    '',
    ...wrap(
      difference === null ? 'No pair of calls was completed, so there is nothing to compare.' : verdict(difference),
    ),
    ...(isRedirected(measurement) ? wrap(REDIRECTED) : []),
    ...(isHeldBack(measurement) ? [...wrap(HELD_BACK), ...ALLOW] : []),
    '',
  ].join('\n');
}

const SIDES = ['  plain fetch', '  policy'];

function headOf({target, policyName, isComplete, count, ...rest}: Measurement): string[] {
  const {plain: before, policy: after, ratePerSecond, durationMs} = rest;
  const made = isComplete
    ? `${number(count)} calls each`
    : `Stopped: ${number(before.calls.length)} and ${number(after.calls.length)} of ${number(count)} calls`;
  const cutOff = before.cutOff + after.cutOff;
  return [
    ...wrap(`${target}, policy ${policyName}`),
    ...wrap(`${made}, in turn, ${ratePerSecond} requests a second in all, in ${seconds(durationMs)}`),
    ...(cutOff === 0 ? [] : wrap(cutOffText(before.cutOff, after.cutOff))),
  ];
}

const cutOffText = (before: number, after: number): string =>
  `Cut off and not counted: ${number(before)} of plain fetch, ${number(after)} of the policy. Slow calls are among them, so the numbers may be too good.`;

const row = (name: string, before: string, after: string): string =>
  `${name.padEnd(NAME)}${before.padEnd(COLUMN)}${after}`.trimEnd();

const both = (before: SideResult, after: SideResult, text: (side: SideResult) => string): [string, string] => [
  text(before),
  text(after),
];

function successText({succeeded, calls, successRatio}: SideResult): string {
  return successRatio === null
    ? 'no calls'
    : `${number(succeeded)} of ${number(calls.length)}, ${percent(successRatio)}`;
}

const intervalText = ({interval}: SideResult): string =>
  interval === null ? '' : `${percent(interval.low)} to ${percent(interval.high)}`;

function retriedText({retried, retriedAndSucceeded}: SideResult): string {
  return retried === 0 ? '0' : `${number(retried)}, of which ${number(retriedAndSucceeded)} succeeded`;
}

/** Nothing where no call succeeded. */
function latencies(before: SideResult, after: SideResult): string[] {
  if (before.succeeded + after.succeeded === 0) return [];
  return [
    'Latency of all calls, where a failed call counts as infinitely slow',
    ...latencyRows(before.latencyMs, after.latencyMs),
    'Latency of the calls that succeeded',
    ...latencyRows(before.succeededLatencyMs, after.succeededLatencyMs),
    '',
    ...histogram(before, after),
    '',
  ];
}

function latencyRows(before: Percentiles | null, after: Percentiles | null): string[] {
  return (['p50', 'p90', 'p95', 'p99'] as const).map(rank =>
    row(`  ${rank.toUpperCase()}`, latency(before, rank), latency(after, rank)),
  );
}

function latency(percentiles: Percentiles | null, rank: keyof Percentiles): string {
  if (percentiles === null) return '-';
  const ms = percentiles[rank];
  return ms === null ? 'failed' : milliseconds(ms);
}

function histogram(before: SideResult, after: SideResult): string[] {
  const rows = histogramOf([before.calls, after.calls]);
  const most = Math.max(...rows.flatMap(({counts}) => counts));
  return [
    row('Calls by latency, ms', 'plain fetch', 'policy'),
    ...rows.map(({range, counts}) => row(`${range.padStart(NAME - 4)}`, bar(counts[0]!, most), bar(counts[1]!, most))),
  ];
}

const attemptsText = ({attempts}: SideResult): string =>
  attempts.map(({outcome, attempts: times}) => `${plain(outcome)} (${number(times)})`).join(', ') || 'none';

const failuresText = ({failures}: SideResult): string =>
  failures
    .map(({failure, calls, message}) => {
      const said = message === null ? '' : `, such as: ${plain(message)}`;
      return `${plain(failure)} (${number(calls)}${said})`;
    })
    .join('; ') || 'none failed';

function verdict({pairs, ratio: difference, interval, isMoreThanChance}: Difference): string {
  const {bothSucceeded, onlyFirst, onlySecond, bothFailed} = pairs;
  if (onlyFirst + onlySecond + bothFailed === 0)
    return 'No call failed on either side: this run shows what the policy costs in time, and not what it gains.';
  if (bothSucceeded + onlyFirst + onlySecond === 0)
    return 'Every call failed on both sides: this run shows nothing about the policy.';
  const found =
    difference === 0
      ? 'Of 100 calls, as many succeeded under the policy as with plain fetch'
      : `Of 100 calls, ${moreOrFewer(difference)} succeeded under the policy than with plain fetch`;
  const range = `95 % interval: ${rangeText(interval)}`;
  return isMoreThanChance
    ? `${found} (${range}). That is more than chance.`
    : `${found} (${range}). Chance alone explains a difference of this size. To see smaller ones, measure more calls (--count).`;
}

function rangeText({low, high}: Interval): string {
  if (low > 0) return `${points(low)} to ${moreOrFewer(high)}`;
  return high < 0 ? `${points(high)} to ${moreOrFewer(low)}` : `${moreOrFewer(low)} to ${moreOrFewer(high)}`;
}

const REDIRECTED =
  'Redirects are failures here: they are not followed, so that headers and bodies reach no other server. Measure the address they lead to.';

const HELD_BACK = 'The server may have acted on some failed calls, so the policy did not retry them.';

const isHeldBack = ({policy: after}: Measurement): boolean =>
  after.failures.some(({failure}) => failure.endsWith(', may-have-acted'));

const isRedirected = ({plain: before, policy: after}: Measurement): boolean =>
  [...before.failures, ...after.failures].some(({failure}) => isRedirect(Number(failure)));

const moreOrFewer = (difference: number): string => `${points(difference)} ${difference < 0 ? 'fewer' : 'more'}`;

/** Of 100 calls, without the sign. */
const points = (difference: number): string => Math.abs(100 * difference).toFixed(1);

function wrapped(name: string, text: string): string[] {
  return wrap(text, {width: WIDTH - NAME}).map((line, index) => `${(index === 0 ? name : '').padEnd(NAME)}${line}`);
}

const number = (value: number): string => value.toLocaleString('en');
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const ratio = (value: number, total: number): string => (total === 0 ? '-' : (value / total).toFixed(2));
const milliseconds = (ms: number): string => (ms < 10 ? `${ms.toFixed(1)} ms` : `${number(Math.round(ms))} ms`);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
