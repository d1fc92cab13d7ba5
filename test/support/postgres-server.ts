/** A PostgreSQL of the system's package, for tests. */
import {execFile} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {
  folderFor,
  type Identity,
  identityOf,
  programAt,
  removeFolder,
  ServerProcess,
  startOnFreePort,
} from './system-server.ts';

const run = promisify(execFile);

/** Debian keeps the programs of each version apart, and only some of them in the path. */
const VERSIONS = '/usr/lib/postgresql';
const folders = existsSync(VERSIONS)
  ? readdirSync(VERSIONS)
      .sort((one, other) => Number(other) - Number(one))
      .map(version => join(VERSIONS, version, 'bin'))
  : [];
const initdb = programAt('initdb', folders);
const postgres = programAt('postgres', folders);

/** Why tests with a real PostgreSQL are skipped, and how to get it; undefined where it is installed. */
export const postgresMissing: string | undefined =
  initdb === undefined || postgres === undefined
    ? 'skipped: PostgreSQL is not installed (apt-get install postgresql)'
    : undefined;

export class PostgresServer {
  readonly port: number;
  readonly #identity: Identity;
  readonly #folder: string;
  #process: ServerProcess | null = null;

  private constructor(port: number, identity: Identity) {
    this.port = port;
    this.#identity = identity;
    this.#folder = folderFor(identity, 'steadfetch-postgres-');
  }

  /** @throws Error if PostgreSQL is not installed or does not start. */
  static start(): Promise<PostgresServer> {
    return startOnFreePort(
      port => new PostgresServer(port, identityOf('postgres')),
      async server => {
        await server.#create();
        await server.restart();
      },
    );
  }

  async #create(): Promise<void> {
    if (initdb === undefined) throw new Error(postgresMissing);
    const args = ['--username', 'postgres', '--auth', 'trust', '--encoding', 'UTF8', '--no-locale', '--no-sync'];
    await run(initdb, ['--pgdata', this.#data, ...args], {cwd: this.#folder, ...this.#identity});
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  get pid(): number {
    return this.#process!.pid;
  }

  /** Starts the server again, on the same port and with the same data. */
  async restart(): Promise<void> {
    if (postgres === undefined) throw new Error(postgresMissing);
    // The tests end the process and never the machine, so nothing has to reach the disk.
    const settings = [
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${this.#folder}`,
      'max_connections=120',
      'fsync=off',
    ];
    this.#process = await ServerProcess.start(
      postgres,
      ['-D', this.#data, '-p', String(this.port), ...settings.flatMap(setting => ['-c', setting])],
      {cwd: this.#folder, env: {...process.env, LC_ALL: 'C'}, ...this.#identity},
      /database system is ready to accept connections/,
    );
  }

  /** Sends a signal to the first process of the server. */
  signal(name: NodeJS.Signals): void {
    this.#process?.signal(name);
  }

  /** Ends the server; `restart` starts it again. SIGQUIT ends it like a crash: what was not committed is lost. */
  async end(name: NodeJS.Signals = 'SIGQUIT'): Promise<void> {
    await this.#process?.end(name);
    this.#process = null;
  }

  /** Ends the server and removes its folder. */
  async stop(): Promise<void> {
    await this.end('SIGINT');
    removeFolder(this.#folder);
  }
}
