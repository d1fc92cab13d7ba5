/** Completes the names of fields, and their values. */

import type {CompletionItem, CompletionParams} from 'vscode-languageserver-protocol';
import {completionsAt} from './completions-at.ts';
import {hasEditorSchema, type Session} from './session.ts';

export async function completion(
  session: Session,
  {textDocument: {uri}, position}: CompletionParams,
): Promise<CompletionItem[]> {
  const policy = await session.policyAt(uri);
  if (policy === undefined) return [];
  // An editor with the schema completes JSON by itself; only computed values are added.
  const showsSchema = !hasEditorSchema(policy, session);
  return completionsAt(policy, position, {snippets: session.settings.snippets, showsSchema});
}
