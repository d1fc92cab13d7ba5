/** What a call says for itself may mean harm too: one clear error before anything is sent, and nothing reaches a prototype. */
import {expect} from 'chai';
import {createFetch, type ResilientInit} from '../../src/core.ts';
import {answer, ITEMS, thrown, virtually} from '../call/world.ts';
import {ADAPTERS, type Adapter, type Init, meet, type Seen} from '../faults/trial.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {AT_ONCE} from '../support/policies.ts';

const SAID = new Error('said by a getter');
const throwing = (): never => {
  throw SAID;
};
const getter = (name: string, on: object = {}): object =>
  Object.defineProperty(on, name, {get: throwing, enumerable: true});
const own = (json: string): object => JSON.parse(json) as object;
const proxy = (trap: keyof ProxyHandler<object>): object => new Proxy({maxAttempts: 1}, {[trap]: throwing});
function cyclic(): object {
  const backoff: Record<string, unknown> = {};
  backoff.backoff = backoff;
  return {backoff};
}

const EVIL: Record<string, () => unknown> = {
  'an own __proto__': () => own('{"__proto__": {"polluted": 1}}'),
  'an own __proto__ below': () => own('{"backoff": {"__proto__": {"polluted": 1}}}'),
  'a constructor': () => own('{"constructor": {"prototype": {"polluted": 1}}}'),
  'a prototype': () => own('{"prototype": {"polluted": 1}}'),
  'a getter that throws': () => getter('maxAttempts'),
  'a getter that throws below': () => ({backoff: getter('baseMs')}),
  'a proxy that lists no keys': () => proxy('ownKeys'),
  'a proxy that gives nothing': () => proxy('get'),
  'an object that contains itself': cyclic,
  'an instance of a class': () => new (class Mine {})(),
  'a Map': () => new Map([['maxAttempts', 1]]),
  'a list': () => [{maxAttempts: 1}],
  'a function': () => () => ({}),
  'a text': () => 'retry',
  null: () => null,
  'a number that JSON cannot hold': () => ({deadlineMs: Number.POSITIVE_INFINITY}),
  'a big integer': () => ({deadlineMs: 5n}),
  'a symbol': () => ({name: Symbol('x')}),
  'a field that is none': () => ({polluted: 1}),
};

/** ky reads all options itself before it hands them on: what a getter throws at it is the error of the call. */
const refusalOf = (adapter: Adapter): RegExp =>
  adapter === 'ky'
    ? /^(InvalidPolicyError INVALID_OVERRIDES|Error said by a getter)$/
    : /^InvalidPolicyError INVALID_OVERRIDES$/;

describe('the resilience options of a call', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());
  const under = (adapter: Adapter, place: Place, resilience: unknown): Promise<Seen> =>
    meet(adapter, place.url, {init: {resilience} as Init});

  for (const adapter of ADAPTERS) {
    for (const [what, make] of Object.entries(EVIL))
      it(`${adapter}: ${what} is refused, and nothing is sent`, async () => {
        const place = server.place(200);
        // Twice: what was refused once is not remembered as allowed.
        for (let time = 0; time < 2; time++)
          expect((await under(adapter, place, make())).got).to.match(refusalOf(adapter));
        expect(place.requests).to.be.empty;
        expect(({} as {polluted?: unknown}).polluted).to.equal(undefined);
      });

    it(`${adapter}: may be deeply frozen`, async () => {
      const place = server.place(503);
      const backoff = Object.freeze({kind: 'constant', delayMs: 0, jitter: 'none'});
      const init = Object.freeze({
        headers: Object.freeze({'x-mine': 'yes'}),
        resilience: Object.freeze({maxAttempts: 2, backoff}),
      });
      const {got, report} = await meet(adapter, place.url, {init: init as Init});
      expect(got).to.equal('503');
      expect(report).to.include({attempts: 2});
      expect(place.header('x-mine')).to.deep.equal(['yes', 'yes']);
    });
  }

  it('whose getters return other values each time do not affect other calls', async () => {
    const place = server.place(503);
    for (let reads = 1; reads < 8; reads++) {
      let read = 0;
      const fickle = {
        get maxAttempts() {
          return ++read <= reads ? 1 : 3;
        },
      };
      const fetch = createFetch({backoff: AT_ONCE, breaker: null});
      await fetch(place.url, {resilience: fickle});
      const {length} = place.requests;
      await fetch(place.url, {resilience: {maxAttempts: 1}});
      expect(place.requests.length - length, `after ${reads} reads`).to.equal(1);
    }
  });

  virtually('that JSON writes like others are not taken for those', async make => {
    const world = make({backoff: AT_ONCE, breaker: null});
    world.serve(503);
    await world.run(ITEMS, {resilience: {maxAttempts: 1}});
    const disguised = {maxAttempts: 'many', toJSON: () => ({maxAttempts: 1})} as unknown as {maxAttempts: number};
    expect(await world.run(ITEMS, {resilience: disguised})).to.equal('INVALID_OVERRIDES');
    expect(world.sends).to.equal(1);
  });
});

describe('the options of a fetch', () => {
  for (const name of ['method', 'headers', 'body', 'signal', 'redirect', 'priority', 'resilience'])
    virtually(`a getter of ${name} that throws is the error of the call, and nothing is left`, async make => {
      const world = make({concurrency: {max: 1}, backoff: AT_ONCE});
      world.serve(200);
      const plain = getter(name) as ResilientInit;
      const overriding = getter(name, {resilience: {maxAttempts: 1}}) as ResilientInit;
      for (const init of [plain, overriding]) expect(await thrown(world.fetch(ITEMS, init))).to.equal(SAID);
      expect(world.sends).to.equal(0);
      expect(await world.run(), 'the place is free').to.equal('200');
    });

  virtually('a header whose text throws is the error of the call', async make => {
    const world = make({concurrency: {max: 1}});
    const headers = {'x-mine': {toString: throwing} as unknown as string};
    expect(await thrown(world.fetch(ITEMS, {headers}))).to.equal(SAID);
    expect(world.sends).to.equal(0);
    expect(await world.run()).to.equal('200');
  });

  virtually('a URL whose text throws is the error of the call', async make => {
    const world = make();
    expect(await thrown(world.fetch({toString: throwing} as unknown as string))).to.equal(SAID);
  });

  virtually('frozen ones, and a frozen Request, are as good as any', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(503, 200);
    const headers = Object.freeze(new Headers({'x-mine': 'yes'}));
    const request = Object.freeze(new Request(ITEMS, {method: 'PUT', body: 'work'}));
    await world.run(request, Object.freeze({headers}));
    expect(world.header('x-mine')).to.deep.equal(['yes', 'yes']);
  });

  it('are not read from a polluted prototype', async () => {
    const spoilt = Object.prototype as {resilience?: object; maxAttempts?: number};
    let sends = 0;
    const send = async () => {
      sends++;
      return answer(503)();
    };
    const fetch = createFetch({backoff: AT_ONCE}, {fetch: send});
    Object.defineProperty(spoilt, 'maxAttempts', {value: 9, configurable: true, enumerable: false});
    try {
      await fetch(ITEMS, {resilience: {deadlineMs: 1000}});
      await createFetch({backoff: AT_ONCE}, {fetch: send})(ITEMS);
    } finally {
      delete spoilt.maxAttempts;
    }
    expect(sends).to.equal(6);
  });
});
