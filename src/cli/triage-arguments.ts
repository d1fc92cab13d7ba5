/** The arguments of `steadfetch triage`, checked. */
import {statSync} from 'node:fs';
import {type Asked, asked, optionsOf} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {parseArguments} from './parse-arguments.ts';
import {UsageError} from './usage-error.ts';

export interface TriageArguments {
  /** `-` for standard input. */
  readonly logs: readonly string[];
  /** A policy file, or the name of a preset; undefined: the default policy. */
  readonly policy: string | undefined;
  readonly json: boolean;
  /** Only the summary. */
  readonly summary: boolean;
  readonly quiet: boolean;
}

/** @returns What was asked for in place of a run. @throws UsageError */
export function readTriageArguments(argv: readonly string[]): TriageArguments | Asked {
  const args = parseArguments(argv, optionsOf(SPECS.triage), 'steadfetch triage --help');
  const question = asked(args);
  if (question !== undefined) return question;
  const logs = args.operands;
  if (logs.length === 0) throw new UsageError('Missing log: name a file, or - for standard input.');
  for (const log of logs) checkLog(log);
  return {
    logs,
    policy: args.value('policy'),
    json: args.has('json'),
    summary: args.has('summary'),
    quiet: args.has('quiet'),
  };
}

function checkLog(log: string): void {
  if (log === '-') return;
  const stats = statSync(log, {throwIfNoEntry: false});
  if (stats === undefined) throw new UsageError(`${log} does not exist.`);
  if (stats.isDirectory()) throw new UsageError(`${log} is a directory. Name a file.`);
}
