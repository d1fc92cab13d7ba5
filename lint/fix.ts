/** Applies fixes to a policy, until there is nothing left to fix. What fixes do is compared with what they are meant to do. */

import {comesOut, type Plan} from './edit/plan.ts';
import {applyEdits} from './edit/text-edit.ts';
import type {Finding, Fix, Report} from './finding.ts';
import {type LintRequest, lintText} from './lint.ts';
import {planOfFix} from './report/lazy-fix.ts';
import {sourceOf} from './source/files.ts';
import type {Source} from './source/tree.ts';

/** A fix may bring to light what it hid. More rounds mean two fixes that undo each other. */
const maxRounds = 20;

/** The options of `fixText`. */
export interface FixOptions {
  /** Applies unsafe fixes too. Default: false. */
  readonly unsafe?: boolean;
}

/** The fixed text. */
export interface FixResult {
  /** The text after the fixes. */
  readonly text: string;
  /** The findings whose fix was applied, in the order in which they were applied. */
  readonly fixed: readonly Finding[];
  /** The report of the fixed text. A fix that would break the text is left out of it. */
  readonly report: Report;
}

/**
 * Lints a file, applies fixes, and lints again. Suggestions are not applied: they need a decision.
 *
 * @param request As for `lintText`.
 * @param options Which fixes to apply. Default: safe fixes only.
 * @throws TypeError if `files` does not have `path`; the reason of `signal` if it aborts.
 *
 * @example
 * const {text} = await fixText({path: 'policy.json', files: {'policy.json': before}});
 */
export async function fixText(request: LintRequest, {unsafe = false}: FixOptions = {}): Promise<FixResult> {
  const {path} = request;
  const fixed: Finding[] = [];
  const refused = new Set<string>();
  let files = request.files;
  let report = await lintText(request);
  let most = Infinity;
  for (let round = 0; round < maxRounds; ) {
    const applicable = inTurn(
      report.findings.filter(
        ({fix, fingerprint}) => (fix?.safety === 'safe' || (unsafe && fix !== undefined)) && !refused.has(fingerprint),
      ),
      fixed,
    );
    const chosen = withoutOverlap(applicable, files[path]!.length).slice(0, most);
    if (chosen.length === 0) break;
    const source = sourceOfPlans(chosen) ?? (await sourceOf({...request, files}));
    const sound = await soundOf(source, chosen, refused);
    if (sound.length === 0) continue;
    const text = applyEdits(
      files[path]!,
      sound.flatMap(({fix}) => fix?.edits ?? []),
    );
    const after = await lintText({...request, files: {...files, [path]: text}});
    if (changesAccepted(report, after)) {
      // Fewer fixes at a time, until the one is alone that must not be applied.
      if (sound.length === 1) refused.add(sound[0]!.fingerprint);
      most = Math.ceil(sound.length / 2);
      continue;
    }
    fixed.push(...sound);
    files = {...files, [path]: text};
    report = after;
    // What was refused for the text before may come out now, and a fingerprint with an index may be that of another finding.
    refused.clear();
    most = Infinity;
    round++;
  }
  return {text: files[path]!, fixed, report: withoutFixes(report, refused)};
}

const isUnnecessary = ({tags}: Finding): boolean => tags.includes('unnecessary');

/**
 * What has no effect is removed last, because another fix may give it one: `retryAfter.maxMs` where `honor` becomes true. After all removals,
 * what only they made possible is mended, as the next run would: an entry of a list beside a comment.
 */
function inTurn(applicable: readonly Finding[], fixed: readonly Finding[]): readonly Finding[] {
  const isTurn = fixed.some(isUnnecessary) ? isUnnecessary : (finding: Finding) => !isUnnecessary(finding);
  const now = applicable.filter(isTurn);
  return now.length > 0 ? now : applicable;
}

/**
 * Whether what the author accepts is another finding after the fixes than before: an accepted one is open, because what accepts it has moved or
 * is gone, or because its numbers are others, or one is accepted that was open.
 */
function changesAccepted(before: Report, after: Report): boolean {
  const said = countsOf(before, after, ({code, message}) => `${code} ${message}`);
  const ofRule = countsOf(before, after, ({code}) => code);
  return (
    said.some(
      ({open, accepted}) =>
        (open.before > 0 && accepted.after > accepted.before) || (accepted.before > 0 && open.after > open.before),
    ) || ofRule.some(({open, accepted}) => accepted.before > accepted.after && open.after > open.before)
  );
}

interface Count {
  before: number;
  after: number;
}

interface Counts {
  readonly open: Count;
  readonly accepted: Count;
}

/** Findings are counted by what they say or by their rule: their places move with each fix. */
function countsOf(before: Report, after: Report, nameOf: (finding: Finding) => string): readonly Counts[] {
  const all = new Map<string, Counts>();
  const count = (finding: Finding, kind: keyof Counts, time: keyof Count): void => {
    const name = nameOf(finding);
    const counts = all.get(name) ?? {open: {before: 0, after: 0}, accepted: {before: 0, after: 0}};
    counts[kind][time]++;
    all.set(name, counts);
  };
  for (const [time, {findings, suppressed}] of Object.entries({before, after}) as [keyof Count, Report][]) {
    for (const finding of findings) count(finding, 'open', time);
    for (const {finding} of suppressed) count(finding, 'accepted', time);
  }
  return [...all.values()];
}

/**
 * Whether a fix, applied alone, leaves a text that can be read, with its change and no other.
 *
 * @param fix Of a finding of `lintText`, not a copy.
 */
export async function isSound(fix: Fix): Promise<boolean> {
  const plan = planOfFix(fix);
  return plan?.patch === undefined || comesOut(plan.patch.source, [plan]);
}

/** The fixes that come out as planned, together. Halves the list to find those that do not, and adds them to `refused`. */
async function soundOf(
  source: Source,
  findings: readonly Finding[],
  refused: Set<string>,
): Promise<readonly Finding[]> {
  if (findings.length === 0 || (await comesOut(source, findings.map(planOfFinding)))) return findings;
  if (findings.length === 1) {
    refused.add(findings[0]!.fingerprint);
    return [];
  }
  const middle = Math.ceil(findings.length / 2);
  const first = await soundOf(source, findings.slice(0, middle), refused);
  const second = await soundOf(source, findings.slice(middle), refused);
  const both = [...first, ...second];
  // Those that come out alone and not together wait for the next round.
  return (await comesOut(source, both.map(planOfFinding))) ? both : first;
}

const planOfFinding = ({fix}: Finding): Plan => planOfFix(fix!) ?? fix!;

/** Plans name nodes of the tree that they were made for. */
function sourceOfPlans(findings: readonly Finding[]): Source | undefined {
  return findings.map(finding => planOfFinding(finding).patch?.source).find(source => source !== undefined);
}

function withoutFixes(report: Report, refused: ReadonlySet<string>): Report {
  if (refused.size === 0) return report;
  const findings = report.findings.map(finding =>
    refused.has(finding.fingerprint) ? {...finding, fix: undefined} : finding,
  );
  return {...report, findings};
}

/** Keeps only the first of fixes that overlap. The others are applied in the next round. */
function withoutOverlap(findings: readonly Finding[], length: number): Finding[] {
  // A place of the text each: there may be as many fixes as values.
  const taken = new Uint8Array(length + 1);
  return findings.filter(({fix}) => {
    const edits = fix?.edits ?? [];
    // Neighbors touch too: two insertions at one place would have no order.
    if (edits.length === 0 || edits.some(({start, end}) => taken.subarray(start, end + 1).includes(1))) return false;
    for (const {start, end} of edits) taken.fill(1, start, end + 1);
    return true;
  });
}
