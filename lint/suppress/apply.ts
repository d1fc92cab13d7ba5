/** Separates suppressed findings from the others, and reports weak and unused suppressions. */

import {formatList} from '../analysis/format.ts';
import {checkOf, formerCodeOf} from '../check-of.ts';
import type {Finding, Suppressed} from '../finding.ts';
import type {Collector} from '../report/collector.ts';
import {codeOf, type NamedRule, namedRule, type RuleSet} from '../rule-set.ts';
import {isPython} from '../source/python-path.ts';
import type {Source} from '../source/tree.ts';
import type {Unit} from '../source/unit.ts';
import {fromBlock} from './from-block.ts';
import {fromComments} from './from-comments.ts';
import {fromPython} from './from-python.ts';
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
  /** Every policy of the file. In a program they are calls. */
  readonly calls: readonly Unit[];
  /** Whether the rules ran on all layers, and on all that the file has; if not, nothing is said of suppressions without use. */
  readonly rulesRan: boolean;
}

export function applySuppressions(
  source: Source,
  rules: RuleSet,
  collector: Collector,
  options: SuppressOptions,
): Outcome {
  const {units} = options;
  const isRule = (name: string): boolean => namedRule(rules.rules, name) !== undefined;
  const comments = isPython(source.path) ? fromPython(source, options.calls, isRule) : fromComments(source);
  const suppressions = [...comments, ...units.flatMap(fromBlock)];
  const suppressed: Suppressed[] = [];
  let findings: readonly Finding[] = [...collector.findings];
  if (!options.refused) reportMisspelt(misspeltIn(source, units), rules, collector);
  for (const suppression of suppressions) {
    const weakness = weaknessOf(suppression, rules, options);
    if (weakness !== undefined) report('RL604', weakness, suppression, rules, collector);
    if (options.refused || isOver(suppression, options)) continue;
    const named = suppression.rules.map(name => namedRule(rules.rules, name)).filter(each => each !== undefined);
    const isHit = (finding: Finding): boolean =>
      named.some(each => isOf(each, finding)) && canBeSuppressed(finding) && suppression.covers(finding);
    const hits = findings.filter(isHit);
    suppressed.push(...hits.map(finding => ({finding, by: suppression.by, reason: suppression.reason})));
    findings = findings.filter(finding => !hits.includes(finding));
    const unused = named.filter(each => isOn(each, rules) && !hits.some(hit => isOf(each, hit)));
    if (options.rulesRan && unused.length > 0) reportUnused(unused.map(shownCode), suppression, rules, collector);
  }
  const own = collector.findings.filter(({code}) => code === 'RL604' || code === 'RL605');
  return {findings: [...findings, ...own], suppressed};
}

/** A retired rule is the part of a rule that it became. */
const isOf = ({code, formerly}: NamedRule, finding: Finding): boolean =>
  finding.code === code && (formerly === undefined || formerCodeOf(checkOf(finding)) === formerly);

const shownCode = ({code, formerly = code}: NamedRule): string => formerly;

function weaknessOf(suppression: Suppression, rules: RuleSet, options: SuppressOptions): string | undefined {
  const {rules: names, reason, reasonMark, until} = suppression;
  if (options.refused) return 'The configuration disables suppressions, so this one has no effect. Remove it.';
  if (names.length === 0) return 'A suppression without a rule has no effect. Name the rules, such as RL203.';
  const unknown = names.find(name => codeOf(rules.rules, name) === undefined);
  if (unknown !== undefined)
    return `Unknown rule: ${JSON.stringify(unknown.slice(0, 60))}. This suppression has no effect.`;
  if (until !== undefined && !isDay(until))
    return `Invalid end date: ${JSON.stringify(until.slice(0, 60))}. Write a date such as 2027-01-01.`;
  if (isOver(suppression, options))
    return `This suppression ended on ${until}, so ${formatList(names)} ${names.length === 1 ? 'is' : 'are'} reported again.`;
  if (reason === undefined && reasonMark !== undefined)
    return `This suppression has no reason. Write after ${reasonMark} why the finding is accepted.`;
  return undefined;
}

const isOver = ({until}: Suppression, {today}: SuppressOptions): boolean =>
  until !== undefined && isDay(until) && today !== undefined && today > until;

/** Whether the text is a date of the calendar; 2027-02-30 is not. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function isOn({code, formerly}: NamedRule, rules: RuleSet): boolean {
  const rule = rules.get(code);
  return (
    rules.severityOf(
      rule,
      rule.also?.find(each => each.formerly === formerly),
    ) !== undefined
  );
}

function reportUnused(unused: readonly string[], suppression: Suppression, rules: RuleSet, collector: Collector): void {
  const message = `${formatList(unused)} ${unused.length === 1 ? 'reports' : 'report'} nothing here. Remove this suppression.`;
  // A name that is no rule of this run may be a rule of a plugin that this run does not load.
  report('RL605', message, suppression, rules, collector, unused.length === suppression.rules.length);
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
    ...(removable ? {tag: 'unnecessary', fix: {title: 'Remove the suppression', plan: removal}} : {}),
  });
}
