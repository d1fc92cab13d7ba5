/**
 * A server of a system package, started for a test: on a free port of the loopback interface, as a user without rights, with an empty data
 * folder. It is ended by its process id, and its folder removed.
 */
import {type ChildProcess, execFileSync, type SpawnOptions, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, chownSync, existsSync, mkdtempSync, rmSync} from 'node:fs';
import type {AddressInfo} from 'node:net';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';

/** Generous, since a busy machine may need most of it. */
const START_MS = 60_000;
const STOP_MS = 20_000;
const LAST_OUTPUT = 4000;

/** The user that a server runs as. Both ids are undefined where the tests themselves do not run as root. */
export type Identity = Pick<SpawnOptions, 'uid' | 'gid'>;

/** @param names Users to try in this order; `nobody` exists on every system. */
export function identityOf(...names: readonly string[]): Identity {
  if (process.getuid?.() !== 0) return {};
  for (const name of [...names, 'nobody']) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync('id', [flag, name], {stdio: ['ignore', 'pipe', 'ignore']}));
      return {uid: id('-u'), gid: id('-g')};
    } catch {} // No such user.
  }
  throw new Error('This system has no user without rights to run a server as.');
}

/** The path of a program, or undefined where it is not installed. */
export function programAt(name: string, folders: readonly string[] = []): string | undefined {
  const all = [...folders, ...(process.env.PATH ?? '').split(delimiter)];
  return all.map(folder => join(folder, name)).find(existsSync);
}

/** An empty folder that the user owns. */
export function folderFor({uid, gid}: Identity, prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(folder, 0o700);
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a server on a free port, and tries three times, because another program may take the port first. */
export async function startOnFreePort<S extends {stop(): Promise<void>}>(
  make: (port: number) => S,
  start: (server: S) => Promise<void>,
): Promise<S> {
  for (let tries = 1; ; tries++) {
    const server = make(await freePort());
    try {
      await start(server);
      return server;
    } catch (error) {
      await server.stop();
      if (tries === 3) throw error;
    }
  }
}

/** One process of a server, from its start to its end. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #output = '';

  private constructor(program: string, args: readonly string[], options: SpawnOptions) {
    this.#child = spawn(program, args, {...options, stdio: ['ignore', 'pipe', 'pipe']});
    this.#exited = new Promise(resolve => {
      this.#child.once('exit', resolve);
      this.#child.once('error', resolve);
    });
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk).slice(-LAST_OUTPUT);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    // A test run that is ended from outside leaves no server behind.
    process.once('exit', this.#kill);
  }

  /**
   * Starts the program, and resolves when it is ready.
   *
   * @param ready Whether the output so far says that the server accepts connections.
   * @throws Error with the last output if the program ends first or takes longer than a minute.
   */
  static async start(
    program: string,
    args: readonly string[],
    options: SpawnOptions,
    ready: RegExp,
  ): Promise<ServerProcess> {
    const server = new ServerProcess(program, args, options);
    const until = Date.now() + START_MS;
    while (!ready.test(server.#output)) {
      const hasEnded = server.hasEnded;
      if (hasEnded || Date.now() > until) {
        await server.end('SIGKILL');
        throw new Error(`${program} ${hasEnded ? 'ended' : 'did not become ready'}: ${server.#output}`);
      }
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    return server;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** The end of what it has printed. */
  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Sends a signal, such as SIGSTOP and SIGCONT for a server that hangs for a while. */
  signal(name: NodeJS.Signals): void {
    if (!this.hasEnded) this.#child.kill(name);
  }

  /** Ends the process, with SIGKILL if it does not follow the signal within 20 s. */
  async end(name: NodeJS.Signals): Promise<void> {
    process.off('exit', this.#kill);
    this.signal('SIGCONT');
    this.signal(name);
    const late = setTimeout(this.#kill, STOP_MS);
    await this.#exited;
    clearTimeout(late);
  }

  readonly #kill = (): void => this.signal('SIGKILL');
}

export const removeFolder = (folder: string): void => rmSync(folder, {recursive: true, force: true});
