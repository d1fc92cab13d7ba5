/** The command line as a driver of the linter. */
import {Desk} from '../cli/desk.ts';
import {type Fixture, filesOf} from './fixtures.ts';
import {type FixedFile, type PlainFinding, type ReportedFile, shownOf, suppressedText} from './shown.ts';

interface PlainReport {
  readonly findings: readonly PlainFinding[];
  readonly suppressed: readonly (PlainFinding & {readonly suppressedBy: string; readonly reason: string | null})[];
}

/** @param args Options of the command line, such as `--preset strict`. */
export async function showByCommand(
  fixtures: readonly Fixture[],
  today: string,
  args: readonly string[],
): Promise<Map<string, FixedFile & ReportedFile>> {
  const desk = new Desk(filesOf(fixtures));
  desk.today = () => today;
  const paths = fixtures.map(({path}) => path);
  const {out} = await desk.run('--format', 'json', ...args, ...paths);
  const report = JSON.parse(out) as PlainReport;
  const findings = Map.groupBy(report.findings, ({path}) => path);
  const suppressed = Map.groupBy(report.suppressed, ({path}) => path);
  await desk.run('--fix', ...args, ...paths);
  return new Map(
    fixtures.map(({path, text}) => [
      path,
      {
        findings: (findings.get(path) ?? []).map(finding => shownOf(finding, text)),
        suppressed: (suppressed.get(path) ?? []).map(each => suppressedText(each, each.suppressedBy, each.reason)),
        fixed: desk.read(path),
      },
    ]),
  );
}
