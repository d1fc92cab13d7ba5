/** Rewrites the paths of reports for readers that resolve them from another folder than the working directory. */

import {resolve} from 'node:path';
import {dialectOf, noteDialect} from '../dialect-of.ts';
import type {Finding} from '../finding.ts';
import type {Run} from '../formatters/formatter.ts';
import {shownPath} from '../io/paths.ts';
import {inputName} from '../workspace/workspace.ts';

/**
 * @param cwd The folder to which the paths of the run are relative. Absolute.
 * @param folder The folder to which the new paths are relative. Absolute.
 */
export function withPathsFrom(folder: string, cwd: string, run: Run): Run {
  const moved = (path: string): string => (path === inputName ? path : shownPath(folder, resolve(cwd, path)));
  const movedFinding = (finding: Finding): Finding => {
    const related = finding.related.map(place => ({...place, path: moved(place.path)}));
    const copy = {...finding, path: moved(finding.path), related};
    noteDialect([copy], dialectOf(finding));
    return copy;
  };
  return {
    ...run,
    reports: run.reports.map(report => ({
      ...report,
      path: moved(report.path),
      findings: report.findings.map(movedFinding),
      suppressed: report.suppressed.map(each => ({...each, finding: movedFinding(each.finding)})),
    })),
    withoutInfos: new Set(Array.from(run.withoutInfos ?? [], moved)),
    texts: Object.fromEntries(Object.entries(run.texts).map(([path, text]) => [moved(path), text])),
  };
}
