/** What a policy means at a position. */

import type {Hover, HoverParams} from 'vscode-languageserver-protocol';
import {textsOf} from '../io/rule-texts.ts';
import {hoverAt} from './hover-at.ts';
import {hasEditorSchema, type Session} from './session.ts';

export async function hover(
  session: Session,
  {textDocument: {uri}, position}: HoverParams,
  signal: AbortSignal,
): Promise<Hover | null> {
  const policy = await session.policyAt(uri);
  if (policy === undefined) return null;
  const {report} = await policy.project.run(policy.request, signal);
  const showsSchema = !hasEditorSchema(policy, session);
  return hoverAt(policy, position, {findings: report.findings, showsSchema, textsOf});
}
