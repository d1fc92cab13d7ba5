/** A transaction ends, whatever its handler does, and the handler has no query on a connection that was given back. On a real PostgreSQL: test/stores. */
import type {IncomingMessage} from 'node:http';
import {expect} from 'chai';
import {
  type IdempotencyEvent,
  type IdempotencyOptions,
  idempotencyMiddleware,
  idempotent,
  type KeyContext,
} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {postTo, withServers} from './node-server.ts';
import {deferred, post, told} from './requests.ts';
import {type Connection, TransactionPool} from './transaction-pool.ts';

type Handler = (request: Request, context: KeyContext<Connection>) => Response | Promise<Response>;

function charging(size: number, options: Partial<IdempotencyOptions<Request, Connection>>, handler: Handler) {
  const pool = new TransactionPool(size);
  const clock = new VirtualClock();
  const events: IdempotencyEvent[] = [];
  const on = (event: IdempotencyEvent): unknown => events.push(event);
  return {pool, clock, events, send: idempotent(handler, {store: pool, scope: 'everyone', clock, on, ...options})};
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise(resolve => setImmediate(resolve));
};

describe('a transaction', () => {
  it('ends after maxRunMs, 30 s by default: the signal aborts, the key is free, and the connection is given back', async () => {
    let reason: unknown;
    const {pool, clock, events, send} = charging(3, {}, (_request, {signal}) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason;
      });
      return new Promise(() => {});
    });
    const answers = ['a', 'b', 'c'].map(key => send(post(key)));
    await until(() => pool.begun === 3);
    await clock.advance(29_999);
    expect(events).to.deep.equal([]);
    await clock.advance(1);
    expect(reason).to.include({code: 'LEASE_LOST'});
    for (const answer of answers) {
      const response = await answer;
      expect(response.headers.get('retry-after')).to.equal('1');
      expect(await told(response)).to.equal('503 HANDLER_TIMEOUT');
    }
    expect(pool.free).to.equal(3);
    expect(clock.pending).to.equal(0);
  });

  it('is closed to a handler that goes on after it', async () => {
    const late = deferred<unknown>();
    const {pool, clock, send} = charging(1, {maxRunMs: 1000}, async (request, {transaction, signal}) => {
      if ((await request.text()) === 'quick') {
        await transaction.query('quick');
        return new Response('done');
      }
      await transaction.query('slow');
      await new Promise(resolve => signal.addEventListener('abort', resolve));
      late.resolve(await charged.then(() => transaction.query('late')).catch((error: unknown) => error));
      return new Response('done');
    });
    let chargedNow = () => {};
    const charged = new Promise<void>(resolve => {
      chargedNow = resolve;
    });
    const slow = send(post('a', 'slow'));
    await until(() => pool.log.length > 0);
    await clock.advance(1000);
    expect(await told(await slow)).to.equal('503 HANDLER_TIMEOUT');
    const quick = send(post('b', 'quick'));
    chargedNow();
    expect(await late.promise).to.include({code: 'TRANSACTION_ENDED'});
    expect(await told(await quick)).to.equal('200 done');
    expect(pool.log).to.deep.equal(['slow in transaction 1', 'quick in transaction 2']);
    expect(pool.committed).to.deep.equal(['quick']);
  });

  it('holds an event stream to its end, so that what the generator writes is committed with the key', async () => {
    const {pool, send} = charging(1, {}, (_request, {transaction}) => {
      const stream = new ReadableStream({
        async start(controller) {
          for (const step of ['one', 'two']) {
            await new Promise(resolve => setImmediate(resolve));
            await transaction.query(step);
            controller.enqueue(new TextEncoder().encode(`data: ${step}\n\n`));
          }
          controller.close();
        },
      });
      return new Response(stream, {headers: {'content-type': 'text/event-stream'}});
    });
    for (const replayed of [null, 'true']) {
      const response = await send(post('k'));
      expect(response.headers.get('idempotent-replayed')).to.equal(replayed);
      expect(await told(response)).to.equal('200 data: one\n\ndata: two\n\n');
    }
    expect(pool.committed).to.deep.equal(['one', 'two']);
    expect(pool.log).to.deep.equal(['one in transaction 1', 'two in transaction 1']);
  });

  it('rolls back a response above maxResponseBytes, stops its stream, and says so', async () => {
    let isStopped = false;
    const {pool, events, send} = charging(1, {maxResponseBytes: 100}, async (_request, {transaction}) => {
      await transaction.query('charge');
      const stream = new ReadableStream({
        pull: controller => controller.enqueue(new Uint8Array(60)),
        cancel: () => {
          isStopped = true;
        },
      });
      return new Response(stream);
    });
    const response = await send(post('k'));
    expect(response.headers.get('x-should-retry')).to.equal('false');
    expect(await told(response)).to.equal('500 RESPONSE_TOO_LARGE');
    expect(pool.committed).to.deep.equal([]);
    expect(isStopped).to.equal(true);
    expect(events[0])
      .to.have.property('error')
      .that.has.property('message')
      .that.matches(/100 bytes of maxResponseBytes/);
  });

  it('of a request without a key ends where a long response begins, and a later query of its stream fails', async () => {
    const failed = deferred<unknown>();
    const {pool, send} = charging(1, {maxResponseBytes: 100}, (_request, {transaction}) => {
      let chunks = 0;
      const stream = new ReadableStream({
        async pull(controller) {
          if (++chunks <= 3) return controller.enqueue(new Uint8Array(60));
          await Promise.resolve()
            .then(() => transaction.query('late'))
            .catch(failed.resolve);
          controller.close();
        },
      });
      return new Response(stream);
    });
    const response = await send(new Request('https://shop.example/charges'));
    expect(await response.text()).to.have.length(180);
    expect(await failed.promise).to.include({code: 'TRANSACTION_ENDED'});
    expect(pool.log).to.deep.equal([]);
  });

  it('tells a repetition at once that the first request runs, while the pool is busy', async () => {
    const gate = deferred<void>();
    const {pool, send} = charging(1, {}, async () => {
      await gate.promise;
      return new Response('done');
    });
    const first = send(post('k'));
    const waits = send(post('other'));
    await until(() => pool.begun === 1 && pool.waiting === 1);
    expect(await told(await send(post('k')))).to.equal('409 REQUEST_RUNNING');
    // Also of a request that waits for its connection.
    expect(await told(await send(post('other')))).to.equal('409 REQUEST_RUNNING');
    gate.resolve();
    expect(await told(await first)).to.equal('200 done');
    expect(await told(await waits)).to.equal('200 done');
    expect((await send(post('k'))).headers.get('idempotent-replayed')).to.equal('true');
  });

  it('that gets no connection within storeTimeoutMs is answered with 503, and its handler never runs', async () => {
    const gate = deferred<void>();
    let runs = 0;
    const {pool, clock, send} = charging(1, {storeTimeoutMs: 2000}, async () => {
      runs++;
      await gate.promise;
      return new Response('done');
    });
    const first = send(post('a'));
    await until(() => pool.begun === 1);
    const second = send(post('b'));
    await until(() => pool.waiting === 1);
    await clock.advance(2000);
    expect(await told(await second)).to.equal('503 STORE_UNAVAILABLE');
    gate.resolve();
    expect(await told(await first)).to.equal('200 done');
    await until(() => pool.free === 1);
    expect(runs).to.equal(1);
    expect(await told(await send(post('b')))).to.equal('200 done');
  });

  for (const [step, expected] of [
    ['commit', '503 STORE_UNAVAILABLE'],
    ['rollback', '500 failed'],
  ] as const)
    it(`whose ${step} is not answered within storeTimeoutMs: ${expected}`, async () => {
      const {pool, clock, send} = charging(1, {storeTimeoutMs: 2000}, () =>
        step === 'commit' ? new Response('done') : new Response('failed', {status: 500}),
      );
      pool.silent.add(step);
      const answer = send(post('k'));
      await until(() => pool.isSilent);
      await clock.advance(2000);
      expect(await told(await answer)).to.equal(expected);
    });

  describe('of a request of Node', () => {
    const serve = withServers();
    const open = async (
      handler: (response: import('node:http').ServerResponse, context: KeyContext<Connection>) => unknown,
      options: Partial<IdempotencyOptions<IncomingMessage, Connection>> = {},
    ) => {
      const pool = new TransactionPool(1);
      const keyed = idempotencyMiddleware({store: pool, scope: 'everyone', on: () => {}, ...options});
      const url = await serve(keyed.listener((_request, response, context) => handler(response, context)));
      return {pool, url};
    };

    it('ends where the handler destroys the response', async () => {
      const {pool, url} = await open(async (response, {transaction}) => {
        await transaction.query('charge');
        response.destroy();
      });
      for (const key of ['a', 'b', 'c']) expect(await postTo(url, key).catch(() => 'reset')).to.equal('reset');
      await until(() => pool.free === 1);
      expect(pool.committed).to.deep.equal([]);
    });

    it('ends where a timeout middleware answers, and is closed to the handler', async () => {
      const late = deferred<unknown>();
      const answered = deferred<void>();
      const {pool, url} = await open(async (response, {transaction}) => {
        response.writeHead(503).end('Response timeout');
        await answered.promise;
        late.resolve(
          await Promise.resolve()
            .then(() => transaction.query('late'))
            .catch((error: unknown) => error),
        );
      });
      expect(await told(await postTo(url, 'k'))).to.equal('503 Response timeout');
      answered.resolve();
      expect(await late.promise).to.include({code: 'TRANSACTION_ENDED'});
      expect(pool.log).to.deep.equal([]);
    });

    it('holds an event stream to its end', async () => {
      const {pool, url} = await open(async (response, {transaction}) => {
        response.writeHead(200, {'content-type': 'text/event-stream'}).flushHeaders();
        for (const step of ['one', 'two']) {
          response.write(`data: ${step}\n\n`);
          await new Promise(resolve => setImmediate(resolve));
          await transaction.query(step);
        }
        response.end();
      });
      for (let at = 0; at < 2; at++)
        expect(await told(await postTo(url, 'k'))).to.equal('200 data: one\n\ndata: two\n\n');
      expect(pool.committed).to.deep.equal(['one', 'two']);
    });

    it('rolls back a response above maxResponseBytes', async () => {
      const {pool, url} = await open(
        async (response, {transaction}) => {
          await transaction.query('charge');
          response.end('x'.repeat(200));
        },
        {maxResponseBytes: 100},
      );
      expect(await told(await postTo(url, 'k'))).to.equal('500 RESPONSE_TOO_LARGE');
      expect(pool.committed).to.deep.equal([]);
    });
  });
});

describe('the transaction that a handler gets', () => {
  /** What the handler sees of a transaction of any shape. */
  async function given<T>(transaction: T, look: (given: T) => unknown): Promise<unknown> {
    let seen: unknown;
    const handler = idempotent<T>(
      async (_request, context) => {
        seen = await look(context.transaction);
        return new Response('done');
      },
      {
        store: {transact: (_claim, work) => work(transaction, {state: 'claimed'}, async () => {})},
        scope: 'everyone',
      },
    );
    await handler(post('k'));
    return seen;
  }

  it('may be a function with properties, as that of postgres.js', async () => {
    const sql = Object.assign((parts: readonly string[], ..._values: unknown[]) => parts.join('?'), {
      unsafe: (text: string) => `unsafe ${text}`,
    });
    expect(await given(sql, tx => [tx`a${1}b`, tx.unsafe('c')])).to.deep.equal(['a?b', 'unsafe c']);
  });

  it('may have private fields, getters, nested objects, and methods that return it', async () => {
    class Client {
      #queries = 0;
      readonly table = {insert: (): number => ++this.#queries};
      get count(): number {
        return this.#queries;
      }
      on(): this {
        return this;
      }
    }
    const look = (tx: Client): unknown => [tx.table.insert(), tx.count, tx.on() === tx, tx instanceof Client];
    expect(await given(new Client(), look)).to.deep.equal([1, 1, true, true]);
  });

  it('may be frozen, or no object', async () => {
    expect(await given(Object.freeze({query: () => 1}), tx => tx.query())).to.equal(1);
    expect(await given('tx', tx => tx)).to.equal('tx');
  });

  it('is closed once it has ended, with each method that was taken from it', async () => {
    const kept: (() => unknown)[] = [];
    await given({query: () => 1}, tx => {
      const {query} = tx;
      kept.push(query, () => tx.query());
    });
    expect(kept).to.have.length(2);
    for (const late of kept) expect(late).to.throw(/transaction of this request has ended/);
  });
});
