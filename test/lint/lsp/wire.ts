/** The language server as a process, and messages to it as bytes: for what no client library would send. */
import {type ChildProcess, spawn} from 'node:child_process';
import {afterEachTest} from '../../support/after-each.ts';
import {retryLintProgram} from '../../support/programs.ts';

export interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: {readonly code: number; readonly message: string};
}

const running: Wire[] = [];

afterEachTest(() => {
  for (const wire of running.splice(0)) wire.process.kill('SIGKILL');
});

export class Wire {
  readonly process: ChildProcess;
  readonly exitCode: Promise<number | null>;
  errors = '';
  readonly #messages: Message[] = [];
  #waiting: (() => void)[] = [];
  #rest: Buffer = Buffer.alloc(0);

  constructor(command: readonly string[] = [retryLintProgram, 'lsp']) {
    this.process = spawn(process.execPath, command, {stdio: ['pipe', 'pipe', 'pipe']});
    this.exitCode = new Promise(resolve => this.process.once('exit', resolve));
    this.process.stdout!.on('data', (chunk: Buffer) => this.#read(chunk));
    this.process.stderr!.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    running.push(this);
  }

  /** A server that is initialized. */
  static async ready(capabilities: object = {}): Promise<Wire> {
    const wire = new Wire();
    wire.send({id: 0, method: 'initialize', params: {processId: null, rootUri: null, capabilities}});
    await wire.answer(0);
    wire.send({method: 'initialized', params: {}});
    return wire;
  }

  send(message: Message): void {
    this.sendText(JSON.stringify({jsonrpc: '2.0', ...message}));
  }

  sendText(text: string): void {
    this.sendBytes(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  sendBytes(bytes: string): void {
    this.process.stdin!.write(bytes);
  }

  /** The answer to a request. */
  answer(id: number): Promise<Message> {
    return this.#find(message => message.id === id && message.method === undefined);
  }

  notification(method: string): Promise<Message> {
    return this.#find(message => message.method === method);
  }

  async #find(fits: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.#messages.findIndex(fits);
      if (found >= 0) return this.#messages.splice(found, 1)[0]!;
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end < 0) break;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#rest.toString('latin1', 0, end))?.[1]);
      if (this.#rest.length < end + 4 + length) break;
      this.#messages.push(JSON.parse(this.#rest.toString('utf8', end + 4, end + 4 + length)) as Message);
      this.#rest = this.#rest.subarray(end + 4 + length);
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
