import {expect} from 'chai';
import {
  type IdempotencyEvent,
  type IdempotencyOptions,
  type IdempotencyStore,
  idempotent,
  type KeyContext,
  memoryStore,
  type TransactionalStore,
} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {thrown} from '../call/world.ts';
import {deferred, post, told} from './requests.ts';

type Options = Partial<IdempotencyOptions<Request>>;

/** A handler that counts its runs, and answers as `make` says. */
function charging(
  options: Options = {},
  make: (request: Request, context: KeyContext) => Response | Promise<Response> = () =>
    Response.json({id: 1}, {status: 201}),
) {
  const events: IdempotencyEvent[] = [];
  const charges = {runs: 0, events};
  const handler = idempotent(
    (request, context: KeyContext) => {
      charges.runs++;
      return make(request, context);
    },
    {store: memoryStore(), scope: 'everyone', on: event => events.push(event), ...options},
  );
  return {handler, charges};
}

const broken = (steps: readonly (keyof IdempotencyStore)[], store = memoryStore()): IdempotencyStore => {
  const fail = (): Promise<never> => Promise.reject(new Error('connection refused'));
  return {
    ...Object.fromEntries(['claim', 'renew', 'complete', 'abandon', 'release'].map(name => [name, fail])),
    ...methods(store, steps),
  } as IdempotencyStore;
};
const methods = (store: IdempotencyStore, steps: readonly (keyof IdempotencyStore)[]): Partial<IdempotencyStore> => ({
  ...(!steps.includes('claim') && {claim: claim => store.claim(claim)}),
  ...(!steps.includes('renew') && {renew: (...all) => store.renew(...all)}),
  ...(!steps.includes('complete') && {complete: (...all) => store.complete(...all)}),
  ...(!steps.includes('abandon') && {abandon: (...all) => store.abandon(...all)}),
  ...(!steps.includes('release') && {release: (...all) => store.release(...all)}),
});

describe('idempotent', () => {
  describe('the key', () => {
    const keys: [string, string | null, Options, string, number][] = [
      ['that is missing', null, {}, '400 IDEMPOTENCY_KEY_MISSING', 0],
      ['that is missing, and not required', null, {required: false}, '201 {"id":1}', 1],
      ['that is empty', '', {}, '400 IDEMPOTENCY_KEY_INVALID', 0],
      ['in the raw form', 'a-1', {}, '201 {"id":1}', 1],
      ['as a structured-field string', '"8e03978e-40d5"', {}, '201 {"id":1}', 1],
      ['with a parameter', '"k";v=1', {}, '201 {"id":1}', 1],
      [
        'with parameters of every type',
        String.raw`"k"; a;b=?0;c=-1.5;d="x\"y";*e=tok/en;f=:YQ==:;g=@12;h=%"x"`,
        {},
        '201 {"id":1}',
        1,
      ],
      ['with a parameter without a name', '"k";=1', {}, '400 IDEMPOTENCY_KEY_INVALID', 0],
      ['with a parameter in upper case', '"k";V=1', {}, '400 IDEMPOTENCY_KEY_INVALID', 0],
      ['with a second item', '"k", "l"', {}, '400 IDEMPOTENCY_KEY_INVALID', 0],
      ['with text after the string', '"k"l', {}, '400 IDEMPOTENCY_KEY_INVALID', 0],
      ['as an empty structured-field string', '""', {}, '400 IDEMPOTENCY_KEY_INVALID', 0],
      ['as a structured-field string without its end', '"8e03978e', {}, '400 IDEMPOTENCY_KEY_INVALID', 0],
      ['that is sent twice', 'a, b', {}, '400 IDEMPOTENCY_KEY_INVALID', 0],
      ['of 255 characters', 'k'.repeat(255), {}, '201 {"id":1}', 1],
      ['of 256 characters', 'k'.repeat(256), {}, '400 IDEMPOTENCY_KEY_INVALID', 0],
    ];
    for (const [what, key, options, expected, runs] of keys)
      it(`${what}: ${expected}`, async () => {
        const {handler, charges} = charging(options);
        expect(await told(await handler(post(key)))).to.equal(expected);
        expect(charges.runs).to.equal(runs);
      });

    it('is the same in both forms', async () => {
      const {handler, charges} = charging();
      await handler(post('abc'));
      for (const form of ['"abc"', '"abc";v=1', ' "abc" '])
        expect((await handler(post(form))).headers.get('idempotent-replayed')).to.equal('true');
      expect(charges.runs).to.equal(1);
    });

    it('is read from the header of the options, and for their methods only', async () => {
      const {handler, charges} = charging({header: 'X-Key', methods: ['put']});
      const put = () => new Request('https://a.example/', {method: 'PUT', headers: {'x-key': '1'}, body: 'x'});
      await handler(put());
      await handler(put());
      expect(charges.runs).to.equal(1);
      await handler(post(null));
      expect(charges.runs).to.equal(2);
    });
  });

  describe('a repetition', () => {
    it('gets status, headers and body of the first, but no cookie and no omitted header', async () => {
      const {handler, charges} = charging({omitHeaders: ['X-Request-Id']}, async request => {
        const body = `charged ${await request.text()}`;
        const headers = {
          location: '/charges/1',
          'set-cookie': 'session=1',
          'x-charge': '1',
          'x-request-id': '2',
          'content-type': 'text/plain',
        };
        return new Response(body, {status: 201, headers});
      });
      const first = await handler(post('k'));
      const second = await handler(post('k'));
      expect(first.headers.get('set-cookie')).to.equal('session=1');
      expect(first.headers.get('idempotent-replayed')).to.equal(null);
      expect(await told(first)).to.equal(await told(second));
      expect(Object.fromEntries(second.headers)).to.deep.equal({
        'content-type': 'text/plain',
        'idempotent-replayed': 'true',
        location: '/charges/1',
        'x-charge': '1',
      });
      expect(charges.runs).to.equal(1);
      expect(charges.events).to.deep.equal([
        {type: 'stored', status: 201},
        {type: 'replayed', status: 201},
      ]);
    });

    it('with another body, path or method is refused, and the first response stays', async () => {
      const {handler, charges} = charging();
      await handler(post('k'));
      expect(await told(await handler(post('k', '{"amount":1}')))).to.equal('422 IDEMPOTENCY_KEY_REUSED');
      const elsewhere = new Request('https://shop.example/refunds', {
        method: 'POST',
        headers: {'idempotency-key': 'k'},
      });
      expect(await told(await handler(elsewhere))).to.equal('422 IDEMPOTENCY_KEY_REUSED');
      expect(await told(await handler(post('k')))).to.equal('201 {"id":1}');
      expect(charges.runs).to.equal(1);
    });

    it('while the first runs is told to come again', async () => {
      const held = deferred<Response>();
      const {handler, charges} = charging({retryAfterMs: 2500}, () => held.promise);
      const first = handler(post('k'));
      while (charges.runs === 0) await new Promise(resolve => setImmediate(resolve));
      const second = await handler(post('k'));
      expect(second.headers.get('retry-after')).to.equal('3');
      expect(await told(second)).to.equal('409 REQUEST_RUNNING');
      held.resolve(new Response('done'));
      expect(await told(await first)).to.equal('200 done');
      expect(charges.runs).to.equal(1);
    });

    const empty: [number, string | null][] = [
      [204, null],
      [304, null],
      [200, ''],
    ];
    for (const [status, body] of empty)
      it(`of a response of ${status} without a body is the same`, async () => {
        const {handler} = charging({}, () => new Response(body, {status}));
        await handler(post('k'));
        expect(await told(await handler(post('k')))).to.equal(`${status} `);
      });
  });

  describe('a response', () => {
    it('that is larger than the limit is sent whole and not kept', async () => {
      const {handler, charges} = charging({maxResponseBytes: 1000}, () => new Response('y'.repeat(5000)));
      expect(await (await handler(post('k'))).text()).to.have.length(5000);
      const second = await handler(post('k'));
      expect(second.headers.get('x-should-retry')).to.equal('false');
      expect(await told(second)).to.equal('409 RESPONSE_NOT_KEPT');
      expect(charges.runs).to.equal(1);
    });

    it('that is an event stream is sent before its end, and not kept', async () => {
      const end = deferred<void>();
      const {handler} = charging({}, () => {
        const stream = new ReadableStream({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode('data: 1\n\n'));
            await end.promise;
            controller.close();
          },
        });
        return new Response(stream, {headers: {'content-type': 'text/event-stream'}});
      });
      const first = await handler(post('k'));
      expect(await told(await handler(post('k')))).to.equal('409 RESPONSE_NOT_KEPT');
      end.resolve();
      expect(await first.text()).to.equal('data: 1\n\n');
    });
  });

  describe('a handler', () => {
    it('gets the body, the key and a token', async () => {
      let seen: unknown;
      const {handler} = charging(
        {ids: {idempotencyKey: () => 'token-1'}},
        async (request, {key, token, transaction}) => {
          seen = {body: await request.json(), key, token, transaction, url: request.url};
          return new Response('x');
        },
      );
      await handler(post('"k"'));
      expect(seen).to.deep.equal({
        body: {amount: 1200},
        key: 'k',
        token: 'token-1',
        transaction: undefined,
        url: 'https://shop.example/charges?dry=no',
      });
    });

    it('that throws leaves its outcome unknown, and its error is passed on', async () => {
      const {handler, charges} = charging({}, () => Promise.reject(new Error('after the charge')));
      expect(await handler(post('k')).catch((error: Error) => error.message)).to.equal('after the charge');
      const second = await handler(post('k'));
      expect(second.headers.get('x-should-retry')).to.equal('false');
      expect(await told(second)).to.equal('409 OUTCOME_UNKNOWN');
      expect(charges.runs).to.equal(1);
    });

    it('that throws runs again with afterLoss "run-again"', async () => {
      let fails = true;
      const {handler, charges} = charging({afterLoss: 'run-again'}, () => {
        if (!fails) return new Response('x');
        fails = false;
        throw new Error('once');
      });
      await handler(post('k')).catch(() => {});
      expect(await told(await handler(post('k')))).to.equal('200 x');
      expect(charges.runs).to.equal(2);
    });

    it('is not run for a body of unknown length that ends with the abort of its request', async () => {
      const {handler, charges} = charging({});
      const client = new AbortController();
      let isCut = true;
      const body = () =>
        new ReadableStream({
          pull(controller) {
            controller.enqueue(new TextEncoder().encode(isCut ? '1200.0 ' : '1200.0 EUR'));
            controller.close();
            if (isCut) setImmediate(() => client.abort());
          },
        });
      const send = async () =>
        handler(
          new Request('https://a.example', {
            method: 'POST',
            headers: {'idempotency-key': 'k'},
            body: body(),
            duplex: 'half',
            signal: isCut ? client.signal : null,
          } as RequestInit),
        );
      expect(await thrown(send())).to.equal(client.signal.reason);
      isCut = false;
      expect(await told(await send())).to.equal('201 {"id":1}');
      expect(charges.runs).to.equal(1);
    });

    it('is not run for a body above the limit', async () => {
      const {handler, charges} = charging({maxRequestBytes: 10});
      expect(await told(await handler(post('k')))).to.equal('413 BODY_TOO_LARGE');
      const chunked = new Request('https://a.example', {
        method: 'POST',
        headers: {'idempotency-key': 'k'},
        body: new Blob(['x'.repeat(100)]).stream(),
        duplex: 'half',
      } as RequestInit);
      expect(await told(await handler(chunked))).to.equal('413 BODY_TOO_LARGE');
      expect(charges.runs).to.equal(0);
    });
  });

  describe('a store that fails', () => {
    it('at the claim: 503, and the handler is not run', async () => {
      const {handler, charges} = charging({store: broken(['claim'])});
      const response = await handler(post('k'));
      expect(response.headers.get('retry-after')).to.equal('1');
      expect(await told(response)).to.equal('503 STORE_UNAVAILABLE');
      expect(charges.runs).to.equal(0);
      expect(charges.events.map(({type}) => type)).to.deep.equal(['store.failed', 'refused']);
    });

    it('at the end: the response is sent, and the key stays taken', async () => {
      const {handler, charges} = charging({store: broken(['complete'])});
      expect(await told(await handler(post('k')))).to.equal('201 {"id":1}');
      expect(await told(await handler(post('k')))).to.equal('409 REQUEST_RUNNING');
      expect(charges.runs).to.equal(1);
    });

    it('is written to the console once without a listener', async () => {
      const handler = idempotent(() => new Response('x'), {store: broken(['claim']), scope: 'everyone'});
      const written: unknown[] = [];
      const {error} = console;
      console.error = (...all: unknown[]) => void written.push(all[0]);
      try {
        await handler(post('k'));
        await handler(post('k'));
      } finally {
        console.error = error;
      }
      expect(written).to.have.length(1);
      expect(written[0]).to.match(/store of idempotency keys failed at claim/);
    });

    it('does not matter to a listener that throws', async () => {
      const {handler} = charging({
        on: () => {
          throw new Error('listener');
        },
      });
      expect(await told(await handler(post('k')))).to.equal('201 {"id":1}');
    });
  });

  describe('a store that does not answer, as where a driver queues commands', () => {
    /** A store whose step answers only after `answers`. */
    const silentAt = (step: 'claim' | 'renew' | 'complete') => {
      const clock = new VirtualClock();
      const store = memoryStore({clock});
      const asked = deferred<void>();
      const answers = deferred<void>();
      const waiting = async <T>(answer: () => Promise<T>): Promise<T> => {
        asked.resolve();
        await answers.promise;
        return answer();
      };
      const silent: Partial<IdempotencyStore> = {
        claim: claim => waiting(() => store.claim(claim)),
        renew: (...all) => waiting(() => store.renew(...all)),
        complete: (...all) => waiting(() => store.complete(...all)),
      };
      return {clock, asked: asked.promise, answers, store: {...broken([], store), [step]: silent[step]}};
    };

    it('at the claim: 503 after storeTimeoutMs, no run, and a key that is claimed late is free again', async () => {
      const {clock, asked, answers, store} = silentAt('claim');
      const {handler, charges} = charging({store, clock, storeTimeoutMs: 2000});
      const first = handler(post('k'));
      await asked;
      await clock.advance(1999);
      expect(charges.events).to.deep.equal([]);
      await clock.advance(1);
      expect(await told(await first)).to.equal('503 STORE_UNAVAILABLE');
      answers.resolve();
      expect(await told(await handler(post('k')))).to.equal('201 {"id":1}');
      expect(charges.runs).to.equal(1);
      expect(clock.pending).to.equal(0);
    });

    it('at the end: the response is sent after storeTimeoutMs, and replayed if the store has it in the end', async () => {
      const {clock, asked, answers, store} = silentAt('complete');
      const {handler, charges} = charging({store, clock});
      const first = handler(post('k'));
      await asked;
      await clock.advance(5000);
      expect(await told(await first)).to.equal('201 {"id":1}');
      answers.resolve();
      const second = await handler(post('k'));
      expect(second.headers.get('idempotent-replayed')).to.equal('true');
      expect(charges.runs).to.equal(1);
    });

    it('at a renewal: the handler hears that it has lost its key', async () => {
      const {clock, asked, store} = silentAt('renew');
      const {handler} = charging({store, clock, leaseMs: 9000}, async (_request, {signal}) => {
        await clock.sleep(1e9, signal);
        return new Response('done');
      });
      const first = handler(post('k'));
      while (clock.pending === 0) await new Promise(resolve => setImmediate(resolve));
      await clock.advance(3000);
      await asked;
      await clock.advance(20_000);
      expect(await told(await first)).to.equal('409 OUTCOME_UNKNOWN');
    });
  });

  describe('the lease', () => {
    const slow = (clock: VirtualClock, ms: number, options: Options = {}) => {
      const store = memoryStore({clock});
      return charging({store, clock, leaseMs: 3000, maxRunMs: 60_000, ...options}, async (_request, {signal}) => {
        await clock.sleep(ms, signal);
        return new Response('done');
      });
    };

    it('is renewed while the handler runs', async () => {
      const clock = new VirtualClock();
      const {handler, charges} = slow(clock, 20_000);
      const first = handler(post('k'));
      while (charges.runs === 0) await new Promise(resolve => setImmediate(resolve));
      for (let at = 0; at < 19; at++) {
        await clock.advance(1000);
        expect(await told(await handler(post('k')))).to.equal('409 REQUEST_RUNNING');
      }
      await clock.advance(1000);
      expect(await told(await first)).to.equal('200 done');
      expect(charges.runs).to.equal(1);
    });

    it('ends after maxRunMs: the signal aborts, and the outcome is unknown', async () => {
      const clock = new VirtualClock();
      const {handler, charges} = slow(clock, 1e9, {maxRunMs: 10_000});
      const first = handler(post('k'));
      while (charges.runs === 0) await new Promise(resolve => setImmediate(resolve));
      await clock.advance(10_000);
      expect(await told(await first)).to.equal('409 OUTCOME_UNKNOWN');
      expect(await told(await handler(post('k')))).to.equal('409 OUTCOME_UNKNOWN');
    });

    it('is lost where it cannot be renewed in time', async () => {
      const clock = new VirtualClock();
      const {handler, charges} = slow(clock, 1e9, {store: broken(['renew'], memoryStore({clock}))});
      const first = handler(post('k'));
      while (charges.runs === 0) await new Promise(resolve => setImmediate(resolve));
      await clock.advance(4000);
      expect(await told(await first)).to.equal('409 OUTCOME_UNKNOWN');
      const failures = charges.events.filter(event => event.type === 'store.failed' && event.step === 'renew');
      expect(failures).to.have.length(3);
    });

    it('lapses after a crash: a repetition is refused, or runs again', async () => {
      for (const [afterLoss, expected] of [
        ['refuse', '409 OUTCOME_UNKNOWN'],
        ['run-again', '201 {"id":1}'],
      ] as const) {
        const clock = new VirtualClock();
        const store = memoryStore({clock});
        // A process that crashed renews nothing.
        const crashed = charging({store, clock: new VirtualClock(), leaseMs: 3000}, () => new Promise(() => {}));
        void crashed.handler(post('k'));
        while (crashed.charges.runs === 0) await new Promise(resolve => setImmediate(resolve));
        const {handler} = charging({store, clock, leaseMs: 3000, afterLoss});
        expect(await told(await handler(post('k')))).to.equal('409 REQUEST_RUNNING');
        await clock.advance(3001);
        expect(await told(await handler(post('k')))).to.equal(expected);
      }
    });

    it('leaves no timer behind', async () => {
      const clock = new VirtualClock();
      const {handler} = charging({clock});
      await handler(post('k'));
      expect(clock.pending).to.equal(0);
    });
  });

  describe('options that cannot work', () => {
    const wrong: [Options, RegExp][] = [
      [{leaseMs: 0}, /leaseMs must be a number above 0, got 0/],
      [{maxRunMs: Number.NaN}, /maxRunMs must be a number above 0, got NaN/],
      [{keepMs: 1000}, /keepMs \(1000\) must be at least maxRunMs \+ leaseMs \(330000\)/],
    ];
    for (const [options, message] of wrong)
      it(`are refused: ${JSON.stringify(options)}`, () => {
        expect(() => charging(options)).to.throw(RangeError, message);
      });
  });

  it('names a page of documentation where the options have one', async () => {
    const {handler} = charging({describedBy: 'https://shop.example/docs/keys'});
    const response = await handler(post(null));
    expect(response.headers.get('link')).to.equal('<https://shop.example/docs/keys>; rel="describedby"');
    expect(await response.json()).to.include({
      type: 'https://shop.example/docs/keys#idempotency-key-missing',
      title: 'Bad Request',
      status: 400,
      code: 'IDEMPOTENCY_KEY_MISSING',
    });
  });

  describe('with a transactional store', () => {
    /** Commits what the work did, unless it rejects or the commit fails. */
    function ledger(commit: () => Promise<void> = async () => {}) {
      const committed: string[] = [];
      const responses = new Map<
        string,
        Parameters<Parameters<Parameters<TransactionalStore<string[]>['transact']>[1]>[2]>[0]
      >();
      const store: TransactionalStore<string[]> = {
        async transact(claim, work) {
          const pending: string[] = [];
          const kept = claim === null ? undefined : responses.get(claim.key);
          let response = kept;
          const found =
            kept === undefined ? ({state: 'claimed'} as const) : ({state: 'completed', response: kept} as const);
          const result = await work(pending, found, async made => {
            response = made;
          });
          await commit();
          committed.push(...pending);
          if (claim !== null && response !== undefined) responses.set(claim.key, response);
          return result;
        },
      };
      return {store, committed};
    }

    it('commits the effect with the response', async () => {
      const {store, committed} = ledger();
      const handler = idempotent(
        (_request, {transaction}) => {
          transaction.push('charge');
          return new Response('done');
        },
        {store, scope: 'everyone'},
      );
      expect(await told(await handler(post('k')))).to.equal('200 done');
      expect(await told(await handler(post('k')))).to.equal('200 done');
      expect(committed).to.deep.equal(['charge']);
    });

    const undone: [string, () => Response, string][] = [
      ['503', () => new Response('busy', {status: 503}), '503 busy'],
      ['500', () => new Response('broken', {status: 500}), '500 broken'],
      [
        'an exception',
        () => {
          throw new Error('thrown');
        },
        'thrown',
      ],
    ];
    for (const [what, answer, expected] of undone)
      it(`rolls the effect back after ${what}, and frees the key`, async () => {
        const {store, committed} = ledger();
        let first = true;
        const handler = idempotent(
          (_request, {transaction}) => {
            transaction.push('charge');
            if (!first) return new Response('done');
            first = false;
            return answer();
          },
          {store, scope: 'everyone', on: () => {}},
        );
        expect(await handler(post('k')).then(told, (error: Error) => error.message)).to.equal(expected);
        expect(committed).to.deep.equal([]);
        expect(await told(await handler(post('k')))).to.equal('200 done');
        expect(committed).to.deep.equal(['charge']);
      });

    it('answers 503 where the commit fails', async () => {
      const {store, committed} = ledger(() => Promise.reject(new Error('connection lost')));
      const handler = idempotent(() => new Response('done'), {store, scope: 'everyone', on: () => {}});
      expect(await told(await handler(post('k')))).to.equal('503 STORE_UNAVAILABLE');
      expect(committed).to.deep.equal([]);
    });

    it('gives a request without a key a transaction too', async () => {
      const {store, committed} = ledger();
      const handler = idempotent(
        (_request, {transaction}) => {
          transaction.push('read');
          return new Response('done');
        },
        {store, scope: 'everyone'},
      );
      expect(await told(await handler(new Request('https://shop.example/charges')))).to.equal('200 done');
      expect(committed).to.deep.equal(['read']);
    });
  });
});
