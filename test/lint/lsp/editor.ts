/** An editor that talks to the language server in this process, over streams. */
import {pathToFileURL} from 'node:url';
import {
  type ClientCapabilities,
  createProtocolConnection,
  type Diagnostic,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import type {Dialect} from '../../../lint/dialects/dialect.ts';
import {afterEachTest} from '../../support/after-each.ts';
import {Desk} from '../cli/desk.ts';

export interface EditorOptions {
  readonly capabilities?: ClientCapabilities;
  readonly initializationOptions?: unknown;
  /** Arguments of the command after `lsp`. */
  readonly argv?: readonly string[];
  /** The languages that are looked for in every document, in place of the built-in ones. */
  readonly dialects?: readonly Dialect[];
  /** Folders of the desk that are open. Default: the whole desk. */
  readonly folders?: readonly string[];
}

const open: Editor[] = [];

afterEachTest(async () => {
  for (const editor of open.splice(0)) await editor.leave();
});

export class Editor {
  readonly desk: Desk;
  readonly connection: ProtocolConnection;
  readonly exitCode: Promise<number>;
  initialized!: InitializeResult;
  /** Messages of the server to its log. */
  readonly logged: string[] = [];
  readonly #published: PublishDiagnosticsParams[] = [];
  readonly #waiting: {
    readonly fits: (params: PublishDiagnosticsParams) => boolean;
    readonly resolve: (diagnostics: Diagnostic[]) => void;
  }[] = [];
  #version = 0;
  #left: Promise<void> | undefined;

  constructor(desk: Desk, argv: readonly string[]) {
    this.desk = desk;
    this.exitCode = desk.run('lsp', ...argv).then(({code}) => code);
    const {input, output} = desk.streams;
    this.connection = createProtocolConnection(new StreamMessageReader(output), new StreamMessageWriter(input));
    this.connection.onNotification('textDocument/publishDiagnostics', params => this.#publish(params));
    this.connection.onNotification('window/logMessage', ({message}) => void this.logged.push(message));
    this.connection.listen();
    open.push(this);
  }

  static async start(files: Readonly<Record<string, string>>, options: EditorOptions = {}): Promise<Editor> {
    const {capabilities = {}, initializationOptions, argv = [], folders = ['.'], dialects} = options;
    const desk = new Desk(files);
    desk.dialects = dialects;
    const editor = new Editor(desk, argv);
    editor.initialized = await editor.connection.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities,
      initializationOptions,
      workspaceFolders: folders.map(folder => ({uri: editor.uri(folder), name: folder})),
    });
    await editor.notify('initialized', {});
    return editor;
  }

  uri(path: string): string {
    return pathToFileURL(this.desk.at(path)).href;
  }

  notify(method: string, params: unknown): Promise<void> {
    return this.connection.sendNotification(method, params);
  }

  request<R>(method: string, params: object): Promise<R> {
    return this.connection.sendRequest<R>(method, params);
  }

  /** Sends a request about a document. */
  ask<R>(method: string, path: string, more: object = {}): Promise<R> {
    return this.request(method, {textDocument: {uri: this.uri(path)}, ...more});
  }

  /** Opens a file of the desk, or another text under its name. */
  async open(path: string, text: string = this.desk.read(path), languageId: string = languageOf(path)): Promise<void> {
    await this.notify('textDocument/didOpen', {
      textDocument: {uri: this.uri(path), languageId, version: ++this.#version, text},
    });
  }

  /** Opens a file, and returns the diagnostics that the server sends for it. */
  async diagnose(path: string, text?: string): Promise<Diagnostic[]> {
    const next = this.next(path);
    await this.open(path, text);
    return next;
  }

  /** Replaces the text, or a part of it. */
  async change(path: string, ...contentChanges: object[]): Promise<void> {
    const textDocument = {uri: this.uri(path), version: ++this.#version};
    await this.notify('textDocument/didChange', {textDocument, contentChanges});
  }

  /** The diagnostics that the server sends next for a document, which a path or a URI names. */
  next(path: string, fits: (diagnostics: readonly Diagnostic[]) => boolean = () => true): Promise<Diagnostic[]> {
    return new Promise(resolve => {
      this.#waiting.push({
        fits: params => params.uri === (/^[\w-]+:/.test(path) ? path : this.uri(path)) && fits(params.diagnostics),
        resolve,
      });
    });
  }

  get published(): readonly PublishDiagnosticsParams[] {
    return this.#published;
  }

  get version(): number {
    return this.#version;
  }

  /** At the end of the test at the latest. */
  leave(): Promise<void> {
    this.#left ??= this.#leave();
    return this.#left;
  }

  async #leave(): Promise<void> {
    await this.connection.sendRequest('shutdown').catch(() => {});
    await this.connection.sendNotification('exit').catch(() => {});
    await this.exitCode;
    this.connection.dispose();
  }

  #publish(params: PublishDiagnosticsParams): void {
    this.#published.push(params);
    for (const wait of [...this.#waiting]) {
      if (!wait.fits(params)) continue;
      this.#waiting.splice(this.#waiting.indexOf(wait), 1);
      wait.resolve(params.diagnostics);
    }
  }
}

export const languageOf = (path: string): string =>
  /\.ya?ml$/.test(path) ? 'yaml' : path.endsWith('.jsonc') ? 'jsonc' : 'json';

/** `RL203 2:15` of each diagnostic, counted from 1 as the command line does. */
export const shown = (diagnostics: readonly Diagnostic[]): string[] =>
  diagnostics.map(({code, range: {start}}) => `${code} ${start.line + 1}:${start.character + 1}`);
