/** A plan for people, in 80 columns. */

import type {Plan} from '../plan/evaluate.ts';
import {formatShare} from '../plan/format.ts';
import type {Reason} from '../plan/reasons.ts';
import type {PlanFacts} from './plan-facts.ts';
import {
  callOf,
  conventions,
  frontRows,
  frontTitle,
  measuredText,
  numberRows,
  objectiveText,
  outcomeOf,
  type Rows,
  STRESS_TITLE,
  serviceText,
  settingsText,
  simulatedText,
  stressRows,
} from './plan-rows.ts';
import {wrap} from './wrap.ts';

export function planReport(facts: PlanFacts): string {
  const {request, result, measured, out} = facts;
  const {best, policy, reasons, stress} = result;
  const blocks = [
    ...(policy === null || best === null ? [] : [leadBlock(best, facts)]),
    wrapped(`Plan for ${callOf(request)}: ${objectiveText(request)}.`, ''),
    [...(measured === undefined ? [] : wrapped(measuredText(measured), '')), ...wrapped(serviceText(request), '')],
    outcomeBlock(facts),
  ];
  if (best !== null) {
    blocks.push(numbersBlock(best, facts));
    if (reasons.length > 0) blocks.push(['Why', ...reasons.flatMap(reasonLines)]);
    blocks.push(frontBlock(result));
    blocks.push([STRESS_TITLE, ...table(stressRows(stress))]);
  }
  blocks.push(['Conventions', ...conventions(facts).flatMap(text => wrapped(text, '  '))]);
  if (policy !== null) {
    const where =
      out === undefined
        ? 'The option --out policy.json writes the plan as a policy file.'
        : `Policy: ${out === '-' ? 'standard output' : out}`;
    blocks.push([where]);
  }
  return `${blocks.map(lines => lines.join('\n')).join('\n\n')}\n`;
}

/** The policy and why, for those who read no further: five lines at the most. */
function leadBlock(best: Plan, {request, result}: PlanFacts): string[] {
  const because = result.reasons.find(({setting}) => setting === 'attempts')?.because;
  const {simulated} = result;
  const reached = simulated === null ? best : simulated;
  return [
    ...wrapped(`${callOf(request)}: ${settingsText(best)}.`, ''),
    ...wrapped(
      `${formatShare(reached.successRatio)} of the calls succeed${simulated === null ? '' : ' in the simulator'}.`,
      '',
    ),
    ...(because === undefined ? [] : wrapped(because, '')),
  ];
}

function outcomeBlock(facts: PlanFacts): string[] {
  const {sentences, factors} = outcomeOf(facts);
  const {policy, best} = facts.result;
  if (policy !== null) return [`${sentences.join(' ')} The best:`];
  return [
    ...sentences.flatMap(text => wrapped(text, '')),
    ...factors.flatMap(text => wrapped(text, '  ')),
    ...(best === null ? [] : ['', 'The nearest plan:']),
  ];
}

function numbersBlock(plan: Plan, facts: PlanFacts): string[] {
  const {simulated} = facts.result;
  return [
    ...wrapped(settingsText(plan), '  '),
    '',
    ...table(numberRows(plan, facts)),
    ...(simulated === null ? [] : wrapped(simulatedText(simulated), '  ')),
  ];
}

const reasonLines = ({setting, value, because}: Reason): string[] => wrapped(`${setting}, ${value}: ${because}`, '  ');

/** More rows are in the output of --json. */
const MOST_ROWS = 8;

function frontBlock(result: PlanFacts['result']): string[] {
  const {front} = result;
  const shown = spread(front, MOST_ROWS);
  return [
    ...wrapped(`${frontTitle(result)} (${shown.length} of ${front.length} shown)`, ''),
    ...table(frontRows(shown), 'right'),
  ];
}

/** The first, the last, and evenly between. */
function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({length: most}, (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))]!);
}

/** Columns with two spaces between; the first is aligned left, the others right. */
function table(rows: Rows, first: 'left' | 'right' = 'left'): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
  return rows.map(row =>
    `  ${row.map((cell, column) => (column === 0 && first === 'left' ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')}`.trimEnd(),
  );
}

/** The following lines are indented by two more columns. */
const wrapped = (text: string, indent: string): string[] =>
  wrap(text, {first: indent, rest: indent === '' ? '' : `${indent}  `});
