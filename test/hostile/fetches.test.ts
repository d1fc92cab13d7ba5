/** A fetch of the user's that does what no fetch does: one clear end, nothing left, nothing hangs. */
import {runInNewContext} from 'node:vm';
import {expect} from 'chai';
import {reportOf} from '../../src/core.ts';
import {ITEMS, virtually} from '../call/world.ts';
import {settle} from '../support/outcome.ts';
import {AT_ONCE} from '../support/policies.ts';

const throwing = (): never => {
  throw new Error('said by a getter');
};
const brokenHeaders = {get: throwing, has: throwing};

const ANSWERS: Record<string, () => unknown> = {
  'throws at once': throwing,
  'throws undefined': () => {
    throw undefined;
  },
  'rejects with nothing': () => Promise.reject(),
  'rejects with an error whose getters throw': () =>
    Promise.reject(Object.defineProperties({}, {code: {get: throwing}, cause: {get: throwing}, name: {get: throwing}})),
  'rejects with a revoked proxy': () => {
    const {proxy, revoke} = Proxy.revocable({}, {});
    revoke();
    return Promise.reject(proxy);
  },
  'rejects with a frozen error of another realm': () =>
    Promise.reject(runInNewContext("Object.freeze(new TypeError('fetch failed'))")),
  'returns undefined @T33b': () => undefined,
  'returns no promise @T33b': () => new Response('at once'),
  'returns a number': () => 200,
  'resolves to undefined': async () => undefined,
  'resolves to null': async () => null,
  'resolves to a text': async () => '200',
  'resolves to an empty object': async () => ({}),
  'resolves to a response without headers': async () => ({status: 503, body: null}),
  'resolves to a response whose headers are a Map': async () => ({status: 503, headers: new Map(), body: null}),
  'resolves to a response whose headers are numbers': async () => ({status: 503, headers: {get: () => 5}, body: null}),
  'resolves to a response whose headers are a record': async () => ({status: 503, headers: {server: 'x'}, body: null}),
  'resolves to a response of status NaN': async () => ({status: Number.NaN, headers: new Headers(), body: null}),
  'resolves to a response of status 799': async () => ({status: 799, headers: new Headers(), body: null}),
  'resolves to a response of status -1': async () => ({status: -1, headers: new Headers(), body: null}),
  'resolves to a response of status 1e9': async () => ({status: 1e9, headers: new Headers(), body: null}),
  'resolves to a response whose status throws': async () => Object.defineProperty({}, 'status', {get: throwing}),
  'resolves to a response whose headers throw': async () => ({status: 503, headers: brokenHeaders, body: null}),
  'resolves to a response whose body throws': async () =>
    Object.defineProperty({status: 503, headers: new Headers()}, 'body', {get: throwing}),
  'resolves to a used response': async () => {
    const response = new Response('used', {status: 503});
    await response.text();
    return response;
  },
  'resolves to a locked response': async () => {
    const response = new Response('locked', {status: 503});
    response.body!.getReader();
    return response;
  },
  'resolves to a frozen response': async () => Object.freeze(new Response('frozen', {status: 503})),
  'resolves to the same response each time': (() => {
    const response = new Response('one', {status: 503});
    return async () => response;
  })(),
  'resolves twice': () =>
    new Promise(resolve => {
      resolve(new Response('one', {status: 503}));
      resolve(new Response('two'));
    }),
  'is a thenable that calls back twice': () => ({
    // biome-ignore lint/suspicious/noThenProperty: it is what is tested.
    then(done: (value: unknown) => void) {
      done(new Response('one', {status: 503}));
      done(new Response('two'));
    },
  }),
  'never settles': () => new Promise(() => {}),
};

describe('a fetch that', () => {
  for (const [what, answer] of Object.entries(ANSWERS))
    for (const hedged of [false, true])
      virtually(`${what}${hedged ? ', hedged' : ''}: the call ends once`, async make => {
        let sends = 0;
        const policy = {
          backoff: AT_ONCE,
          deadlineMs: 5000,
          attemptTimeoutMs: 1000,
          concurrency: {max: 2},
          hedge: hedged ? {delayMs: 10, maxLoadRatio: 1} : null,
        };
        const fetch = (() => {
          sends++;
          return answer();
        }) as unknown as typeof globalThis.fetch;
        const world = make(policy, {fetch});
        const {value, threw} = await world.clock.run(() => settle(() => world.fetch(ITEMS)));
        await world.clock.advance(10_000);
        expect(world.typesOf('call.end')).to.have.length(1);
        expect(sends).to.be.within(1, 3);
        const [origin] = world.handle.snapshot(world.clock.now()).origins;
        expect(origin?.concurrency).to.deep.equal([{max: 2, inFlight: 0, waiting: 0}]);
        if (value instanceof Response && Object.isExtensible(value))
          expect(reportOf(value)).to.include({attempts: sends});
        else
          expect(threw, 'an error, where there is no answer').to.equal(
            !/frozen response|status (NaN|799|-1|1e9)/.test(what),
          );
      });
});

describe('an answer as a test makes it up', () => {
  const made = {ok: true, status: 200, json: async () => ({fine: true})};
  const fetch = (async () => made) as unknown as typeof globalThis.fetch;

  virtually('with a status and a method is a success as it is', async make => {
    const world = make({}, {fetch});
    expect(await world.fetch(ITEMS)).to.equal(made);
    expect(reportOf(made)).to.include({result: 'success', attempts: 1});
  });

  virtually('may be called transient though it has no headers', async make => {
    const world = make({backoff: AT_ONCE}, {fetch, classify: () => ({transient: true})});
    expect(await world.clock.run(() => world.fetch(ITEMS))).to.equal(made);
    expect(reportOf(made)).to.include({attempts: 3, refusal: 'attempts-exhausted'});
  });
});
