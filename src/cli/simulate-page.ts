/** The results of a simulation as a page with charts. */
import {type Html, html} from '../charts/html.ts';
import type {Band, LineChart, Series} from '../charts/line-chart.ts';
import {intervalFigure, lineFigure, type PageText, page, table, timelineFigure} from '../charts/page.ts';
import type {Timeline} from '../charts/timeline-chart.ts';
import {VERSION} from '../core/version.ts';
import type {SampledAttempt, SampledCall} from '../simulate/call-samples.ts';
import type {Interval, SimulationResult} from '../simulate/result.ts';
import {servicesOf} from '../simulate/scenario/services.ts';
import type {Scenario} from '../simulate/scenario/types.ts';
import {intervalOver, type RunInterval, successInterval} from './simulate-intervals.ts';
import {
  duration,
  endpointNames,
  endpointOf,
  endpointRowsOf,
  failuresOf,
  intervalRowsOf,
  rowsOf,
} from './simulate-rows.ts';
import {COLD_START, type Named, runsOf} from './simulate-table.ts';

/** @param results At least one. All are of the scenario. */
export const simulationPage = (results: readonly Named[], scenario: Scenario): string =>
  page(simulationText(results, scenario));

/**
 * The parts of the page, for pages that show more than a simulation.
 *
 * @param results At least one. All are of the scenario.
 */
export function simulationText(results: readonly Named[], scenario: Scenario): PageText {
  const {calls, seed, durationMs} = results[0]!.result;
  const widthMs = scenario.durationMs / results[0]!.result.timeline.length;
  const {length: runs} = runsOf(results[0]!);
  const lines = (title: string, description: string, y: LineChart['y'], pointsOf: PointsOf): Html =>
    lineFigure(
      {title, description: runs === 1 ? description : `${description} Mean of ${runs} runs with its 95 % interval.`},
      {
        x: {name: 's', min: 0, max: scenario.durationMs / 1000},
        y,
        bands: bandsOf(scenario),
        series: results.map(named => ({name: named.name, ...overRuns(runsOf(named).map(pointsOf))})),
      },
    );
  const overTime = (title: string, description: string, y: LineChart['y'], of: ValueOf<Interval>): Html =>
    lines(title, description, y, result => pointsOver(result, result.timeline, widthMs, of));
  const names = endpointNames(results.map(({result}) => result));
  const happens = (of: (interval: Interval) => number): boolean =>
    results.some(({result}) => result.timeline.some(interval => of(interval) > 0));
  return {
    title: `Simulation: ${scenario.name}`,
    lead: `${scenario.description} ${calls} calls in ${duration(durationMs)}, by ${clientsOf(scenario)}.`,
    sections: [
      numbersOf(results),
      ...intervalsOf(results),
      overTime('Success', 'Share of the calls that began at a time and succeeded.', SHARE, successOf),
      overTime(
        'Load',
        `Requests that reached the ${names.length === 0 ? 'service' : 'endpoints'} in a second.`,
        LOAD,
        requestsPerSecond,
      ),
      ...names.map(name =>
        lines(`Load: ${name}`, `Requests that reached the endpoint ${name} in a second.`, LOAD, result =>
          pointsOver(result, endpointOf(result, name)?.timeline ?? [], widthMs, requestsPerSecond),
        ),
      ),
      latencyFigure(results, runs),
      ...(happens(({openBreakers}) => openBreakers)
        ? [
            overTime(
              'Open breakers',
              'Breakers of the clients that are open.',
              {name: 'breakers', min: 0},
              openBreakers,
            ),
          ]
        : []),
      ...(happens(({waiting}) => waiting)
        ? [
            overTime(
              'Queues',
              'Attempts that wait for a quota or a concurrency limit.',
              {name: 'attempts', min: 0},
              waiting,
            ),
          ]
        : []),
      ...results.flatMap(({name, result}) => samplesOf(name, result)),
    ],
    footer: `Made by steadfetch ${VERSION} with seed ${seed}: the engine is the real one, time and the service are simulated.`,
  };
}

const clientsOf = ({traffic: {clients}}: Scenario): string => (clients === 1 ? '1 client' : `${clients} clients`);

function numbersOf(results: readonly Named[]): Html {
  const plain = results.map(({result}) => result);
  const failures = failuresOf(plain).map(({label, cell}) => ({label: `failed: ${label}`, cell}));
  return table({
    columns: ['', ...results.map(({name}) => name)],
    rows: [...rowsOf(plain), ...endpointRowsOf(plain), ...failures].map(({label, cell}) => [label, ...plain.map(cell)]),
  });
}

/** Nothing of a single run. */
function intervalsOf(results: readonly Named[]): Html[] {
  const runs = runsOf(results[0]!);
  if (runs.length === 1) return [];
  const numbers = table({
    columns: [`${runs.length} runs, mean and 95 % interval`, ...results.map(({name}) => name)],
    rows: intervalRowsOf(results.map(runsOf)).map(({label, cells}) => [label, ...cells]),
  });
  const chart = intervalFigure(
    {title: `Success over ${runs.length} runs`, description: `Mean over seeds, with its 95 % interval. ${COLD_START}`},
    {
      x: {name: '%'},
      rows: results.map(named => ({
        name: named.name,
        ...percentOf(successInterval(runsOf(named))),
      })),
    },
  );
  return [numbers, chart];
}

const percentOf = ({mean, low, high}: RunInterval): {value: number; low: number; high: number} => ({
  value: 100 * mean,
  low: 100 * low,
  high: 100 * high,
});

// Over time.

type ValueOf<Each> = (interval: Each, widthMs: number) => number | null;

type PointsOf = (result: SimulationResult) => Series['points'];

const SHARE: LineChart['y'] = {name: '', min: 0, max: 1, format: value => `${Math.round(value * 100)} %`};
const LOAD: LineChart['y'] = {name: 'requests/s', min: 0};
const successOf: ValueOf<Interval> = ({calls, succeeded}) => (calls === 0 ? null : succeeded / calls);
const requestsPerSecond: ValueOf<Pick<Interval, 'requests'>> = ({requests}, widthMs) => (requests * 1000) / widthMs;
const openBreakers: ValueOf<Interval> = interval => interval.openBreakers;
const waiting: ValueOf<Interval> = interval => interval.waiting;

/**
 * A simulation that was interrupted has no more intervals.
 *
 * @param timeline An entry for each interval of the result.
 */
function pointsOver<Each>(
  {durationMs}: SimulationResult,
  timeline: readonly Each[],
  widthMs: number,
  of: ValueOf<Each>,
): Series['points'] {
  return timeline.slice(0, Math.ceil(durationMs / widthMs)).map((interval, index) => {
    const atMs = index * widthMs;
    const lastsMs = Math.min(widthMs, durationMs - atMs);
    return [(atMs + lastsMs / 2) / 1000, of(interval, lastsMs)];
  });
}

/** @param runs The points of each; all of them at the same times. */
function overRuns(runs: readonly Series['points'][]): Pick<Series, 'points' | 'spread'> {
  const [first] = runs;
  if (runs.length === 1) return {points: first!};
  const intervals = first!.map((_, index) => {
    const values = runs.flatMap(points => points[index]![1] ?? []);
    return values.length === 0 ? null : intervalOver(values);
  });
  return {
    points: first!.map(([x], index) => [x, intervals[index]?.mean ?? null]),
    spread: intervals.map(interval => interval && [interval.low, interval.high]),
  };
}

/** Faults and phases that have an end, each with the word that the scenario has for it. */
function bandsOf(scenario: Scenario): Band[] {
  const {traffic, endpoints, durationMs} = scenario;
  const faults = servicesOf(scenario).flatMap(({name, settings}) =>
    settings.faults.map(({kind, fromMs, toMs}) => {
      const word = kind === 'status' ? 'errors' : kind;
      return {name: endpoints.length === 0 ? word : `${name}: ${word}`, fromMs, toMs};
    }),
  );
  const phases = traffic.phases.map(({perSecond, fromMs, toMs}) => ({name: `${perSecond} calls/s`, fromMs, toMs}));
  const bands = [...faults, ...phases].flatMap(({name, fromMs, toMs}) => {
    if (fromMs === 0 && (toMs === null || toMs >= durationMs)) return [];
    return [{name, from: fromMs / 1000, to: Math.min(toMs ?? durationMs, durationMs) / 1000}];
  });
  // The names of one period would be written over each other.
  const periods = Map.groupBy(bands, ({from, to}) => `${from} to ${to}`);
  return Array.from(periods.values(), same => ({...same[0]!, name: same.map(({name}) => name).join(', ')}));
}

// Latency.

function latencyFigure(results: readonly Named[], runs: number): Html {
  return lineFigure(
    {
      title: 'Latency',
      description: `The latency that a share of all calls${runs === 1 ? '' : ' of the first run'} did not exceed. A line ends where the rest of the calls failed.`,
    },
    {
      x: {name: '% of calls', min: 0, max: 100},
      y: {name: 'ms', scale: 'log'},
      series: results.map(({name, result}) => ({
        name,
        points: result.latencyMs.distribution.map((ms, index) => [
          index + 1,
          Number.isFinite(ms) && ms > 0 ? ms : null,
        ]),
      })),
    },
  );
}

// Calls.

function samplesOf(name: string, {samples}: SimulationResult): Html[] {
  if (samples.length === 0) return [];
  return [
    timelineFigure(
      {
        title: `Calls: ${name}`,
        description: `The first call of each course. ${samples.map(courseOf).join('; ')}.`,
      },
      {rows: samples.map(rowOf)},
    ),
    html`<ol>${samples.map(sampleItem)}</ol>`,
  ];
}

const sampleItem = (sample: SampledCall): Html => html`<li>${courseOf(sample)}: ${sample.reason}</li>`;

const courseOf = ({atMs, method, attempts}: SampledCall): string =>
  `${method} at ${duration(atMs)}, ${attempts.length === 0 ? 'not sent' : attempts.map(attemptText).join(', then ')}`;

const attemptText = ({reason, endpoint}: SampledAttempt): string =>
  endpoint === null ? reason : `${reason} at ${endpoint}`;

function rowOf({method, attempts, succeeded, durationMs}: SampledCall, index: number): Timeline['rows'][number] {
  const last = attempts.at(-1);
  const bars = attempts.map(attempt => ({
    fromMs: attempt.fromMs,
    toMs: attempt.toMs,
    kind: attempt.reason === 'success' ? ('good' as const) : ('bad' as const),
    label: attemptText(attempt),
  }));
  const end = succeeded ? (last?.toMs ?? durationMs) : durationMs;
  return {
    name: `${index + 1}. ${method}`,
    bars: [{fromMs: 0, toMs: end, kind: 'wait', label: ''}, ...bars],
  };
}
