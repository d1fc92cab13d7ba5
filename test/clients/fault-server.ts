/** A server on 127.0.0.1 that fails by script, and records its requests. */
import {once} from 'node:events';
import {createServer, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void | Promise<void>;

export class FaultServer {
  /** Every request that counts, also one that was failed. */
  readonly ledger: SeenRequest[] = [];
  /** What requests are answered with that no fault is left for. */
  answer: Answer = status(404);
  readonly #faults: Answer[] = [];
  readonly #counts: (request: SeenRequest) => boolean;
  readonly #server: Server;

  private constructor(counts: (request: SeenRequest) => boolean) {
    this.#counts = counts;
    this.#server = createServer(async (incoming, response) => {
      // Clients drop responses half way, on purpose.
      response.on('error', () => {});
      const request: SeenRequest = {
        method: incoming.method!,
        path: incoming.url!,
        headers: incoming.headers,
        body: await text(incoming).catch(() => ''),
      };
      const counts = this.#counts(request);
      if (counts) this.ledger.push(request);
      await ((counts ? this.#faults.shift() : undefined) ?? this.answer)(response, request);
    });
  }

  /** @param counts Which requests are kept in the ledger, and fail. */
  static async start(counts: (request: SeenRequest) => boolean = () => true): Promise<FaultServer> {
    const server = new FaultServer(counts);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  failNext(...faults: readonly Answer[]): void {
    this.#faults.push(...faults);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  response =>
    void response.writeHead(code, headers).end();

export const body =
  (content: string, type: string, code = 200): Answer =>
  response =>
    void response.writeHead(code, {'content-type': type}).end(content);

export const json = (value: unknown, code = 200): Answer => body(JSON.stringify(value), 'application/json', code);

/** The connection breaks after the request was read, before an answer. */
export const reset: Answer = response => void response.socket!.resetAndDestroy();

/** No answer, ever. */
export const hang: Answer = () => {};

/** Part by part, with a pause before each but the first. */
export const parts =
  (chunks: readonly string[], gapMs: number, type: string): Answer =>
  async response => {
    response.writeHead(200, {'content-type': type});
    for (const [index, chunk] of chunks.entries()) {
      if (index > 0) await new Promise(done => setTimeout(done, gapMs));
      if (response.destroyed) return;
      response.write(chunk);
    }
    response.end();
  };

/** Server-sent events. */
export const events = (data: readonly unknown[], gapMs: number): Answer =>
  parts(
    data.map(one => {
      const type = (one as {type?: string}).type;
      return `${type === undefined ? '' : `event: ${type}\n`}data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`;
    }),
    gapMs,
    'text/event-stream',
  );
