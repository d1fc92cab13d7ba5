/** A real HTTP server on the loopback interface that answers by script. Every place on it has a script and a log of its own. */
import {once} from 'node:events';
import {createServer, type IncomingHttpHeaders, type Server, type ServerResponse} from 'node:http';
import {type AddressInfo, Socket} from 'node:net';
import {buffer} from 'node:stream/consumers';

/** One request as it arrived. */
export interface Seen {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values alternately, as they arrived: a header that is sent twice occurs twice. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** `hang`: nothing ever comes; `reset`: the connection breaks once the request was read; a function answers as it likes. */
export type Answer =
  | number
  | {readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string}
  | 'hang'
  | 'reset'
  | ((response: ServerResponse, seen: Seen) => void);

export class Place {
  readonly url: string;
  /** Everything that arrived, in order. */
  readonly requests: Seen[] = [];
  readonly #script: readonly Answer[];
  readonly #waiting: {count: number; done: () => void}[] = [];

  constructor(url: string, script: readonly Answer[]) {
    this.url = url;
    this.#script = script;
  }

  get bodies(): string[] {
    return this.requests.map(({body}) => body.toString());
  }

  /** The values of a header over all requests; undefined where a request had none. */
  header(name: string): (string | undefined)[] {
    return this.requests.map(({headers}) => headers[name] as string | undefined);
  }

  /** Resolves when so many requests are here. */
  arrived(count: number): Promise<void> {
    if (this.requests.length >= count) return Promise.resolve();
    return new Promise(done => this.#waiting.push({count, done}));
  }

  /** @internal The last answer repeats. */
  meet(seen: Seen): Answer {
    this.requests.push(seen);
    for (const {count, done} of this.#waiting) if (this.requests.length >= count) done();
    return this.#script[Math.min(this.requests.length, this.#script.length) - 1] ?? 200;
  }
}

export class LoopbackServer {
  readonly origin: string;
  /** Connections that were ever opened. */
  connections = 0;
  readonly #server: Server;
  readonly #places = new Map<string, Place>();

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', () => this.connections++);
    server.on('request', async (request, response: ServerResponse) => {
      request.on('error', () => {});
      response.on('error', () => {});
      const path = request.url ?? '/';
      const place = this.#places.get(path.split('/')[1]!.split('?')[0]!);
      const body = await buffer(request).catch(() => Buffer.alloc(0));
      const {method = '', headers, rawHeaders} = request;
      const seen: Seen = {method, path, headers, rawHeaders, body};
      answer(response, place === undefined ? 404 : place.meet(seen), seen);
    });
  }

  static async start(): Promise<LoopbackServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LoopbackServer(server);
  }

  /** A new place, and what it answers to the first request, the second and so on; the last answer repeats. */
  place(...script: Answer[]): Place {
    const name = `p${this.#places.size + 1}`;
    const place = new Place(`${this.origin}/${name}`, script);
    this.#places.set(name, place);
    return place;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

function answer(response: ServerResponse, said: Answer, seen: Seen): void {
  if (typeof said === 'function') said(response, seen);
  else if (typeof said === 'number') response.writeHead(said, JSON_TYPE).end(said === 204 ? undefined : '{"ok":true}');
  else if (said === 'reset') resetConnection(response);
  else if (said !== 'hang')
    response.writeHead(said.status ?? 200, {...JSON_TYPE, ...said.headers}).end(said.body ?? '{"ok":true}');
}

const JSON_TYPE = {'content-type': 'application/json'};

function resetConnection({socket}: ServerResponse): void {
  if (socket instanceof Socket) socket.resetAndDestroy();
}

/** A URL whose server has closed. */
export async function deadUrl(): Promise<string> {
  const server = await LoopbackServer.start();
  await server.close();
  return `${server.origin}/`;
}
