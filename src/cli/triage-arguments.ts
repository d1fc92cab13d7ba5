/** The arguments of `steadfetch triage`, checked. */
import {statSync} from 'node:fs';
import {type OptionSyntax, parseArguments} from './parse-arguments.ts';
import {UsageError} from './usage-error.ts';

export interface TriageArguments {
  /** `-` for standard input. */
  readonly logs: readonly string[];
  /** A policy file, or the name of a preset; undefined: the default policy. */
  readonly policy: string | undefined;
  readonly json: boolean;
  /** Only the summary. */
  readonly summary: boolean;
}

const OPTIONS: readonly OptionSyntax[] = [
  {name: 'policy', value: '<policy>'},
  {name: 'json'},
  {name: 'summary'},
  {name: 'help', short: 'h'},
];

/** @returns `help` where that is asked for. @throws UsageError */
export function readTriageArguments(argv: readonly string[]): TriageArguments | 'help' {
  const args = parseArguments(argv, OPTIONS, 'steadfetch triage --help');
  if (args.has('help')) return 'help';
  const logs = args.operands;
  if (logs.length === 0) throw new UsageError('Missing log: name a file, or - for standard input.');
  for (const log of logs) checkLog(log);
  return {logs, policy: args.value('policy'), json: args.has('json'), summary: args.has('summary')};
}

function checkLog(log: string): void {
  if (log === '-') return;
  const stats = statSync(log, {throwIfNoEntry: false});
  if (stats === undefined) throw new UsageError(`${log} does not exist.`);
  if (stats.isDirectory()) throw new UsageError(`${log} is a directory. Name a file.`);
}
