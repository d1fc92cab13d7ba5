/** Diagnostics for editors that ask for them: of one document, and of every policy in the open folders. */

import type {
  Diagnostic,
  DocumentDiagnosticParams,
  DocumentDiagnosticReport,
  WorkspaceDiagnosticParams,
  WorkspaceDiagnosticReport,
  WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver-protocol';
import {CliError} from '../io/cli-error.ts';
import {uriOf} from './documents.ts';
import type {Project} from './project.ts';
import type {Session} from './session.ts';

export async function documentDiagnostics(
  {documents, diagnostics, pulled}: Session,
  {textDocument: {uri}, previousResultId}: DocumentDiagnosticParams,
  signal: AbortSignal,
): Promise<DocumentDiagnosticReport> {
  const document = documents.get(uri);
  const items = document === undefined ? [] : await diagnostics.ofDocument(document, signal);
  return pulled.reportOf(uri, items, previousResultId);
}

export async function workspaceDiagnostics(
  session: Session,
  {previousResultIds}: WorkspaceDiagnosticParams,
  signal: AbortSignal,
): Promise<WorkspaceDiagnosticReport> {
  const {documents, diagnostics, projects, pulled} = session;
  const previous = new Map(previousResultIds.map(({uri, value}) => [uri, value]));
  const items: WorkspaceDocumentDiagnosticReport[] = [];
  const add = (uri: string, version: number | null, found: Diagnostic[]): void => {
    items.push({uri, version, ...pulled.reportOf(uri, found, previous.get(uri))});
    previous.delete(uri);
  };
  for (const project of projects.ofFolders) {
    for (const file of await policiesOf(project)) {
      signal.throwIfAborted();
      const document = documents.ofFile(file);
      if (document === undefined) add(uriOf(file), null, await diagnostics.ofFile(project, file, signal));
      else add(document.uri, document.version, await diagnostics.ofDocument(document, signal));
    }
  }
  // A policy that is gone has no findings any more.
  for (const uri of previous.keys()) if (documents.get(uri) === undefined) add(uri, null, []);
  return {items};
}

/** A configuration that cannot be used is reported in the open policies. */
async function policiesOf(project: Project): Promise<readonly string[]> {
  try {
    return await project.policies();
  } catch (error) {
    if (error instanceof CliError) return [];
    throw error;
  }
}
