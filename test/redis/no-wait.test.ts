/** Calls that are not to wait for a shared quota: they wait for what Redis says, and for nothing else. */
import {expect} from 'chai';
import {createFetch} from '../../src/core.ts';
import {redisGuards} from '../../src/redis/redis-guards.ts';
import {VirtualClock} from '../../src/testing.ts';
import {RedisDouble} from '../support/redis-double.ts';

const MINUTE = 60_000;

function client(replyMs = 1) {
  const clock = new VirtualClock();
  const redis = new RedisDouble(() => clock.wall());
  const guards = redisGuards({
    send: async args => {
      await clock.sleep(replyMs);
      return redis.run(args);
    },
    clock,
  });
  const fetch = createFetch(
    {
      maxAttempts: 1,
      budget: null,
      breaker: null,
      quota: {limits: [{unit: 'requests', max: 20, perMs: MINUTE}], learn: false, maxWaitMs: 0},
    },
    {clock, guards, observer: null, random: () => 0.5, fetch: async () => new Response('ok')},
  );
  const call = async (): Promise<string> => {
    try {
      return await (await fetch('https://api.test/items')).text();
    } catch (error) {
      return String((error as {code: unknown}).code);
    }
  };
  return {clock, call};
}

describe('a shared quota that no call is to wait for', () => {
  it('admits calls that come one by one, although each has to ask Redis', async () => {
    const {clock, call} = client();
    const ends: string[] = [];
    for (let count = 0; count < 10; count++) {
      ends.push(await clock.run(call));
      await clock.advance(10_000);
    }
    expect(ends).to.deep.equal(Array(10).fill('ok'));
  });

  it('refuses calls within the time that Redis may take, once it is used up', async () => {
    const {clock, call} = client(300);
    const ends = await clock.run(async () => {
      const calls = Array.from({length: 100}, call);
      await clock.sleep(1000);
      calls.push(...Array.from({length: 10}, call));
      return Promise.all(calls);
    });
    expect(ends.filter(end => end === 'ok').length).to.be.within(1, 20);
    expect(new Set(ends)).to.deep.equal(new Set(['ok', 'QUOTA_WAIT']));
    expect(clock.now()).to.be.at.most(2000);
  });
});
