/** What a policy means at a position: the rules that report something there, the field, and the attempts of a call. */

import {type Hover, MarkupKind, type Position} from 'vscode-languageserver-types';
import {explainWith} from '../explain/explain-with.ts';
import {renderMarkdown} from '../explain/render.ts';
import type {RuleTexts} from '../explain/rule-markdown.ts';
import type {Finding} from '../finding.ts';
import type {Rule} from '../rule.ts';
import {rules} from '../rules/index.ts';
import {type FieldAt, fieldAt} from './field-at.ts';
import type {PolicyText} from './policy-text.ts';
import {toRange, touches} from './positions.ts';
import {policySchema, schemaAt} from './schema.ts';

export interface HoverOptions {
  /** What the linter finds in the text. */
  readonly findings: readonly Finding[];
  /** Whether the meaning of fields is shown. */
  readonly showsSchema: boolean;
  /** Where the reasons of rules come from. */
  readonly textsOf: (rule: Rule) => Promise<RuleTexts>;
}

export async function hoverAt(
  policy: PolicyText,
  position: Position,
  {findings, showsSchema, textsOf}: HoverOptions,
): Promise<Hover | null> {
  const at = await fieldAt(policy, position);
  const here = {start: position, end: position};
  const found = findings.filter(({range}) => touches(toRange(range), here));
  const parts = [
    ...(await Promise.all(found.map(finding => reasonOf(finding, policy, textsOf)))),
    showsSchema ? await fieldOf(at) : '',
    await attemptsOf(at, policy),
  ].filter(part => part !== '');
  if (parts.length === 0) return null;
  return {
    contents: {kind: MarkupKind.Markdown, value: parts.join('\n\n---\n\n')},
    ...(at.location === undefined ? {} : {range: toRange(at.location.range)}),
  };
}

/** The editor shows the message itself. */
async function reasonOf(
  {code, name, docs}: Finding,
  {request}: PolicyText,
  textsOf: HoverOptions['textsOf'],
): Promise<string> {
  const rule = [...rules, ...(request.config?.extraRules ?? [])].find(each => each.code === code);
  const title = docs === undefined ? `**${code}** ${name}` : `**[${code}](${docs})** ${name}`;
  return rule === undefined ? title : `${title}\n\n${(await textsOf(rule)).why.trim()}`;
}

async function fieldOf({location, policy, hasSchema}: FieldAt): Promise<string> {
  if (!hasSchema || location?.field === undefined || location.field === '' || location.part === 'inside') return '';
  const description = schemaAt(await policySchema(), location.field, policy)?.markdownDescription;
  return description === undefined ? '' : `**${location.field}**: ${description}`;
}

const attemptRule: Rule = rules.find(({code}) => code === 'RL303')!;

/** On a number, the attempts of a call with the policy as it is written. */
async function attemptsOf({location, offset}: FieldAt, {request}: PolicyText): Promise<string> {
  const {node, part} = location ?? {};
  if (part === 'inside' || node?.kind !== 'scalar' || typeof node.value !== 'number') return '';
  const {attemptBlocks} = await import('../explain/arithmetic.ts');
  const explanations = await explainWith(attemptBlocks, attemptRule, {...request, offset});
  return explanations.length === 0
    ? ''
    : `Attempts of a call by ${explanations[0]!.title}:\n\n${renderMarkdown(explanations)}`;
}
