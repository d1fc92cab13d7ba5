/** What the caller's handler gets, and what it may do: older handlers, context, header names, exceptions. */
import {expect} from 'chai';
import {
  Agent,
  type Dispatcher,
  Dispatcher1Wrapper,
  getGlobalDispatcher,
  interceptors,
  request,
  setGlobalDispatcher,
} from 'undici';
import type {PolicyInput} from '../../src/core.ts';
import type {DispatchHandler} from '../../src/undici/types.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';
import {type Interceptor, undiciClient} from '../support/undici-client.ts';

describe('resilienceInterceptor, and the handler of a call', () => {
  let server: LoopbackServer;

  const client = undiciClient();
  const {events} = client;
  const dispatcher = (policy: PolicyInput = {}, ...below: Interceptor[]): Dispatcher =>
    client.dispatcher(policy, {}, below);

  const plain = new Agent();
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(async () => {
    await plain.destroy();
    await server.close();
  });

  it('refuses an older handler at once, and names the alternative', async () => {
    const place = server.place(503, 200);
    const old = {onConnect() {}, onHeaders: () => true, onData: () => true, onComplete() {}, onError() {}};
    const options = {origin: server.origin, path: new URL(place.url).pathname, method: 'GET'};
    expect(() =>
      dispatcher().dispatch(options as Dispatcher.DispatchOptions, old as Dispatcher.DispatchHandler),
    ).to.throw(
      TypeError,
      /undici 7 and later.*setGlobalDispatcher\(dispatcher\).*new Dispatcher1Wrapper\(dispatcher\)/,
    );
    const error = await errorOf(() => fetch(place.url, {dispatcher: dispatcher()} as RequestInit));
    expect(String((error.cause ?? error) as Error)).to.include('setGlobalDispatcher');
    expect(place.requests).to.deep.equal([]);
    expect(events).to.deep.equal([]);
  });

  it('gets an error where a function of the user throws null, which undici would take for a success', async () => {
    const place = server.place(200);
    const prepareAttempt = (): never => {
      throw null;
    };
    const error = await errorOf(() => request(place.url, {dispatcher: client.dispatcher({}, {prepareAttempt})}));
    expect(error.message).to.equal('a function of the user threw null');
    expect(place.requests).to.deep.equal([]);
  });

  for (const missing of ['onResponseStart', 'onResponseData', 'onResponseEnd', 'onResponseError'] as const)
    it(`without ${missing} is refused as by plain undici, and nothing is sent`, async () => {
      const place = server.place(503, 200);
      const options = {origin: server.origin, path: new URL(place.url).pathname, method: 'GET'};
      const endOf = async (to: Dispatcher): Promise<unknown> => {
        let ended: unknown = 'nothing';
        const handler: DispatchHandler = {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData() {},
          onResponseEnd() {},
          onResponseError(_controller, error) {
            ended = error.message;
          },
        };
        Reflect.deleteProperty(handler, missing);
        try {
          to.dispatch(options as Dispatcher.DispatchOptions, handler as Dispatcher.DispatchHandler);
        } catch (error) {
          ended = (error as Error).message;
        }
        await new Promise(resolve => setImmediate(resolve));
        return ended;
      };
      expect(await endOf(dispatcher()))
        .to.equal(await endOf(plain))
        .and.equal(`invalid ${missing} method`);
      expect(place.requests).to.deep.equal([]);
    });

  it('works with Node’s own fetch by Dispatcher1Wrapper and by setGlobalDispatcher', async () => {
    const wrapped = server.place(503, {body: 'here'});
    const own = new Dispatcher1Wrapper(dispatcher());
    const response = await fetch(wrapped.url, {dispatcher: own} as RequestInit);
    expect([response.status, await response.text(), wrapped.requests.length]).to.deep.equal([200, 'here', 2]);
    const before = getGlobalDispatcher();
    setGlobalDispatcher(dispatcher());
    try {
      const place = server.place(503, {body: 'there'});
      const response = await fetch(place.url);
      expect([response.status, await response.text(), place.requests.length]).to.deep.equal([200, 'there', 2]);
    } finally {
      setGlobalDispatcher(before);
    }
  });

  it('passes on the context of interceptors below: the history of redirects', async () => {
    const end = server.place(503, {body: 'end'});
    const start = server.place({status: 302, headers: {location: end.url}});
    const followed = dispatcher({}, interceptors.redirect({maxRedirections: 2}) as Interceptor);
    const {context, body, opaque} = await request(start.url, {dispatcher: followed, opaque: 'mine'});
    await body.dump();
    const {history} = context as {history: URL[]};
    expect(history.map(String)).to.deep.equal([start.url, end.url]);
    expect(opaque).to.equal('mine');
    const plain = await request(server.place(200).url, {dispatcher: dispatcher()});
    expect(plain.context).to.equal(null);
    await plain.body.dump();
  });

  it('keeps names, order and duplicates of headers as the caller wrote them', async () => {
    const flat = ['X-Upper', '1', 'x-twice', 'a', 'X-Twice', 'b', 'X-Many', ['c', 'd']];
    const pairs = [
      ['X-Upper', '1'],
      ['x-twice', 'a'],
      ['X-Twice', 'b'],
    ];
    function* generated() {
      yield* pairs;
    }
    for (const [headers, expected] of [
      [{'X-Upper': '1', 'X-Many': ['c', 'd'], 'x-none': undefined}, ['X-Upper', '1', 'X-Many', 'c', 'X-Many', 'd']],
      [flat, ['X-Upper', '1', 'x-twice', 'a', 'X-Twice', 'b', 'X-Many', 'c', 'X-Many', 'd']],
      [new Map([['X-Upper', '1']]), ['X-Upper', '1']],
      [{[Symbol.iterator]: generated}, ['X-Upper', '1', 'x-twice', 'a', 'X-Twice', 'b']],
    ] as const) {
      const place = server.place(503, 200);
      await request(place.url, {headers: headers as string[], dispatcher: dispatcher()});
      expect(place.requests.map(({rawHeaders}) => namedX(rawHeaders))).to.deep.equal([expected, expected]);
    }
  });

  it('replaces a header of the caller under the name that the caller wrote', async () => {
    const place = server.place(503, 200);
    const headers = {'X-Request-ID': 'mine', 'IDEMPOTENCY-KEY': 'k-1'};
    await request(place.url, {method: 'POST', headers, dispatcher: dispatcher({idempotency: {}})});
    for (const {rawHeaders} of place.requests) {
      const names = rawHeaders.filter((_, index) => index % 2 === 0);
      expect(names).to.include.members(['X-Request-ID', 'IDEMPOTENCY-KEY']);
      expect(names.filter(name => /idempotency/i.test(name))).to.have.length(1);
    }
    expect(place.header('idempotency-key')).to.deep.equal(['k-1', 'k-1']);
  });

  it('takes a key of blanks for none', async () => {
    for (const headers of [{'Idempotency-Key': ' '}, ['Idempotency-Key', '\t'], {'Idempotency-Key': ''}]) {
      const once = server.place(503, 200);
      await request(once.url, {method: 'POST', headers, dispatcher: dispatcher()});
      expect(once.requests).to.have.length(1);
      const keyed = server.place(503, 200);
      await request(keyed.url, {method: 'POST', headers, dispatcher: dispatcher({idempotency: {}})});
      const [key, again] = keyed.header('idempotency-key');
      expect(key).to.match(/^[0-9a-f-]{36}$/);
      expect(again).to.equal(key);
    }
  });

  it('ends a call whose headers are malformed with one TypeError', async () => {
    for (const headers of [['a', '1', 'b'], [['a', '1', 'b']]]) {
      const place = server.place(200);
      const error = await errorOf(() => request(place.url, {headers: headers as string[], dispatcher: dispatcher()}));
      expect(error).to.be.instanceOf(TypeError);
      expect(place.requests).to.deep.equal([]);
    }
  });

  for (const method of ['onRequestStart', 'onResponseStart', 'onResponseData', 'onResponseEnd'] as const) {
    for (const [what, answer] of [
      ['an answer that is here at once', {body: 'whole'}],
      [
        'an answer that comes in parts',
        (response: import('node:http').ServerResponse) => {
          response.write('half');
          setTimeout(() => response.end('whole'), 20);
        },
      ],
    ] as const)
      it(`passes its own error once to a handler that throws in ${method}: ${what}`, async () => {
        const place = server.place(answer);
        const mistake = new Error(`thrown in ${method}`);
        const {errors, started} = await dispatched(place, {
          [method]: () => {
            throw mistake;
          },
        });
        expect(errors).to.deep.equal([mistake]);
        expect(started).to.be.at.most(1);
        expect(events.filter(({type}) => type === 'call.end')).to.have.length(1);
        expect(place.requests).to.have.length(method === 'onRequestStart' ? 0 : 1);
      });
  }

  /** Until the handler hears of an error. */
  function dispatched(place: Place, own: Partial<DispatchHandler>): Promise<{errors: unknown[]; started: number}> {
    return new Promise(resolve => {
      const errors: unknown[] = [];
      let started = 0;
      const handler: DispatchHandler = {
        onRequestStart() {},
        onResponseStart() {
          started++;
        },
        onResponseData() {},
        onResponseEnd() {},
        onResponseError(_controller, error) {
          errors.push(error);
          setTimeout(() => resolve({errors, started}), 30);
        },
        ...own,
      };
      const options = {origin: server.origin, path: new URL(place.url).pathname, method: 'GET'};
      dispatcher().dispatch(options as Dispatcher.DispatchOptions, handler as Dispatcher.DispatchHandler);
    });
  }
});

const namedX = (raw: readonly string[]): string[] =>
  raw.filter((_, index) => {
    const name = raw[index - (index % 2)]!.toLowerCase();
    return name.startsWith('x-') && name !== 'x-correlation-id';
  });
