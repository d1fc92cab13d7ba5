/** Completions of the language server, as the editor inserts them. */
import {type Completion, snippet} from '@codemirror/autocomplete';
import type {EditorView} from '@codemirror/view';
import type {CompletionItem} from 'vscode-languageserver-types';

type Insert = (view: EditorView, completion: Completion, from: number, to: number) => void;

/** `InsertTextFormat.Snippet`. The package of the protocol is left to the worker. */
const SNIPPET = 2;

export function insertion({label, textEdit, insertTextFormat}: CompletionItem): Insert {
  const text = textEdit?.newText ?? label;
  if (insertTextFormat === SNIPPET) return snippet(templateOf(text));
  return (view, _, from, to) =>
    view.dispatch({
      changes: {from, to, insert: text},
      selection: {anchor: from + text.length},
      userEvent: 'input.complete',
    });
}

/** `"a": ${1:3}` and `{$1}` of the protocol as `"a": ${1:3}` and `{${1}}` of the editor. */
export const templateOf = (text: string): string =>
  text.replace(/\\(.)|\$(\d+)/gs, (_, escaped: string | undefined, stop: string) =>
    escaped === undefined ? `\${${stop}}` : escaped,
  );
