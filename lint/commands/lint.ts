/** `retry-lint [FILE]...`: lints policies, fixes them if asked to, writes the reports, and returns the exit code. */

import {readFileSync} from 'node:fs';
import type {Arguments} from '../../src/cli/parse-arguments.ts';
import type {Report} from '../finding.ts';
import {fixText} from '../fix.ts';
import {harmless, harmlessLines} from '../formatters/harmless.ts';
import {counted} from '../formatters/sum.ts';
import {CliError} from '../io/cli-error.ts';
import {Dependencies} from '../io/dependencies.ts';
import type {Io} from '../io/io.ts';
import {identityOf} from '../io/paths.ts';
import {readRegularFile} from '../io/regular-file.ts';
import {writeFile} from '../io/write-file.ts';
import {lintText} from '../lint.ts';
import {isUnreadable, type Skipped} from '../workspace/scan.ts';
import {targetsOf} from '../workspace/targets.ts';
import {Workspace} from '../workspace/workspace.ts';
import type {Command} from './command.ts';
import {errorsOnly, exitCodeOf} from './exit-code.ts';
import {inputSuggestion} from './input-suggestion.ts';
import {type LintOptions, readLintOptions} from './lint-options.ts';
import {Progress} from './progress.ts';
import {writeReports} from './report.ts';
import {refuseOverwriting} from './report-files.ts';
import {type Run, watchRuns} from './watch-runs.ts';

export const lint: Command = async (args, io) => {
  const options = readLintOptions(args);
  if (!args.has('watch')) return lintOnce(args, new Workspace(args, io), options);
  return watchRuns(() => startRun(args, io, options), io);
};

function startRun(args: Arguments, io: Io, options: LintOptions): Run {
  const dependencies = new Dependencies();
  return {dependencies, ended: lintOnce(args, new Workspace(args, io, dependencies), options)};
}

/** @returns The exit code. */
async function lintOnce(args: Arguments, workspace: Workspace, options: LintOptions): Promise<number> {
  const {io} = workspace;
  const written = options.outputs.flatMap(({file}) => (file === undefined ? [] : [workspace.absolute(file)]));
  for (const file of written) workspace.dependencies?.leaveOut(file);
  const {paths, ignored, unreadable, skipped, left} = await targetsOf(args, workspace, written);
  await refuseOverwriting(options.outputs, paths, workspace);
  const found = await lintAll(paths, workspace, options);
  const shown = found.reports.filter(report => isShown(report, workspace, left));
  const reports = options.quiet ? errorsOnly(shown) : shown;
  // A diff on standard output is input for `git apply`, so nothing else is written there.
  const stream = options.fix === 'show' ? io.err : io.out;
  io.out.write(io.out.isTerminal ? harmlessLines(found.diff) : found.diff);
  await writeReports(reports, found.texts, options.outputs, args, workspace, stream);
  const suggestion = inputSuggestion(reports, found.texts);
  if (suggestion !== undefined) io.err.write(suggestion);
  if (found.fixed > 0 && options.fix === 'write')
    io.err.write(`${counted(found.fixed, 'finding')} fixed in ${counted(found.changed, 'file')}.\n`);
  if (ignored > 0 && paths.length === 0) io.err.write(`${counted(ignored, 'file')} ignored by the configuration.\n`);
  const problems = [...unreadable, ...found.unwritten];
  for (const problem of [...skipped, ...problems]) io.err.write(`${harmless(problem)}\n`);
  if (left.sentence !== undefined) io.err.write(`${left.sentence}\n`);
  const exitCode = exitCodeOf(reports, options.threshold);
  return problems.length > 0 && !options.threshold.exitZero ? 2 : exitCode;
}

/** A search takes some files for the sake of other languages. Those that cannot be read, or have nothing to lint, are left out. */
function isShown(report: Report, workspace: Workspace, left: Skipped): boolean {
  if (!workspace.isScanned(report.path)) return true;
  if (isUnreadable(report)) {
    left.add('unreadable');
    return false;
  }
  const {dialects, findings, suppressed} = report;
  return dialects.length + findings.length + suppressed.length > 0;
}

interface Found {
  readonly reports: readonly Report[];
  readonly texts: Record<string, string>;
  /** How many findings were fixed, in how many files. */
  fixed: number;
  changed: number;
  diff: string;
  /** A sentence for each file that could not be written. */
  readonly unwritten: string[];
}

async function lintAll(paths: readonly string[], workspace: Workspace, options: LintOptions): Promise<Found> {
  const {fix} = options;
  const found: Found = {reports: [], texts: {}, fixed: 0, changed: 0, diff: '', unwritten: []};
  const progress = new Progress(workspace.io.err, paths.length);
  const reports = new Map<string, Report>();
  const file = (path: string): string => identityOf(workspace.absolute(path));
  const names = new Map<string, string[]>();
  if (fix !== 'no') for (const path of paths) names.set(file(path), [...(names.get(file(path)) ?? []), path]);
  for (const path of fix === 'no' ? paths : await basesFirst(paths, workspace)) {
    const request = await workspace.request(path);
    Object.assign(found.texts, request.files);
    reports.set(path, fix === 'no' ? await lintText(request) : await fixOne(path, request, options, workspace, found));
    // Links to a file are linted with its new text.
    for (const name of names.get(file(path)) ?? []) workspace.texts.set(name, workspace.texts.read(path));
    progress.advance();
  }
  progress.end();
  return {...found, reports: paths.map(path => reports.get(path)!)};
}

/** Fixes a base before the files that extend it, so that a mistake is corrected once. A base extends fewer files than they do. */
async function basesFirst(paths: readonly string[], {texts}: Workspace): Promise<string[]> {
  const sizes = new Map<string, number>();
  for (const path of paths) sizes.set(path, Object.keys(await texts.closure(path)).length);
  return paths.toSorted((a, b) => sizes.get(a)! - sizes.get(b)!);
}

async function fixOne(
  path: string,
  request: Parameters<typeof fixText>[0],
  {fix, unsafeFixes}: LintOptions,
  workspace: Workspace,
  found: Found,
): Promise<Report> {
  const before = request.files[path]!;
  const {text, fixed, report} = await fixText(request, {unsafe: unsafeFixes});
  if (text === before) return report;
  if (fix === 'write' && !write(path, before, text, workspace, found)) return lintText(request);
  found.texts[path] = text;
  found.fixed += fixed.length;
  found.changed++;
  if (fix === 'show') {
    const {diffOf} = await import('./diff.ts');
    found.diff += diffOf(path, before, text);
  }
  // Policies that extend this file are linted with its new text.
  workspace.texts.set(path, text);
  return report;
}

/** Undefined: the file is gone, or cannot be read any more. */
function textOf(file: string): string | undefined {
  try {
    return readRegularFile(file);
  } catch {
    return undefined;
  }
}

/**
 * A file that cannot be written does not keep the others from being fixed.
 *
 * @param before What was linted.
 */
function write(path: string, before: string, text: string, workspace: Workspace, found: Found): boolean {
  const file = workspace.absolute(path);
  try {
    if (textOf(file) === before && !Buffer.from(before).equals(readFileSync(file)))
      throw new CliError(`${path} could not be written: it is in another encoding, and only UTF-8 is written.`);
    writeFile(file, text, path, () => textOf(file) === before);
    workspace.dependencies?.note(file);
    return true;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    found.unwritten.push(error.message);
    return false;
  }
}
