/** What a policy means at a position: the rules that report something there, the field, and the attempts of a call. */

import {type Hover, type HoverParams, MarkupKind} from 'vscode-languageserver-protocol';
import {explainFile} from '../explain/explain.ts';
import {renderMarkdown} from '../explain/render.ts';
import type {Finding} from '../finding.ts';
import type {Rule} from '../rule.ts';
import {rules} from '../rules/index.ts';
import {type FieldAt, fieldAt} from './field-at.ts';
import {toRange, touches} from './positions.ts';
import {descriptionOf, schemaAt} from './schema.ts';
import {hasEditorSchema, type OpenPolicy, type Session} from './session.ts';

export async function hover(
  session: Session,
  {textDocument: {uri}, position}: HoverParams,
  signal: AbortSignal,
): Promise<Hover | null> {
  const policy = await session.policyAt(uri);
  if (policy === undefined) return null;
  const at = await fieldAt(policy, position);
  const {report} = await policy.project.run(policy.request, signal);
  const here = {start: position, end: position};
  const showsSchema = !hasEditorSchema(policy, session);
  const parts = [
    ...report.findings.filter(({range}) => touches(toRange(range), here)).map(finding => reasonOf(finding, policy)),
    showsSchema ? fieldOf(at) : '',
    await attemptsOf(at, policy),
  ].filter(part => part !== '');
  if (parts.length === 0) return null;
  return {
    contents: {kind: MarkupKind.Markdown, value: parts.join('\n\n---\n\n')},
    ...(at.location === undefined ? {} : {range: toRange(at.location.range)}),
  };
}

/** The editor shows the message itself. */
function reasonOf({code, name, docs}: Finding, {request}: OpenPolicy): string {
  const rule = [...rules, ...(request.config?.extraRules ?? [])].find(each => each.code === code);
  const title = docs === undefined ? `**${code}** ${name}` : `**[${code}](${docs})** ${name}`;
  return rule === undefined ? title : `${title}\n\n${rule.documentation().why.trim()}`;
}

function fieldOf({location, policy}: FieldAt): string {
  if (location?.field === undefined || location.field === '' || location.part === 'inside') return '';
  const node = schemaAt(location.field, policy);
  const description = node && descriptionOf(node);
  return description === undefined ? '' : `**${location.field}**: ${description}`;
}

const attemptRule: Rule = rules.find(({code}) => code === 'RL303')!;

/** On a number, the attempts of a call with the policy as it is written. */
async function attemptsOf({location, offset}: FieldAt, {request}: OpenPolicy): Promise<string> {
  const {node, part} = location ?? {};
  if (part === 'inside' || node?.kind !== 'scalar' || typeof node.value !== 'number') return '';
  const explanations = await explainFile(attemptRule, {...request, offset});
  return explanations.length === 0
    ? ''
    : `Attempts of a call by ${explanations[0]!.title}:\n\n${renderMarkdown(explanations)}`;
}
