/** An HTTP server that can refuse connections for a while, as one that is down, and that ends with all its connections. */
import type {IncomingMessage, Server, ServerResponse} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import {nodeHttp} from './node-http.ts';

/** Connections at once that wait to be accepted. The default of Node, 511, delays a burst of 1,000 by a second. */
const BACKLOG = 4096;

export class HttpListener {
  readonly #http: Server;
  readonly #host: string;
  readonly #onLost: (error: unknown) => void;
  readonly #sockets = new Set<Socket>();
  #port: number;
  #refuses = false;
  #hasStarted = false;
  #hasEnded = false;
  #adjusting: Promise<void> | null = null;

  /** @param onLost Told where it cannot listen again, because another process took the port while connections were refused. */
  constructor(
    {port, host}: {readonly port: number; readonly host: string},
    onRequest: (request: IncomingMessage, response: ServerResponse) => void,
    onLost: (error: unknown) => void,
  ) {
    this.#port = port;
    this.#host = host;
    this.#onLost = onLost;
    // The faults of the scenario are all that a client meets: Node's own time limits are off.
    this.#http = nodeHttp().createServer({keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0}, onRequest);
    this.#http.on('connection', socket => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /**
   * Begins to listen; what `refuse` says meanwhile holds from then on.
   *
   * @returns The URL, without a slash at its end. Of an address that stands for all, the loopback one.
   * @throws The error of Node where it cannot listen.
   */
  async start(): Promise<string> {
    await this.#listen();
    const {address, port} = this.#http.address() as AddressInfo;
    this.#port = port;
    this.#hasStarted = true;
    void this.#adjust();
    const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /** Whether every new connection is refused. */
  get refuses(): boolean {
    return this.#refuses;
  }

  /** Refuses every new connection from now on, and ends those without a request; or accepts them again. */
  refuse(refuses: boolean): void {
    if (this.#hasEnded || refuses === this.#refuses) return;
    this.#refuses = refuses;
    if (this.#hasStarted) void this.#adjust();
  }

  /** Ends every connection, and accepts no more. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#refuses = true;
    while (this.#adjusting !== null || this.#http.listening) await this.#adjust();
    const closed = Array.from(this.#sockets, socket => new Promise(resolve => socket.once('close', resolve)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  /** To begin to listen takes a while, in which connections may have to be refused again. */
  #adjust(): Promise<void> {
    this.#adjusting ??= this.#listenOrStop()
      .catch((error: unknown) => {
        this.#refuses = true;
        this.#onLost(error);
      })
      .finally(() => {
        this.#adjusting = null;
      });
    return this.#adjusting;
  }

  async #listenOrStop(): Promise<void> {
    while (this.#http.listening === this.#refuses) {
      if (this.#refuses) this.#http.close();
      else await this.#listen();
    }
  }

  #listen(): Promise<void> {
    const http = this.#http;
    return new Promise((resolve, reject) => {
      http.once('error', reject);
      http.listen({port: this.#port, host: this.#host, backlog: BACKLOG}, () => {
        http.off('error', reject);
        resolve();
      });
    });
  }
}
