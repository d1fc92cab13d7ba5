/** The source of a response that is dropped, because another answer was sent in its place: it must not stay open. */
import {expect} from 'chai';
import {type IdempotencyOptions, idempotent, memoryStore} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {deferred, post, told} from './requests.ts';
import {TransactionPool} from './transaction-pool.ts';

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
