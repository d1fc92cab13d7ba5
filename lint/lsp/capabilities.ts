/** What the server can do, as it says in its answer to `initialize`. */

import {
  CodeActionKind,
  type InitializeResult,
  PositionEncodingKind,
  TextDocumentSyncKind,
} from 'vscode-languageserver-protocol';
import {VERSION} from '../../src/core/version.ts';
import {fixAllKind} from './code-actions.ts';
import {commandNames} from './command-names.ts';
import type {Settings} from './settings.ts';
import {source} from './source.ts';

export const initializeResult = ({clientCommands}: Settings): InitializeResult => ({
  serverInfo: {name: 'retry-lint', version: VERSION},
  capabilities: {
    positionEncoding: PositionEncodingKind.UTF16,
    textDocumentSync: {openClose: true, change: TextDocumentSyncKind.Incremental, save: {includeText: false}},
    // A policy has the findings of the files that it extends.
    diagnosticProvider: {identifier: source, interFileDependencies: true, workspaceDiagnostics: true},
    codeActionProvider: {codeActionKinds: [CodeActionKind.QuickFix, fixAllKind]},
    // Clients register what is listed here, and a name only once.
    executeCommandProvider: {commands: commandNames.filter(name => !clientCommands.has(name))},
    hoverProvider: true,
    completionProvider: {triggerCharacters: ['"', ':', ' ']},
    inlayHintProvider: true,
    codeLensProvider: {},
    documentSymbolProvider: true,
    foldingRangeProvider: true,
    workspace: {workspaceFolders: {supported: true, changeNotifications: true}},
  },
});
