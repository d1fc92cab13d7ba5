/** What users of ruff, Biome, ESLint and Prettier write out of habit, and what it is here. */

const COMMANDS: ReadonlySet<string> = new Set(['check', 'ci', 'format', 'run']);

const OPTIONS: Readonly<Record<string, string>> = {
  select: '--rule RL301=error sets the severity of one rule',
  'extend-select': '--rule RL301=error sets the severity of one rule',
  only: '--rule RL301=error sets the severity of one rule',
  enable: '--rule RL301=error sets the severity of one rule',
  ignore: '--rule RL301=off switches one rule off',
  skip: '--rule RL301=off switches one rule off',
  disable: '--rule RL301=off switches one rule off',
  'output-format': '--format NAME names the format',
  reporter: '--format NAME names the format',
  'output-file': '--format NAME=FILE writes the report to a file',
  write: '--fix applies safe fixes',
  apply: '--fix applies safe fixes',
  unsafe: '--fix --unsafe-fixes applies unsafe fixes too',
  diff: '--fix-dry-run prints what --fix would change',
  ext: 'name the files, or a glob such as "**/*.retry.yaml"',
};

/** @returns A sentence for a message; undefined for other words. */
export const commandHabit = (word: string): string | undefined =>
  COMMANDS.has(word) ? `retry-lint needs no command ${word}: retry-lint [FILE | FOLDER]... lints.` : undefined;

/** @param option Its name without dashes. */
export function optionHabit(option: string): string | undefined {
  const here = Object.hasOwn(OPTIONS, option) ? OPTIONS[option] : undefined;
  return here === undefined ? undefined : `retry-lint has no option --${option}: ${here}.`;
}
