/** A measurement for people, in at most 80 columns. */
import type {Measurement, SideResult} from '../measure/measurement.ts';
import {ALLOW} from './dry-run.ts';
import {bar, histogramOf} from './measure-histogram.ts';
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
import {plain} from './progress-line.ts';
import {WIDTH, wrap} from './wrap.ts';

const NAME = 22;
const COLUMN = 28;

export function measureText(measurement: Measurement): string {
  const sides = sidesOf(measurement);
  return [
    ...headOf(measurement),
    '',
    line('', SIDE_NAMES),
    ...lines(CALL_ROWS, sides),
    '',
    ...latencies(sides),
    'Attempts ended with',
    ...sides.flatMap((side, index) => named(SIDE_NAMES[index]!, attemptsText(side))),
    'Failed calls ended with',
    ...sides.flatMap((side, index) => named(SIDE_NAMES[index]!, failuresText(side))),
    '',
    ...wrap(verdict(measurement.difference)),
    ...(isRedirected(measurement) ? wrap(REDIRECTED) : []),
    ...(isHeldBack(measurement) ? [...wrap(HELD_BACK), ...ALLOW] : []),
    '',
  ].join('\n');
}

function headOf(measurement: Measurement): string[] {
  const cutOff = cutOffText(measurement);
  return [
    ...wrap(`${measurement.target}, policy ${measurement.policyName}`),
    ...wrap(extentOf(measurement)),
    ...(cutOff === undefined ? [] : wrap(cutOff)),
  ];
}

const lines = (rows: readonly Row[], sides: readonly SideResult[]): string[] =>
  rows.map(({label, cell}) => line(label, sides.map(cell)));

const line = (name: string, [before = '', after = '']: readonly string[]): string =>
  `${name.padEnd(NAME)}${before.padEnd(COLUMN - 1)} ${after}`.trimEnd();

/** Nothing where no call succeeded. */
function latencies(sides: readonly SideResult[]): string[] {
  if (sides.every(({succeeded}) => succeeded === 0)) return [];
  return [...LATENCIES.flatMap(({title, rows}) => [title, ...lines(rows, sides)]), '', ...histogram(sides), ''];
}

function histogram(sides: readonly SideResult[]): string[] {
  const rows = histogramOf(sides.map(({calls}) => calls));
  const most = Math.max(...rows.flatMap(({counts}) => counts));
  return [
    line('Calls by latency, ms', SIDE_NAMES),
    ...rows.map(({range, counts}) =>
      line(
        range.padStart(NAME - 4),
        counts.map(count => bar(count, most)),
      ),
    ),
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

function named(name: string, text: string): string[] {
  return wrap(text, {width: WIDTH - NAME}).map(
    (part, index) => `${(index === 0 ? `  ${name}` : '').padEnd(NAME)}${part}`,
  );
}
