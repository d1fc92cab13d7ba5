/** The findings of Stryker, as a section of docs/reliability.md. */
import {readFileSync} from 'node:fs';
import {type Change, EQUIVALENT} from './survivors.ts';

interface Place {
  readonly line: number;
  readonly column: number;
}

/** As much of Stryker's report as is read here; see the schema of mutation-testing-elements. */
interface Report {
  readonly files: Record<
    string,
    {
      readonly source: string;
      readonly mutants: readonly {
        readonly status: string;
        readonly replacement: string;
        readonly location: {readonly start: Place; readonly end: Place};
      }[];
    }
  >;
}

export interface Folder {
  readonly name: string;
  readonly mutants: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: readonly Survivor[];
}

export interface Survivor {
  readonly change: Change;
  readonly line: number;
  /** undefined: a test is missing, or the explanation. */
  readonly why: string | undefined;
}

export function readFolder(name: string, file: URL): Folder {
  const {files} = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const all = Object.entries(files).flatMap(([path, {source, mutants}]) =>
    mutants.map(({status, replacement, location}) => ({
      status,
      line: location.start.line,
      change: [path.replace('src/', ''), excerpt(source, location.start, location.end), oneLine(replacement)] as const,
    })),
  );
  const countOf = (status: string): number => all.filter(each => each.status === status).length;
  return {
    name,
    mutants: all.filter(({status}) => status !== 'Ignored' && status !== 'CompileError').length,
    killed: countOf('Killed'),
    timedOut: countOf('Timeout'),
    survived: all
      .filter(({status}) => status === 'Survived' || status === 'NoCoverage')
      .map(({change, line}) => ({change, line, why: reasonFor(change)})),
  };
}

export const scoreOf = ({killed, timedOut, mutants}: Folder): number => (100 * (killed + timedOut)) / mutants;

export function section(folders: readonly Folder[], version: string): string[] {
  const survived = folders.flatMap(each => each.survived);
  const reasons = EQUIVALENT.map(({why}) => [why, survived.filter(each => each.why === why)] as const);
  return [
    `Measured ${new Date().toISOString().slice(0, 10)} with StrykerJS ${version}.`,
    '',
    '| folder | score | changes | noticed | by a time-out | not noticed |',
    '|---|---|---|---|---|---|',
    ...folders.map(folder => {
      const {name, mutants, killed, timedOut} = folder;
      return `| \`src/${name}\` | ${scoreOf(folder).toFixed(2)} % | ${mutants} | ${killed} | ${timedOut} | ${folder.survived.length} |`;
    }),
    '',
    'What was not noticed, and why no test can:',
    '',
    ...reasons
      .filter(([, found]) => found.length > 0)
      .map(([why, found]) => `- ${why}: ${found.map(inWords).join('; ')}.`),
    ...survived.filter(({why}) => why === undefined).map(each => `- **not explained**: ${inWords(each)}`),
  ];
}

export function inWords({change: [file, from, to], line}: Survivor): string {
  return `${file}:${line} ${code(from)} → ${code(to)}`;
}

const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

const reasonFor = (change: Change): string | undefined =>
  EQUIVALENT.find(({changes}) => changes.some(known => known.every((part, index) => part === change[index])))?.why;

/** Stryker counts lines and columns from 1. */
function excerpt(source: string, start: Place, end: Place): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1)!.slice(0, end.column - 1);
  lines[0] = lines[0]!.slice(start.column - 1);
  return oneLine(lines.join('\n'));
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
