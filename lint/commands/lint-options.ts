/** Interprets the parsed options of `lint`. */

import {normalize} from 'node:path';
import type {Arguments} from '../../src/cli/parse-arguments.ts';
import type {Severity} from '../finding.ts';
import {CliError} from '../io/cli-error.ts';
import type {Threshold} from './exit-code.ts';
import {formatNames} from './table.ts';

export interface LintOptions {
  readonly outputs: readonly Output[];
  /** write: fix files in place. show: print a diff, and write no file. */
  readonly fix: 'no' | 'write' | 'show';
  /** Whether unsafe fixes are applied too. */
  readonly unsafeFixes: boolean;
  readonly quiet: boolean;
  readonly threshold: Threshold;
}

/** One report: a format and its file, or standard output without a file. */
export interface Output {
  readonly format: string;
  readonly file: string | undefined;
}

/** @throws CliError if options contradict each other. */
export function readLintOptions(args: Arguments): LintOptions {
  const fix = args.has('fix') ? 'write' : args.has('fix-dry-run') ? 'show' : 'no';
  if (args.has('fix') && args.has('fix-dry-run'))
    throw new CliError('--fix cannot be used with --fix-dry-run: one writes the files, the other only prints.');
  if (args.has('unsafe-fixes') && fix === 'no')
    throw new CliError(
      '--unsafe-fixes changes nothing by itself: add --fix, or --fix-dry-run to see the changes first.',
    );
  const input = args.operands.includes('-');
  if (input && fix === 'write')
    throw new CliError('--fix cannot be used with standard input (-); --fix-dry-run prints what it would change.');
  if (input && args.has('watch')) throw new CliError('--watch cannot be used with standard input (-).');
  if (args.has('changed') && input) throw new CliError('--changed cannot be used with standard input (-).');
  return {
    outputs: readOutputs(args.all('format')),
    fix,
    unsafeFixes: args.has('unsafe-fixes'),
    quiet: args.has('quiet'),
    threshold: readThreshold(args),
  };
}

function readOutputs(formats: readonly string[]): Output[] {
  const outputs = formats.map(readOutput);
  const toStandardOutput = outputs.filter(({file}) => file === undefined);
  if (toStandardOutput.length > 1)
    throw new CliError(
      `Only one report can go to standard output, and ${toStandardOutput.map(({format}) => format).join(' and ')} would; write the others to files: --format ${toStandardOutput[1]!.format}=FILE.`,
    );
  const files = outputs.flatMap(({file}) => (file === undefined || file.startsWith('/dev/') ? [] : normalize(file)));
  const twice = files.find((file, index) => files.indexOf(file) < index);
  if (twice !== undefined) throw new CliError(`Two reports would be written to ${twice}: name a file for each.`);
  return outputs.length === 0 ? [{format: 'stylish', file: undefined}] : outputs;
}

function readOutput(text: string): Output {
  const [, format = text, file] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (!formatNames.includes(format))
    throw new CliError(`--format must be one of ${formatNames.join(', ')}, got ${JSON.stringify(format)}.`);
  if (file === '') throw new CliError(`--format ${format}= needs the name of a file.`);
  return {format, file};
}

function readThreshold(args: Arguments): Threshold {
  const most = args.value('max-warnings');
  if (most !== undefined && !/^\d+$/.test(most))
    throw new CliError(`--max-warnings must be a whole number, got ${JSON.stringify(most)}.`);
  return {
    failOn: (args.value('fail-on') ?? 'warning') as Severity | 'never',
    maxWarnings: most === undefined ? undefined : Number(most),
    exitZero: args.has('exit-zero'),
  };
}
