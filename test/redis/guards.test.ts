/** Shared guards as a user plugs them in. */
import {expect} from 'chai';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {definePolicy, type PolicyInput, type SteadfetchEvent} from '../../src/core.ts';
import {createFetch} from '../../src/fetch/create-fetch.ts';
import {redisGuards} from '../../src/redis.ts';
import {createFetch as uncheckedFetch} from '../../src/unchecked.ts';
import {RedisDouble} from '../support/redis-double.ts';

const ITEMS = 'https://shop.test/items';
const quota = {limits: [{unit: 'requests', max: 2, perMs: 10_000}], learn: false} as const;

function world() {
  const clock = new VirtualClock();
  const redis = new RedisDouble(() => clock.wall());
  const arrivals: number[] = [];
  const state = {isReachable: true, redisMs: 1};
  const guards = () =>
    redisGuards({
      clock,
      send: async args => {
        if (!state.isReachable) throw new Error('connect ECONNREFUSED 127.0.0.1:6379');
        await clock.sleep(state.redisMs);
        return redis.run(args);
      },
    });
  const fetch = async (): Promise<Response> => {
    arrivals.push(clock.now());
    return new Response('ok');
  };
  return {clock, arrivals, state, guards, fetch};
}

describe('redisGuards', () => {
  it('let two clients share the quota of an origin', async () => {
    const {clock, arrivals, guards, fetch} = world();
    const clients = [guards(), guards()].map(shared =>
      createFetch({quota}, {clock, fetch, guards: shared, observer: null}),
    );
    await clock.run(() => Promise.all(clients.flatMap(call => [call(ITEMS), call(ITEMS)])));
    expect(arrivals.filter(at => at < 10_000).length).to.equal(2);
    expect(arrivals.length).to.equal(4);
  });

  it('are the guards of a handle, and of a client of steadfetch/unchecked', async () => {
    const {clock, arrivals, guards, fetch} = world();
    const shared = guards();
    const handle = definePolicy({quota}, undefined, shared);
    const clients = [
      createFetch(handle, {clock, fetch, guards: shared, observer: null}),
      uncheckedFetch({quota}, {clock, fetch, guards: guards(), observer: null}),
    ];
    await clock.run(() => Promise.all(clients.flatMap(call => [call(ITEMS), call(ITEMS)])));
    expect(arrivals.filter(at => at < 10_000).length).to.equal(2);
  });

  it('are refused beside a handle that has others', () => {
    const {clock, guards, fetch} = world();
    expect(() => createFetch(definePolicy({quota}), {clock, fetch, guards: guards()})).to.throw(
      'The port guards has no effect beside a policy handle. Pass it to definePolicy.',
    );
  });

  it('refuse options that are no number of at least 1', () => {
    const send = async (): Promise<null> => null;
    expect(() => redisGuards({send, instances: 0})).to.throw(
      RangeError,
      'instances must be a number of at least 1, got 0',
    );
    expect(() => redisGuards({send, timeoutMs: Number.NaN})).to.throw(RangeError, 'timeoutMs');
  });

  it('of an attempt ask one after the other, each for timeoutMs at most', async () => {
    for (const [redisMs, mostMs] of [
      [1, 2],
      [400, 1200],
      [800, 2000],
      [5000, 1000],
    ] as const) {
      const {clock, arrivals, state, guards, fetch} = world();
      const policy: PolicyInput = {
        quota: {limits: [{unit: 'requests', max: 1000, perMs: 10_000}], learn: false},
        concurrency: {kind: 'fixed', max: 10},
      };
      const call = createFetch(policy, {clock, fetch, guards: guards(), observer: null});
      await clock.run(() => call(ITEMS));
      await clock.advance(60_000);
      state.redisMs = redisMs;
      const since = clock.now();
      await clock.run(() => call(ITEMS));
      expect(arrivals[1]! - since).to.be.at.most(mostMs);
    }
  });

  it('report that Redis does not answer, and that it answers again', async () => {
    const {clock, state, guards, fetch} = world();
    const events: SteadfetchEvent[] = [];
    const shared = guards();
    const call = createFetch(
      {quota: {limits: [{unit: 'requests', max: 1000, perMs: 10_000}]}},
      {clock, fetch, guards: shared, observer: null, on: event => void events.push(event)},
    );
    state.isReachable = false;
    await clock.run(() => call(ITEMS));
    expect(shared.isAvailable).to.equal(false);
    state.isReachable = true;
    await clock.advance(2000);
    await clock.run(() => call(ITEMS));
    await clock.advance(100);
    expect(shared.isAvailable).to.equal(true);
    const changes = events.flatMap(event =>
      event.type === 'store.changed' ? [[event.isAvailable, event.reason]] : [],
    );
    expect(changes).to.deep.equal([
      [false, 'connect ECONNREFUSED 127.0.0.1:6379'],
      [true, ''],
    ]);
  });

  it('reports the error of a driver without the credentials in its message', async () => {
    const messages = {
      'connect ECONNREFUSED redis://app:S3CRET@10.0.0.1:6379/0?a=S3CRET':
        'connect ECONNREFUSED REDACTED@10.0.0.1:6379/0?a=REDACTED',
      'no route to app:S3CRET@10.0.0.1:6379': 'no route to REDACTED@10.0.0.1:6379',
      'WRONGPASS invalid username-password pair S3CRET':
        'WRONGPASS, whose message is not shown because it may repeat credentials',
      'AUTH app S3CRET failed': 'an error, whose message is not shown because it may repeat credentials',
      'Socket closed unexpectedly': 'Socket closed unexpectedly',
    };
    for (const [message, told] of Object.entries(messages)) {
      const reasons: string[] = [];
      const guards = redisGuards({send: () => Promise.reject(new Error(message)), name: 'told', instances: 2});
      const call = createFetch(
        {quota: {limits: [{unit: 'requests', max: 100, perMs: 1000}]}},
        {
          guards,
          observer: null,
          fetch: async () => new Response('ok'),
          on: event => event.type === 'store.changed' && reasons.push(event.reason),
        },
      );
      await call('https://api.test/');
      expect(reasons).to.deep.equal([told]);
    }
  });

  describe('with a quota', () => {
    function client(max: number, shared: ReturnType<typeof world>) {
      const events: SteadfetchEvent[] = [];
      const {clock, guards, fetch} = shared;
      const call = createFetch(
        {quota: {limits: [{unit: 'requests', max, perMs: 10_000}], learn: false}},
        {clock, fetch, guards: guards(), observer: null, on: event => void events.push(event)},
      );
      const found = (): unknown[] => events.filter(({type}) => type === 'quota.differs');
      return {call, found};
    }
    const limits = (max: number): string => JSON.stringify([{unit: 'requests', max, perMs: 10_000}]);

    it('report once that another process has other limits for it', async () => {
      const shared = world();
      const {clock} = shared;
      const [one, other, alike] = [client(1000, shared), client(500, shared), client(1000, shared)];
      const call = async (): Promise<void> => {
        for (const each of [one, other, alike]) await clock.run(() => each.call(ITEMS));
        await clock.advance(31_000);
      };
      for (let count = 0; count < 3; count++) await call();
      const expected = (mine: number, theirs: number) => [
        {type: 'quota.differs', guarded: 'https://shop.test', limits: limits(mine), others: [limits(theirs)]},
      ];
      expect(one.found()).to.deep.equal(expected(1000, 500));
      expect(other.found()).to.deep.equal(expected(500, 1000));
      expect(alike.found()).to.deep.equal(expected(1000, 500));
    });

    it('report nothing once the other limits were not in use for 90 s', async () => {
      const shared = world();
      const {clock} = shared;
      await clock.run(() => client(500, shared).call(ITEMS));
      await clock.advance(95_000);
      const later = client(1000, shared);
      await clock.run(() => later.call(ITEMS));
      await clock.advance(100);
      expect(later.found()).to.deep.equal([]);
    });
  });

  describe('with a concurrency limit', () => {
    /** Clients whose calls take a second. */
    function limited(queue: number) {
      const {clock, guards} = world();
      const state = {inFlight: 0, most: 0};
      const fetch = async (): Promise<Response> => {
        state.most = Math.max(state.most, ++state.inFlight);
        await clock.sleep(1000);
        state.inFlight--;
        return new Response('ok');
      };
      const policy = {maxAttempts: 1, deadlineMs: null, concurrency: {kind: 'fixed', max: 2, queue}} as const;
      const client = (shared = guards()) => createFetch(policy, {clock, fetch, guards: shared, observer: null});
      return {clock, guards, state, client};
    }

    it('let two clients share its places, be it through one object or two', async () => {
      const {clock, guards, state, client} = limited(100);
      const shared = guards();
      for (const clients of [
        [client(), client()],
        [client(shared), client(shared)],
      ]) {
        state.most = 0;
        const calls = clients.flatMap(call => Array.from({length: 4}, () => call(ITEMS)));
        const answers = await clock.run(() => Promise.all(calls));
        expect(answers.length).to.equal(8);
        expect(state.most).to.equal(2);
        await clock.advance(1000);
      }
    });

    it('refuse a call without a queue once Redis has said that the others have all places', async () => {
      const {clock, client} = limited(0);
      const [one, other] = [client(), client()];
      const busy = [one(ITEMS), one(ITEMS)];
      await clock.advance(10);
      const before = clock.now();
      const error = await clock.run(() => other(ITEMS).catch((error: {code: string; message: string}) => error));
      expect(error).to.include({
        code: 'CONCURRENCY_LIMIT',
        message:
          '0 attempts to https://shop.test are in flight, the limit is 0 for this process now, and the queue is full.',
      });
      expect(clock.now() - before).to.be.within(1, 20);
      await clock.run(() => Promise.all(busy));
    });

    it('leave an adaptive one to the process', () => {
      const {guards} = world();
      const settings = {kind: 'adaptive', start: 20, max: 256, decreaseRatio: 0.7, queue: 0} as const;
      expect(guards().factory.concurrency(settings, ITEMS).isShared).to.equal(false);
    });
  });

  describe('a call that waits for the lease of a probe', () => {
    const breaker = {kind: 'consecutive', failures: 1, openMs: 1000, probes: 1} as const;

    async function opened(deadlineMs: number | null) {
      const shared = world();
      const {clock, guards, state} = shared;
      const answers = [503];
      const call = createFetch(
        {maxAttempts: 1, budget: null, breaker, deadlineMs},
        {
          clock,
          guards: guards(),
          observer: null,
          random: () => 0.5,
          fetch: async () => new Response(null, {status: answers.shift() ?? 200}),
        },
      );
      await clock.run(() => call(ITEMS));
      await clock.advance(2000);
      state.redisMs = 15;
      return {clock, call};
    }

    it('ends at once when its caller aborts', async () => {
      const {clock, call} = await opened(null);
      const controller = new AbortController();
      const ended = call(ITEMS, {signal: controller.signal}).then(
        () => 'answered',
        (error: Error) => error.name,
      );
      await clock.advance(5);
      controller.abort();
      expect(await clock.run(() => ended)).to.equal('AbortError');
      expect((await clock.run(() => call(ITEMS))).status).to.equal(200);
    });

    it('ends at its deadline', async () => {
      const {clock, call} = await opened(60);
      const error = await clock.run(() =>
        call(ITEMS).then(
          () => null,
          (error: {code: string}) => error.code,
        ),
      );
      expect(error).to.equal('DEADLINE_EXCEEDED');
    });
  });
});
