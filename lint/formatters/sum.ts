/** The totals of all reports. */

import type {Finding, Severity} from '../finding.ts';
import type {Run} from './formatter.ts';

export interface Sum {
  readonly files: number;
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  /** With a safe fix. */
  readonly fixable: number;
  /** With an unsafe fix. */
  readonly unsafelyFixable: number;
  readonly suppressed: number;
}

export const findingsOf = ({reports}: Pick<Run, 'reports'>): Finding[] => reports.flatMap(({findings}) => findings);

export function sumOf(run: Pick<Run, 'reports'>): Sum {
  const findings = findingsOf(run);
  const count = (wanted: Severity): number => findings.filter(({severity}) => severity === wanted).length;
  return {
    files: run.reports.length,
    errors: count('error'),
    warnings: count('warning'),
    infos: count('info'),
    fixable: findings.filter(({fix}) => fix?.safety === 'safe').length,
    unsafelyFixable: findings.filter(({fix}) => fix?.safety === 'unsafe').length,
    suppressed: run.reports.reduce((sum, {suppressed}) => sum + suppressed.length, 0),
  };
}

/** `1 error`, `2 errors`; infos have no plural. */
export const counted = (count: number, noun: string): string =>
  `${count} ${count === 1 || noun === 'info' ? noun : `${noun}s`}`;

/** `2 errors and 1 warning in 3 files`; without findings, `No findings in 3 files`. */
export function formatSum({files, errors, warnings, infos}: Sum): string {
  const parts = [
    [errors, 'error'],
    [warnings, 'warning'],
    [infos, 'info'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, noun]) => counted(count, noun));
  const all = said.length > 1 ? `${said.slice(0, -1).join(', ')} and ${said.at(-1)}` : (said[0] ?? 'No findings');
  return `${all} in ${counted(files, 'file')}`;
}

/** `2 findings can be fixed with --fix, and 1 more with --fix --unsafe-fixes.`; '' where no finding has a fix. */
export function formatFixable({fixable, unsafelyFixable}: Sum, code = (text: string): string => text): string {
  const [safe, unsafe] = [code('--fix'), code('--fix --unsafe-fixes')];
  if (fixable === 0 && unsafelyFixable === 0) return '';
  if (fixable === 0) return `${counted(unsafelyFixable, 'finding')} can be fixed with ${unsafe}.`;
  const more = unsafelyFixable === 0 ? '' : `, and ${unsafelyFixable} more with ${unsafe}`;
  return `${counted(fixable, 'finding')} can be fixed with ${safe}${more}.`;
}
