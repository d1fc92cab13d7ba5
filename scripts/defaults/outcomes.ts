/** What presets and other guards come to in the grid of outcomes, beside no policy with the same limits. */
import {readFileSync} from 'node:fs';
import type {Family} from '../../bench/outcomes/cells.ts';
import {EXCEPTIONS} from '../../bench/outcomes/exceptions.ts';
import {
  courseOf,
  GUARD_CELLS,
  type Outcome,
  outcomesOf,
  presetCells,
  type Row,
  type Rows,
  rowsOf,
  SLOW_CELLS,
  type Summary,
} from '../../bench/outcomes/grid.ts';
import {noPolicy, type Preset, presetGuard} from '../../bench/outcomes/steadfetch.ts';
import {sparkline} from '../../src/cli/simulate-table.ts';
import {resolvePolicy} from '../../src/policy/resolve.ts';
import {table} from './markdown.ts';

const RESULTS = new URL('../../bench/outcomes/results.json', import.meta.url);
const FAMILIES: readonly Family[] = ['outage', 'partial', 'flapping', 'cold start', 'weak after', 'spike'];
const NAME_WIDTH = 28;

/** The summaries of all guards by name: no policy first, then this project, then the others. */
export async function summaries(): Promise<Readonly<Record<string, Summary>>> {
  const [none, rule] = [noPolicy('default'), presetGuard('default')];
  const ratio = presetGuard('default', {breaker: {kind: 'ratio'}});
  const limited = presetGuard('default', {concurrency: {kind: 'adaptive'}});
  const base = await outcomesOf(none, GUARD_CELLS);
  const rows = async (guard: typeof rule): Promise<Summary> => ({
    rows: rowsOf(GUARD_CELLS, await outcomesOf(guard, GUARD_CELLS), base),
    course: await courseOf(guard),
  });
  return {
    'no policy': {rows: rowsOf(GUARD_CELLS, base, base), course: await courseOf(none)},
    'steadfetch:default': await rows(rule),
    'with concurrency `adaptive`': await rows(limited),
    'with breaker `ratio`': await rows(ratio),
    ...(JSON.parse(readFileSync(RESULTS, 'utf8')) as Record<string, Summary>),
  };
}

const points = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export function guardTable(guards: Readonly<Record<string, Summary>>): string {
  const cell = (row: Row | undefined, name: string): string =>
    row === undefined
      ? ''
      : name === 'no policy'
        ? row.success.toFixed(1)
        : `${row.success.toFixed(1)} (${points(row.worst)})`;
  const lines = Object.entries(guards).map(([name, {rows}]) => [
    name === 'steadfetch:default' ? `**${name}**` : name,
    ...FAMILIES.map(family => cell(rows[family], name)),
    rows.outage!.load.toFixed(2),
    seconds(rows.outage!.failedMs),
  ]);
  return table(['guard', ...FAMILIES, 'requests per call while down', 'failed calls took'], lines, 1);
}

/** Over the pictured outage, as `steadfetch simulate` draws it. */
export function courses(guards: Readonly<Record<string, Summary>>): string {
  const drawn = Object.entries(guards).map(([name, {course}]) => ({name: name.replaceAll('`', ''), ...course}));
  const most = Math.max(...drawn.flatMap(({requests}) => requests));
  const lines = (of: (each: (typeof drawn)[number]) => string): string[] =>
    drawn.map(each => each.name.slice(0, NAME_WIDTH - 1).padEnd(NAME_WIDTH) + of(each));
  return [
    'success over time',
    ...lines(({success}) => sparkline(success, 1)),
    '',
    `requests over time, at most ${Math.round(most)} a second`,
    ...lines(({requests}) => sparkline(requests, most)),
  ].join('\n');
}

const PRESET_TEXT: Readonly<Record<Preset, string>> = {
  default: 'is for any service',
  interactive: 'is for calls that a user waits for',
  payments: 'is for calls that are worth waiting for, here a POST to a ledger that takes 0.4 s',
  llm: 'is for models, here one that takes 8 s; a request that hangs is one attempt of ten minutes, with or without the policy',
  batch: 'is for work without a person waiting, so that a call waits however old the outage is',
};

/** A sentence for each preset, and a table of all. */
export async function presetSection(): Promise<string> {
  const sentences: string[] = [];
  const lines: string[][] = [];
  for (const preset of Object.keys(PRESET_TEXT) as Preset[]) {
    const cells = presetCells(preset);
    const base = await outcomesOf(noPolicy(preset), cells);
    const outcomes = await outcomesOf(presetGuard(preset), cells);
    const rows = rowsOf(cells, outcomes, base);
    const none = rowsOf(cells, base, base);
    const worst = (family: Family): string => points(rows[family]!.worst);
    sentences.push(sentenceOf(preset, rows, none));
    for (const [index, of] of [none, rows].entries())
      lines.push([
        index === 0 ? `\`${preset}\`` : '',
        index === 0 ? 'no policy' : 'preset',
        ...(['outage', 'partial', 'flapping', 'cold start'] as const).map(family =>
          index === 0 ? of[family]!.success.toFixed(1) : `${of[family]!.success.toFixed(1)} (${worst(family)})`,
        ),
        of.outage!.load.toFixed(2),
        seconds(of.outage!.failedMs),
      ]);
  }
  const head = [
    'preset',
    '',
    'outage',
    'partial',
    'flapping',
    'cold start',
    'requests per call while down',
    'failed calls took',
  ];
  return `${sentences.join('\n')}\n\n${table(head, lines, 2)}`;
}

function sentenceOf(preset: Preset, rows: Rows, none: Rows): string {
  const {breaker} = resolvePolicy({extends: [`steadfetch:${preset}`]}).policy;
  if (breaker?.kind !== 'adaptive')
    throw new Error(`steadfetch:${preset} has no adaptive breaker: rewrite its sentence.`);
  const age = breaker.maxAgeMs === null ? '' : `, if it began in the first ${breaker.maxAgeMs / 1000} s of it`;
  const outage = `${rows.outage!.success.toFixed(0)} % of the calls instead of ${none.outage!.success.toFixed(0)} %`;
  return `- \`steadfetch:${preset}\` ${PRESET_TEXT[preset]}: a call waits up to ${breaker.maxWaitMs / 1000} s for the end of an outage${age}, and in the outages below ${outage} are answered.`;
}

/** The cells that miss the rule, with their reasons. */
export function lossSection(): string {
  const what = {
    success: 'points of success',
    lost: 'seconds of calls lost afterwards',
    load: 'requests of a client above the limit',
  };
  const exceptions = EXCEPTIONS.map(each => [
    `\`${each.preset}\``,
    each.cells,
    `${what[each.what]}: ${Number.isFinite(each.bound) ? points(each.bound).replace('+', '') : 'no bound'}`,
    each.why,
  ]);
  return table(['preset', 'where', 'bound', 'why'], exceptions, 4);
}

export async function slowSection(): Promise<string> {
  const base = await outcomesOf(noPolicy('default'), SLOW_CELLS);
  const outcomes = await outcomesOf(presetGuard('default'), SLOW_CELLS);
  const percent = ({successPercent}: Outcome): string => successPercent.toFixed(1);
  const rows = SLOW_CELLS.map(({name}, index) => [name, percent(base[index]!), percent(outcomes[index]!)]);
  return table(['cell', 'no policy', '`steadfetch:default`'], rows, 1);
}
