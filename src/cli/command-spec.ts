/** What a command is: its parser, its help, its completions and its part of docs/commands.md come from one table. */
import {VERSION} from '../core/version.ts';
import type {Arguments, OptionSyntax} from './parse-arguments.ts';
import {WIDTH, wrap} from './wrap.ts';

export interface Option extends OptionSyntax {
  readonly help: string;
  /** Whether the value is a file, for completions. */
  readonly file?: true;
}

export interface OptionGroup {
  /** Without its colon. */
  readonly title: string;
  readonly options: readonly Option[];
}

export interface CommandSpec {
  /** `batch`. */
  readonly name: string;
  /** One line without a period, as an imperative. */
  readonly summary: string;
  /** Lines of usage, after `steadfetch `. */
  readonly usage: readonly string[];
  /** Paragraphs between the usage and the options. One with breaks of lines is printed as it is. */
  readonly about: readonly string[];
  readonly groups: readonly OptionGroup[];
  /** Paragraphs after the options. */
  readonly notes: readonly string[];
  /** What each exit code says. */
  readonly exit: string;
  /** The possible operands; undefined if they are files. */
  readonly operands?: readonly string[];
  /** The page that says more, in the package. */
  readonly page: string;
}

/** In every command. */
export const GENERAL: readonly Option[] = [
  {name: 'help', short: 'h', help: 'Show this help'},
  {name: 'version', short: 'V', help: 'Show the version of steadfetch'},
];

export const QUIET: Option = {name: 'quiet', short: 'q', help: 'Show no progress'};

/** @param instead What `-` is written in place of. */
export const htmlOption = (instead: string): Option => ({
  name: 'html',
  value: '<file>',
  file: true,
  help: `Write a page with charts, too: one file, no scripts; - for standard output, in place of ${instead}`,
});

export const policyOption = (preset: string, by: string): Option => ({
  name: 'policy',
  value: '<policy>',
  file: true,
  help: `A policy file, JSON or YAML, or the name of a preset such as ${preset} (default: ${by})`,
});

export const HEADER: Option = {
  name: 'header',
  value: '<header>',
  many: true,
  help: `'Name: value', any number of times; \${NAME} in the value is read from the environment`,
};

export const optionsOf = ({groups}: CommandSpec): readonly Option[] => groups.flatMap(({options}) => options);

/** What the options of every command ask for in place of a run. */
export type Asked = 'help' | 'version';

export const asked = (args: Arguments): Asked | undefined =>
  args.has('help') ? 'help' : args.has('version') ? 'version' : undefined;

/** @returns The exit code. */
export function answer(question: Asked, spec: CommandSpec, stdout: {write(text: string): unknown}): number {
  stdout.write(question === 'help' ? helpOf(spec) : `${VERSION}\n`);
  return 0;
}

/** The page that `--help` prints. */
export function helpOf(spec: CommandSpec): string {
  const parts = [
    paragraph(`${spec.summary}.`),
    spec.usage.map(line => `  steadfetch ${line}`).join('\n'),
    ...spec.about.map(paragraph),
    ...spec.groups.map(group => `${group.title}:\n${rowsOf(group.options.map(each => [syntaxOf(each), each.help]))}`),
    ...spec.notes.map(paragraph),
    paragraph(`Exit code: ${spec.exit}`),
    paragraph(`More: ${spec.page}`),
  ];
  return `${parts.join('\n\n')}\n`;
}

const paragraph = (text: string): string => (text.includes('\n') ? text : wrap(text).join('\n'));

/** The widest first column; a longer name has its text below it. */
const WIDEST = 26;

/** Names, and what each of them is, in two columns. */
export function rowsOf(rows: readonly (readonly [name: string, what: string])[]): string {
  const lengths = rows.map(([name]) => name.length + 4).filter(length => length <= WIDEST);
  const indent = Math.max(12, ...lengths);
  return rows
    .map(([name, what]) => {
      const lines = wrap(what, {width: WIDTH - indent});
      const text = lines.join(`\n${' '.repeat(indent)}`);
      const head = `  ${name}`;
      return head.length + 2 > indent ? `${head}\n${' '.repeat(indent)}${text}` : `${head.padEnd(indent)}${text}`;
    })
    .join('\n');
}

const syntaxOf = ({name, short, value}: Option): string =>
  `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
