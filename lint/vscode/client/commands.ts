/** The commands of the palette. */

import {commands, type Disposable, type LogOutputChannel, Uri, window, workspace} from 'vscode';
import {WorkspaceDiagnosticRequest} from 'vscode-languageclient/browser';
import {starterText} from '../../../src/policy-files/starter.ts';
import {EXPLAIN, SIMULATE} from './command-names.ts';
import type {Explanations} from './explanations.ts';
import type {Server} from './server.ts';
import type {Simulations, Target} from './simulations.ts';

export function registerCommands(
  server: Server,
  explanations: Explanations,
  simulations: Simulations,
  output: LogOutputChannel,
): Disposable[] {
  const register = commands.registerCommand;
  return [
    register('retry-lint.lintWorkspace', () => lintWorkspace(server)),
    register('retry-lint.fixAll', () => fixAll(server)),
    register('retry-lint.init', writePolicy),
    register('retry-lint.restart', async () => {
      await server.stop();
      await server.start();
    }),
    register('retry-lint.showOutput', () => output.show()),
    register(EXPLAIN, (code?: string, document?: string) => explanations.show(code, document)),
    register(SIMULATE, (document?: string, target?: Target, scenario?: string) =>
      simulations.show(document, target, scenario),
    ),
  ];
}

/** Shows the findings of every policy, open or not. */
async function lintWorkspace(server: Server): Promise<void> {
  const client = await server.start();
  const {items} = await client.sendRequest(WorkspaceDiagnosticRequest.type, {previousResultIds: []});
  const counts = items.map(each => (each.kind === 'full' ? each.items.length : 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  await commands.executeCommand('workbench.actions.view.problems');
  const policies = `${items.length} ${items.length === 1 ? 'policy' : 'policies'}`;
  void window.showInformationMessage(
    items.length === 0
      ? 'The workspace has no policy. Policies are called *.retry.json or retry-policy.json, or name the $schema of steadfetch.'
      : `${total === 0 ? 'No finding' : total === 1 ? '1 finding' : `${total} findings`} in ${policies}.`,
  );
}

async function fixAll(server: Server): Promise<void> {
  await server.start();
  await commands.executeCommand('editor.action.sourceAction', {kind: 'source.fixAll.retry-lint', apply: 'first'});
}

const FILE = 'retry-policy.jsonc';

/** Writes a safe policy to start with, and opens it. */
async function writePolicy(): Promise<void> {
  const [folder] = workspace.workspaceFolders ?? [];
  if (folder === undefined) return void window.showInformationMessage('Open a folder to write a policy into.');
  const uri = Uri.joinPath(folder.uri, FILE);
  const isThere = await workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  if (!isThere) await workspace.fs.writeFile(uri, new TextEncoder().encode(starterText(FILE, SCHEMA)));
  await window.showTextDocument(uri);
}

/** The extension has the schema. The package has it for other editors. */
const SCHEMA = './node_modules/steadfetch/schema/policy.schema.json';
