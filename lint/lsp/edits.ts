/** Changes of a document, as an editor applies them. */

import type {TextEdit as ProtocolEdit, SnippetTextEdit, WorkspaceEdit} from 'vscode-languageserver-protocol';
import type {Edit} from '../finding.ts';
import {toRange} from './positions.ts';
import type {OpenPolicy} from './session.ts';
import type {Settings} from './settings.ts';

/** An editor that knows versions refuses the edit if the document has changed since. */
export const workspaceEdit = (
  edits: readonly Edit[],
  policy: Pick<OpenPolicy, 'uri' | 'version'>,
  settings: Settings,
): WorkspaceEdit => {
  const changes = edits.map(({range, text}) => ({range: toRange(range), newText: text}));
  return versioned(changes, policy, settings);
};

const versioned = (
  edits: ProtocolEdit[],
  {uri, version}: Pick<OpenPolicy, 'uri' | 'version'>,
  {versionedEdits}: Settings,
): WorkspaceEdit =>
  versionedEdits ? {documentChanges: [{textDocument: {uri, version}, edits}]} : {changes: {[uri]: edits}};

/** An edit whose first occurrence of a text is selected, to be replaced. */
export function snippetEdit(
  edits: readonly Edit[],
  placeholder: string,
  {uri, version}: Pick<OpenPolicy, 'uri' | 'version'>,
): WorkspaceEdit {
  const snippets: SnippetTextEdit[] = edits.map(({range, text}) => ({
    range: toRange(range),
    snippet: {
      kind: 'snippet',
      value: text.replace(/[\\$}]/g, '\\$&').replace(placeholder, () => `\${1:${placeholder}}`),
    },
  }));
  return {documentChanges: [{textDocument: {uri, version}, edits: snippets}]};
}
