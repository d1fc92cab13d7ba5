/** Findings as people read them: where a run has several languages, by layer, and what is said repeatedly is said once. */

import {dialectOf} from '../dialect-of.ts';
import type {DialectLayer} from '../dialects/dialect.ts';
import {native} from '../dialects/native.ts';
import type {Finding} from '../finding.ts';
import {fold, type ShownFinding} from '../report/fold.ts';
import type {Run} from './formatter.ts';
import {counted, findingsOf} from './sum.ts';

/** Findings below one title. */
export interface Group {
  /** Undefined where a run has policies of steadfetch alone. */
  readonly title: string | undefined;
  readonly shown: readonly GroupedFinding[];
}

export interface GroupedFinding extends ShownFinding {
  /** Others with the same message that are not shown. */
  readonly alike: readonly Finding[];
}

/** From the caller to the server. */
const TITLES: Readonly<Record<DialectLayer, string>> = {
  code: 'Application code',
  client: 'Model clients',
  gateway: 'Gateway',
  mesh: 'Mesh and proxy',
  workflow: 'Workflows and queues',
  policy: 'Policies',
};

/** The most findings with the same code and message that are shown. */
const mostAlike = 5;

export function groupsOf(run: Run): Group[] {
  const findings = findingsOf(run).filter(finding => !isHidden(finding, run));
  if (!hasOtherDialects(run)) return [{title: undefined, shown: fold(findings).map(each => ({...each, alike: []}))}];
  return Object.entries(TITLES).flatMap(([layer, title]) => {
    const shown = withoutRepeats(
      findings.filter(finding => dialectOf(finding).layer === layer),
      run.showsAll === true,
    );
    return shown.length === 0 ? [] : [{title, shown}];
  });
}

/** How many infos are counted only. */
export const hiddenIn = (run: Run): number => findingsOf(run).filter(finding => isHidden(finding, run)).length;

const isHidden = ({path, severity}: Finding, {withoutInfos, showsAll}: Run): boolean =>
  severity === 'info' && showsAll !== true && withoutInfos?.has(path) === true;

function hasOtherDialects(run: Run): boolean {
  return namesIn(run).some(name => name !== native.name);
}

function namesIn(run: Run): string[] {
  const ofPolicies = run.reports.flatMap(({dialects}) => dialects.map(({name}) => name));
  return [...new Set([...ofPolicies, ...findingsOf(run).map(finding => dialectOf(finding).name)])];
}

function withoutRepeats(findings: readonly Finding[], showsAll: boolean): GroupedFinding[] {
  const kindOf = (finding: Finding): string => `${dialectOf(finding).name} ${finding.code} ${finding.message}`;
  const kinds = Map.groupBy(findings, kindOf);
  const othersIn = (kind: readonly Finding[]): readonly Finding[] =>
    showsAll || kind.length <= mostAlike ? [] : kind.slice(1);
  const left = new Set([...kinds.values()].flatMap(othersIn));
  const shown = findings.filter(finding => !left.has(finding));
  if (showsAll) return shown.map(finding => ({finding, more: 0, alike: []}));
  return fold(shown).map(each => ({...each, alike: othersIn(kinds.get(kindOf(each.finding))!)}));
}

/** `litellm: 4 policies in 1 file, 3 findings.`, one for each dialect; none for a run with one dialect. */
export function dialectLines(run: Run): string[] {
  const names = namesIn(run);
  if (names.length < 2) return [];
  return names.map(name => {
    const ofDialect = run.reports.flatMap(({dialects}) => dialects.filter(each => each.name === name));
    const policies = ofDialect.reduce((sum, each) => sum + each.policies, 0);
    const findings = findingsOf(run).filter(finding => dialectOf(finding).name === name).length;
    return `${name}: ${policies} ${policies === 1 ? 'policy' : 'policies'} in ${counted(ofDialect.length, 'file')}, ${counted(findings, 'finding')}.`;
  });
}
