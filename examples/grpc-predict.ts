/**
 * The course's second example: a gRPC client with deadlines.
 *
 * 150 ms an attempt, 1 s a call, 4 attempts; UNAVAILABLE and time that ran out are sent again, since predicting twice does no
 * harm. `npx node examples/grpc-predict.ts` runs it against a server that fails in all the ways, and ends by itself.
 */
import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import {type GrpcPorts, grpcInterceptor, type PolicyInput} from '../src/grpc.ts';
import {logToConsole} from '../src/log.ts';

const policy: PolicyInput = {
  version: 1,
  name: 'model',
  maxAttempts: 4,
  attemptTimeoutMs: 300,
  deadlineMs: 2000,
  retryOn: ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'timeout'],
  backoff: {kind: 'exponential', baseMs: 50, jitter: 'full'},
  routes: [{match: {path: '/ml.Model/*'}, name: 'predict', idempotentMethods: ['POST']}],
};

interface Message {
  readonly text: string;
}

/** As generated code has them; here messages are JSON, so that no compiler is needed. */
const method = (name: string, responseStream: boolean): MethodDefinition<Message, Message> => ({
  path: `/ml.Model/${name}`,
  requestStream: false,
  responseStream,
  requestSerialize: write,
  requestDeserialize: read,
  responseSerialize: write,
  responseDeserialize: read,
});
const write = (message: Message): Buffer => Buffer.from(JSON.stringify(message));
const read = (bytes: Buffer): Message => JSON.parse(bytes.toString());
const model = {Predict: method('Predict', false), Generate: method('Generate', true)};

/** A client for the model: one for all calls, which share the budget and the breaker of its server. */
export class ModelClient {
  readonly #client: Client;

  constructor(address: string, ports: GrpcPorts = {on: logToConsole()}) {
    this.#client = new Client(address, credentials.createInsecure(), {interceptors: [grpcInterceptor(policy, ports)]});
  }

  /** @param deadlineMs The caller's own, for this call. */
  predict(text: string, deadlineMs?: number): Promise<string> {
    const {path, requestSerialize, responseDeserialize} = model.Predict;
    const options = deadlineMs === undefined ? {} : {deadline: Date.now() + deadlineMs};
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        {text},
        new Metadata(),
        options,
        (error, message) => (error === null ? resolve(message!.text) : reject(error)),
      );
    });
  }

  async *generate(text: string): AsyncGenerator<string> {
    const {path, requestSerialize, responseDeserialize} = model.Generate;
    const stream = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {text});
    for await (const message of stream as AsyncIterable<Message>) yield message.text;
  }

  close(): void {
    this.#client.close();
  }
}

/** What the server does with one attempt. */
export type Step = 'ok' | 'hang' | {readonly code: status; readonly pushbackMs?: string};

/** A server that follows a script, and then succeeds. */
export async function startModel(steps: Step[]): Promise<{address: string; stop(): void}> {
  const failureOf = (step: Step): Partial<ServiceError> | undefined => {
    if (typeof step === 'string') return undefined;
    const metadata = new Metadata();
    if (step.pushbackMs !== undefined) metadata.set('grpc-retry-pushback-ms', step.pushbackMs);
    return {code: step.code, details: 'scripted', metadata};
  };
  const server = new Server();
  server.addService(model, {
    Predict({request}: ServerUnaryCall<Message, Message>, reply: sendUnaryData<Message>) {
      const step = steps.shift() ?? 'ok';
      if (step !== 'hang') reply(failureOf(step) ?? null, {text: `${request.text} is a cat`});
    },
    Generate(call: ServerWritableStream<Message, Message>) {
      const failure = failureOf(steps.shift() ?? 'ok');
      if (failure !== undefined) return call.emit('error', failure);
      for (const text of ['It', 'is', 'a', 'cat.']) call.write({text});
      return call.end();
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {address: `127.0.0.1:${port}`, stop: () => server.forceShutdown()};
}

if (import.meta.main) {
  const down: Step = {code: status.UNAVAILABLE};
  const steps: Step[] = [];
  const server = await startModel(steps);
  const client = new ModelClient(server.address);
  const show = async (title: string, script: Step[], work: () => Promise<string>): Promise<void> => {
    steps.splice(0, steps.length, ...script);
    console.log(`\n${title}`);
    console.log(
      `=> ${await work().catch(({message, resilience}) => `${message}\n=> not sent again: ${resilience.reason}`)}`,
    );
  };
  const predict = (deadlineMs?: number) => (): Promise<string> => client.predict('cat.png', deadlineMs);
  const generate = async (): Promise<string> => {
    let text = '';
    for await (const word of client.generate('cat.png')) text += `${word} `;
    return text;
  };

  await show('Down twice, then well', [down, down], predict());
  await show('An attempt hangs, the next is answered', ['hang'], predict());
  await show('The server asks for 200 ms', [{...down, pushbackMs: '200'}], predict());
  await show('The server forbids a retry', [{...down, pushbackMs: '-1'}], predict());
  await show('A request that is wrong', [{code: status.INVALID_ARGUMENT}], predict());
  await show('The caller has 100 ms, the server hangs', ['hang'], predict(100));
  await show('A stream, before its first message', [down], generate);
  client.close();
  server.stop();
}
