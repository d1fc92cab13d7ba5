/** The results of a simulation as a page with charts. */
import {type Html, html} from '../charts/html.ts';
import type {Band, LineChart, Series} from '../charts/line-chart.ts';
import {lineFigure, type PageText, page, table, timelineFigure} from '../charts/page.ts';
import type {Timeline} from '../charts/timeline-chart.ts';
import {VERSION} from '../core/version.ts';
import type {SampledCall} from '../simulate/call-samples.ts';
import type {Interval, SimulationResult} from '../simulate/result.ts';
import type {Scenario} from '../simulate/scenario/types.ts';
import {duration, failuresOf, rowsOf} from './simulate-rows.ts';
import type {Named} from './simulate-table.ts';

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
  const overTime = (title: string, description: string, y: LineChart['y'], of: ValueOf): Html =>
    lineFigure(
      {title, description},
      {
        x: {name: 's', min: 0, max: scenario.durationMs / 1000},
        y,
        bands: bandsOf(scenario),
        series: results.map(({name, result}) => ({name, points: pointsOf(result, widthMs, of)})),
      },
    );
  const happens = (of: (interval: Interval) => number): boolean =>
    results.some(({result}) => result.timeline.some(interval => of(interval) > 0));
  return {
    title: `Simulation: ${scenario.name}`,
    lead: `${scenario.description} ${calls} calls in ${duration(durationMs)}, by ${clientsOf(scenario)}.`,
    sections: [
      numbersOf(results),
      overTime('Success', 'Share of the calls that began at a time and succeeded.', SHARE, successOf),
      overTime(
        'Load',
        'Requests that reached the service in a second.',
        {name: 'requests/s', min: 0},
        requestsPerSecond,
      ),
      latencyFigure(results),
      ...(happens(({openBreakers}) => openBreakers)
        ? [overTime('Open breakers', 'Clients whose breaker is open.', {name: 'clients', min: 0}, openBreakers)]
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
    rows: [...rowsOf(plain), ...failures].map(({label, cell}) => [label, ...plain.map(cell)]),
  });
}

// Over time.

type ValueOf = (interval: Interval, widthMs: number) => number | null;

const SHARE: LineChart['y'] = {name: '', min: 0, max: 1, format: value => `${Math.round(value * 100)} %`};
const successOf: ValueOf = ({calls, succeeded}) => (calls === 0 ? null : succeeded / calls);
const requestsPerSecond: ValueOf = ({requests}, widthMs) => (requests * 1000) / widthMs;
const openBreakers: ValueOf = interval => interval.openBreakers;
const waiting: ValueOf = interval => interval.waiting;

/** A simulation that was interrupted has no more intervals. */
function pointsOf({timeline, durationMs}: SimulationResult, widthMs: number, of: ValueOf): Series['points'] {
  return timeline
    .filter(({atMs}) => atMs < durationMs)
    .map(interval => {
      const lastsMs = Math.min(widthMs, durationMs - interval.atMs);
      return [(interval.atMs + lastsMs / 2) / 1000, of(interval, lastsMs)];
    });
}

/** Faults and phases that have an end, each with the word that the scenario has for it. */
function bandsOf({service, traffic, durationMs}: Scenario): Band[] {
  const faults = service.faults.map(({kind, fromMs, toMs}) => ({
    name: kind === 'status' ? 'errors' : kind,
    fromMs,
    toMs,
  }));
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

function latencyFigure(results: readonly Named[]): Html {
  return lineFigure(
    {
      title: 'Latency',
      description:
        'The latency that a share of all calls did not exceed. A line ends where the rest of the calls failed.',
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
  `${method} at ${duration(atMs)}, ${attempts.length === 0 ? 'not sent' : attempts.map(({reason}) => reason).join(', then ')}`;

function rowOf({method, attempts, succeeded, durationMs}: SampledCall, index: number): Timeline['rows'][number] {
  const last = attempts.at(-1);
  const bars = attempts.map(({fromMs, toMs, reason}) => ({
    fromMs,
    toMs,
    kind: reason === 'success' ? ('good' as const) : ('bad' as const),
    label: reason,
  }));
  const end = succeeded ? (last?.toMs ?? durationMs) : durationMs;
  return {
    name: `${index + 1}. ${method}`,
    bars: [{fromMs: 0, toMs: end, kind: 'wait', label: ''}, ...bars],
  };
}
