/** A Redis of the system's package, for tests. */
import {
  folderFor,
  type Identity,
  identityOf,
  programAt,
  removeFolder,
  ServerProcess,
  startOnFreePort,
} from './system-server.ts';

/** Why tests with a real Redis are skipped, and how to get it; undefined where it is installed. */
export const redisMissing: string | undefined =
  programAt('redis-server') === undefined
    ? 'skipped: redis-server is not installed (apt-get install redis-server)'
    : undefined;

export interface RedisServerOptions {
  /** Whether each command is on the disk before it is answered. Otherwise the data is lost when the process ends. Default: false. */
  readonly keepsData?: boolean;
  /** Further arguments of the program. */
  readonly args?: readonly string[];
  /** Default: `redis-server`. */
  readonly program?: string;
}

export class RedisServer {
  readonly port: number;
  readonly #identity: Identity;
  readonly #folder: string;
  readonly #args: readonly string[];
  readonly #program: string;
  #process: ServerProcess | null = null;

  private constructor(port: number, {keepsData = false, args = [], program = 'redis-server'}: RedisServerOptions) {
    this.port = port;
    this.#identity = identityOf('redis');
    this.#args = [
      ...(keepsData ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no']),
      ...args,
    ];
    this.#program = program;
    this.#folder = folderFor(this.#identity, 'steadfetch-redis-');
  }

  /**
   * @throws Error if redis-server is not installed or does not start.
   */
  static start(options: RedisServerOptions = {}): Promise<RedisServer> {
    return startOnFreePort(
      port => new RedisServer(port, options),
      server => server.restart(),
    );
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#process!.pid;
  }

  /** Starts the server again, on the same port. */
  async restart(): Promise<void> {
    const program = programAt(this.#program);
    if (program === undefined) throw new Error(redisMissing);
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', ''];
    this.#process = await ServerProcess.start(
      program,
      [...args, ...this.#args, '--dir', this.#folder, '--daemonize', 'no', '--logfile', ''],
      {cwd: this.#folder, ...this.#identity},
      /Ready to accept connections/,
    );
  }

  /** Sends a signal: `SIGSTOP` makes a server that accepts connections and never answers, until `SIGCONT`. */
  signal(name: NodeJS.Signals): void {
    this.#process?.signal(name);
  }

  /** Ends the process; `restart` starts it again. */
  async end(name: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#process?.end(name);
    this.#process = null;
  }

  /** Ends the process and removes its folder. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
    removeFolder(this.#folder);
  }
}

/** Starts a Redis before the tests of a suite, and stops it after them. Skips the tests if Redis is not installed. */
export function withRedis(started: (server: RedisServer) => void, options?: RedisServerOptions): void {
  let server: RedisServer | undefined;
  before(async function () {
    if (redisMissing !== undefined) {
      console.log(`    ${redisMissing}`);
      return this.skip();
    }
    server = await RedisServer.start(options);
    started(server);
  });
  after(() => server?.stop());
}
