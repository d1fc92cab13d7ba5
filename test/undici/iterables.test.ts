/** Bodies that are iterables, as undici's fetch and Node's fetch hand them over: kept while they are sent, within a limit. */
import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {expect} from 'chai';
import {Dispatcher1Wrapper, request, fetch as undiciFetch} from 'undici';
import type {PolicyInput, SteadfetchEvent} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';
import {undiciClient} from '../support/undici-client.ts';

describe('resilienceInterceptor, with an iterable as body', () => {
  let server: LoopbackServer;
  const servers: Server[] = [];
  const {events, dispatcher, lastReason} = undiciClient();

  const put = (place: Place, body: unknown, policy?: PolicyInput, options: object = {}) =>
    request(place.url, {method: 'PUT', body: body as Readable, dispatcher: dispatcher(policy), ...options});

  before(async () => {
    server = await LoopbackServer.start();
  });
  after(async () => {
    for (const each of servers) each.close();
    await server.close();
  });

  for (const [what, body, sent] of [
    ['a string', () => 'grüße', 'grüße'],
    ['bytes', () => new TextEncoder().encode('bytes'), 'bytes'],
    ['a Blob', () => new Blob(['blob']), 'blob'],
    ['parameters', () => new URLSearchParams({a: '1', b: 'ü'}), 'a=1&b=%C3%BC'],
  ] as const) {
    it(`retries ${what} of undici’s fetch byte for byte`, async () => {
      const place = server.place(503, 'reset', 200);
      const response = await undiciFetch(place.url, {method: 'PUT', body: body() as string, dispatcher: dispatcher()});
      expect(response.status).to.equal(200);
      expect(place.bodies).to.deep.equal([sent, sent, sent]);
      expect(new Set(place.header('content-length'))).to.deep.equal(new Set([String(Buffer.byteLength(sent))]));
    });

    it(`retries ${what} of Node’s fetch`, async () => {
      const place = server.place(503, 200);
      const own = new Dispatcher1Wrapper(dispatcher());
      const response = await fetch(place.url, {method: 'PUT', body: body(), dispatcher: own} as RequestInit);
      expect(response.status).to.equal(200);
      expect(place.bodies).to.deep.equal([sent, sent]);
    });
  }

  it('sends a POST once without a key, and again with one', async () => {
    const once = server.place(503, 200);
    const post = (place: Place, policy?: PolicyInput) =>
      undiciFetch(place.url, {method: 'POST', body: '{}', dispatcher: dispatcher(policy)});
    expect((await post(once)).status).to.equal(503);
    expect(once.requests).to.have.length(1);
    expect(lastReason()).to.include('without an idempotency key');
    const keyed = server.place(503, 200);
    expect((await post(keyed, {idempotency: {}})).status).to.equal(200);
    expect(keyed.bodies).to.deep.equal(['{}', '{}']);
  });

  it('takes generators and lists, and copies a buffer that is filled again', async () => {
    const shared = Buffer.alloc(1);
    async function* generated() {
      for (const letter of 'abc') {
        shared.write(letter);
        yield shared;
        await new Promise(setImmediate);
        yield '';
      }
    }
    for (const body of [generated(), ['a', Buffer.from('b'), 'c'], new Set(['a', 'bc'])]) {
      const place = server.place(503, 200);
      expect((await put(place, body)).statusCode).to.equal(200);
      expect(place.bodies).to.deep.equal(['abc', 'abc']);
    }
  });

  it('continues reading where the first attempt has stopped', async () => {
    let isClosed = false;
    let read = 0;
    async function* generated() {
      try {
        for (const letter of 'abcdef') {
          read++;
          yield letter;
          await new Promise(resolve => setTimeout(resolve, 5));
        }
      } finally {
        isClosed = true;
      }
    }
    const bodies: string[] = [];
    const url = await serve(async (incoming, response) => {
      if (bodies.push('') === 1) return void incoming.once('data', () => response.socket!.destroy());
      bodies.push(await text(incoming));
      response.end();
    });
    const sent = request(url, {method: 'PUT', body: generated() as unknown as Readable, dispatcher: dispatcher()});
    expect((await sent).statusCode).to.equal(200);
    expect(bodies.at(-1)).to.equal('abcdef');
    expect([read, isClosed]).to.deep.equal([6, true]);
  });

  it('gives a body over the limit one attempt and its own error', async () => {
    const place = server.place(503, 200);
    const policy = {replayLimitBytes: 10};
    expect((await put(place, ['12345', '67890', '1'], policy)).statusCode).to.equal(503);
    expect(place.bodies).to.deep.equal(['12345678901']);
    expect(lastReason()).to.match(/^the request body is a stream, or larger than \d+ bytes/);
    const within = server.place(503, 200);
    expect((await put(within, ['12345', '67890'], policy)).statusCode).to.equal(200);
    const broken = server.place('reset', 200);
    expect(await errorOf(() => put(broken, ['12345', '67890', '1'], policy))).to.have.property('code', 'ECONNRESET');
    expect(broken.requests).to.have.length(1);
  });

  it('ends with the error of an iterable that throws, without a retry', async () => {
    const mistake = new Error('the iterable broke');
    async function* broken() {
      yield 'a';
      throw mistake;
    }
    expect(await errorOf(() => put(server.place(200), broken()))).to.equal(mistake);
    expect(events.filter(({type}) => type === 'retry.scheduled')).to.deep.equal([]);
  });

  it('closes the iterable when the caller aborts while it is read', async () => {
    let closed = (): void => {};
    const isClosed = new Promise<void>(resolve => {
      closed = resolve;
    });
    const controller = new AbortController();
    const mine = new Error('mine');
    async function* slow() {
      try {
        for (let count = 0; ; count++) {
          if (count === 3) controller.abort(mine);
          yield 'a';
          await new Promise(resolve => setTimeout(resolve, 5));
        }
      } finally {
        closed();
      }
    }
    expect(await errorOf(() => put(server.place(200), slow(), {}, {signal: controller.signal}))).to.equal(mine);
    await isClosed;
  });

  it('hedges only when the whole body was read', async () => {
    const hedge = {delayMs: 10, maxLoadRatio: 1};
    const whole = server.place('hang', 200);
    expect((await put(whole, ['a', 'b'], {hedge})).statusCode).to.equal(200);
    expect(whole.bodies.at(-1)).to.equal('ab');
    async function* slow() {
      yield 'a';
      await new Promise(resolve => setTimeout(resolve, 100));
      yield 'b';
    }
    const slowly = server.place(200);
    expect((await put(slowly, slow(), {hedge})).statusCode).to.equal(200);
    expect(slowly.bodies).to.deep.equal(['ab']);
  });

  /** Gives a piece, and the rest when the test says so. */
  const slowly = () => {
    let goOn!: () => void;
    const going = new Promise<void>(resolve => {
      goOn = resolve;
    });
    async function* body() {
      yield 'first';
      await going;
      yield ' second';
    }
    return {body: body() as unknown as Readable, goOn};
  };

  /** A clock that stands still, and what says when a retry waits. */
  const untilRetry = () => {
    const clock = new VirtualClock();
    const reasons: string[] = [];
    const {promise, resolve} = Promise.withResolvers<void>();
    const on = (event: SteadfetchEvent): void => {
      if (event.type === 'retry.scheduled') setImmediate(resolve);
      if (event.type === 'call.end') reasons.push(event.reason);
    };
    return {own: dispatcher({}, {clock, on}), clock, isScheduled: promise, reasons};
  };

  it('sends it again, whole, where an answer comes before its end', async () => {
    const bodies: Promise<string>[] = [];
    const url = await serve((incoming, response) => {
      bodies.push(text(incoming).catch(() => 'cut'));
      response.writeHead(bodies.length === 1 ? 503 : 200).end();
    });
    const {body, goOn} = slowly();
    const {own, isScheduled} = untilRetry();
    const sent = request(url, {method: 'PUT', body, dispatcher: own});
    await isScheduled;
    expect(bodies).to.have.length(1);
    goOn();
    expect((await sent).statusCode).to.equal(200);
    expect(bodies).to.have.length(2);
    expect(await bodies[1]).to.equal('first second');
  });

  it('gives the answer that came before its end, where that does not come', async () => {
    let count = 0;
    const url = await serve((incoming, response) => {
      count++;
      incoming.resume();
      response.writeHead(503).end('busy');
    });
    const {own, clock, isScheduled, reasons} = untilRetry();
    const sent = request(url, {method: 'PUT', body: slowly().body, dispatcher: own});
    await isScheduled;
    await clock.advance(499);
    expect(reasons).to.deep.equal([]);
    await clock.advance(1);
    const response = await sent;
    expect([response.statusCode, await response.body.text(), count]).to.deep.equal([503, 'busy', 1]);
    expect(reasons[0]).to.match(/^the request body is a stream, or larger/);
  });

  it('sends a stream once', async () => {
    const place = server.place(503, 200);
    expect((await put(place, Readable.from(['a', 'b']))).statusCode).to.equal(503);
    const web = server.place(503, 200);
    expect((await put(web, new Blob(['ab']).stream())).statusCode).to.equal(503);
    expect([place.bodies, web.bodies]).to.deep.equal([['ab'], ['ab']]);
  });

  /** For servers that answer before they have read a body. */
  async function serve(listener: (incoming: IncomingMessage, response: ServerResponse) => unknown): Promise<string> {
    const own = createServer((incoming, response) => {
      incoming.on('error', () => {});
      listener(incoming, response);
    });
    own.listen(0, '127.0.0.1');
    await once(own, 'listening');
    servers.push(own);
    return `http://127.0.0.1:${(own.address() as AddressInfo).port}/`;
  }
});
