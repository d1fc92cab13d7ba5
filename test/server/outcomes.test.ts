/** A status never frees a key: what a handler does, and what a repetition of its request gets. */
import {once} from 'node:events';
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect} from 'chai';
import {createFetch} from '../../src/fetch.ts';
import {type IdempotencyOptions, idempotencyMiddleware, idempotent, memoryStore} from '../../src/server.ts';
import {postTo, withServers} from './node-server.ts';
import {outcomeTable} from './outcome-rows.ts';
import {deferred, post, told} from './requests.ts';
import {TransactionPool} from './transaction-pool.ts';

describe('what a repetition gets', () => {
  describe('with a store that leases', () => outcomeTable('leases', () => ({store: memoryStore(), scope: 'everyone'})));
  describe("with a store that leases and afterLoss 'run-again'", () =>
    outcomeTable('run-again', () => ({store: memoryStore(), scope: 'everyone', afterLoss: 'run-again'})));
});

describe('a middleware that answers for a slow handler', () => {
  it('does not free the key: one charge for three attempts, and the client learns that the outcome is unknown', async () => {
    let charges = 0;
    const handlers: Promise<void>[] = [];
    const keyed = idempotencyMiddleware({store: memoryStore(), scope: 'everyone', on: () => {}});
    const server = createServer((request, response) =>
      keyed(request, response, () => {
        const answered = deferred<void>();
        handlers.push(
          answered.promise.then(() => {
            charges++;
            response.end('charged');
          }),
        );
        // What connect-timeout does when its time is over.
        response.writeHead(503, {'content-type': 'text/plain'}).end('Response timeout');
        answered.resolve();
      }),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const fetch = createFetch({name: 'charges', idempotency: {}, maxAttempts: 3, backoff: {baseMs: 1, capMs: 2}});
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/charges`;
      const response = await fetch(url, {method: 'POST', body: '{"amount":1}'});
      expect(await told(response)).to.equal('409 OUTCOME_UNKNOWN');
      await Promise.all(handlers);
      expect(charges).to.equal(1);
    } finally {
      server.close().closeAllConnections();
    }
  });
});

describe('a handler that acts, and passes on the 503 of a later service', () => {
  it('acts once', async () => {
    let effects = 0;
    const handler = idempotent(
      () => {
        effects++;
        return new Response('busy', {status: 503, headers: {'retry-after': '0'}});
      },
      {store: memoryStore(), scope: 'everyone', on: () => {}},
    );
    expect(await told(await handler(post('k')))).to.equal('503 busy');
    for (let repetition = 0; repetition < 2; repetition++)
      expect(await told(await handler(post('k')))).to.equal('409 OUTCOME_UNKNOWN');
    expect(effects).to.equal(1);
  });
});

describe('release', () => {
  it('has no effect once the response has ended', async () => {
    let free = () => {};
    let runs = 0;
    const handler = idempotent(
      (_request, {release}) => {
        runs++;
        free = release;
        return new Response('done');
      },
      {store: memoryStore(), scope: 'everyone'},
    );
    await handler(post('k'));
    free();
    expect((await handler(post('k'))).headers.get('idempotent-replayed')).to.equal('true');
    expect(runs).to.equal(1);
  });

  describe('in the same tick as the end of a response of Node', () => {
    const serve = withServers();
    const charging = async <Tx>(store: IdempotencyOptions<IncomingMessage, Tx>['store'], size: number) => {
      let effects = 0;
      const keyed = idempotencyMiddleware<IncomingMessage, Tx>({
        store,
        scope: 'everyone',
        maxResponseBytes: 100,
        on: () => {},
      });
      const url = await serve(
        keyed.listener((_request, response, {release}) => {
          effects++;
          response.writeHead(201).end('x'.repeat(size));
          release(); // Such as a catch for what comes after the answer.
        }),
      );
      const answers = [await told(await postTo(url, 'k')), await told(await postTo(url, 'k'))];
      return {answers, effects};
    };

    it('has no effect with a store that leases', async () => {
      expect(await charging(memoryStore(), 1)).to.deep.equal({answers: ['201 x', '201 x'], effects: 1});
      const {answers, effects} = await charging(memoryStore(), 101);
      expect(answers[1]).to.equal('409 RESPONSE_NOT_KEPT');
      expect(effects).to.equal(1);
    });

    it('has no effect with a transaction', async () => {
      expect(await charging(new TransactionPool(1), 1)).to.deep.equal({answers: ['201 x', '201 x'], effects: 1});
    });
  });

  it('is reported with the status, and a lost run too', async () => {
    const events: unknown[] = [];
    const handler = idempotent(
      async (request, {release}) => {
        if ((await request.text()) === 'free') release();
        return new Response('busy', {status: 503});
      },
      {store: memoryStore(), scope: 'everyone', on: event => events.push(event)},
    );
    await handler(post('a', 'free'));
    await handler(post('b', 'lost'));
    expect(events).to.deep.equal([
      {type: 'released', status: 503, error: undefined},
      {type: 'lost', status: 503, error: undefined},
    ]);
  });
});
