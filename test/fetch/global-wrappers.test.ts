/**
 * Functions around a fetch of createFetch in the place of the global one, which send more than the request that they are called for: a retry, a
 * report, a token. Each attempt goes through the global fetch, so such a function runs again within the request that it sends.
 */
import {expect} from 'chai';
import {createFetch, type PolicyInput} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';

type Fetch = typeof globalThis.fetch;

const POLICY: PolicyInput = {backoff: AT_ONCE, budget: null, breaker: null};
const CHARGE = 'http://shop.example/charge';
const AUDIT = 'http://shop.example/audit';
const POST = {method: 'POST', body: '{"amount":1}'};

describe('a function around a fetch of createFetch, both in the place of globalThis.fetch', () => {
  const runtimes = globalThis.fetch;
  let sends: string[];
  /** What the server does with each request: a status, or the connection is reset. 200 after the last. */
  let answers: (number | 'reset' | Promise<number>)[];

  const server: Fetch = async function fetch(input, _init = undefined) {
    sends.push(String(input instanceof Request ? input.url : input).replace('http://shop.example', ''));
    const answer = await (answers.shift() ?? 200);
    if (answer === 'reset')
      throw new TypeError('fetch failed', {cause: Object.assign(new Error('reset'), {code: 'ECONNRESET'})});
    return new Response(`answer ${sends.length}`, {status: answer});
  };
  const install = (fetch: unknown): void => {
    globalThis.fetch = fetch as Fetch;
  };
  /** The function around the client, in the place of the global fetch. */
  const around = (wrap: (fetch: Fetch) => Fetch, policy: PolicyInput = POLICY): void => {
    install(wrap(createFetch(policy) as Fetch));
  };
  const outcome = async (init: RequestInit = POST): Promise<unknown> => {
    try {
      return (await globalThis.fetch(CHARGE, init)).status;
    } catch (error) {
      const {code, cause} = error as {code?: string; cause?: {code?: string}};
      return code ?? cause?.code ?? error;
    }
  };
  const count = (path: string): number => sends.filter(sent => sent === path).length;
  const nextTurns = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve));
  };

  beforeEach(() => {
    sends = [];
    answers = [];
    install(server);
  });
  afterEach(() => {
    globalThis.fetch = runtimes;
  });

  describe('that retries', () => {
    const retrying =
      (drain: (response: Response) => unknown): ((fetch: Fetch) => Fetch) =>
      fetch =>
      async (...args) => {
        for (let left = 2; ; left--)
          try {
            const response = await fetch(...args);
            if (response.status < 500 || left === 0) return response;
            await drain(response);
          } catch (error) {
            if (left === 0) throw error;
          }
      };
    const always = <T>(value: T): T[] => Array.from({length: 30}, () => value);

    for (const maxAttempts of [1, 4])
      it(`sends a POST without a key as often as without the client, after resets: maxAttempts ${maxAttempts}`, async () => {
        around(
          retrying(() => {}),
          {...POLICY, maxAttempts},
        );
        answers = always('reset');
        expect([await outcome(), sends.length]).to.deep.equal(['ECONNRESET', 3]);
      });

    it('stops at the first success', async () => {
      around(retrying(() => {}));
      answers = ['reset', 200];
      expect([await outcome(), sends.length]).to.deep.equal([200, 2]);
    });

    for (const [how, drain] of [
      ['leaves the body', () => {}],
      ['reads the body', (response: Response) => response.text()],
      ['cancels the body', (response: Response) => response.body?.cancel()],
    ] as const)
      for (const status of [408, 429, 500, 503])
        it(`sends a POST without a key as often as without the client, after a ${status}, where it ${how}`, async () => {
          const statusOf = (response: Response) => (response.status === status ? 500 : response.status);
          around(fetch => {
            const judged = async (...args: Parameters<Fetch>): Promise<Response> => {
              const response = await fetch(...args);
              return Object.defineProperty(response, 'status', {value: statusOf(response)});
            };
            return status < 500 ? retrying(drain)(judged) : retrying(drain)(fetch);
          });
          answers = always(status);
          expect(await outcome()).to.equal(Math.max(status, 500));
          expect(sends).to.have.length(3);
        });

    it('multiplies only the attempts of the two layers: a GET', async () => {
      around(
        retrying(() => {}),
        {...POLICY, maxAttempts: 3},
      );
      answers = always(503);
      expect([await outcome({}), sends.length]).to.deep.equal([503, 9]);
    });

    it('sends a request again that was answered, since the function may know why', async () => {
      around(fetch => async (input, init) => {
        const first = await fetch(input, init);
        if (first.status !== 401) return first;
        return fetch(input, {...init, headers: {authorization: 'Bearer new'}});
      });
      answers = [401, 200];
      expect([await outcome(), sends.length]).to.deep.equal([200, 2]);
    });
  });

  for (const status of [200, 202, 400, 404, 409])
    it(`that asks again for what a ${status} says sends a POST without a key as often as without the client`, async () => {
      around(fetch => async (...args) => {
        let response = await fetch(...args);
        for (let left = 2; left > 0; left--) response = await fetch(...args);
        return response;
      });
      answers = Array.from({length: 20}, () => status);
      expect([await outcome(), sends.length]).to.deep.equal([status, 3]);
    });

  it('that polls sends a GET again until the answer is another', async () => {
    around(fetch => async (...args) => {
      let response = await fetch(...args);
      while (response.status === 202) response = await fetch(...args);
      return response;
    });
    answers = [202, 202, 200];
    expect([await outcome({}), sends.length]).to.deep.equal([200, 3]);
  });

  it('that sends a copy once the attempt has ended sends it once', async () => {
    const copies: Promise<Response>[] = [];
    around(fetch => async (...args) => {
      const response = await fetch(...args);
      copies.push(new Promise(setImmediate).then(() => fetch(...args)));
      return response;
    });
    expect(await outcome()).to.equal(200);
    await nextTurns();
    expect((await Promise.all(copies)).map(({status}) => status)).to.deep.equal([200, 200, 200]);
    expect(sends).to.have.length(2);
  });

  it('that sends a request for two users at the same time gets the answer of the one that it takes', async () => {
    install((async (_input, init) => new Response(new Headers(init?.headers).get('authorization'))) satisfies Fetch);
    around(fetch => async (input, init) => {
      const all = ['alice', 'bob'].map(user => fetch(input, {...init, headers: {authorization: user}}));
      return (await Promise.all(all))[1]!;
    });
    expect(await (await globalThis.fetch(CHARGE)).text()).to.equal('bob');
  });

  it('that goes on with a second API key after a 429 reaches it', async () => {
    const keys: (string | null)[] = [];
    install((async (_input, init) => {
      const key = new Headers(init?.headers).get('x-api-key');
      keys.push(key);
      return new Response(null, {status: key === 'two' ? 200 : 429});
    }) satisfies Fetch);
    around(fetch => async (input, init) => {
      const first = await fetch(input, {...init, headers: {'x-api-key': 'one'}});
      return first.status === 429 ? fetch(input, {...init, headers: {'x-api-key': 'two'}}) : first;
    });
    expect(await outcome()).to.equal(200);
    expect(keys).to.deep.equal(['one', 'two']);
  });

  it('that is around two stacked clients keeps the attempts of both, and the last answer', async () => {
    install(createFetch({...POLICY, maxAttempts: 3}));
    around(
      fetch =>
        async (...args) =>
          fetch(...args),
      {...POLICY, maxAttempts: 3},
    );
    answers = Array.from({length: 20}, () => 503);
    const response = await globalThis.fetch(CHARGE);
    expect([response.status, await response.text(), sends.length]).to.deep.equal([503, 'answer 9', 9]);
  });

  describe('that sends a request twice at the same time', () => {
    it('sends it as often as without the client, and takes the first answer', async () => {
      around(
        fetch =>
          (...args) =>
            Promise.any([fetch(...args), fetch(...args)]),
      );
      expect([await outcome(), sends.length]).to.deep.equal([200, 2]);
    });

    it('sends it as often as without the client, the second later', async () => {
      const {promise, resolve} = Promise.withResolvers<number>();
      answers = [promise, promise];
      around(fetch => async (...args) => {
        const first = fetch(...args);
        await nextTurns();
        return Promise.race([first, fetch(...args)]);
      });
      const waiting = outcome();
      for (let turn = 0; turn < 5; turn++) await nextTurns();
      resolve(200);
      expect([await waiting, sends.length]).to.deep.equal([200, 2]);
    });

    it('gets the body with the first answer alone, since there is one', async () => {
      around(fetch => async (...args) => {
        const texts = await Promise.all([fetch(...args), fetch(...args)].map(sent => sent.then(each => each.text())));
        return new Response(texts.join());
      });
      const response = await globalThis.fetch(CHARGE, POST);
      // The run for the attempt gets a body and none; that for the call gets both of its answers from there.
      expect([await response.text(), sends.length]).to.deep.equal(['answer 2,,answer 2,', 2]);
    });
  });

  describe('that reports each call by a request of its own', () => {
    let reports = 0;
    beforeEach(() => {
      reports = 0;
    });
    const report = async (fetch: Fetch): Promise<unknown> => {
      if (++reports > 60) throw new Error('It does not end.');
      return fetch(AUDIT, {method: 'POST', body: `report ${reports}`});
    };
    const reporting: Record<string, (fetch: Fetch) => Fetch> = {
      'and waits for that': fetch =>
        (async (...args) => {
          const response = await fetch(...args);
          await report(fetch);
          return response;
        }) satisfies Fetch,
      'and does not wait for that': fetch =>
        (async (...args) => {
          const response = await fetch(...args);
          report(fetch).catch(() => {});
          return response;
        }) satisfies Fetch,
      'in a later turn': fetch =>
        (async (...args) => {
          const response = await fetch(...args);
          setImmediate(() => report(fetch).catch(() => {}));
          return response;
        }) satisfies Fetch,
      'also after an error': fetch =>
        (async (...args) => {
          try {
            return await fetch(...args);
          } finally {
            await report(fetch);
          }
        }) satisfies Fetch,
    };
    for (const [how, wrap] of Object.entries(reporting)) {
      it(`${how}, is answered, and reports once each time it runs`, async () => {
        around(wrap);
        expect(await outcome()).to.equal(200);
        await nextTurns();
        // It runs for the call, for its attempt, and for the attempt of the report of the call.
        expect([count('/charge'), count('/audit')]).to.deep.equal([1, 3]);
      });

      it(`${how}, has the policy for its reports`, async () => {
        around(wrap, {...POLICY, idempotency: {}});
        answers = [200, 503];
        expect(await outcome()).to.equal(200);
        await nextTurns();
        expect([count('/charge'), count('/audit')]).to.deep.equal([1, 4]);
      });
    }

    it('does so too below three stacked clients', async () => {
      install(createFetch(POLICY));
      install(createFetch(POLICY));
      around(reporting['and does not wait for that']!);
      expect(await outcome()).to.equal(200);
      await nextTurns();
      expect(count('/charge')).to.equal(1);
      expect(count('/audit')).to.be.at.most(20);
    });

    it('has a double that replaces it later get what its work sends', async () => {
      const {promise: later, resolve: goOn} = Promise.withResolvers<void>();
      let work: Promise<Response> | undefined;
      around(fetch => async (...args) => {
        const response = await fetch(...args);
        work ??= later.then(() => fetch(AUDIT));
        return response;
      });
      await outcome();
      install((async () => new Response('double')) satisfies Fetch);
      goOn();
      expect(await (await work!).text()).to.equal('double');
      expect(sends).to.deep.equal(['/charge']);
    });
  });

  it('that answers in place of the server answers what its work sends later, too', async () => {
    const mine = createFetch(POLICY) as Fetch;
    let work: Promise<Response> | undefined;
    install((async input => {
      if (input === CHARGE) work ??= new Promise(setImmediate).then(() => mine(AUDIT));
      return new Response('double');
    }) satisfies Fetch);
    expect(await (await mine(CHARGE)).text()).to.equal('double');
    expect(await (await work!).text()).to.equal('double');
    expect(sends).to.deep.equal([]);
  });

  it('that is around three stacked clients sends each attempt once', async () => {
    install(createFetch({...POLICY, maxAttempts: 1}));
    install(createFetch({...POLICY, maxAttempts: 1}));
    around(
      fetch =>
        async (...args) =>
          fetch(...args),
      {...POLICY, maxAttempts: 2},
    );
    answers = [503, 503, 503, 503];
    expect([await outcome({}), sends.length]).to.deep.equal([503, 2]);
  });

  it('that wraps the body fails with FETCH_LOOP before the body is large', async () => {
    let longest = 0;
    around(fetch => (input, init) => {
      const body = JSON.stringify({envelope: init?.body});
      longest = Math.max(longest, body.length);
      return fetch(input, {...init, body});
    });
    expect(await outcome()).to.equal('FETCH_LOOP');
    expect(sends).to.deep.equal([]);
    expect(longest).to.be.below(10_000);
  });
});
