/** What the client and the server tell each other about. */

import {type CancellationToken, type Uri, workspace} from 'vscode';
import type {LanguageClientOptions} from 'vscode-languageclient/browser';
import {EXPLAIN, SIMULATE} from './command-names.ts';
import type {Place} from './places.ts';
import type {Pulse} from './pulse.ts';

const LANGUAGES = ['json', 'jsonc', 'yaml', 'python'];

/** @param onFile Called before the server is told that a file has changed. */
export function clientOptions(place: Place, pulse: Pulse, onFile: (uri: Uri) => Promise<void>): LanguageClientOptions {
  const setting = workspace.getConfiguration('retry-lint');
  return {
    // Other schemes are those of older texts, such as the left side of a comparison.
    documentSelector: [...place.schemes, 'untitled'].flatMap(scheme => LANGUAGES.map(language => ({scheme, language}))),
    initializationOptions: {
      contributesSchema: true,
      schemaDiagnostics: setting.get('schemaDiagnostics'),
      clientCommands: [EXPLAIN, SIMULATE],
      // They run the steadfetch of the project.
      simulations: !place.isCopy && workspace.isTrusted,
    },
    uriConverters: {
      code2Protocol: uri => place.uriForServer(uri),
      protocol2Code: uri => place.uriForEditor(uri),
    },
    diagnosticCollectionName: 'retry-lint',
    middleware: {
      provideDiagnostics: async (document, previous, token, next) => {
        const report = await next(document, previous, token);
        pulse.beat();
        return report;
      },
      // The client asks again two seconds after each answer. Without a change the answer is the same.
      provideWorkspaceDiagnostics: async (previous, token, report, next) => {
        await (setting.get('lintWorkspace', true) ? pulse.next(token) : cancelled(token));
        return next(previous, token, report);
      },
      provideCodeLenses: (document, token, next) => (setting.get('codeLens', true) ? next(document, token) : []),
      workspace: {
        didChangeWatchedFile: async (event, next) => {
          await onFile(place.uriForEditor(event.uri));
          await next(event);
          pulse.beat();
        },
      },
    },
  };
}

const cancelled = (token: CancellationToken): Promise<void> =>
  new Promise(resolve => {
    if (token.isCancellationRequested) resolve();
    else token.onCancellationRequested(() => resolve());
  });
