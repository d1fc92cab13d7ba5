/** The language server in its worker: started, started anew, and stopped. */

import {type Event, EventEmitter, type LogOutputChannel, type Uri, workspace} from 'vscode';
import {type LanguageClient, LSPErrorCodes, ResponseError, State} from 'vscode-languageclient/browser';
import {CHUNK_URL, type ChunkRequest, FILE_CHANGED, type FileChange} from '../server/start.ts';
import {Client} from './client.ts';
import {clientOptions} from './options.ts';
import {isNode, placeOf} from './places.ts';
import {Pulse} from './pulse.ts';
import {startWorker} from './worker.ts';
import {WorkspaceCopy} from './workspace-copy.ts';

export type Health = 'off' | 'starting' | 'running' | 'failed';

export class Server {
  readonly #extension: Uri;
  readonly #output: LogOutputChannel;
  readonly #changed: EventEmitter<void> = new EventEmitter();
  #run: Promise<LanguageClient> | undefined;
  #end: () => Promise<void> = async () => {};
  #health: Health = 'off';
  readonly onDidChangeHealth: Event<void> = this.#changed.event;

  constructor(extension: Uri, output: LogOutputChannel) {
    this.#extension = extension;
    this.#output = output;
  }

  get health(): Health {
    return this.#health;
  }

  /**
   * The running client. The first call starts the server.
   *
   * @throws Error if the server does not start. The next call tries again.
   */
  start(): Promise<LanguageClient> {
    this.#run ??= this.#start().catch(error => {
      this.#run = undefined;
      this.#is('failed');
      this.#output.error(error);
      throw error;
    });
    return this.#run;
  }

  /** Does nothing where the server does not run. */
  async restart(): Promise<void> {
    if (this.#run === undefined) return;
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#run?.catch(() => {});
    this.#run = undefined;
    this.#is('off');
    await this.#end();
    this.#end = async () => {};
  }

  async #start(): Promise<LanguageClient> {
    this.#is('starting');
    const place = placeOf(isNode);
    const copy = place.isCopy ? await WorkspaceCopy.read(place, this.#output) : undefined;
    const [folder] = workspace.workspaceFolders ?? [];
    const worker = await startWorker(this.#extension, {
      cwd: folder === undefined ? '/' : place.pathOf(folder.uri),
      runsPlugins: !place.isCopy && workspace.isTrusted,
      ...(copy === undefined ? {} : {files: copy.texts}),
    });
    const pulse = new Pulse();
    const options = clientOptions(place, pulse, async uri =>
      copy?.change(uri, change => client.sendNotification(FILE_CHANGED, change)),
    );
    const client = new Client(worker.transports, {...options, outputChannel: this.#output});
    client.onDidChangeState(({newState}) => {
      if (newState === State.Stopped && this.#health === 'running') this.#is('failed');
    });
    client.onRequest(CHUNK_URL, ({name}: ChunkRequest) => worker.urlOfChunk(name).catch(refuse));
    client.onNotification(FILE_CHANGED, (change: FileChange) => copy?.write(change));
    this.#end = async () => {
      pulse.dispose();
      await client.dispose().catch(() => {});
      worker.end();
    };
    await client.start();
    this.#is('running');
    return client;
  }

  #is(health: Health): void {
    this.#health = health;
    this.#changed.fire();
  }
}

/** The message as it is. Of another error, the protocol makes one that names the request. */
function refuse(error: Error): never {
  throw new ResponseError(LSPErrorCodes.RequestFailed, error.message);
}
