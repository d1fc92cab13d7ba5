/** The callbacks of `write` and `end`, which handlers wait for, while a response is held, sent or replaced. */
import {once} from 'node:events';
import type {ServerResponse} from 'node:http';
import {Readable, Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {expect} from 'chai';
import {
  type IdempotencyEvent,
  type IdempotencyOptions,
  idempotencyMiddleware,
  type KeyContext,
  memoryStore,
} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {postTo, withServers} from './node-server.ts';
import {deferred, told} from './requests.ts';
import {type Connection, TransactionPool} from './transaction-pool.ts';

const serve = withServers();

/** A response above `maxResponseBytes` is larger than 100 bytes. */
async function open<Tx>(
  store: IdempotencyOptions<unknown, Tx>['store'],
  handler: (response: ServerResponse, context: KeyContext<Tx>) => unknown,
  options: {readonly clock?: VirtualClock} = {},
) {
  const events: IdempotencyEvent[] = [];
  const keyed = idempotencyMiddleware({
    store,
    scope: 'everyone',
    maxResponseBytes: 100,
    maxRunMs: 10_000,
    leaseMs: 3000,
    on: event => events.push(event),
    ...options,
  });
  const url = await serve(keyed.listener((_request, response, context) => handler(response, context)));
  return {url, events};
}

const written = (response: ServerResponse, chunk: string): Promise<void> =>
  new Promise(resolve => {
    response.write(chunk, () => resolve());
  });

describe('a handler that waits for the callback of each write', () => {
  const handlers: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
    'of write': async response => {
      await written(response, 'a');
      await written(response, 'b');
      response.end('c');
    },
    'of a web stream': async response => {
      await new Response('abc').body!.pipeTo(Writable.toWeb(response) as WritableStream<Uint8Array>);
    },
    'of a stream around the response': async response => {
      const around = new Writable({
        write: (chunk, _encoding, done) => void response.write(chunk, done),
        final: done => void response.end(done),
      });
      await pipeline(Readable.from(['a', 'b', 'c']), around);
    },
  };
  for (const [name, handler] of Object.entries(handlers))
    it(`${name}, gets them while the response is held`, async () => {
      const {url} = await open(memoryStore(), handler);
      expect(await told(await postTo(url, 'k'))).to.equal('200 abc');
      const replay = await postTo(url, 'k');
      expect(replay.headers.get('idempotent-replayed')).to.equal('true');
      expect(await told(replay)).to.equal('200 abc');
    });

  it('gets that of a write beyond maxResponseBytes once it is sent', async () => {
    const seen: boolean[] = [];
    const {url} = await open(memoryStore(), async response => {
      await written(response, 'x'.repeat(101));
      seen.push(Object.getOwnPropertyDescriptor(response, 'writableEnded')!.get!() as boolean);
      response.end('tail');
    });
    expect(await told(await postTo(url, 'k'))).to.equal(`200 ${'x'.repeat(101)}tail`);
    expect(seen).to.deep.equal([false]);
  });
});

describe('a run that was rolled back', () => {
  const charge = async (transaction: Connection, response: ServerResponse): Promise<void> => {
    await transaction.query('charge');
    response.writeHead(201, {'content-type': 'text/plain'});
  };

  it('is answered with RESPONSE_TOO_LARGE, whatever the callback of the write then writes', async () => {
    const called = deferred<unknown>();
    const pool = new TransactionPool(1);
    const {url, events} = await open(pool, async (response, {transaction}) => {
      await charge(transaction, response);
      response.write('x'.repeat(101), () => {
        response.end('tail');
        called.resolve(response.statusCode);
      });
    });
    const response = await postTo(url, 'k');
    expect(await told(response)).to.equal('500 RESPONSE_TOO_LARGE');
    expect(response.headers.get('content-type')).to.equal('application/problem+json');
    expect(await called.promise).to.equal(500);
    expect(pool.committed).to.deep.equal([]);
    expect(events.map(({type}) => type)).to.deep.equal(['released', 'refused']);
  });

  it('is answered with HANDLER_TIMEOUT, whatever it writes at the same time', async () => {
    const clock = new VirtualClock();
    const pool = new TransactionPool(1);
    const written = deferred<void>();
    const {url} = await open(
      pool,
      async (response, {transaction, signal}) => {
        await charge(transaction, response);
        response.write('charged: ', () => {
          signal.addEventListener('abort', () => response.end('yes'));
          written.resolve();
        });
      },
      {clock},
    );
    const answer = postTo(url, 'k');
    await written.promise;
    await clock.advance(10_000);
    expect(await told(await answer)).to.equal('503 HANDLER_TIMEOUT');
    expect(pool.committed).to.deep.equal([]);
  });

  it('goes on where it waits for room: what it still writes is dropped', async () => {
    const pool = new TransactionPool(1);
    const ended = deferred<boolean>();
    const {url} = await open(pool, async (response, {transaction}) => {
      await charge(transaction, response);
      expect(response.write('x'.repeat(101))).to.equal(false);
      await once(response, 'drain');
      ended.resolve(response.write('dropped'));
      response.end('tail');
    });
    expect(await told(await postTo(url, 'k'))).to.equal('500 RESPONSE_TOO_LARGE');
    expect(await ended.promise).to.equal(true);
  });
});
