/** What a policy means at a position. */

import type {Hover, HoverParams} from 'vscode-languageserver-protocol';
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
  return hoverAt(policy, position, {findings: report.findings, showsSchema: !hasEditorSchema(policy, session)});
}
