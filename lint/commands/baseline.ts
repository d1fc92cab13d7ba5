/** `retry-lint baseline`: accepts the current findings, or removes those that no longer occur. */

import {existsSync} from 'node:fs';
import {type Baseline, baselineOf, isAcceptable, pruneBaseline} from '../baseline.ts';
import type {BaselineFile} from '../config-file/baseline-file.ts';
import type {Report} from '../finding.ts';
import {harmless} from '../formatters/harmless.ts';
import {counted} from '../formatters/sum.ts';
import {CliError} from '../io/cli-error.ts';
import {lintText} from '../lint.ts';
import {isUnreadable} from '../workspace/scan.ts';
import {targetsOf} from '../workspace/targets.ts';
import {Workspace} from '../workspace/workspace.ts';
import type {Command} from './command.ts';

export const baseline: Command = async (args, io) => {
  const workspace = new Workspace(args, io);
  const {paths, unreadable} = await targetsOf(args, workspace);
  if (args.operands.includes('-') && workspace.texts.read(paths[0]!).trim() === '')
    throw new CliError('Standard input is empty: there is no finding to accept.');
  const problems = [...unreadable];
  const groups = new Map<string, {file: BaselineFile; reports: Report[]}>();
  for (const path of paths) {
    const report = await lintText(await workspace.request(path));
    if (workspace.isScanned(path) && isUnreadable(report)) continue;
    const problem = whyNotAccepted(report);
    if (problem !== undefined) {
      problems.push(problem);
      continue;
    }
    const file = await workspace.baselineFor(path);
    const group = groups.get(file.file) ?? {file, reports: []};
    group.reports.push(report);
    groups.set(file.file, group);
  }
  for (const {file, reports} of groups.values()) {
    const before: Baseline = file.exists ? file.read() : {version: 1, findings: {}};
    const after = args.has('prune')
      ? withoutGone(pruneBaseline(before, reports), path => workspace.absolute(path))
      : merged(before, reports);
    file.write(after);
    io.out.write(`${harmless(said(before, after, file))}\n`);
  }
  for (const problem of problems) io.err.write(`${harmless(problem)}\n`);
  return problems.length > 0 ? 2 : 0;
};

/** Why the findings of a file cannot be accepted. Findings that were accepted before remain accepted. */
function whyNotAccepted({path, findings}: Report): string | undefined {
  const finding = findings.find(({code}) => !isAcceptable(code));
  if (finding === undefined) return undefined;
  const {line, column} = finding.range.start;
  return `${path} cannot be read as a policy, so none of its findings is accepted: ${line}:${column}: ${finding.message}`;
}

/** The accepted findings of these reports, and those of other files from before. */
function merged({findings}: Baseline, reports: readonly Report[]): Baseline {
  const linted = new Set(reports.map(({path}) => path));
  const others = Object.entries(findings).filter(([path]) => !linted.has(path));
  return {version: 1, findings: {...Object.fromEntries(others), ...baselineOf(reports).findings}};
}

function withoutGone({findings}: Baseline, absolute: (path: string) => string): Baseline {
  return {
    version: 1,
    findings: Object.fromEntries(Object.entries(findings).filter(([path]) => existsSync(absolute(path)))),
  };
}

function said(before: Baseline, after: Baseline, {shown}: BaselineFile): string {
  const [was, is] = [keysOf(before), keysOf(after)];
  const added = [...is].filter(key => !was.has(key)).length;
  const gone = [...was].filter(key => !is.has(key)).length;
  return `${shown}: ${counted(is.size, 'accepted finding')} in ${counted(Object.keys(after.findings).length, 'file')}; ${added} new, ${gone} taken out.`;
}

const keysOf = ({findings}: Baseline): Set<string> =>
  new Set(
    Object.entries(findings).flatMap(([path, list]) => list.map(accepted => `${path} ${JSON.stringify(accepted)}`)),
  );
