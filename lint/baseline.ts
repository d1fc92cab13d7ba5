/**
 * The baseline: findings that a project accepts for now, so that only new ones fail.
 *
 * A finding is identified by its rule, route and field. A number of findings per file would let a new finding replace a fixed one, and line
 * numbers would change with every edit above.
 */

import type {Finding, Report, Suppressed} from './finding.ts';

export interface Baseline {
  readonly version: 1;
  /** Fingerprints of the accepted findings, by the path of the file. */
  readonly findings: Readonly<Record<string, readonly string[]>>;
}

/** All current findings. Findings about unreadable files cannot be accepted and are left out. */
export function baselineOf(reports: readonly Report[]): Baseline {
  const entries = reports.map(({path, findings, suppressed}) => {
    const known = suppressed.filter(({by}) => by === 'baseline').map(({finding}) => finding);
    const kept = [...findings, ...known].filter(({code}) => isAcceptable(code)).map(({fingerprint}) => fingerprint);
    return [path, kept.sort()] as const;
  });
  return {version: 1, findings: Object.fromEntries(entries.filter(([, kept]) => kept.length > 0).sort(byPath))};
}

/** The baseline with one finding more. */
export function withFinding({findings}: Baseline, {path, fingerprint}: Finding): Baseline {
  const accepted = [...new Set([...(findings[path] ?? []), fingerprint])].sort();
  return {version: 1, findings: {...findings, [path]: accepted}};
}

/**
 * The baseline without fixed findings.
 *
 * @param reports The reports of a run with the baseline. Files that were not linted keep their entries.
 */
export function pruneBaseline({findings}: Baseline, reports: readonly Report[]): Baseline {
  const alive = new Map(reports.map(report => [report.path, new Set(baselined(report))]));
  const entries = Object.entries(findings).map(([path, fingerprints]) => {
    const found = alive.get(path);
    return [
      path,
      found === undefined ? fingerprints : fingerprints.filter(fingerprint => found.has(fingerprint)),
    ] as const;
  });
  return {version: 1, findings: Object.fromEntries(entries.filter(([, kept]) => kept.length > 0).sort(byPath))};
}

/** How many entries of the baseline no finding answers to any more. */
export function staleCount({findings}: Baseline, reports: readonly Report[]): number {
  return reports.reduce((sum, report) => {
    const found = new Set(baselined(report));
    return sum + (findings[report.path] ?? []).filter(fingerprint => !found.has(fingerprint)).length;
  }, 0);
}

/** Parts what is new from what the baseline knows. */
export function applyBaseline(
  findings: readonly Finding[],
  baseline: readonly string[] | undefined,
): {readonly findings: readonly Finding[]; readonly suppressed: readonly Suppressed[]} {
  if (baseline === undefined || baseline.length === 0) return {findings, suppressed: []};
  const known = new Set(baseline);
  const isKnown = (finding: Finding): boolean => known.has(finding.fingerprint) && isAcceptable(finding.code);
  const suppressed = findings.filter(isKnown).map(finding => ({finding, by: 'baseline' as const, reason: undefined}));
  return {findings: findings.filter(finding => !isKnown(finding)), suppressed};
}

const baselined = ({suppressed}: Report): string[] =>
  suppressed.filter(({by}) => by === 'baseline').map(({finding}) => finding.fingerprint);

/** Whether a finding can be accepted. One about an unreadable file cannot. */
export const isAcceptable = (code: string): boolean => code !== 'RL001' && code !== 'RL006';

const byPath = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;
