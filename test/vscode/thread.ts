/** The built language server in a thread of Node, as the extension runs it there, with the test in place of VS Code. */
import {fileURLToPath, pathToFileURL} from 'node:url';
import {MessageChannel, Worker} from 'node:worker_threads';
import {
  createProtocolConnection,
  type DocumentDiagnosticReport,
  PortMessageReader,
  PortMessageWriter,
  type ProtocolConnection,
} from 'vscode-languageserver-protocol/node';
import {CHUNK_URL, type ChunkRequest, READY, type Start} from '../../lint/vscode/server/start.ts';

export const dist: string = fileURLToPath(new URL('../../lint/vscode/dist/', import.meta.url));

const FOLDER = '/vscode-vfs/-/shop';

export class ServerThread {
  /** The chunks that the server asked for, in order. */
  readonly asked: string[] = [];
  /** What the server wrote to its log. */
  readonly logged: string[] = [];
  /** What the server showed to the user. */
  readonly shown: string[] = [];
  readonly #worker: Worker;
  readonly #connection: ProtocolConnection;
  readonly #folder: string;

  private constructor(worker: Worker, connection: ProtocolConnection, missing: readonly string[], folder: string) {
    this.#folder = folder;
    this.#worker = worker;
    this.#connection = connection;
    connection.onRequest(CHUNK_URL, ({name}: ChunkRequest) => {
      this.asked.push(name);
      return pathToFileURL(`${dist}chunks/${missing.includes(name) ? 'missing' : name}.js`).href;
    });
    connection.onNotification('window/logMessage', ({message}) => void this.logged.push(message));
    connection.onNotification('window/showMessage', ({message}) => void this.shown.push(message));
    connection.listen();
  }

  /**
   * @param files   A copy of a workspace, by name.
   * @param missing Names of chunks that cannot be loaded.
   * @param folder  A trusted workspace on the disk, which has the files. Default: the server gets the copy.
   */
  static async start(
    files: Readonly<Record<string, string>>,
    missing: readonly string[] = [],
    folder?: string,
  ): Promise<ServerThread> {
    const {port1, port2} = new MessageChannel();
    const worker = new Worker(`${dist}server.js`, {workerData: {port: port2}, transferList: [port2]});
    const ready = new Promise((resolve, reject) => {
      port1.once('message', resolve);
      worker.once('error', reject);
    });
    const copy = Object.entries(files).map(([name, text]) => [`${FOLDER}/${name}`, text]);
    const copied: Start = {cwd: FOLDER, runsPlugins: false, files: Object.fromEntries(copy)};
    port1.postMessage(folder === undefined ? copied : ({cwd: folder, runsPlugins: true} satisfies Start));
    const reply = await ready;
    if (reply !== READY) throw new Error(`The server did not start: ${JSON.stringify(reply)}`);
    const connection = createProtocolConnection(new PortMessageReader(port1), new PortMessageWriter(port1));
    const thread = new ServerThread(worker, connection, missing, folder ?? FOLDER);
    const uriOf = (name: string): string => thread.#uriOf(name);
    await thread.ask('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {textDocument: {diagnostic: {}}},
      initializationOptions: {contributesSchema: true},
      workspaceFolders: [{uri: uriOf('.'), name: 'shop'}],
    });
    for (const [name, text] of Object.entries(files))
      await connection.sendNotification('textDocument/didOpen', {
        textDocument: {uri: uriOf(name), languageId: name.endsWith('yaml') ? 'yaml' : 'jsonc', version: 1, text},
      });
    return thread;
  }

  ask<R>(method: string, params: object): Promise<R> {
    return this.#connection.sendRequest<R>(method, params);
  }

  /** Sends a request about a place in a file, counted from 0. */
  askAt<R>(method: string, name: string, line: number, character: number): Promise<R> {
    return this.ask(method, {textDocument: {uri: this.#uriOf(name)}, position: {line, character}});
  }

  /** Codes and messages of the findings in a file: `RL203 Retries come in bursts …`. */
  async findings(name: string): Promise<string[]> {
    const report = await this.ask<DocumentDiagnosticReport>('textDocument/diagnostic', {
      textDocument: {uri: this.#uriOf(name)},
    });
    return report.kind === 'full' ? report.items.map(({code, message}) => `${code ?? 'no code'} ${message}`) : [];
  }

  #uriOf(name: string): string {
    return pathToFileURL(`${this.#folder}/${name}`).href;
  }

  async end(): Promise<void> {
    await this.#connection.sendRequest('shutdown');
    this.#connection.dispose();
    await this.#worker.terminate();
  }
}
