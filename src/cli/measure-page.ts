/** A measurement as a page with charts. */
import type {BarRow} from '../charts/bar-chart.ts';
import type {Html} from '../charts/html.ts';
import type {Point} from '../charts/line-chart.ts';
import {
  barFigure,
  type FigureText,
  facts,
  heading,
  intervalFigure,
  lineFigure,
  page,
  paragraph,
  table,
} from '../charts/page.ts';
import {VERSION} from '../core/version.ts';
import type {MeasuredCall, Measurement, SideResult} from '../measure/measurement.ts';
import {ALLOW} from './dry-run.ts';
import {
  CALL_ROWS,
  cutOffText,
  extentOf,
  HELD_BACK,
  isHeldBack,
  isRedirected,
  LATENCIES,
  number,
  REDIRECTED,
  type Row,
  SIDE_NAMES,
  sidesOf,
  verdict,
} from './measure-rows.ts';

export function measurementPage(measurement: Measurement): string {
  const sides = sidesOf(measurement);
  return page({
    title: `Measurement: ${measurement.target}`,
    lead: verdict(measurement.difference),
    sections: [
      ...notesOf(measurement).map(paragraph),
      factsOf(measurement),
      heading('Success'),
      successFigure(sides),
      tableOf(CALL_ROWS, sides),
      ...latencySection(sides),
      heading('Attempts and failures'),
      countsFigure(ATTEMPTS, 'attempts', sides, attemptsOf),
      ...failuresSection(sides),
    ],
    footer: `Made by steadfetch ${VERSION}: both sides sent the same requests to a real server. Another run gives other numbers within the intervals.`,
  });
}

const notesOf = (measurement: Measurement): string[] => {
  const cutOff = cutOffText(measurement);
  return [
    ...(cutOff === undefined ? [] : [cutOff]),
    ...(isRedirected(measurement) ? [REDIRECTED] : []),
    ...(isHeldBack(measurement) ? [[HELD_BACK, ...ALLOW].join(' ')] : []),
  ];
};

function factsOf(measurement: Measurement): Html {
  const {target, policyName, timeoutMs, startedAt} = measurement;
  return facts([
    ['requests', target],
    ['policy', policyName],
    ['extent', extentOf(measurement)],
    ['order', 'each request by both sides, one right after the other; chance decides which side begins'],
    ['time limit', `${number(timeoutMs)} ms for a call of plain fetch`],
    ['start', startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
  ]);
}

const tableOf = (rows: readonly Row[], sides: readonly SideResult[]): Html =>
  table({columns: ['', ...SIDE_NAMES], rows: rows.map(({label, cell}) => [label, ...sides.map(cell)])});

function successFigure(sides: readonly SideResult[]): Html {
  return intervalFigure(
    {
      title: 'Share of calls that succeeded',
      description: 'The success ratio of each side with its 95 % confidence interval. The table has the numbers.',
    },
    {
      x: {name: '% of calls, with the 95 % interval', max: 100},
      rows: sides.flatMap(({successRatio, interval}, index) =>
        successRatio === null || interval === null
          ? []
          : [
              {
                name: SIDE_NAMES[index]!,
                value: 100 * successRatio,
                low: 100 * interval.low,
                high: 100 * interval.high,
              },
            ],
      ),
    },
  );
}

/** Nothing where no call succeeded. */
function latencySection(sides: readonly SideResult[]): Html[] {
  if (sides.every(({succeeded}) => succeeded === 0)) return [];
  return [
    heading('Latency'),
    lineFigure(
      {
        title: 'Latency of all calls',
        description:
          'The latency that a share of all calls did not exceed. A line ends where the rest of the calls failed.',
      },
      {
        x: {name: '% of calls', min: 0, max: 100},
        y: {name: 'ms', scale: 'log'},
        series: sides.map(({calls}, index) => ({name: SIDE_NAMES[index]!, points: quantilesOf(calls)})),
      },
    ),
    ...LATENCIES.flatMap(({title, rows}) => [paragraph(title), tableOf(rows, sides)]),
  ];
}

/** More points are no more than the width of the chart shows. */
const MOST_POINTS = 200;
/** A logarithmic axis has no 0. */
const LEAST_MS = 0.1;

/** By nearest rank, of all calls. */
function quantilesOf(calls: readonly MeasuredCall[]): Point[] {
  const sorted = calls.filter(({ok}) => ok).map(({durationMs}) => Math.max(LEAST_MS, durationMs));
  sorted.sort((a, b) => a - b);
  const count = Math.min(MOST_POINTS, calls.length);
  const points = Array.from({length: count}, (_, index): Point => {
    const share = (index + 1) / count;
    return [100 * share, sorted[Math.ceil(share * calls.length) - 1] ?? null];
  });
  return sorted.length === 0 ? points : [[0, sorted[0]!], ...points];
}

const ATTEMPTS: FigureText = {
  title: 'Attempts by how they ended',
  description: 'How often an attempt of each side ended with each status or error.',
};
const FAILED_CALLS: FigureText = {
  title: 'Failed calls by their reason',
  description: 'How many calls of each side failed, by the last status or error and why it was not retried.',
};

interface Count {
  readonly name: string;
  readonly times: number;
}

const attemptsOf = ({attempts}: SideResult): Count[] =>
  attempts.map(({outcome, attempts: times}) => ({name: outcome, times}));

const failedCallsOf = ({failures}: SideResult): Count[] =>
  failures.map(({failure, calls}) => ({name: failure, times: calls}));

function failuresSection(sides: readonly SideResult[]): Html[] {
  if (sides.every(({failures}) => failures.length === 0)) return [paragraph('No call failed.')];
  const said = sides.flatMap(({failures}) =>
    failures.flatMap(({failure, message}) => (message === null ? [] : [[failure, message] as const])),
  );
  return [
    countsFigure(FAILED_CALLS, 'calls', sides, failedCallsOf),
    ...(said.length === 0 ? [] : [facts([...new Map(said)])]),
  ];
}

const MOST_ROWS = 12;

/** A bar for each side, the most frequent first. */
function countsFigure(
  text: FigureText,
  unit: string,
  sides: readonly SideResult[],
  countsOf: (side: SideResult) => readonly Count[],
): Html {
  const counts = sides.map(side => new Map(countsOf(side).map(({name, times}) => [name, times])));
  const names = [...new Set(counts.flatMap(each => [...each.keys()]))];
  const rows = names.map((name): BarRow => ({name, values: counts.map(each => each.get(name) ?? 0)}));
  rows.sort((a, b) => sum(b.values) - sum(a.values));
  const rest = rows.slice(MOST_ROWS);
  const others = {
    name: `${rest.length} others`,
    values: counts.map((_, side) => sum(rest.map(({values}) => values[side]!))),
  };
  return barFigure(text, {
    x: {name: unit},
    series: SIDE_NAMES,
    rows: [...rows.slice(0, MOST_ROWS), ...(rest.length === 0 ? [] : [others])],
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
