/** A real gRPC server on the loopback interface that answers by script, and a client under a service config. */
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';
import {type Loaded, load} from '../../load.ts';

export const OK = 0;
export const CANCELLED = 1;
export const DEADLINE_EXCEEDED = 4;
export const INVALID_ARGUMENT = 3;
export const UNAVAILABLE = 14;

/** One answer: a status, after so many milliseconds, maybe with trailers; `null`: none ever comes. */
export type Reply = {
  readonly code?: number;
  readonly afterMs?: number;
  readonly trailers?: Record<string, string>;
  readonly body?: Buffer;
  /** They come before the status. */
  readonly headers?: true;
  /** The connection breaks in place of an answer. */
  readonly resets?: true;
} | null;

export interface Ending {
  readonly code: number;
  readonly body: Buffer | undefined;
  readonly afterMs: number;
}

export interface Running {
  readonly end: Promise<Ending>;
  cancel(): void;
  /** How often the caller was notified of the end. */
  readonly ends: () => number;
}

export interface Arrival {
  readonly at: number;
  readonly previousAttempts: string | undefined;
  readonly bytes: number;
}

const PATH = '/test.Service/Call';
const bytes = (value: Buffer): Buffer => value;
const METHOD = {
  path: PATH,
  requestStream: false,
  responseStream: false,
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
};

export class GrpcScene {
  readonly arrivals: Arrival[] = [];
  readonly #grpc: Loaded;
  readonly #client: Loaded;
  readonly #interceptors: readonly Loaded[];
  /** Of the clients. */
  readonly #sockets: ReadonlySet<Socket>;

  private constructor(grpc: Loaded, client: Loaded, interceptors: readonly Loaded[], sockets: ReadonlySet<Socket>) {
    this.#grpc = grpc;
    this.#client = client;
    this.#interceptors = interceptors;
    this.#sockets = sockets;
  }

  /**
   * @param policy Of the only method: retryPolicy or hedgingPolicy, as gRFC A6 writes them.
   * @param script One reply a request, the last one for ever.
   */
  static async open(
    policy: object,
    script: readonly Reply[],
    options: {readonly throttling?: object; readonly channel?: object; readonly interceptors?: readonly Loaded[]} = {},
  ): Promise<GrpcScene> {
    const grpc = await load('@grpc/grpc-js');
    const server = new grpc.Server();
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error: Error | null, bound: number) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    const config = {
      loadBalancingConfig: [],
      methodConfig: [{name: [{service: 'test.Service'}], ...policy}],
      ...(options.throttling === undefined ? {} : {retryThrottling: options.throttling}),
    };
    const sockets = new Set<Socket>();
    const client = new grpc.Client(`127.0.0.1:${await between(port, sockets)}`, grpc.credentials.createInsecure(), {
      'grpc.service_config': JSON.stringify(config),
      'grpc.service_config_disable_resolution': 1,
      ...options.channel,
    });
    const scene = new GrpcScene(grpc, client, options.interceptors ?? [], sockets);
    server.addService(
      {Call: METHOD, Watch: {...METHOD, path: '/test.Service/Watch', responseStream: true}},
      {
        Call: (call: Loaded, answer: Loaded) => scene.#reply(call, answer, script),
        Watch: (call: Loaded) => scene.#watch(call),
      },
    );
    return scene;
  }

  get sent(): number {
    return this.arrivals.length;
  }

  #note({metadata, request}: Loaded): void {
    const [previousAttempts] = metadata.get('grpc-previous-rpc-attempts');
    this.arrivals.push({at: performance.now(), previousAttempts, bytes: request.length});
  }

  #reply(call: Loaded, answer: Loaded, script: readonly Reply[]): void {
    this.#note(call);
    const reply = script[Math.min(this.sent, script.length) - 1];
    if (reply === null || reply === undefined) return;
    const {code = OK, afterMs = 0, trailers = {}, body = Buffer.from('ok'), headers, resets} = reply;
    if (resets) {
      for (const socket of this.#sockets) socket.resetAndDestroy();
      return;
    }
    if (headers) call.sendMetadata(new this.#grpc.Metadata());
    setTimeout(() => {
      const metadata = this.#grpc.Metadata.fromHttp2Headers(trailers);
      if (code === OK) answer(null, body, metadata);
      else answer({code, details: 'scripted', metadata});
    }, afterMs).unref();
  }

  /** One message, then the failure that a retry could be asked for. */
  #watch(call: Loaded): void {
    this.#note(call);
    call.write(Buffer.from('first'));
    setTimeout(() => call.emit('error', {code: UNAVAILABLE, details: 'scripted'}), 50);
  }

  /** @param deadlineMs From now. */
  call({body = Buffer.from('hello'), deadlineMs}: {body?: Buffer; deadlineMs?: number} = {}): Running {
    const start = performance.now();
    const {promise, resolve} = Promise.withResolvers<Ending>();
    let ends = 0;
    const call = this.#client.makeUnaryRequest(
      PATH,
      bytes,
      bytes,
      body,
      new this.#grpc.Metadata(),
      {
        ...(deadlineMs === undefined ? {} : {deadline: Date.now() + deadlineMs}),
        // The status as an interceptor gets it: the callback alone would hide a second one.
        interceptors: [
          (options: Loaded, next: Loaded) =>
            new this.#grpc.InterceptingCall(next(options), {
              start: (metadata: Loaded, _: Loaded, go: Loaded) =>
                go(metadata, {
                  onReceiveStatus: (status: Loaded, notify: Loaded) => {
                    ends++;
                    notify(status);
                  },
                }),
            }),
          ...this.#interceptors,
        ],
      },
      (error: {code: number} | null, answer: Buffer | undefined) =>
        resolve({code: error?.code ?? OK, body: answer, afterMs: Math.round(performance.now() - start)}),
    );
    return {end: promise, cancel: () => call.cancel(), ends: () => ends};
  }

  /** A streamed answer: its messages, and the status at its end. */
  watch(): Promise<{readonly messages: readonly string[]; readonly code: number}> {
    const messages: string[] = [];
    const stream = this.#client.makeServerStreamRequest('/test.Service/Watch', bytes, bytes, Buffer.from('hello'));
    stream.on('data', (message: Buffer) => messages.push(String(message)));
    return new Promise(resolve => {
      stream.on('error', ({code}: {code: number}) => resolve({messages, code}));
      stream.on('end', () => setTimeout(() => resolve({messages, code: OK}), 50));
    });
  }
}

/** A port whose connections go on to another, and can be reset on the way. */
async function between(port: number, sockets: Set<Socket>): Promise<number> {
  const proxy = createServer(socket => {
    const upstream = connect(port, '127.0.0.1');
    for (const each of [socket, upstream]) each.on('error', () => {}).setNoDelay();
    socket.pipe(upstream).pipe(socket);
    sockets.add(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      upstream.destroy();
    });
  });
  await new Promise<void>(done => proxy.listen(0, '127.0.0.1', done));
  return (proxy.address() as AddressInfo).port;
}

export const retrying = (attempts: number, delayMs: number, more: object = {}): object => ({
  retryPolicy: {
    maxAttempts: attempts,
    initialBackoff: `${delayMs / 1000}s`,
    maxBackoff: `${delayMs / 1000}s`,
    backoffMultiplier: 1,
    retryableStatusCodes: ['UNAVAILABLE'],
    ...more,
  },
});

export const hedging = (attempts: number, delayMs: number): object => ({
  hedgingPolicy: {
    maxAttempts: attempts,
    hedgingDelay: `${delayMs / 1000}s`,
    nonFatalStatusCodes: ['UNAVAILABLE'],
  },
});

export const pushback = (ms: string): Reply => ({
  code: UNAVAILABLE,
  trailers: {'grpc-retry-pushback-ms': ms},
});
