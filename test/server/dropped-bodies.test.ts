/** The source of a response that is dropped, because another answer was sent in its place: it must not stay open. */
import {once} from 'node:events';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {PassThrough, Readable, Writable} from 'node:stream';
import {finished, pipeline} from 'node:stream/promises';
import {expect} from 'chai';
import {type IdempotencyOptions, idempotencyMiddleware, idempotent, memoryStore} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {postTo, withServers} from './node-server.ts';
import {deferred, post, told} from './requests.ts';
import {TransactionPool} from './transaction-pool.ts';

const serve = withServers();
const LIMITS = {leaseMs: 3000, maxRunMs: 10_000, maxResponseBytes: 100} as const;
type Store = Pick<IdempotencyOptions<never, never>, 'store' | 'afterLoss'>;
/** Stores, and the answer after `maxRunMs`. */
const STORES: Readonly<Record<string, readonly [options: (clock: VirtualClock) => Store, lost: string]>> = {
  memoryStore: [clock => ({store: memoryStore({clock})}), '409 OUTCOME_UNKNOWN'],
  "memoryStore with afterLoss 'run-again'": [
    clock => ({store: memoryStore({clock}), afterLoss: 'run-again'}),
    '409 LEASE_LOST',
  ],
  postgresTransactions: [() => ({store: new TransactionPool(1) as never}), '503 HANDLER_TIMEOUT'],
};

describe('the body of a Response that is dropped', () => {
  /** A source that never ends, as a proxied upstream. */
  function endless(type: string, headers = {'content-type': type}) {
    const cancelled = deferred<void>();
    const read = deferred<void>();
    let parts = 0;
    const stream = new ReadableStream<Uint8Array>(
      {
        pull: controller => {
          read.resolve();
          if (parts++ > 0) return new Promise<void>(() => {});
          controller.enqueue(new TextEncoder().encode('ping'));
          return undefined;
        },
        cancel: () => cancelled.resolve(),
      },
      {highWaterMark: 0},
    );
    return {response: () => new Response(stream, {headers}), read: read.promise, cancelled: cancelled.promise};
  }

  for (const [name, [options, lost]] of Object.entries(STORES)) {
    it(`is cancelled where the key is lost while the body is read, with ${name}`, async () => {
      const clock = new VirtualClock();
      const {response, read, cancelled} = endless('application/x-ndjson');
      const handler = idempotent(response, {...LIMITS, ...options(clock), clock, scope: 'everyone', on: () => {}});
      const answer = handler(post('k'));
      await read;
      await clock.advance(LIMITS.maxRunMs);
      expect(await told(await answer)).to.equal(lost);
      await cancelled;
    });

    it(`is cancelled unread where the handler returns it after the key was lost, with ${name}`, async () => {
      const clock = new VirtualClock();
      const {response, cancelled} = endless('application/x-ndjson');
      const began = deferred<void>();
      const goOn = deferred<void>();
      const handler = idempotent(
        async () => {
          began.resolve();
          await goOn.promise;
          return response();
        },
        {...LIMITS, ...options(clock), clock, scope: 'everyone', on: () => {}},
      );
      const answer = handler(post('k'));
      await began.promise;
      await clock.advance(LIMITS.maxRunMs);
      expect(await told(await answer)).to.equal(lost);
      goOn.resolve();
      await cancelled;
    });
  }

  it('is cancelled where a held event stream outlives maxRunMs, with postgresTransactions', async () => {
    const clock = new VirtualClock();
    const {response, read, cancelled} = endless('text/event-stream');
    const handler = idempotent(response, {
      ...LIMITS,
      store: new TransactionPool(1),
      clock,
      scope: 'everyone',
      on: () => {},
    });
    const answer = handler(post('k'));
    await read;
    await clock.advance(LIMITS.maxRunMs);
    expect(await told(await answer)).to.equal('503 HANDLER_TIMEOUT');
    await cancelled;
  });
});

describe("the body of a Response that is passed on while its run goes on, with afterLoss 'run-again'", () => {
  const STREAMED = {leaseMs: 3000, maxRunMs: 10_000, maxResponseBytes: 3, afterLoss: 'run-again'} as const;
  for (const type of ['text/event-stream', 'text/plain']) {
    async function passedOn() {
      const clock = new VirtualClock();
      const cancelled = deferred<void>();
      const settled = deferred<void>();
      let isCancelled = false;
      const stream = new ReadableStream<Uint8Array>({
        pull: controller => controller.enqueue(new TextEncoder().encode('ping')),
        cancel: () => {
          isCancelled = true;
          cancelled.resolve();
        },
      });
      const handler = idempotent(() => new Response(stream, {headers: {'content-type': type}}), {
        ...STREAMED,
        store: memoryStore({clock}),
        clock,
        scope: 'everyone',
        on: event => event.type === 'lost' && settled.resolve(),
      });
      const response = await handler(post('k'));
      const lose = async (): Promise<void> => {
        await clock.advance(STREAMED.maxRunMs);
        await settled.promise;
      };
      return {response, lose, cancelled: cancelled.promise, isCancelled: () => isCancelled};
    }

    it(`is cancelled after maxRunMs where nothing reads it, and is not taken for a whole one later: ${type}`, async () => {
      const {response, lose, cancelled} = await passedOn();
      await lose();
      await cancelled;
      expect(await response.text().catch((error: Error) => error.message)).to.include('was not read');
    });

    it(`goes on after maxRunMs where it is read: ${type}`, async () => {
      const {response, lose, isCancelled} = await passedOn();
      const reader = response.body!.getReader();
      await reader.read();
      await lose();
      for (let count = 0; count < 5; count++) expect((await reader.read()).done).to.equal(false);
      expect(isCancelled()).to.equal(false);
    });
  }
});

describe('a stream that is piped into a response that is dropped', () => {
  /** A source above `maxResponseBytes` that goes on to 100 parts. */
  function source() {
    let parts = 0;
    return new Readable({
      read() {
        setImmediate(() => this.push(parts++ < 100 ? 'x'.repeat(50_000) : null));
      },
    });
  }

  async function answered(
    handler: (response: ServerResponse, request: IncomingMessage) => unknown,
    options: Partial<IdempotencyOptions<IncomingMessage, never>> = {},
  ) {
    const failed: unknown[] = [];
    const keyed = idempotencyMiddleware<IncomingMessage, never>({
      ...LIMITS,
      store: new TransactionPool(1) as never,
      scope: 'everyone',
      on: event => event.type === 'failed' && failed.push(event.error),
      ...options,
    });
    const url = await serve(keyed.listener((request, response) => handler(response, request)));
    return {answer: postTo(url, 'k').then(told), failed};
  }

  it('is destroyed where the response is too large for its transaction', async () => {
    const file = source();
    const closed = once(file, 'close');
    const {answer} = await answered(response => void file.pipe(response));
    expect(await answer).to.equal('500 RESPONSE_TOO_LARGE');
    await closed;
  });

  it('is destroyed with the streams that are piped into it', async () => {
    const [file, transform] = [source(), new PassThrough()];
    const closed = Promise.all([once(file, 'close'), once(transform, 'close')]);
    const {answer} = await answered(response => void file.pipe(transform).pipe(response));
    expect(await answer).to.equal('500 RESPONSE_TOO_LARGE');
    await closed;
  });

  it('is destroyed by a pipeline too, which rejects', async () => {
    const file = source();
    const closed = once(file, 'close');
    const ended = deferred<unknown>();
    const {answer} = await answered(response => pipeline(file, response).catch(ended.resolve));
    expect(await answer).to.equal('500 RESPONSE_TOO_LARGE');
    await closed;
    expect(await ended.promise).to.include({code: 'ERR_STREAM_PREMATURE_CLOSE'});
  });

  it('goes on to its end where something else reads it too', async () => {
    const seen: Record<string, number> = {};
    const counted = (name: string): Writable =>
      new Writable({
        write: (chunk: Uint8Array, _encoding, done) => {
          seen[name] = (seen[name] ?? 0) + chunk.byteLength;
          setImmediate(done);
        },
      });
    const [piped, heard] = [source(), source()];
    const other = counted('pipe');
    const ends = Promise.all([finished(other), once(heard, 'end')]);
    const hear = (chunk: Uint8Array): void => {
      seen.data = (seen.data ?? 0) + chunk.length;
    };
    for (const each of [piped, heard]) {
      const {answer} = await answered(response => {
        // From here on it flows: read before, it may have ended.
        if (each === heard) heard.on('data', hear);
        else piped.pipe(other);
        each.pipe(response);
      });
      expect(await answer).to.equal('500 RESPONSE_TOO_LARGE');
    }
    await ends;
    expect(seen).to.deep.equal({pipe: 5_000_000, data: 5_000_000});
  });

  it('is left open where it is the request, so that the connection stays good', async () => {
    const {answer} = await answered((response, request) => void request.pipe(response), {maxResponseBytes: 5});
    expect(await answer).to.equal('500 RESPONSE_TOO_LARGE');
  });

  for (const [name, [options, lost]] of Object.entries(STORES))
    for (const when of ['before', 'after'] as const)
      it(`is destroyed where it is piped ${when} the key is lost, with ${name}`, async () => {
        const clock = new VirtualClock();
        const endless = new Readable({read() {}});
        const closed = once(endless, 'close');
        const began = deferred<void>();
        const goOn = deferred<void>();
        const {answer} = await answered(
          async response => {
            began.resolve();
            if (when === 'after') await goOn.promise;
            endless.pipe(response);
          },
          {...(options(clock) as object), clock},
        );
        await began.promise;
        await clock.advance(LIMITS.maxRunMs);
        expect(await answer).to.equal(lost);
        goOn.resolve();
        await closed;
      });

  describe('because a timeout middleware has answered', () => {
    async function late(options: Partial<IdempotencyOptions<IncomingMessage>>) {
      const file = source();
      const closed = once(file, 'close');
      const settled = deferred<void>();
      const goOn = deferred<void>();
      const keyed = idempotencyMiddleware<IncomingMessage>({
        ...LIMITS,
        store: memoryStore(),
        scope: 'everyone',
        on: event => event.type === 'lost' && settled.resolve(),
        ...options,
      });
      const url = await serve((request, response) => {
        const writeHead = response.writeHead.bind(response);
        const end = response.end.bind(response);
        keyed(request, response, async () => {
          writeHead(503);
          end('late');
          await goOn.promise;
          file.pipe(response);
        });
      });
      expect(await told(await postTo(url, 'k'))).to.equal('503 late');
      goOn.resolve();
      await closed;
      await settled.promise;
      return file;
    }

    it('is destroyed', async () => {
      expect((await late({})).readableEnded).to.equal(false);
    });

    it("goes on to its end with afterLoss 'run-again', and the key is free then", async () => {
      expect((await late({afterLoss: 'run-again'})).readableEnded).to.equal(true);
    });
  });
});
