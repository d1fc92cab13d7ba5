/** Parts what is found from what somebody has accepted, and says which suppressions are weak or useless. */

import type {Finding, Suppressed} from '../finding.ts';
import type {Collector} from '../report/collector.ts';
import {codeOf, type RuleSet} from '../rule-set.ts';
import type {Source} from '../source/tree.ts';
import type {Unit} from '../source/unit.ts';
import {fromBlock} from './from-block.ts';
import {fromComments} from './from-comments.ts';
import {type Misspelt, misspeltIn} from './misspelt.ts';
import type {Suppression} from './suppression.ts';

/** A file that cannot be read is not made readable by a comment in it, and no suppression suppresses its own flaws. */
const NEVER: ReadonlySet<string> = new Set(['RL001', 'RL006', 'RL604', 'RL605']);

export const canBeSuppressed = ({code}: Pick<Finding, 'code'>): boolean => !NEVER.has(code);

export interface Outcome {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
}

export interface SuppressOptions {
  /** `2027-01-01`; undefined: nothing ends. */
  readonly today: string | undefined;
  readonly refused: boolean;
  /** The policies that may hold suppressions themselves. */
  readonly units: readonly Unit[];
  /** Whether the rules ran; if not, nothing is said of suppressions without use. */
  readonly judged: boolean;
}

export function applySuppressions(
  source: Source,
  rules: RuleSet,
  collector: Collector,
  options: SuppressOptions,
): Outcome {
  const {units} = options;
  const suppressions = [...fromComments(source), ...units.flatMap(fromBlock)];
  const suppressed: Suppressed[] = [];
  let findings: readonly Finding[] = [...collector.findings];
  if (!options.refused) reportMisspelt(misspeltIn(source, units), rules, collector);
  for (const suppression of suppressions) {
    const weakness = weaknessOf(suppression, rules, options);
    if (weakness !== undefined) report('RL604', weakness, suppression, rules, collector);
    if (options.refused || isOver(suppression, options)) continue;
    const codes = suppression.rules.map(name => codeOf(rules.rules, name)).filter(code => code !== undefined);
    const isHit = (finding: Finding): boolean =>
      codes.includes(finding.code) && canBeSuppressed(finding) && suppression.covers(finding);
    const hits = findings.filter(isHit);
    suppressed.push(...hits.map(finding => ({finding, by: suppression.by, reason: suppression.reason})));
    findings = findings.filter(finding => !hits.includes(finding));
    const unused = codes.filter(code => isOn(code, rules) && !hits.some(hit => hit.code === code));
    if (options.judged && unused.length > 0) reportUnused(unused, codes, suppression, rules, collector);
  }
  const own = collector.findings.filter(({code}) => code === 'RL604' || code === 'RL605');
  return {findings: [...findings, ...own], suppressed};
}

function weaknessOf(suppression: Suppression, rules: RuleSet, options: SuppressOptions): string | undefined {
  const {rules: names, reason, until} = suppression;
  if (options.refused) return 'Suppressions are switched off by the configuration, so this one does nothing.';
  if (names.length === 0)
    return 'A suppression that names no rule does nothing; name the rules it is for, such as RL203.';
  const unknown = names.find(name => codeOf(rules.rules, name) === undefined);
  if (unknown !== undefined) return `There is no rule ${JSON.stringify(unknown.slice(0, 60))} to suppress.`;
  if (until !== undefined && !isDay(until))
    return `A suppression ends on a day such as 2027-01-01, not on ${JSON.stringify(until.slice(0, 60))}.`;
  if (isOver(suppression, options))
    return `This suppression ended on ${until}, and ${names.join(', ')} ${names.length === 1 ? 'speaks' : 'speak'} again.`;
  if (reason === undefined) return 'This suppression gives no reason; say after -- why the finding is accepted.';
  return undefined;
}

const isOver = ({until}: Suppression, {today}: SuppressOptions): boolean =>
  until !== undefined && isDay(until) && today !== undefined && today > until;

/** A day of the calendar: 2027-02-30 is none. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

const isOn = (code: string, rules: RuleSet): boolean => rules.severityOf(rules.get(code)) !== undefined;

function reportUnused(
  unused: readonly string[],
  all: readonly string[],
  suppression: Suppression,
  rules: RuleSet,
  collector: Collector,
): void {
  const message = `${unused.join(', ')} ${unused.length === 1 ? 'has' : 'have'} nothing to say here, so there is nothing to suppress.`;
  report('RL605', message, suppression, rules, collector, unused.length === all.length);
}

function reportMisspelt(misspelt: readonly Misspelt[], rules: RuleSet, collector: Collector): void {
  const rule = rules.get('RL604');
  const severity = rules.severityOf(rule);
  if (severity === undefined) return;
  for (const {message, span, pointer} of misspelt)
    collector.add({rule, severity, message, span, pointer, identity: pointer});
}

function report(
  code: string,
  message: string,
  suppression: Suppression,
  rules: RuleSet,
  collector: Collector,
  removable = false,
): void {
  const rule = rules.get(code);
  const severity = rules.severityOf(rule);
  if (severity === undefined) return;
  const {span, pointer, removal} = suppression;
  collector.add({
    rule,
    severity,
    message,
    span,
    pointer,
    identity: `${pointer} ${suppression.rules.join(' ')}`.trim(),
    ...(removable ? {tag: 'unnecessary', fix: {title: 'Remove the suppression', edits: removal}} : {}),
  });
}
