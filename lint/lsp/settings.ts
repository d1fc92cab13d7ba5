/** What the editor says about itself when it starts the server. */

import {basename} from 'node:path';
import type {InitializeParams} from 'vscode-languageserver-protocol';
import {isPolicyText} from '../io/policy-file.ts';

export interface Settings {
  /** Who validates, completes and explains JSON by the schema: the server, the editor, or the editor in documents that it has the schema for. */
  readonly schemaOfJson: 'server' | 'editor' | 'editor where known';
  /** Whether the editor asks for diagnostics itself. If not, they are sent to it. */
  readonly pullsDiagnostics: boolean;
  /** Whether edits may name the version of the document that they are for. */
  readonly versionedEdits: boolean;
  /** Whether edits may have places to fill in. */
  readonly snippetEdits: boolean;
  /** Whether completions may have places to fill in. */
  readonly snippets: boolean;
  /** Whether the editor opens URLs. */
  readonly opensUrls: boolean;
  readonly watchesFiles: boolean;
  /** Commands that the editor runs itself. The server does not offer them, and still names them in actions and lenses. */
  readonly clientCommands: ReadonlySet<string>;
  /** Whether code lenses offer simulations. */
  readonly simulates: boolean;
  readonly tracksFolders: boolean;
  /** The kinds of results that the editor requests again when it is told to. */
  readonly refreshes: {readonly diagnostics: boolean; readonly inlayHints: boolean; readonly codeLenses: boolean};
}

/**
 * `initializationOptions` may have `schemaDiagnostics`: "on", "off" or "auto" (default), and `contributesSchema`: whether the editor
 * validates JSON documents by the schema of steadfetch itself. With "auto", the server then leaves to the editor what the schema says.
 * `clientCommands` lists the commands that the editor runs itself, such as "retry-lint.simulate". `simulations` is false where none can run.
 */
export function settingsOf({capabilities, initializationOptions}: InitializeParams): Settings {
  const {workspace, textDocument, window} = capabilities;
  const {schemaDiagnostics = 'auto', contributesSchema, clientCommands, simulations} = optionsOf(initializationOptions);
  return {
    schemaOfJson:
      schemaDiagnostics === 'off'
        ? 'editor'
        : schemaDiagnostics !== 'on' && contributesSchema === true
          ? 'editor where known'
          : 'server',
    pullsDiagnostics: textDocument?.diagnostic !== undefined,
    versionedEdits: workspace?.workspaceEdit?.documentChanges === true,
    snippetEdits: workspace?.workspaceEdit?.snippetEditSupport === true,
    snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    opensUrls: window?.showDocument?.support === true,
    clientCommands: new Set(
      Array.isArray(clientCommands) ? clientCommands.filter(each => typeof each === 'string') : [],
    ),
    simulates: simulations !== false,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    tracksFolders: workspace?.workspaceFolders === true,
    refreshes: {
      diagnostics: workspace?.diagnostics?.refreshSupport === true,
      inlayHints: workspace?.inlayHint?.refreshSupport === true,
      codeLenses: workspace?.codeLens?.refreshSupport === true,
    },
  };
}

/**
 * Whether the editor validates, completes and explains a document by the schema. An editor knows the documents of the schema by their
 * names and by `$schema`, as `retry-lint` does, and knows nothing of a policy inside another file.
 */
export function editorHasSchema(
  {schemaOfJson}: Settings,
  {isJson, path, text}: {readonly isJson: boolean; readonly path: string; readonly text: string},
): boolean {
  if (!isJson || schemaOfJson === 'server') return false;
  return schemaOfJson === 'editor' || isPolicyText(text, basename(path));
}

interface Options {
  readonly schemaDiagnostics?: unknown;
  readonly contributesSchema?: unknown;
  readonly clientCommands?: unknown;
  readonly simulations?: unknown;
}

const optionsOf = (value: unknown): Options => (typeof value === 'object' && value !== null ? value : {});
