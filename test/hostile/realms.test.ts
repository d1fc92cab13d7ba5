/**
 * What comes from another realm: classes that are not the global ones. A test runner's sandbox makes such values, and a fetch of
 * the user's may know no Request, Response or Headers but its own: here those of the undici package.
 */
import {Readable} from 'node:stream';
import {createContext, runInContext} from 'node:vm';
import {expect} from 'chai';
import * as undici from 'undici';
import {createFetch, type PolicyInput, type Ports, type ResilientInit, reportOf} from '../../src/core.ts';
import {ITEMS, virtually} from '../call/world.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';
import {AT_ONCE} from '../support/policies.ts';

const realm = createContext();
const foreign = <T>(code: string): T => runInContext(code, realm) as T;

const client = (ports: Ports = {}, policy: PolicyInput = {}) =>
  createFetch({backoff: AT_ONCE, breaker: null, ...policy}, ports);
const undiciFetch = undici.fetch as unknown as typeof globalThis.fetch;

/** The signal of jsdom, or of a polyfill: no class that Node's fetch would take. */
class ForeignSignal extends EventTarget {
  aborted = false;
  reason: unknown;
  abort(reason: unknown): void {
    this.aborted = true;
    this.reason = reason;
    this.dispatchEvent(new Event('abort'));
  }
}

describe('values of another realm', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());
  const sentTo = ({requests}: Place): string[] =>
    requests.map(({method, headers, body}) => `${method} ${headers['x-mine']} ${body}`);

  describe('a Request', () => {
    const request = (place: Place, init: undici.RequestInit = {}) =>
      new undici.Request(place.url, {headers: {'x-mine': 'yes'}, ...init}) as unknown as Request;
    for (const [what, init, sent] of [
      ['a GET is sent again', {}, Array(3).fill('GET yes ')],
      ['a POST is not, for it is no GET', {method: 'POST'}, ['POST yes ']],
      ['nor is one with a body', {method: 'POST', body: 'work'}, ['POST yes work']],
      ['a PUT is, body and all', {method: 'PUT', body: 'work'}, Array(3).fill('PUT yes work')],
    ] as const)
      it(`${what} keeps its headers on every attempt`, async () => {
        const place = server.place(503);
        const response = await client({fetch: undiciFetch})(request(place, init));
        expect(response.status).to.equal(503);
        expect(sentTo(place)).to.deep.equal(sent);
      });

    it('is hedged with all its fields', async () => {
      const place = server.place('hang', 200);
      const policy: PolicyInput = {hedge: {delayMs: 5, maxLoadRatio: 1}};
      const response = await client({fetch: undiciFetch}, policy)(request(place, {method: 'PUT', body: 'work'}));
      expect(response.status).to.equal(200);
      expect(sentTo(place)).to.deep.equal(['PUT yes work', 'PUT yes work']);
    });

    it('has a signal that is listened to', async () => {
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      expect(await errorOf(() => client({fetch: undiciFetch})(request(server.place(200), {signal})))).to.equal(reason);
    });
  });

  it('a Response is returned unchanged, with a time limit on its body', async () => {
    const place = server.place(503, {body: 'here'}, response => response.writeHead(200).write('half'));
    const fetch = client({fetch: undiciFetch}, {attemptTimeoutMs: 300});
    const response = await fetch(place.url);
    expect(response).to.be.instanceOf(undici.Response);
    expect(await response.text()).to.equal('here');
    expect(reportOf(response)).to.include({attempts: 2});
    const halting = await fetch(place.url);
    expect(await errorOf(() => halting.text())).to.include({code: 'ATTEMPT_TIMEOUT'});
  });

  for (const [code, attempts] of [
    ['new TypeError("fetch failed")', 3],
    ['new (class extends Error {})("closed")', 1],
  ] as const)
    it(`${code} has the report of its call`, async () => {
      const error = foreign<Error>(code);
      const fetch = client({fetch: () => Promise.reject(error)});
      expect(await errorOf(() => fetch('http://127.0.0.1:9'))).to.equal(error);
      expect(reportOf(error)).to.include({result: attempts === 3 ? 'failure' : 'not_retryable', attempts});
    });

  for (const [what, headers] of [
    ['Headers', new undici.Headers({'x-mine': 'yes'})],
    ['a record', foreign('({"x-mine": "yes"})')],
    ['a record without a prototype', foreign('Object.assign(Object.create(null), {"x-mine": "yes"})')],
    ['a frozen record', foreign('Object.freeze({"x-mine": "yes"})')],
    ['pairs', foreign('[["x-mine", "yes"]]')],
    ['a Map', foreign('new Map([["x-mine", "yes"]])')],
  ] as const)
    it(`${what}: on every attempt`, async () => {
      const place = server.place(503, 200);
      await client()(place.url, {headers: headers as HeadersInit});
      expect(place.header('x-mine')).to.deep.equal(['yes', 'yes']);
    });

  for (const code of [
    'new Uint8Array([111, 107])',
    'new Uint8Array([111, 107]).buffer',
    'new DataView(new Uint8Array([0, 111, 107]).buffer, 1)',
  ])
    it(`${code} as a body is retried unchanged`, async () => {
      const place = server.place(503, 503, 200);
      const body = foreign<ArrayBuffer>(code);
      const promise = client()(place.url, {method: 'PUT', body});
      new Uint8Array(body instanceof DataView ? body.buffer : body).fill(120);
      await promise;
      expect(place.bodies).to.deep.equal(['ok', 'ok', 'ok']);
    });

  virtually('overrides, frozen or not, mean what they say', async make => {
    const world = make({backoff: AT_ONCE, breaker: null});
    world.serve(503);
    for (const code of ['({maxAttempts: 2})', 'Object.freeze({maxAttempts: 2})', 'new Proxy({maxAttempts: 2}, {})']) {
      const before = world.sends;
      await world.run(ITEMS, {resilience: foreign(code)});
      expect(world.sends - before, code).to.equal(2);
    }
  });

  describe('an AbortSignal', () => {
    for (const [what, init] of [
      ['a call', {}],
      ['a call that sends a form', {method: 'PUT', body: new FormData()}],
    ] as [string, ResilientInit][]) {
      virtually(`aborts ${what} that waits`, async make => {
        const world = make({backoff: {kind: 'constant', delayMs: 1000, jitter: 'none'}});
        world.serve(503);
        const signal = new ForeignSignal();
        const call = errorOf(() => world.fetch(ITEMS, {...init, signal: signal as unknown as AbortSignal}));
        await world.clock.advance(500);
        const reason = new Error('enough');
        signal.abort(reason);
        expect(await call).to.equal(reason);
        expect(world.sends).to.equal(1);
      });

      virtually(`that aborted before keeps ${what} from being sent`, async make => {
        const world = make();
        const signal = new ForeignSignal();
        const reason = new Error('enough');
        signal.abort(reason);
        expect(await errorOf(() => world.fetch(ITEMS, {...init, signal: signal as unknown as AbortSignal}))).to.equal(
          reason,
        );
        expect(world.sends).to.equal(0);
      });
    }
  });

  describe("a Response like node-fetch's, whose body is a stream of Node's", () => {
    for (const [what, length] of [
      ['small', 1],
      ['large', 1_000_000],
    ] as const)
      virtually(`a ${what} one that is retried is let go of`, async make => {
        const bodies: Readable[] = [];
        const fetch = (async () => {
          const body = Readable.from(['x'.repeat(length)]);
          bodies.push(body);
          const headers = new Headers({'content-length': String(length)});
          return {status: bodies.length === 1 ? 503 : 200, headers, body, bodyUsed: false, text: async () => 'ok'};
        }) as unknown as typeof globalThis.fetch;
        const world = make({backoff: AT_ONCE}, {fetch});
        const response = await world.clock.run(() => world.fetch(ITEMS));
        expect(await response.text()).to.equal('ok');
        expect(bodies.map(({destroyed}) => destroyed)).to.deep.equal([true, false]);
      });
  });

  virtually('an answer that comes late, and is nothing of the sort, is dropped without a word', async make => {
    const throwing = (): never => {
      throw new Error('said by a getter');
    };
    const late: unknown[] = [
      undefined,
      'text',
      {},
      Object.defineProperty({}, 'body', {get: throwing}),
      {
        body: {},
        get headers() {
          return throwing();
        },
      },
      {body: {cancel: throwing, getReader: throwing}, headers: {get: () => '1000000'}},
      {body: Object.freeze({}), bodyUsed: false},
    ];
    for (const answer of late) {
      const world = make(
        {attemptTimeoutMs: 100, maxAttempts: 1},
        {
          fetch: (() => world.clock.sleep(200).then(() => answer)) as unknown as typeof globalThis.fetch,
        },
      );
      expect(await world.run()).to.equal('ATTEMPT_TIMEOUT (attempts-exhausted)');
      await world.clock.advance(2000);
    }
  });
});
