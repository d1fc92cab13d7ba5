/** The extension: starts the language server once there is a policy, and has the commands of the editor. */

import {commands, type ExtensionContext, languages, window, workspace} from 'vscode';
import {registerCommands} from './commands.ts';
import {Explanations} from './explanations.ts';
import {isNode, placeOf} from './places.ts';
import {hasPolicy, isPolicyDocument} from './policies.ts';
import {Server} from './server.ts';
import {Simulations} from './simulations.ts';
import {Status} from './status.ts';

let running: Server | undefined;

export async function activate({extensionUri, subscriptions}: ExtensionContext): Promise<void> {
  const output = window.createOutputChannel('retry-lint', {log: true});
  const server = new Server(extensionUri, output);
  running = server;
  const status = new Status(server);
  const explanations = new Explanations(server);
  const ignored = (): void => {};
  subscriptions.push(
    output,
    status,
    explanations,
    ...registerCommands(server, explanations, new Simulations(server), output),
    languages.onDidChangeDiagnostics(() => status.refresh()),
    window.onDidChangeActiveTextEditor(() => status.refresh()),
    // The status item shows a server that does not start, and its output says why.
    workspace.onDidGrantWorkspaceTrust(() => server.restart().catch(ignored)),
    workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration('retry-lint')) server.restart().catch(ignored);
    }),
    workspace.onDidOpenTextDocument(document => {
      if (isPolicyDocument(document)) server.start().catch(ignored);
    }),
  );
  // A simulation runs the steadfetch of the project, so a copy does not do.
  void commands.executeCommand('setContext', 'retry-lint.canSimulate', !placeOf(isNode).isCopy);
  status.refresh();
  if (workspace.textDocuments.some(isPolicyDocument) || (await hasPolicy())) await server.start().catch(ignored);
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}
