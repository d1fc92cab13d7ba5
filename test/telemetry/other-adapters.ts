/** Calls through gRPC, guarded functions and a batch, with a secret wherever there may be one. What they return does not matter. */
import {Metadata, status} from '@grpc/grpc-js';
import {answer, runBatch} from '../../src/batch.ts';
import type {Listener, Observer, PolicyInput} from '../../src/core.ts';
import {guard} from '../../src/function.ts';
import {grpcInterceptor} from '../../src/grpc.ts';
import {drain, GrpcServer, get, hang, ok, type Script, watch} from '../grpc/grpc-server.ts';
import {settle} from '../support/outcome.ts';

interface Watching {
  readonly observer: Observer;
  readonly on: Listener;
}

const repeatable: PolicyInput = {
  name: 'standard',
  backoff: {baseMs: 1, throttledBaseMs: 1},
  idempotentMethods: ['POST'],
};

export async function playOtherAdapters(watching: Watching, secret: string): Promise<void> {
  await playRpcs(watching, secret);
  await playFunctions(watching, secret);
  await playBatch(watching, secret);
}

async function playRpcs(watching: Watching, secret: string): Promise<void> {
  const server = await GrpcServer.start();
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${secret}`);
  const fails =
    (code: status): Script =>
    attempt =>
      attempt.end(code, {token: secret}, `at https://u:${secret}@h/?token=${secret}`);
  const client = (policy: PolicyInput) => server.client([grpcInterceptor({...repeatable, ...policy}, watching)]);
  const play = async (script: readonly Script[], policy: PolicyInput = {}, times = 1): Promise<void> => {
    server.serve(...script);
    const each = client(policy);
    for (let count = 0; count < times; count++) await get(each, {}, metadata);
  };
  try {
    await play([ok]);
    await play([fails(status.UNAVAILABLE), ok]);
    await play([fails(status.NOT_FOUND)]);
    await play([hang], {attemptTimeoutMs: 40, maxAttempts: 2});
    await play([hang], {deadlineMs: 60});
    await play([hang, ok], {hedge: {delayMs: 15, maxLoadRatio: 1}, budget: null});
    await play([fails(status.INTERNAL)], {breaker: {kind: 'consecutive', failures: 1, openMs: 60_000}}, 2);
    await get(client({}), {}, metadata, call => call.cancel());
    for (const code of [status.OK, status.UNAVAILABLE]) {
      server.serve(attempt => {
        attempt.message(secret);
        fails(code)(attempt);
      });
      await drain(watch(client({})));
    }
  } finally {
    await server.close();
  }
}

async function playFunctions(watching: Watching, secret: string): Promise<void> {
  const guarded = guard(repeatable, {...watching, name: 'orders-db'});
  const failing = (code: string) =>
    settle(() =>
      guarded(() => Promise.reject(Object.assign(new Error(`at https://u:${secret}@h/`), {code})), {key: secret}),
    );
  await guarded(() => ({token: secret}));
  await failing('ECONNRESET');
  await failing(`ERR_${secret}`);
}

async function playBatch({observer}: Watching, secret: string): Promise<void> {
  const target = {url: `https://user:${secret}@batch.example/items?token=${secret}`};
  const busy = answer(503, {token: secret});
  await runBatch(
    [...'abcd'],
    {chunkSize: 2, sendChunk: (items, {attempt}) => (attempt === 1 ? busy : items)},
    {target, policy: repeatable, observer},
  );
}
