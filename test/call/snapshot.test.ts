/** What the caller changes after the call is not sent: all of it is copied when the call is made. */
import {expect} from 'chai';
import ky, {type Options} from 'ky';
import {Agent, type Dispatcher, request} from 'undici';
import {createFetch, type PolicyInput, type ResilientInit, resilience} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {AT_ONCE} from '../support/policies.ts';
import {ITEMS, virtually} from './world.ts';

/** Nothing is written onto headers, so those of the caller could be passed on as they are. */
const BARE: PolicyInput = {correlation: null};

/** What a call says, and how the caller changes it later. */
interface Change {
  readonly input?: string | URL | Request;
  readonly init: ResilientInit;
  change(): void;
}

const changes: Readonly<Record<string, () => Change>> = {
  'the URL': () => {
    const input = new URL('https://api.test/items?a=b');
    return {
      input,
      init: {headers: {authorization: 'secret'}},
      change() {
        input.href = 'https://other.test/';
      },
    };
  },
  'the method': () => {
    const init = {method: 'PUT', body: 'x'};
    return {init, change: () => Object.assign(init, {method: 'DELETE', body: 'y'})};
  },
  'a header in a record': () => {
    const headers: Record<string, string> = {'X-Mine': 'a'};
    return {init: {headers}, change: () => Object.assign(headers, {'X-Mine': 'b', more: 'c'})};
  },
  'a header in a list': () => {
    const headers: [string, string][] = [['X-Mine', 'a']];
    return {
      init: {headers},
      change() {
        headers[0]![1] = 'b';
        headers.push(['more', 'c']);
      },
    };
  },
  'a header in Headers': () => {
    const headers = new Headers({'X-Mine': 'a'});
    return {
      init: {headers},
      change() {
        headers.set('x-mine', 'b');
        headers.set('more', 'c');
      },
    };
  },
  'a header of a Request': () => {
    const input = new Request(ITEMS, {headers: {'X-Mine': 'a'}});
    return {input, init: {}, change: () => input.headers.set('x-mine', 'b')};
  },
  'a header of a Request with a body': () => {
    const input = new Request(ITEMS, {method: 'PUT', body: 'x', headers: {'X-Mine': 'a'}});
    return {input, init: {}, change: () => input.headers.set('x-mine', 'b')};
  },
  'the headers': () => {
    const init: ResilientInit = {headers: {'x-mine': 'a'}};
    return {init, change: () => Object.assign(init, {headers: {'x-mine': 'b'}})};
  },
  bytes: () => {
    const body = new Uint8Array([1, 2, 3]);
    return {init: {method: 'PUT', body}, change: () => void body.fill(9)};
  },
  'an ArrayBuffer': () => {
    const body = new Uint8Array([1, 2, 3]);
    return {init: {method: 'PUT', body: body.buffer}, change: () => void body.fill(9)};
  },
  'a part of an ArrayBuffer': () => {
    const body = new Uint8Array([1, 2, 3]);
    return {init: {method: 'PUT', body: new DataView(body.buffer, 1)}, change: () => void body.fill(9)};
  },
  'search parameters': () => {
    const body = new URLSearchParams({a: '1'});
    return {init: {method: 'PUT', body}, change: () => body.set('a', '2')};
  },
  'a form': () => {
    const body = new FormData();
    body.set('a', '1');
    return {init: {method: 'PUT', body}, change: () => body.set('a', '2')};
  },
  'how redirects are followed': () => {
    const init: ResilientInit = {redirect: 'error', credentials: 'omit', cache: 'no-store'};
    return {init, change: () => Object.assign(init, {redirect: 'follow', credentials: 'include', cache: 'reload'})};
  },
};

describe('what the caller changes after the call @T13b', () => {
  /** All that reached the transport, as text. */
  const noting = (seen: string[], status: () => number): typeof globalThis.fetch =>
    async function send(input, init) {
      const sent = new Request(input, init);
      const {method, url, redirect, credentials, cache} = sent;
      const headers = [...sent.headers].filter(([name]) => !/^(content-type|x-(correlation|request)-id)$/.test(name));
      const body =
        sent.body === null ? '' : (await sent.text()).replaceAll(/-+[a-z]+-boundary-\d+|-{4,}\S+/gi, 'border');
      seen.push(JSON.stringify({method, url, redirect, credentials, cache, headers, body}));
      return new Response(null, {status: status()});
    };
  const expected = async ({input = ITEMS, init}: Change): Promise<string> => {
    const seen: string[] = [];
    await noting(seen, () => 200)(input instanceof Request ? input.clone() : input, init);
    return seen[0]!;
  };

  for (const [what, make] of Object.entries(changes))
    for (const [kind, policy] of [
      ['with ids', {}],
      ['without ids', BARE],
    ] as const) {
      it(`is not sent with a retry: ${what}, ${kind}`, async () => {
        const change = make();
        const first = await expected(change);
        const seen: string[] = [];
        const clock = new VirtualClock();
        const fetch = createFetch(
          {...policy, backoff: {kind: 'constant', delayMs: 50}},
          {clock, fetch: noting(seen, () => (seen.length === 1 ? 503 : 200))},
        );
        const call = fetch(change.input ?? ITEMS, change.init);
        await clock.advance(0);
        while (seen.length === 0) await new Promise(setImmediate);
        change.change();
        await clock.run(() => call);
        expect(seen).to.deep.equal([first, first]);
      });

      it(`is not sent by a call that waits in the queue: ${what}, ${kind}`, async () => {
        const change = make();
        const first = await expected(change);
        const seen: string[] = [];
        const send = noting(seen, () => 200);
        const free = Promise.withResolvers<Response>();
        const fetch = createFetch(
          {...policy, concurrency: {max: 1, queue: 1}, deadlineMs: null, attemptTimeoutMs: null},
          {fetch: (input, init) => (String(input).endsWith('/busy') ? free.promise : send(input, init))},
        );
        const busy = fetch('https://api.test/busy');
        const call = fetch(change.input ?? ITEMS, change.init);
        change.change();
        free.resolve(new Response(null));
        await Promise.all([busy, call]);
        expect(seen).to.deep.equal([first]);
      });
    }

  virtually('is not read: each option is read once', async makeWorld => {
    const world = makeWorld({backoff: AT_ONCE});
    world.serve(503, 200);
    const reads = new Map<string, number>();
    const values = {method: 'PUT', body: 'x', headers: {a: 'b'}, redirect: 'error', signal: null, resilience: {}};
    const init = {};
    for (const [name, value] of Object.entries(values))
      Object.defineProperty(init, name, {
        enumerable: true,
        get() {
          reads.set(name, (reads.get(name) ?? 0) + 1);
          return value;
        },
      });
    expect(await world.run(ITEMS, init)).to.equal('200');
    expect(Object.fromEntries(reads)).to.deep.equal(Object.fromEntries(Object.keys(values).map(name => [name, 1])));
  });

  virtually('does not exclude a Request as the options, as in fetch', async makeWorld => {
    const world = makeWorld({backoff: AT_ONCE});
    const options = new Request('https://other.test/', {method: 'PUT', body: 'text', headers: {'x-mine': 'a'}});
    expect(await world.run(ITEMS, options as ResilientInit)).to.equal('200');
    const {requests} = world.server;
    expect(requests.map(({method, url, body}) => [method, url, body])).to.deep.equal([['PUT', ITEMS, 'text']]);
    expect(world.header('x-mine')).to.deep.equal(['a']);
  });
});

describe('what the caller changes after the call, over HTTP', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());
  const QUICK: PolicyInput = {backoff: AT_ONCE};

  for (const [loop, more] of [
    ['our loop', {}],
    ['its own loop', {hooks: {beforeRetry: [() => {}]}}],
  ] as [string, Options][])
    it(`is not sent by ky: ${loop}`, async () => {
      const elsewhere = server.place(200);
      const place = server.place(503, 200);
      const api = ky.extend(resilience(QUICK)).extend(more);
      const url = new URL(place.url);
      const headers = new Headers({'x-mine': 'a'});
      const body = new Uint8Array([97, 98]);
      const options = {method: 'put', headers, body};
      const call = api(url, options);
      url.href = elsewhere.url;
      headers.set('x-mine', 'b');
      body.fill(99);
      Object.assign(options, {method: 'delete'});
      await call;
      expect(elsewhere.requests).to.deep.equal([]);
      expect(place.requests.map(({method}) => method)).to.deep.equal(['PUT', 'PUT']);
      expect(place.header('x-mine')).to.deep.equal(['a', 'a']);
      expect(place.bodies).to.deep.equal(['ab', 'ab']);
    });

  for (const [kind, policy] of [
    ['with ids', {}],
    ['without ids', BARE],
  ] as const)
    for (const [how, headers, change] of [
      [
        'a record',
        {'X-Mine': 'a', 'X-List': ['1', '2']},
        (of: object) => Object.assign(of, {'X-Mine': 'b', more: 'c'}),
      ],
      ['a flat list', ['X-Mine', 'a'], (of: object) => Object.assign(of, ['X-Mine', 'b'])],
      ['a Map', new Map([['X-Mine', 'a']]), (of: object) => void (of as Map<string, string>).set('X-Mine', 'b')],
    ] as const)
      it(`is not sent by undici: headers in ${how}, ${kind}`, async () => {
        const elsewhere = server.place(200);
        const place = server.place(503, 200);
        const agent = new Agent();
        const body = new Uint8Array([97, 98]);
        let options: Record<string, unknown> | undefined;
        // As an interceptor above it has the options in its hand.
        const keeping =
          (dispatch: Dispatcher['dispatch']): Dispatcher['dispatch'] =>
          (given, handler) => {
            options = given as unknown as Record<string, unknown>;
            return dispatch(given, handler);
          };
        const dispatcher = agent.compose(resilienceInterceptor({...QUICK, ...policy}), keeping);
        const own = structuredClone(headers) as unknown as Record<string, string>;
        try {
          const call = request(place.url, {dispatcher, method: 'PUT', headers: own, body, query: {a: '1'}});
          change(own);
          body.fill(99);
          Object.assign(options!, {path: new URL(elsewhere.url).pathname, method: 'DELETE', query: {a: '2'}});
          await (await call).body.dump();
        } finally {
          await agent.destroy();
        }
        expect(elsewhere.requests).to.deep.equal([]);
        expect(place.requests.map(({method, path}) => [method, path.split('?')[1]])).to.deep.equal([
          ['PUT', 'a=1'],
          ['PUT', 'a=1'],
        ]);
        expect(place.header('x-mine')).to.deep.equal(['a', 'a']);
        expect(place.header('more')).to.deep.equal([undefined, undefined]);
        expect(place.bodies).to.deep.equal(['ab', 'ab']);
      });
});
