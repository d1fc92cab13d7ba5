/** Calls that are not to wait for a shared quota: they wait for what Redis says, and for nothing else. */
import {expect} from 'chai';
import {createFetch, type PolicyInput, type QuotaInput} from '../../src/core.ts';
import {redisGuards} from '../../src/redis/redis-guards.ts';
import {VirtualClock} from '../../src/testing.ts';
import {RedisDouble} from '../support/redis-double.ts';

const MINUTE = 60_000;
const limits = [{unit: 'requests', max: 20, perMs: MINUTE}] as const;
const ITEMS = 'https://api.test/items';
const [EU, US] = ['https://eu.test', 'https://us.test'];

function world(replyMs = 1) {
  const clock = new VirtualClock();
  const redis = new RedisDouble(() => clock.wall());
  const state = {asked: 0};
  /** A process with a client. */
  const client = (quota: QuotaInput, policy: PolicyInput = {}) => {
    const guards = redisGuards({
      send: async args => {
        state.asked++;
        await clock.sleep(replyMs);
        return redis.run(args);
      },
      clock,
    });
    const sentTo: string[] = [];
    const fetch = createFetch(
      {maxAttempts: 1, budget: null, breaker: null, quota: {limits, learn: false, ...quota}, ...policy},
      {
        clock,
        guards,
        observer: null,
        random: () => 0.5,
        fetch: async input => {
          sentTo.push(new URL(input instanceof Request ? input.url : input).origin);
          return new Response('ok');
        },
      },
    );
    const call = async (url = ITEMS): Promise<string> => {
      try {
        return await (await fetch(url)).text();
      } catch (error) {
        return String((error as {code: unknown}).code);
      }
    };
    /** @returns How each of so many calls at once ended, and how long the longest of them took. */
    const burst = async (count: number, url = ITEMS) => {
      const since = clock.now();
      let longestMs = 0;
      const timed = async (): Promise<string> => {
        const end = await call(url);
        longestMs = Math.max(longestMs, clock.now() - since);
        return end;
      };
      const ends = await clock.run(() => Promise.all(Array.from({length: count}, timed)));
      return {ends, longestMs};
    };
    return {call, burst, sentTo};
  };
  return {clock, client, state};
}

const tally = (ends: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const end of ends) counts[end] = (counts[end] ?? 0) + 1;
  return counts;
};

describe('a shared quota that no call is to wait for', () => {
  for (const quota of [{maxWaitMs: 0}, {queue: 0}, {queue: 0, maxWaitMs: 0}]) {
    const title = JSON.stringify(quota);

    it(`admits calls that come one by one, although each has to ask Redis: ${title}`, async () => {
      const {clock, client} = world();
      const {call} = client(quota);
      const ends: string[] = [];
      for (let count = 0; count < 10; count++) {
        ends.push(await clock.run(call));
        await clock.advance(10_000);
      }
      expect(ends).to.deep.equal(Array(10).fill('ok'));
    });

    it(`admits as many calls at once as a second holds: ${title}`, async () => {
      const {clock, client} = world();
      const {call, burst} = client({...quota, limits: [{unit: 'requests', max: 500, perMs: MINUTE}]});
      await clock.run(call);
      await clock.advance(10_000);
      const {ends, longestMs} = await burst(8);
      expect(ends).to.deep.equal(Array(8).fill('ok'));
      expect(longestMs).to.be.at.most(5);
    });

    it(`refuses calls as soon as Redis has said that others have used it up: ${title}`, async () => {
      const {clock, client, state} = world();
      const [one, other] = [client({}), client(quota)];
      for (let count = 0; count < 20; count++) {
        expect((await one.burst(1)).ends).to.deep.equal(['ok']);
        await clock.advance(1000);
      }
      const {ends, longestMs} = await other.burst(3);
      for (const end of ends) expect(end).to.be.oneOf(['QUOTA_QUEUE', 'QUOTA_WAIT']);
      expect(longestMs).to.be.at.most(5);
      const before = state.asked;
      for (let count = 0; count < 100; count++) {
        await other.burst(1);
        await clock.advance(1);
      }
      // Two commands each time: the question, and to leave the line.
      expect(state.asked - before).to.be.within(2, 10);
      await clock.advance(MINUTE);
      expect((await other.burst(1)).ends).to.deep.equal(['ok']);
    });
  }

  it('refuses calls within the time that Redis may take, once it is used up', async () => {
    const {clock, client} = world(300);
    const {call} = client({maxWaitMs: 0});
    const ends = await clock.run(async () => {
      const calls = Array.from({length: 100}, () => call());
      await clock.sleep(1000);
      calls.push(...Array.from({length: 10}, () => call()));
      return Promise.all(calls);
    });
    expect(ends.filter(end => end === 'ok').length).to.be.within(1, 20);
    expect(new Set(ends)).to.deep.equal(new Set(['ok', 'QUOTA_WAIT']));
    expect(clock.now()).to.be.at.most(2000);
  });
});

describe('a shared quota that calls may wait for shortly', () => {
  it('is waited for no longer than that, once Redis has answered', async () => {
    const {clock, client} = world();
    const [one, other] = [client({}), client({maxWaitMs: 200})];
    for (let count = 0; count < 20; count++) {
      await one.burst(1);
      await clock.advance(1000);
    }
    const {ends, longestMs} = await other.burst(2);
    expect(ends).to.deep.equal(['QUOTA_WAIT', 'QUOTA_WAIT']);
    expect(longestMs).to.be.within(0, 201);
  });

  it('keeps a place in its queue for calls that Redis has nothing for', async () => {
    const {clock, client} = world();
    const [one, other] = [client({}), client({queue: 2, maxWaitMs: 2 * MINUTE}, {deadlineMs: null})];
    for (let count = 0; count < 20; count++) {
      await one.burst(1);
      await clock.advance(1000);
    }
    const {ends} = await other.burst(4);
    expect(tally(ends)).to.deep.equal({ok: 2, QUOTA_QUEUE: 2});
  });
});

describe('a shared quota of several endpoints', () => {
  const policy: PolicyInput = {
    endpoints: [
      {name: 'eu', origin: EU},
      {name: 'us', origin: US, rank: 2},
    ],
  };

  it('is asked for at the first of them, before a call passes it over', async () => {
    const {clock, client} = world();
    const {burst, sentTo} = client({}, policy);
    for (let count = 0; count < 5; count++) {
      expect((await burst(1, `${EU}/items`)).ends).to.deep.equal(['ok']);
      await clock.advance(10_000);
    }
    expect(sentTo).to.deep.equal(Array(5).fill(EU));
  });

  for (const quota of [{}, {queue: 0}, {maxWaitMs: 0}])
    it(`is passed over once Redis has said that others have used it up: ${JSON.stringify(quota)}`, async () => {
      const {clock, client} = world();
      const [one, other] = [client({}), client(quota, policy)];
      for (let count = 0; count < 20; count++) {
        await one.burst(1, `${EU}/items`);
        await clock.advance(1000);
      }
      const {ends, longestMs} = await other.burst(1, `${EU}/items`);
      expect([ends, other.sentTo]).to.deep.equal([['ok'], [US]]);
      expect(longestMs).to.be.at.most(10);
    });

  it('is waited for where no other endpoint is free, and is asked once at each', async () => {
    const {clock, client, state} = world(20);
    const [one, other] = [client({}), client({maxWaitMs: 2 * MINUTE}, {...policy, deadlineMs: null})];
    for (let count = 0; count < 20; count++) {
      await one.burst(1, `${EU}/items`);
      await one.burst(1, `${US}/items`);
      await clock.advance(1000);
    }
    const before = state.asked;
    const {ends, longestMs} = await other.burst(1, `${EU}/items`);
    expect(ends).to.deep.equal(['ok']);
    expect(longestMs).to.be.within(30_000, MINUTE);
    // At each: the settings, the script and its load, to leave the line; then twice a second.
    expect(state.asked - before).to.be.below(160);
  });
});
