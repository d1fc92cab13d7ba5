/** What the server knows between `initialize` and `shutdown`. */

import type {InitializeParams, ProtocolConnection} from 'vscode-languageserver-protocol';
import {
  CodeLensRefreshRequest,
  DiagnosticRefreshRequest,
  InlayHintRefreshRequest,
  LSPErrorCodes,
  ResponseError,
} from 'vscode-languageserver-protocol';
import type {TextDocument} from 'vscode-languageserver-textdocument';
import type {Arguments} from '../../src/cli/parse-arguments.ts';
import type {Io} from '../io/io.ts';
import {TemporaryPages} from '../io/temporary-pages.ts';
import {Simulations} from '../simulate/run.ts';
import {Diagnostics} from './diagnostics.ts';
import {Documents, fileOf, isJson} from './documents.ts';
import type {Linted, Project} from './project.ts';
import {Projects} from './projects.ts';
import {Publisher} from './publisher.ts';
import {PulledResults} from './pulled-results.ts';
import {editorHasSchema, type Settings, settingsOf} from './settings.ts';

/** An open policy at one moment: everything about it is computed from `request`, while the document may go on changing. */
export interface OpenPolicy {
  readonly uri: string;
  readonly version: number;
  readonly document: TextDocument;
  readonly project: Project;
  /** What `lintText` takes for it. */
  readonly request: Linted['request'];
  /** The text of this version. */
  readonly text: string;
}

export class Session {
  readonly settings: Settings;
  readonly documents: Documents = new Documents();
  readonly projects: Projects;
  readonly diagnostics: Diagnostics;
  readonly pulled: PulledResults = new PulledResults();
  readonly connection: ProtocolConnection;
  readonly simulations: Simulations;
  /** Pages that were shown. */
  readonly pages: TemporaryPages = new TemporaryPages();
  readonly #publisher: Publisher | undefined;
  readonly #ended = new AbortController();

  constructor(params: InitializeParams, args: Arguments, io: Io, connection: ProtocolConnection) {
    this.settings = settingsOf(params);
    this.connection = connection;
    this.projects = new Projects(args, io);
    this.simulations = new Simulations(io);
    this.projects.setFolders(foldersOf(params));
    this.diagnostics = new Diagnostics(this.documents, this.projects, this.settings);
    if (!this.settings.pullsDiagnostics) this.#publisher = new Publisher(this.documents, this.diagnostics, connection);
  }

  /** Aborts when the session ends. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Ends what is still running, and removes what was written for this session alone. */
  end(): void {
    this.#ended.abort(new ResponseError(LSPErrorCodes.ServerCancelled, 'The server has ended.'));
    this.pages.remove();
  }

  open(uri: string, languageId: string, version: number, text: string): void {
    this.documents.open(uri, languageId, version, text);
    this.#hasText(uri);
  }

  change(uri: string, version: number, changes: Parameters<Documents['change']>[2]): void {
    this.documents.change(uri, version, changes);
    this.#hasText(uri);
  }

  #hasText(uri: string): void {
    const document = this.documents.get(uri);
    if (document === undefined) return;
    this.projects.setText(document);
    // Other documents may extend this one.
    this.#publisher?.refresh();
  }

  close(uri: string): void {
    const document = this.documents.get(uri);
    if (document === undefined) return;
    this.documents.close(uri);
    this.diagnostics.forget(document);
    this.projects.close(document);
    this.#publisher?.clear(uri);
    this.#publisher?.refresh();
  }

  changeFolders(added: readonly string[], removed: readonly string[]): void {
    this.projects.changeFolders(added, removed);
    this.#publisher?.refresh();
  }

  /** Reads configurations, baselines and closed files anew, and shows what follows. */
  renew(): void {
    this.projects.renew();
    this.#publisher?.refresh();
    const {refreshes} = this.settings;
    if (refreshes.diagnostics) this.#ask(DiagnosticRefreshRequest.type);
    if (refreshes.inlayHints) this.#ask(InlayHintRefreshRequest.type);
    if (refreshes.codeLenses) this.#ask(CodeLensRefreshRequest.type);
  }

  /** A refusal changes nothing: the editor then shows the old results until the next edit. */
  #ask(type: typeof DiagnosticRefreshRequest.type): void {
    this.connection.sendRequest(type).catch(() => {});
  }

  /**
   * @returns undefined if the document is not open, is not a policy, or is ignored by the configuration.
   * @throws ResponseError if the document changes meanwhile: positions of the request are then those of an older text.
   */
  async policyAt(uri: string): Promise<OpenPolicy | undefined> {
    const document = this.documents.get(uri);
    if (document === undefined) return undefined;
    const {project, file} = this.projects.placeOf(document);
    const {version} = document;
    const request = await project.request(file);
    if (request === undefined) return undefined;
    if (document.version !== version)
      throw new ResponseError(LSPErrorCodes.ContentModified, 'The document has changed.');
    return {uri, version, document, project, request, text: document.getText()};
  }
}

export const hasEditorSchema = ({document, request: {path}, text}: OpenPolicy, {settings}: Session): boolean =>
  editorHasSchema(settings, {isJson: isJson(document), path, text});

function foldersOf({workspaceFolders, rootUri}: InitializeParams): string[] {
  const uris = workspaceFolders?.map(({uri}) => uri) ?? (rootUri === null ? [] : [rootUri]);
  return uris.map(fileOf).filter(folder => folder !== undefined);
}
