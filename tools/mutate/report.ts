/** The findings of a sample: for the terminal, as JSON, and as a section of docs/reliability.md. */
import {type Change, EQUIVALENT} from './equivalent.ts';
import type {Mutant} from './mutants.ts';
import type {Fate, Trial} from './trial.ts';

/** `equivalent`: equivalent.ts explains why no test can notice it. */
export type Verdict = Fate | 'equivalent';

export interface Finding extends Omit<Trial, 'fate'> {
  readonly verdict: Verdict;
  readonly why?: string;
}

export interface Sample {
  readonly seed: number;
  readonly findings: readonly Finding[];
  /** Which files and folders. */
  readonly only: readonly string[];
  /** How many changes could be made there. */
  readonly of: number;
  /** Drawn, but the time was over. */
  readonly untried: number;
}

/** More of these in a hundred than the goal allows, and the run fails: 4 of 90. */
const MOST_SURVIVORS_RATIO = 4 / 90;

export const isSurvivor = ({verdict}: Finding): boolean => verdict === 'survived' || verdict === 'unreached';

export const holds = ({findings}: Sample): boolean =>
  findings.filter(isSurvivor).length <= findings.length * MOST_SURVIVORS_RATIO;

/** Undefined if a test has to be found. */
export function reasonFor({file, from, to, text, start}: Mutant): string | undefined {
  const isKnown = ([inFile, code, changed, before = '']: Change): boolean =>
    inFile === file && code === oneLine(from) && changed === oneLine(to) && text.slice(0, start).endsWith(before);
  return EQUIVALENT.find(({changes}) => changes.some(isKnown))?.why;
}

export function inWords({file, line, from, to}: Mutant): string {
  return `${file}:${line} ${code(from)} → ${to.trim() === '' || to === ';' ? 'nothing' : code(to)}`;
}

/** One line of the terminal. */
export function lineOf({mutant, verdict, tests, left, failed, why}: Finding): string {
  const mark = verdict === 'survived' || verdict === 'unreached' ? 'FAIL' : 'ok  ';
  const rest = left > 0 ? `, ${left} were not tried` : '';
  const after = {
    killed: `${tests.at(-1)}: ${failed ?? 'failed'}`,
    limit: `${tests.at(-1)} did not end`,
    equivalent: why,
    survived: `${tests.length} test files passed${rest}: ${tests.slice(0, 5).join(' ')}${tests.length > 5 ? ' …' : ''}`,
    unreached: 'no test runs it',
  };
  return `${mark} ${verdict.padEnd(10)} ${inWords(mutant)}\n       ${after[verdict]}`;
}

/** The section of docs/reliability.md. */
export function section(sample: Sample): string[] {
  const {seed, findings, only, of, untried} = sample;
  const folders = Map.groupBy(findings, ({mutant}) =>
    mutant.file
      .split('/')
      .slice(0, 2)
      .join('/')
      .replace(/[^/]*\.ts$/, ''),
  );
  const row = (name: string, some: readonly Finding[]): string => {
    const count = (...verdicts: Verdict[]): number => some.filter(({verdict}) => verdicts.includes(verdict)).length;
    const counts = [count('killed'), count('limit'), count('equivalent'), count('survived', 'unreached')];
    return `| ${name} | ${[some.length, ...counts].join(' | ')} |`;
  };
  return [
    `Measured ${new Date().toISOString().slice(0, 10)}: ${findings.length} of ${of} possible changes of ${only.map(path => `\`${path}\``).join(', ')}, with the seed ${seed}.`,
    ...(untried > 0 ? [`The time was over before ${untried} more, which may be those that take longest to try.`] : []),
    '',
    '| folder | changes | noticed by a test | by a time limit | equivalent | not noticed |',
    '|---|---|---|---|---|---|',
    ...[...folders].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, some]) => row(`\`${name}\``, some)),
    row('together', findings),
    '',
    ...(findings.some(isSurvivor) ? ['Not noticed:', ''] : ['Every change was noticed or is equivalent.']),
    ...findings.filter(isSurvivor).map(({mutant}) => `- ${inWords(mutant)}`),
  ];
}

const code = (text: string): string => {
  const line = shortened(oneLine(text));
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
};

const shortened = (text: string): string => (text.length <= 100 ? text : `${text.slice(0, 60)} … ${text.slice(-30)}`);

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
