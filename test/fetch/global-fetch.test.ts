/** A fetch of createFetch in the place of the global one, and functions around it there. */
import {randomUUID} from 'node:crypto';
import {registerHooks} from 'node:module';
import {expect} from 'chai';
import ky from 'ky';
import {createFetch, resilience} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';

type Fetch = typeof globalThis.fetch;

const POLICY = {maxAttempts: 3, backoff: AT_ONCE, budget: null, breaker: null} as const;
const URL_OF_ALL = 'http://shop.example/orders';

/** A copy of the package, with state of its own. */
async function copyOfPackage(name: string): Promise<{readonly createFetch: typeof createFetch}> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const isCopied = context.parentURL?.endsWith(`?${name}`) && resolved.url.includes('/src/');
      return isCopied ? {...resolved, url: `${resolved.url}?${name}`} : resolved;
    },
  });
  try {
    return await import(`../../src/core.ts?${name}`);
  } finally {
    hooks.deregister();
  }
}

describe('a fetch of createFetch in the place of globalThis.fetch', () => {
  const runtimes = globalThis.fetch;
  let sends: string[];
  /** Answers what the list says, and 200 from then on. */
  let answers: number[];

  const bottom = (name: string): Fetch =>
    async function fetch(input, init = undefined) {
      sends.push(`${name} ${init?.method ?? 'GET'} ${input instanceof Request ? input.url : input}`);
      return new Response(null, {status: answers.shift() ?? 200});
    };
  const install = (fetch: unknown): void => {
    globalThis.fetch = fetch as Fetch;
  };
  const status = async (fetch: unknown, init?: RequestInit): Promise<number> =>
    (await (fetch as Fetch)(URL_OF_ALL, init)).status;

  beforeEach(() => {
    sends = [];
    answers = [];
    install(bottom('below'));
  });
  afterEach(() => {
    globalThis.fetch = runtimes;
  });

  const ONE = [`below GET ${URL_OF_ALL}`];
  const TWO = [...ONE, ...ONE];

  it('sends by the fetch that was there before', async () => {
    install(createFetch(POLICY));
    answers = [503];
    expect(await status(globalThis.fetch)).to.equal(200);
    expect(sends).to.deep.equal(TWO);
  });

  it('sends by the port fetch, if that is the global one of before', async () => {
    install(createFetch(POLICY, {fetch: globalThis.fetch}));
    expect(await status(globalThis.fetch)).to.equal(200);
    expect(sends).to.deep.equal(ONE);
  });

  it('sends by its fetch when three are stacked', async () => {
    const made = [1, 2, 3].map(() => {
      install(createFetch({...POLICY, maxAttempts: 1}));
      return globalThis.fetch;
    });
    for (const fetch of made) expect(await status(fetch)).to.equal(200);
    expect(sends).to.deep.equal([...ONE, ...TWO]);
  });

  it('does not get the requests of a client that was made before it', async () => {
    const before = createFetch({...POLICY, maxAttempts: 2});
    install(createFetch({...POLICY, maxAttempts: 3}));
    answers = [503, 503, 503];
    expect(await status(before)).to.equal(503);
    expect(sends).to.deep.equal(TWO);
  });

  it('sends by its fetch after another copy of the package was stacked on it', async () => {
    const other = await copyOfPackage('other');
    expect(other.createFetch).not.to.equal(createFetch);
    const policy = {...POLICY, maxAttempts: 2};
    const mine = createFetch(policy);
    install(mine);
    install(other.createFetch(policy));
    answers = [503, 503, 503, 503, 503, 503];
    expect(await status(mine)).to.equal(503);
    expect(sends).to.deep.equal(TWO);
    sends = [];
    expect(await status(globalThis.fetch)).to.equal(503);
    expect(sends).to.have.length(4);
  });

  it('serves ky with steadfetch over it', async () => {
    install(createFetch({...POLICY, maxAttempts: 1}));
    answers = [503];
    const api = ky.extend(resilience(POLICY));
    expect((await api(URL_OF_ALL)).status).to.equal(200);
    expect(sends).to.deep.equal(TWO);
  });

  it('sends by a double that replaces the global fetch later, and not after that is removed', async () => {
    const mine = createFetch(POLICY);
    install(mine);
    install(bottom('double'));
    expect(await status(mine)).to.equal(200);
    install(mine);
    expect(await status(mine)).to.equal(200);
    install(bottom('restored'));
    expect(await status(mine)).to.equal(200);
    expect(sends.map(each => each.split(' ')[0])).to.deep.equal(['double', 'below', 'restored']);
  });

  it('sends by a double that replaces three stacked ones later, and by all three once it is removed', async () => {
    const made = [2, 1, 1].map(maxAttempts => {
      install(createFetch({...POLICY, maxAttempts}));
      return globalThis.fetch;
    });
    const top = made.at(-1);
    install(bottom('double'));
    answers = [503];
    expect(await status(top)).to.equal(503);
    expect(await status(globalThis.fetch)).to.equal(200);
    expect(sends).to.deep.equal([`double GET ${URL_OF_ALL}`, `double GET ${URL_OF_ALL}`]);
    install(top);
    sends = [];
    answers = [503];
    expect(await status(globalThis.fetch), 'the lowest has two attempts').to.equal(200);
    expect(sends).to.deep.equal(TWO);
  });

  it('fails with one sentence if there was no fetch before', async () => {
    install(undefined);
    install(createFetch(POLICY));
    const error = await status(globalThis.fetch).catch(error => error);
    expect(error).to.be.instanceOf(TypeError);
    expect(error.message).to.match(/^There is no fetch\. Pass one, as the port fetch\.$/);
  });

  const wrappers: Record<string, (mine: Fetch, note: () => void) => unknown> = {
    'that calls it at once': (mine, note) =>
      ((...args) => {
        note();
        return mine(...args);
      }) satisfies Fetch,
    'that awaits first': (mine, note) =>
      (async (...args) => {
        note();
        await undefined;
        return mine(...args);
      }) satisfies Fetch,
    'that waits for a timer first': (mine, note) =>
      (async (...args) => {
        note();
        await new Promise(resolve => setImmediate(resolve));
        return mine(...args);
      }) satisfies Fetch,
    'that makes a Request first, as msw does for requests that it passes on': (mine, note) =>
      (async (input, init) => {
        note();
        const request = new Request(input, init);
        await undefined;
        return mine(request);
      }) satisfies Fetch,
  };
  for (const [name, wrap] of Object.entries(wrappers))
    for (const init of [undefined, {method: 'POST', body: 'x', headers: {'Idempotency-Key': 'k'}}])
      it(`sends each attempt once below a function ${name}, and keeps the policy: ${init?.method ?? 'GET'}`, async () => {
        let calls = 0;
        install(
          wrap(createFetch({...POLICY, maxAttempts: 3}) as Fetch, () => {
            calls++;
          }),
        );
        answers = [503, 503, 503, 503];
        expect(await status(globalThis.fetch, init)).to.equal(503);
        expect(sends).to.have.length(3);
        expect(calls).to.equal(4);
      });

  it('sends once below a port that reads the global fetch later', async () => {
    install(createFetch(POLICY, {fetch: (input, init) => globalThis.fetch(input, init)}));
    expect(await status(globalThis.fetch)).to.equal(200);
    expect(sends).to.deep.equal(ONE);
  });

  it('is given a token by a function above that calls it for one', async () => {
    const mine = createFetch({...POLICY, maxAttempts: 2});
    const below = globalThis.fetch;
    install((async (input, init) => {
      if (String(input) === URL_OF_ALL) await mine('http://shop.example/token');
      return below(input, init);
    }) satisfies Fetch);
    answers = [503];
    expect(await status(mine)).to.equal(200);
    expect(sends).to.deep.equal(['below GET http://shop.example/token', 'below GET http://shop.example/token', ...ONE]);
  });

  const signing: Record<string, (mine: Fetch) => unknown> = {
    'that signs the query': mine => ((input, init) => mine(signed(input), init)) satisfies Fetch,
    'that signs the query of a Request': mine =>
      (async (input, init) => {
        await undefined;
        return mine(new Request(signed(input), new Request(input, init)));
      }) satisfies Fetch,
    'that signs in a header': mine =>
      (async (input, init) => {
        await undefined;
        const headers = new Headers(init?.headers);
        headers.set('Signature', String(signatures++));
        return mine(input, {...init, headers});
      }) satisfies Fetch,
    'that passes on no signal': mine =>
      ((input, init) => {
        const {signal: _, ...rest} = init ?? {};
        return mine(input, {...rest, headers: {...init?.headers, a: 'b'}});
      }) satisfies Fetch,
  };
  let signatures = 0;
  const signed = (input: string | URL | Request): URL => {
    const url = new URL(input instanceof Request ? input.url : input);
    url.searchParams.set('signature', String(signatures++));
    return url;
  };
  for (const [name, wrap] of Object.entries(signing))
    for (const isAbove of [true, false])
      it(`sends each attempt once below a function ${name}, called ${isAbove ? 'with it' : 'without it'}`, async () => {
        const mine = createFetch({...POLICY, maxAttempts: 2});
        install(wrap(mine as Fetch));
        answers = [503, 503, 503];
        const init = {method: 'POST', body: 'x', headers: {'Idempotency-Key': 'k'}};
        expect(await status(isAbove ? globalThis.fetch : mine, init)).to.equal(503);
        expect(sends).to.have.length(2);
      });

  it('fails with one sentence below a function that changes the path each time, and sends no wrong request', async () => {
    const mine = createFetch(POLICY) as Fetch;
    install((async (input, init) => mine(`${input}/more`, init)) satisfies Fetch);
    const error = await status(globalThis.fetch).catch(error => error);
    expect(error).to.include({code: 'FETCH_LOOP'});
    expect(sends).to.deep.equal([]);
  });

  it('fails with one sentence below a function that makes another request each time', async () => {
    const mine = createFetch(POLICY) as Fetch;
    install((async input => mine(`${input}/more`)) satisfies Fetch);
    const error = await status(globalThis.fetch).catch(error => error);
    expect(error).to.include({name: 'SteadfetchError', code: 'FETCH_LOOP'});
    expect(error.message).to.match(/^The fetch below calls this one again\. Pass one/);
    expect(sends).to.deep.equal([]);
  });

  for (const [what, idempotency, headers] of [
    ['a key of its own', {}, () => ({'Idempotency-Key': randomUUID()})],
    [
      'a key of its own in the header of the policy',
      {header: 'PayPal-Request-Id'},
      () => ({'paypal-request-id': randomUUID()}),
    ],
    ['headers without a key', {}, undefined],
    ['headers without that of the policy', {header: 'PayPal-Request-Id'}, undefined],
  ] as const)
    it(`sends nothing where a function around it writes ${what}, since each attempt would have another`, async () => {
      const routes = [{match: {path: '/orders'}, idempotency}];
      const mine = createFetch({...POLICY, routes}) as Fetch;
      install(((input, init) => {
        const own = headers === undefined ? {Authorization: 'Bearer t'} : {...init?.headers, ...headers()};
        return mine(input, {...init, headers: own});
      }) satisfies Fetch);
      const error = await globalThis.fetch(URL_OF_ALL, {method: 'POST', body: 'x'}).catch((error: unknown) => error);
      expect(error).to.include({code: 'FETCH_LOOP'});
      expect(sends).to.deep.equal([]);
    });

  it('fails with one sentence if the fetch that was there before calls it', async () => {
    let mine: Fetch | undefined;
    install((async (...args) => mine!(...args)) satisfies Fetch);
    mine = createFetch(POLICY) as Fetch;
    const error = await status(globalThis.fetch).catch(error => error);
    expect(error).to.include({code: 'FETCH_LOOP'});
    expect(sends).to.deep.equal([]);
  });

  describe('a request of its own that a function sends by the client while it is called', () => {
    const LOGIN = {method: 'POST', body: '{login}'};
    const ME = {method: 'POST', body: '{me}', headers: {'Idempotency-Key': 'k'}};
    /** Logs in once, with the same URL, and the method of every request. */
    const withLogin = (client: () => Fetch, below: Fetch): Fetch => {
      let token: Promise<unknown> | undefined;
      return async (input, init) => {
        if (init?.body !== LOGIN.body) {
          token ??= client()(input, {...LOGIN, headers: {'Idempotency-Key': 'login'}});
          await token;
        }
        return below(input, init);
      };
    };
    const BY_PORT = 'of the port';
    const places: Record<string, (below: Fetch) => Fetch> = {
      [BY_PORT]: below => {
        const client: Fetch = createFetch(POLICY, {fetch: withLogin(() => client, below)}) as Fetch;
        return client;
      },
      'of the global fetch, before the client was made': below => {
        install(withLogin(() => client, below));
        const client: Fetch = createFetch(POLICY) as Fetch;
        return client;
      },
      'of the global fetch, after the client was made': below => {
        const client: Fetch = createFetch(POLICY) as Fetch;
        install(withLogin(() => client, below));
        return client;
      },
    };
    for (const [name, make] of Object.entries(places))
      it(`has its policy: ${name}`, async () => {
        const client = make(globalThis.fetch);
        answers = [503, 503, 200, 503];
        expect(await status(client, ME)).to.equal(200);
        expect(sends).to.have.length(5);
      });

    it('is sent once more by the fetch of before, if that passes on what it was called for', async () => {
      let first = true;
      const below = globalThis.fetch;
      install((async (input, init) => {
        if (!first) return below(input, init);
        first = false;
        return client(new Request(input, init));
      }) satisfies Fetch);
      const client: Fetch = createFetch({...POLICY, maxAttempts: 2}) as Fetch;
      answers = [503, 503, 503];
      expect(await status(client)).to.equal(503);
      expect(sends).to.have.length(2);
    });

    it('is nested as deep as seven times', async () => {
      const below = globalThis.fetch;
      const port: Fetch = async (input, init) => {
        const left = Number(String(input).split('=')[1]);
        if (left > 0) await client(`${URL_OF_ALL}?left=${left - 1}`);
        return below(input, init);
      };
      const client: Fetch = createFetch(POLICY, {fetch: port}) as Fetch;
      expect((await client(`${URL_OF_ALL}?left=6`)).status).to.equal(200);
      expect(sends).to.have.length(7);
    });
  });

  describe('a request that the timer of a function sends by the client later', () => {
    /** Starts a timer at its first request; resolves to the status of the request that the timer sends. */
    function beating(client: () => Fetch, below: Fetch): {readonly fetch: Fetch; readonly beat: Promise<number>} {
      const {promise: beat, resolve} = Promise.withResolvers<number>();
      let isBeating = false;
      const fetch: Fetch = async (input, init) => {
        if (!isBeating) setTimeout(() => resolve(client()(URL_OF_ALL, init).then(({status}) => status)), 5);
        isBeating = true;
        return below(input, init);
      };
      return {fetch, beat};
    }

    it('has its policy and its port', async () => {
      const below = globalThis.fetch;
      let calls = 0;
      const {fetch, beat} = beating(
        () => client,
        (...args) => {
          calls++;
          return below(...args);
        },
      );
      const client: Fetch = createFetch(POLICY, {fetch}) as Fetch;
      answers = [200, 503, 503];
      expect(await status(client)).to.equal(200);
      expect(await beat).to.equal(200);
      expect(calls).to.equal(4);
    });

    it('has its policy below a function in the place of the global fetch', async () => {
      const client: Fetch = createFetch(POLICY) as Fetch;
      const {fetch, beat} = beating(() => client, globalThis.fetch);
      install(fetch);
      answers = [200, 503, 503];
      expect(await status(client)).to.equal(200);
      expect(await beat).to.equal(200);
      expect(sends).to.have.length(4);
    });

    it('is no loop, however often the timer is set anew', async () => {
      const below = globalThis.fetch;
      const {promise, resolve, reject} = Promise.withResolvers<void>();
      let left = 60;
      const port: Fetch = async (input, init) => {
        if (--left === 0) resolve();
        else setImmediate(() => client(`${URL_OF_ALL}?page=${left}`).catch(reject));
        return below(input, init);
      };
      const client: Fetch = createFetch(POLICY, {fetch: port}) as Fetch;
      expect(await status(client)).to.equal(200);
      await promise;
      expect(left).to.be.at.most(0);
    });
  });

  it('fails where the port calls it at once, though the global fetch is that of the runtime', async () => {
    install(runtimes);
    const client: Fetch = createFetch(POLICY, {fetch: ((...args) => client(...args)) satisfies Fetch}) as Fetch;
    const error = await status(client).catch(error => error);
    expect(error).to.include({code: 'FETCH_LOOP'});
  });

  describe('where there is no AsyncLocalStorage', () => {
    const {getBuiltinModule} = process;
    let make: typeof createFetch;
    before(async () => {
      ({createFetch: make} = await copyOfPackage('browser'));
    });
    beforeEach(() => {
      process.getBuiltinModule = ((name: string) =>
        name === 'node:async_hooks' ? undefined : getBuiltinModule(name)) as typeof getBuiltinModule;
    });
    afterEach(() => {
      process.getBuiltinModule = getBuiltinModule;
    });

    for (const name of ['that calls it at once', 'that awaits first', 'that waits for a timer first'])
      it(`sends each attempt once below a function ${name}`, async () => {
        install(wrappers[name]!(make(POLICY) as Fetch, () => {}));
        answers = [503, 503, 503, 503];
        expect(await status(globalThis.fetch)).to.equal(503);
        expect(sends).to.have.length(3);
      });
  });
});
