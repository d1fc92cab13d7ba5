/** A collector: takes traces, metrics and logs over OTLP/HTTP, as JSON or protobuf, zipped or not, and keeps them. */
import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {buffer} from 'node:stream/consumers';
import {gunzipSync} from 'node:zlib';
import type {LogsPayload, MetricsPayload, TracesPayload} from './payload.ts';
import {decodeJson, decodeProtobuf, type Signal} from './schema.ts';

export interface Received {
  readonly signal: Signal;
  readonly contentType: string;
  readonly encoding: string;
  /** Unzipped. */
  readonly bytes: Buffer;
  readonly payload: object;
}

export class OtlpCollector {
  readonly url: string;
  readonly received: Received[] = [];
  /** What could not be decoded. */
  readonly refused: string[] = [];
  readonly #server: Server;
  readonly #waiting: {readonly count: number; readonly done: () => void}[] = [];

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', async (request, response) => {
      const status = await this.#take(request);
      // An empty message is an answer of full success in both forms.
      response.writeHead(status, {'content-type': request.headers['content-type'] ?? ''});
      response.end(request.headers['content-type'] === 'application/json' ? '{}' : '');
    });
  }

  static async start(): Promise<OtlpCollector> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new OtlpCollector(server);
  }

  get traces(): TracesPayload[] {
    return this.#of('traces') as TracesPayload[];
  }

  get metrics(): MetricsPayload[] {
    return this.#of('metrics') as MetricsPayload[];
  }

  get logs(): LogsPayload[] {
    return this.#of('logs') as LogsPayload[];
  }

  /** Resolves when so many payloads are here. */
  arrived(count: number): Promise<void> {
    if (this.received.length >= count) return Promise.resolve();
    return new Promise(done => this.#waiting.push({count, done}));
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #of(signal: Signal): object[] {
    return this.received.filter(each => each.signal === signal).map(({payload}) => payload);
  }

  async #take(request: IncomingMessage): Promise<number> {
    const {'content-type': contentType = '', 'content-encoding': encoding = ''} = request.headers;
    const signal = request.url?.replace('/v1/', '') as Signal;
    const body = await buffer(request);
    try {
      const bytes = encoding === 'gzip' ? gunzipSync(body) : body;
      const isJson = contentType === 'application/json';
      if (!isJson && contentType !== 'application/x-protobuf') throw new Error(`${contentType} is no form of OTLP.`);
      const payload = isJson ? decodeJson(signal, bytes.toString()) : decodeProtobuf(signal, bytes);
      this.received.push({signal, contentType, encoding, bytes, payload});
      for (const {count, done} of this.#waiting) if (this.received.length >= count) done();
      return 200;
    } catch (error) {
      this.refused.push(String(error));
      return 400;
    }
  }
}
