/** The results of a simulation as a table of at most 80 columns, policies side by side, with their course over time below. */
import type {Interval, SimulationResult} from '../simulate/result.ts';
import {
  duration,
  endpointNames,
  endpointOf,
  endpointRowsOf,
  failuresOf,
  intervalRowsOf,
  rowsOf,
} from './simulate-rows.ts';
import {WIDTH, wrap} from './wrap.ts';

/** A result under the name that the table gives it. */
export interface Named {
  readonly name: string;
  /** The result of the first run. */
  readonly result: SimulationResult;
  /** The results of all runs, a seed each. Left out: there is no other. */
  readonly runs?: readonly SimulationResult[];
}

export const runsOf = ({result, runs = [result]}: Named): readonly SimulationResult[] => runs;

/** What several runs do not tell: the bias that all of them have. */
export const COLD_START =
  'Each run begins with an idle service and full budgets, so queues near capacity are shorter than in the long run.';

const LABEL_WIDTH = 24;
const COLUMN_WIDTH = 14;
/** Policies side by side: more of them come in further tables. */
const COLUMNS = 4;

/** @param results In the order of the columns. All are of one scenario. */
export function tableOf(results: readonly Named[], description: string): string {
  const [first] = results;
  if (first === undefined) return '';
  const {scenario, calls, durationMs, seed} = first.result;
  const lines = [
    ...wrap(description === '' ? scenario : `${scenario}: ${description}`),
    `${calls} calls in ${duration(durationMs)}, seed ${seed}${runsOf(first).length === 1 ? ': one run, --runs 10 shows what chance does' : ''}`,
  ];
  for (let at = 0; at < results.length; at += COLUMNS) lines.push('', ...columnsOf(results.slice(at, at + COLUMNS)));
  if (runsOf(first).length > 1) lines.push('', ...intervals(results));
  const {length: runs} = runsOf(first);
  const mean = runs === 1 ? '' : `, mean of ${runs} runs`;
  lines.push('', ...courses(`success over time${mean}`, results, successOver, 1));
  const most = Math.max(1, ...results.flatMap(named => meanCourse(named, requestsOver)));
  const title = `requests over time${mean}, at most ${Math.round(most)} a second`;
  lines.push('', ...courses(title, results, requestsOver, most));
  for (const name of endpointNames(results.map(({result}) => result)))
    lines.push('', ...courses(cut(`requests to ${name} over time${mean}`, WIDTH), results, requestsTo(name), most));
  return `${lines.join('\n')}\n`;
}

/** What the numbers are over all runs. */
function intervals(results: readonly Named[]): string[] {
  const runs = runsOf(results[0]!);
  const lines = [
    ...wrap(
      `${runs.length} runs, seeds ${runs[0]!.seed} to ${runs.at(-1)!.seed}: means with their 95 % intervals. ${COLD_START}`,
    ),
  ];
  for (let at = 0; at < results.length; at += COLUMNS) {
    const shown = results.slice(at, at + COLUMNS);
    lines.push(
      ...(at === 0 ? [] : ['']),
      lineOf(
        '',
        shown.map(({name}) => cut(name, COLUMN_WIDTH - 1)),
      ),
      ...intervalRowsOf(shown.map(runsOf)).map(({label, cells}) => lineOf(label, cells)),
    );
  }
  return lines;
}

const lineOf = (label: string, cells: readonly string[]): string =>
  (cut(label, LABEL_WIDTH).padEnd(LABEL_WIDTH) + cells.map(cell => cell.padStart(COLUMN_WIDTH)).join('')).trimEnd();

function columnsOf(results: readonly Named[]): string[] {
  const plain = results.map(({result}) => result);
  const rows = [...rowsOf(plain), ...endpointRowsOf(plain)];
  const failures = failuresOf(plain);
  return [
    lineOf(
      '',
      results.map(({name}) => cut(name, COLUMN_WIDTH - 1)),
    ),
    ...rows.map(({label, cell}) =>
      lineOf(
        label,
        results.map(({result}) => cell(result)),
      ),
    ),
    ...(failures.length === 0 ? [] : ['calls that failed']),
    ...failures.map(({label, cell}) =>
      lineOf(
        `  ${label}`,
        results.map(({result}) => cell(result)),
      ),
    ),
  ];
}

const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

// Over time.

const BLOCKS = '▁▂▃▄▅▆▇█';
const COURSE_WIDTH = 60;
const NAME_WIDTH = 18;

type Course = (result: SimulationResult) => readonly number[];

function courses(title: string, results: readonly Named[], course: Course, most: number): string[] {
  return [
    title,
    ...results.map(
      named => cut(named.name, NAME_WIDTH - 1).padEnd(NAME_WIDTH) + sparkline(meanCourse(named, course), most),
    ),
  ];
}

/** Over all runs that have a value at a time. */
function meanCourse(named: Named, course: Course): readonly number[] {
  const [first, ...others] = runsOf(named).map(course);
  if (others.length === 0) return first!;
  return first!.map((value, index) => {
    const values = [value, ...others.map(other => other[index]!)].filter(each => !Number.isNaN(each));
    return sum(values, each => each) / values.length;
  });
}

/** A character for each value; a space where there is none. */
export function sparkline(values: readonly number[], most: number): string {
  const block = (value: number): string =>
    BLOCKS[Math.min(BLOCKS.length - 1, Math.floor((value / most) * BLOCKS.length))]!;
  return values.map(value => (Number.isNaN(value) ? ' ' : block(value))).join('');
}

const successOver: Course = ({timeline}) =>
  condensed(timeline).map(part => {
    const calls = sum(part, interval => interval.calls);
    return calls === 0 ? Number.NaN : sum(part, ({succeeded}) => succeeded) / calls;
  });

const requestsOver: Course = result => requestsPerSecond(result, result.timeline);

/** Empty where the result has no such endpoint. */
const requestsTo =
  (name: string): Course =>
  result =>
    requestsPerSecond(result, endpointOf(result, name)?.timeline ?? []);

/** The part in which a simulation was interrupted is shorter. */
function requestsPerSecond(
  {timeline, durationMs}: SimulationResult,
  counted: readonly Pick<Interval, 'requests'>[],
): number[] {
  const widthMs = timeline[1]!.atMs * (timeline.length / COURSE_WIDTH);
  return condensed(counted).map((part, index) => {
    const lastsMs = Math.max(1, Math.min(widthMs, durationMs - index * widthMs));
    return (sum(part, ({requests}) => requests) * 1000) / lastsMs;
  });
}

/** A part for each character of a line. */
function condensed<Each>(timeline: readonly Each[]): (readonly Each[])[] {
  const each = timeline.length / COURSE_WIDTH;
  return each === 0
    ? []
    : Array.from({length: COURSE_WIDTH}, (_, index) => timeline.slice(index * each, (index + 1) * each));
}

const sum = <Each>(part: readonly Each[], of: (each: Each) => number): number =>
  part.reduce((total, each) => total + of(each), 0);
