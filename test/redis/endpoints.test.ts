/** Processes that share the concurrency limits of several endpoints, in virtual time. */
import {expect} from 'chai';
import {createFetch} from '../../src/core.ts';
import {redisGuards} from '../../src/redis/redis-guards.ts';
import {VirtualClock} from '../../src/testing.ts';
import {RedisDouble} from '../support/redis-double.ts';

const [EU, US] = ['https://eu.test', 'https://us.test'];

function world(queue: number, replyMs = 1) {
  const clock = new VirtualClock();
  const redis = new RedisDouble(() => clock.wall());
  const inFlight: Record<string, number> = {[EU]: 0, [US]: 0};
  const state = {most: 0, sentTo: [] as string[]};
  /** A process whose calls take 200 ms. */
  const client = () => {
    const guards = redisGuards({
      send: async args => {
        await clock.sleep(replyMs);
        return redis.run(args);
      },
      clock,
      instances: 2,
    });
    const fetch = createFetch(
      {
        maxAttempts: 1,
        breaker: null,
        deadlineMs: null,
        attemptTimeoutMs: null,
        endpoints: [
          {name: 'eu', origin: EU},
          {name: 'us', origin: US, rank: 2},
        ],
        concurrency: {max: 4, queue},
      },
      {
        clock,
        guards,
        observer: null,
        fetch: async input => {
          const {origin} = new URL(input instanceof Request ? input.url : input);
          state.sentTo.push(origin);
          state.most = Math.max(state.most, ++inFlight[origin]!);
          await clock.sleep(200);
          inFlight[origin]!--;
          return new Response('ok');
        },
      },
    );
    return async (): Promise<string> => {
      try {
        return await (await fetch(`${EU}/items`)).text();
      } catch (error) {
        return String((error as {code: unknown}).code);
      }
    };
  };
  return {clock, client, state};
}

describe('shared concurrency limits of two endpoints', () => {
  for (const queue of [0, 100])
    it(`refuse no call, and let none wait, while one of them has a place; with a queue of ${queue}`, async () => {
      const {clock, client, state} = world(queue);
      const ends: string[] = [];
      // So long, a limit that is new to Redis gives each process its share.
      const from = 4000;
      const caller = async (call: () => Promise<string>): Promise<void> => {
        while (clock.now() < 14_000) {
          const end = await call();
          if (clock.now() > from) ends.push(end);
          if (end !== 'ok') await clock.sleep(50);
        }
      };
      const processes = [client(), client()];
      await clock.run(() => Promise.all(processes.flatMap(call => [1, 2, 3, 4].map(() => caller(call)))));
      expect(state.most).to.equal(4);
      expect(ends.filter(end => end !== 'ok')).to.deep.equal([]);
      // Eight places of five calls a second each.
      expect(ends.length).to.be.within(0.95 * 400, 408);
    });

  it('send a call where there is a place, once Redis has said that the others have all of the first', async () => {
    const {clock, client, state} = world(100);
    const [one, other] = [client(), client()];
    const busy = [one(), one()];
    await clock.advance(10);
    busy.push(other(), other());
    await clock.advance(10);
    state.sentTo.length = 0;
    const since = clock.now();
    const last = other();
    await clock.advance(10);
    expect(state.sentTo).to.deep.equal([US]);
    expect(await clock.run(() => last)).to.equal('ok');
    expect(clock.now() - since).to.be.within(200, 210);
    await clock.run(() => Promise.all(busy));
  });

  for (const [queue, end] of [
    [0, 'CONCURRENCY_LIMIT'],
    [100, 'ok'],
  ] as const)
    it(`ask each endpoint once, where neither has a place; with a queue of ${queue}`, async () => {
      // As long as a refusal is known: the first endpoint could be hoped for again when the second one has answered.
      const {clock, client} = world(queue, 60);
      const [one, other] = [client(), client()];
      const busy = Array.from({length: 8}, one);
      await clock.advance(5000);
      const more = Array.from({length: 12}, one);
      await clock.advance(180);
      const since = clock.now();
      const last = other();
      expect(await clock.run(() => last)).to.equal(end);
      expect(clock.now() - since).to.be.within(120, 1500);
      await clock.run(() => Promise.all([...busy, ...more]));
    });
});
