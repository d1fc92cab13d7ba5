/**
 * The baseline: findings that a project accepts for now, so that only new ones fail.
 *
 * A finding is identified by its rule, route and field. A number of findings per file would let a new finding replace a fixed one, and line
 * numbers would change with every edit above. Severity and values are kept with it: six attempts that were accepted are not 100,000.
 */

import {canonical} from './canonical.ts';
import {type Acceptance, type Finding, type Report, type Severity, type Suppressed, severities} from './finding.ts';

export interface Baseline {
  readonly version: 1;
  /** The accepted findings, by the path of the file. */
  readonly findings: Readonly<Record<string, readonly Acceptance[]>>;
}

/** All current findings. Findings about unreadable files cannot be accepted and are left out. */
export function baselineOf(reports: readonly Report[]): Baseline {
  const entries = reports.map(({path, findings, suppressed}) => {
    const known = suppressed.filter(({by}) => by === 'baseline').map(({finding}) => finding);
    const kept = [...findings, ...known].filter(({code}) => isAcceptable(code)).map(({acceptance}) => acceptance);
    return [path, kept.sort(byFinding)] as const;
  });
  return {version: 1, findings: Object.fromEntries(entries.filter(([, kept]) => kept.length > 0).sort(byPath))};
}

/** The baseline with one finding more, as it is now. */
export function withFinding({findings}: Baseline, {path, fingerprint, acceptance}: Finding): Baseline {
  const others = (findings[path] ?? []).filter(({finding}) => finding !== fingerprint);
  return {version: 1, findings: {...findings, [path]: [...others, acceptance].sort(byFinding)}};
}

/** A rule does not run on a value that is wrong, misspelt or missing. */
const hidesFindings = (code: string): boolean => /^RL00[345]$/.test(code);

/**
 * The baseline without fixed findings. One that became worse keeps its entry.
 *
 * @param reports The reports of a run with the baseline. Files that were not linted keep their entries, and so do those with a wrong value, which hides
 *   findings.
 */
export function pruneBaseline({findings}: Baseline, reports: readonly Report[]): Baseline {
  const whole = reports.filter(report => !report.findings.some(({code}) => hidesFindings(code)));
  const alive = new Map(whole.map(report => [report.path, fingerprintsOf(report)]));
  const entries = Object.entries(findings).map(([path, accepted]) => {
    const found = alive.get(path);
    return [path, found === undefined ? accepted : accepted.filter(({finding}) => found.has(finding))] as const;
  });
  return {version: 1, findings: Object.fromEntries(entries.filter(([, kept]) => kept.length > 0).sort(byPath))};
}

/**
 * Parts what is new from what the baseline knows. A finding that is worse than the accepted one is new.
 *
 * @param worseOf Which numbers of the field of a finding are worse. Undefined: any other number is.
 */
export function applyBaseline(
  findings: readonly Finding[],
  baseline: readonly Acceptance[] | undefined,
  worseOf: (finding: Finding) => Worse | undefined,
): {readonly findings: readonly Finding[]; readonly suppressed: readonly Suppressed[]} {
  if (baseline === undefined || baseline.length === 0) return {findings, suppressed: []};
  const known = new Map(baseline.map(accepted => [accepted.finding, accepted]));
  const isKnown = (finding: Finding): boolean => {
    const {fingerprint, code, acceptance} = finding;
    const accepted = known.get(fingerprint);
    return accepted !== undefined && isAcceptable(code) && !isWorse(acceptance, accepted, worseOf(finding));
  };
  const suppressed = findings.filter(isKnown).map(finding => ({finding, by: 'baseline' as const, reason: undefined}));
  return {findings: findings.filter(finding => !isKnown(finding)), suppressed};
}

type Worse = 'higher' | 'lower';

function isWorse(now: Acceptance, accepted: Acceptance, worse: Worse | undefined): boolean {
  if (severities.indexOf(now.severity) < severities.indexOf(accepted.severity)) return true;
  if (now.digest !== accepted.digest || now.names !== accepted.names) return true;
  const [is, was] = [now.value, accepted.value];
  if (is === was) return isFar(now.numbers ?? [], accepted.numbers ?? []);
  if (is === undefined || was === undefined || worse === undefined) return true;
  return worse === 'higher' ? is > was : is < was;
}

/** A message with another count of numbers says something else. */
const isFar = (now: readonly number[], before: readonly number[]): boolean =>
  now.length !== before.length ||
  now.some((is, index) => {
    const was = before[index]!;
    return is !== was && (is >= was * 2 || is <= was / 2);
  });

/**
 * The entry of a finding.
 *
 * @param values The value that the finding is about, and those that explain it; undefined for defaults.
 */
export function acceptanceOf(
  finding: string,
  severity: Severity,
  values: readonly unknown[],
  message: string,
): Acceptance {
  const numbers = numbersIn(message);
  const names = namesIn(message);
  const [value] = values;
  const isNumber = typeof value === 'number';
  const others = isNumber ? values.slice(1) : values;
  const isDefault = others.every(each => each === undefined);
  return {
    finding,
    severity,
    ...(isNumber ? {value} : {}),
    ...(isDefault ? {} : {digest: digestOf(canonical(others))}),
    ...(numbers.length === 0 ? {} : {numbers}),
    ...(names.length === 0 ? {} : {names: digestOf(names.join(' '))}),
  };
}

/**
 * The numbers of a message: durations in ms, sizes in bytes. A duration that is shown again in another unit, `900000 ms (15 minutes)`, counts
 * once. Of the waits of all retries, `100, 200 and 400 ms`, the first counts, and the index of an entry, which changes where others move, not at all.
 */
function numbersIn(message: string): number[] {
  const text = message
    .replace(/\[\d+\]/g, '')
    .replace(/(?<=\d ms) \(\d[^)]*\)/g, '')
    .replace(/([\d.]+ ?s?)(, [\d.]+ ?s?)*(,| and) [\d.]+(?= ms| ?s\b)( ms)?( and so on)?/g, '$1')
    .replace(/\bboth\b/gi, '2');
  return [...text.matchAll(/(\d+(?:\.\d+)?)(?: ?(s|second|minute|hour|day|KiB|MiB|GiB)s?\b)?/g)].map(
    ([, number, unit]) => Number(number) * (unit === undefined ? 1 : UNITS[unit]!),
  );
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** What a message names: methods, status names, hosts, paths and quoted values, each once. */
const namesIn = (message: string): string[] => [
  ...new Set(message.match(/"[^"]*"|\b[A-Z][A-Z_]{2,}\b|\/[\w{*][\w/{}*.:-]*|(?<![\w.])(?:[a-z\d-]+\.)+[a-z]+\b/g)),
];

/** 32 bits of FNV-1a: a baseline repeats no text of a policy, which may be a secret. */
function digestOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

const fingerprintsOf = ({findings, suppressed}: Report): ReadonlySet<string> =>
  new Set(
    [...findings, ...suppressed.flatMap(({finding, by}) => (by === 'baseline' ? finding : []))].map(
      ({fingerprint}) => fingerprint,
    ),
  );

/** No two are equal. */
const byFinding = (a: Acceptance, b: Acceptance): number => (a.finding < b.finding ? -1 : 1);

/** Whether a finding can be accepted. One about an unreadable file cannot. */
export const isAcceptable = (code: string): boolean => code !== 'RL001' && code !== 'RL006';

const byPath = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
