/** The results of a simulation as a table of at most 80 columns, policies side by side, with their course over time below. */
import type {Interval, SimulationResult} from '../simulate/result.ts';
import {duration, failuresOf, rowsOf} from './simulate-rows.ts';
import {wrap} from './wrap.ts';

/** A result under the name that the table gives it. */
export interface Named {
  readonly name: string;
  readonly result: SimulationResult;
}

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
    `${calls} calls in ${duration(durationMs)}, seed ${seed}`,
  ];
  for (let at = 0; at < results.length; at += COLUMNS) lines.push('', ...columnsOf(results.slice(at, at + COLUMNS)));
  lines.push('', ...courses('success over time', results, successOver, 1));
  const most = Math.max(1, ...results.flatMap(({result}) => requestsOver(result)));
  lines.push('', ...courses(`requests over time, at most ${Math.round(most)} a second`, results, requestsOver, most));
  return `${lines.join('\n')}\n`;
}

function columnsOf(results: readonly Named[]): string[] {
  const line = (label: string, cells: readonly string[]): string =>
    (label.padEnd(LABEL_WIDTH) + cells.map(cell => cell.padStart(COLUMN_WIDTH)).join('')).trimEnd();
  const rows = rowsOf(results.map(({result}) => result));
  const failures = failuresOf(results.map(({result}) => result));
  return [
    line(
      '',
      results.map(({name}) => cut(name)),
    ),
    ...rows.map(({label, cell}) =>
      line(
        label,
        results.map(({result}) => cell(result)),
      ),
    ),
    ...(failures.length === 0 ? [] : ['calls that failed']),
    ...failures.map(({label, cell}) =>
      line(
        `  ${label}`,
        results.map(({result}) => cell(result)),
      ),
    ),
  ];
}

const cut = (name: string): string => (name.length < COLUMN_WIDTH ? name : `${name.slice(0, COLUMN_WIDTH - 2)}…`);

// Over time.

const BLOCKS = '▁▂▃▄▅▆▇█';
const COURSE_WIDTH = 60;
const NAME_WIDTH = 18;

type Course = (result: SimulationResult) => readonly number[];

function courses(title: string, results: readonly Named[], course: Course, most: number): string[] {
  const name = (text: string): string =>
    (text.length < NAME_WIDTH ? text : `${text.slice(0, NAME_WIDTH - 2)}…`).padEnd(NAME_WIDTH);
  return [title, ...results.map(({name: text, result}) => name(text) + sparkline(course(result), most))];
}

/** A character for each value; a space where there is none. */
export function sparkline(values: readonly number[], most: number): string {
  const block = (value: number): string =>
    BLOCKS[Math.min(BLOCKS.length - 1, Math.floor((value / most) * BLOCKS.length))]!;
  return values.map(value => (Number.isNaN(value) ? ' ' : block(value))).join('');
}

const successOver: Course = ({timeline}) =>
  condensed(timeline).map(({calls, succeeded}) => (calls === 0 ? Number.NaN : succeeded / calls));

/** In a second. The part in which a simulation was interrupted is shorter. */
const requestsOver: Course = ({timeline, durationMs}) => {
  const widthMs = timeline[1]!.atMs * (timeline.length / COURSE_WIDTH);
  return condensed(timeline).map(({requests}, index) => {
    const lastsMs = Math.max(1, Math.min(widthMs, durationMs - index * widthMs));
    return (requests * 1000) / lastsMs;
  });
};

type Sums = Pick<Interval, 'calls' | 'succeeded' | 'requests'>;

/** As many intervals as a line has characters. */
function condensed(timeline: readonly Interval[]): Sums[] {
  const each = timeline.length / COURSE_WIDTH;
  return Array.from({length: COURSE_WIDTH}, (_, index) => {
    const part = timeline.slice(index * each, (index + 1) * each);
    const sum = (key: keyof Sums): number => part.reduce((total, interval) => total + interval[key], 0);
    return {calls: sum('calls'), succeeded: sum('succeeded'), requests: sum('requests')};
  });
}
