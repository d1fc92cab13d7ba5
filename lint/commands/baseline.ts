/** `retry-lint baseline`: writes down what is found now, or forgets what is mended. */

import {existsSync} from 'node:fs';
import {type Baseline, baselineOf, pruneBaseline} from '../baseline.ts';
import type {BaselineFile} from '../config-file/baseline-file.ts';
import type {Report} from '../finding.ts';
import {counted} from '../formatters/sum.ts';
import {lintText} from '../lint.ts';
import type {Command} from './command.ts';
import {targetsOf} from './targets.ts';
import {Workspace} from './workspace.ts';

export const baseline: Command = async (args, io) => {
  const workspace = new Workspace(args, io);
  const {paths, unreadable} = await targetsOf(args, workspace);
  const groups = new Map<string, {file: BaselineFile; reports: Report[]}>();
  for (const path of paths) {
    const file = await workspace.baselineFor(path);
    const group = groups.get(file.file) ?? {file, reports: []};
    group.reports.push(await lintText(await workspace.request(path)));
    groups.set(file.file, group);
  }
  for (const {file, reports} of groups.values()) {
    const before: Baseline = file.exists ? file.read() : {version: 1, findings: {}};
    const after = args.has('prune')
      ? withoutGone(pruneBaseline(before, reports), path => workspace.absolute(path))
      : merged(before, reports);
    file.write(after);
    io.out.write(`${said(before, after, file)}\n`);
  }
  for (const problem of unreadable) io.err.write(`${problem}\n`);
  return unreadable.length > 0 ? 2 : 0;
};

/** What is accepted of these reports, and what was accepted of other files. */
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
  new Set(Object.entries(findings).flatMap(([path, list]) => list.map(fingerprint => `${path} ${fingerprint}`)));
