/** The exit code of a run with findings. */

import {type Report, type Severity, severities} from '../finding.ts';

export interface Threshold {
  /** The lowest severity that fails the run. */
  readonly failOn: Severity | 'never';
  /** The most warnings that do not fail the run, whatever `failOn` says; undefined: none where warnings fail the run. */
  readonly maxWarnings: number | undefined;
  readonly exitZero: boolean;
}

/** @returns 0, or 1 where the findings reach the threshold. */
export function exitCodeOf(reports: readonly Report[], {failOn, maxWarnings, exitZero}: Threshold): number {
  if (exitZero) return 0;
  const failing = failOn === 'never' ? [] : severities.slice(0, severities.indexOf(failOn) + 1);
  const count = (severity: Severity): number =>
    reports.reduce((sum, {findings}) => sum + findings.filter(finding => finding.severity === severity).length, 0);
  const most: Readonly<Partial<Record<Severity, number>>> = {
    ...Object.fromEntries(failing.map(severity => [severity, 0])),
    ...(maxWarnings === undefined ? {} : {warning: maxWarnings}),
  };
  return severities.some(severity => count(severity) > (most[severity] ?? Infinity)) ? 1 : 0;
}

/** The reports with their errors alone. */
export const errorsOnly = (reports: readonly Report[]): Report[] =>
  reports.map(report => ({...report, findings: report.findings.filter(({severity}) => severity === 'error')}));
