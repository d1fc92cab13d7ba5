/** A real server of grpc-js on the loopback interface, whose answers are scripted, and clients for it. Messages are JSON. */
import {
  type CallOptions,
  type ChannelOptions,
  Client,
  type ClientReadableStream,
  credentials,
  type Interceptor,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type ServiceError,
  type StatusObject,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';

export interface Message {
  readonly text: string;
}

type Handled = ServerUnaryCall<Message, Message> | ServerWritableStream<Message, Message>;
/** What the server does with an attempt. */
export type Script = (attempt: Attempted) => void;

export class Attempted {
  readonly call: Handled;
  readonly at: number = performance.now();
  readonly metadata: Metadata;
  /** What grpc-timeout left when it came; Infinity without one. */
  readonly timeLeftMs: number;
  readonly #end: (code: status, details: string, trailers: Metadata) => void;

  constructor(call: Handled, end: (code: status, details: string, trailers: Metadata) => void) {
    this.call = call;
    this.metadata = call.metadata;
    this.timeLeftMs = Number(call.getDeadline()) - Date.now();
    this.#end = end;
  }

  /** Sends the headers now. */
  headers(): void {
    this.call.sendMetadata(new Metadata());
  }

  /** Of a stream. */
  message(text: string): void {
    (this.call as ServerWritableStream<Message, Message>).write({text});
  }

  end(
    code: status,
    trailers: Readonly<Record<string, string | Uint8Array>> = {},
    details: string = status[code],
  ): void {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(trailers))
      metadata.set(name, typeof value === 'string' ? value : Buffer.from(value));
    this.#end(code, details, metadata);
  }
}

export const ok: Script = attempt => attempt.end(status.OK);
export const hang: Script = () => {};
export const fails =
  (code: status, trailers: Readonly<Record<string, string | Uint8Array>> = {}): Script =>
  attempt =>
    attempt.end(code, trailers);

const json = {
  requestSerialize: (message: Message) => Buffer.from(JSON.stringify(message)),
  requestDeserialize: (bytes: Buffer): Message => JSON.parse(String(bytes)),
  responseSerialize: (message: Message) => Buffer.from(JSON.stringify(message)),
  responseDeserialize: (bytes: Buffer): Message => JSON.parse(String(bytes)),
};
const method = (name: string, requestStream: boolean, responseStream: boolean): MethodDefinition<Message, Message> => ({
  path: `/shop.Orders/${name}`,
  requestStream,
  responseStream,
  ...json,
});
export const Get: MethodDefinition<Message, Message> = method('Get', false, false);
export const Watch: MethodDefinition<Message, Message> = method('Watch', false, true);
export const Upload: MethodDefinition<Message, Message> = method('Upload', true, false);
export const Chat: MethodDefinition<Message, Message> = method('Chat', true, true);
const service = {Get, Watch, Upload, Chat} as unknown as ServiceDefinition;

export class GrpcServer {
  readonly attempts: Attempted[] = [];
  readonly #server: Server;
  readonly #clients: Client[] = [];
  #script: readonly Script[] = [ok];
  #port = 0;

  private constructor() {
    this.#server = new Server();
    const answer = (attempt: Attempted): void => {
      const script = this.#script[Math.min(this.attempts.length, this.#script.length - 1)]!;
      this.attempts.push(attempt);
      script(attempt);
    };
    this.#server.addService(service, {
      Get: (call: ServerUnaryCall<Message, Message>, reply: (...args: unknown[]) => void) =>
        answer(
          new Attempted(call, (code, details, metadata) =>
            code === status.OK ? reply(null, {text: 'here'}, metadata) : reply({code, details, metadata}),
          ),
        ),
      Watch: (call: ServerWritableStream<Message, Message>) =>
        answer(
          new Attempted(call, (code, details, metadata) =>
            code === status.OK ? call.end(metadata) : call.emit('error', {code, details, metadata}),
          ),
        ),
      Upload: (call: {on(event: string, listener: () => void): void}, reply: (...args: unknown[]) => void) => {
        call.on('data', () => {});
        call.on('end', () => reply({code: status.UNAVAILABLE, details: 'no'}));
      },
      Chat: (call: {
        on(event: string, listener: (message?: Message) => void): void;
        write(m: Message): void;
        end(): void;
      }) => {
        call.on('data', message => call.write(message!));
        call.on('end', () => call.end());
      },
    } as unknown as UntypedServiceImplementation);
  }

  /** @param address Where it listens; left out: on a free port. */
  static async start(address = '127.0.0.1:0'): Promise<GrpcServer> {
    const server = new GrpcServer();
    server.#port = await server.#bind(address);
    return server;
  }

  #bind(address: string): Promise<number> {
    return new Promise((resolve, reject) =>
      this.#server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      ),
    );
  }

  /** Refuses every new connection from now on. Calls under way are answered, then their connections end. */
  stopListening(): void {
    this.#server.unbind(this.address);
  }

  async listenAgain(): Promise<void> {
    await this.#bind(this.address);
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** From now on the server answers so, the last answer for ever. */
  serve(...script: readonly Script[]): void {
    this.attempts.length = 0;
    this.#script = script;
  }

  client(interceptors: Interceptor[], options: ChannelOptions = {}, address: string = this.address): Client {
    const client = new Client(address, credentials.createInsecure(), {...options, interceptors});
    this.#clients.push(client);
    return client;
  }

  /** Every value of a key, attempt by attempt. */
  sent(key: string): unknown[] {
    return this.attempts.map(({metadata}) => metadata.get(key)[0]);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    this.#server.forceShutdown();
  }
}

/** How a call ended. */
export interface Ended {
  readonly message?: Message | undefined;
  readonly error?:
    | (ServiceError & {readonly resilience?: Record<string, unknown>; readonly cause?: unknown})
    | undefined;
  readonly status: StatusObject;
}

/** A unary call, to its end. */
export function get(
  client: Client,
  options: CallOptions = {},
  metadata: Metadata = new Metadata(),
  notify: (call: {cancel(): void}) => void = () => {},
): Promise<Ended> {
  return new Promise(resolve => {
    let answer: Omit<Ended, 'status'>;
    const call = client.makeUnaryRequest(
      Get.path,
      Get.requestSerialize,
      Get.responseDeserialize,
      {text: 'please'},
      metadata,
      options,
      (error, message) => {
        answer = {error: (error ?? undefined) as Ended['error'], message};
      },
    );
    call.on('status', end => resolve({...answer, status: end}));
    notify(call);
  });
}

export const watch = (client: Client, options: CallOptions = {}): ClientReadableStream<Message> =>
  client.makeServerStreamRequest(
    Watch.path,
    Watch.requestSerialize,
    Watch.responseDeserialize,
    {text: 'please'},
    new Metadata(),
    options,
  );

/** All messages of a stream, and how it ended. */
export async function drain(stream: ClientReadableStream<Message>): Promise<{texts: string[]; error: Ended['error']}> {
  const texts: string[] = [];
  try {
    for await (const {text} of stream as AsyncIterable<Message>) texts.push(text);
    return {texts, error: undefined};
  } catch (error) {
    return {texts, error: error as Ended['error']};
  }
}
