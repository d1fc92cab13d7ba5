/** Replies that are not those of the request: of another command, as after a proxy has lost one, or of no script at all. */
import {expect} from 'chai';
import type {StoreChangedEvent} from '../../src/core/events.ts';
import {seededRandom} from '../../src/core/random.ts';
import {createFetch} from '../../src/core.ts';
import {redisGuards} from '../../src/redis/redis-guards.ts';
import {VirtualClock} from '../../src/testing.ts';
import {RedisDouble} from '../support/redis-double.ts';

const WRONG: Readonly<Record<string, unknown>> = {
  'an empty list': [],
  'a list of one number': [1],
  'a list of texts': ['x', 'y', 'z', 'w', 'v', 'u', 't'],
  'a list of nulls': Array(12).fill(null),
  'a list of undefined': Array(12).fill(undefined),
  'a list of objects': Array(12).fill({}),
  'a list of lists': [[1], [2], [3], [4], [5], [6]],
  'a list of NaN': Array(12).fill(Number.NaN),
  'a list of -1': Array(12).fill(-1),
  'a list of 0': Array(12).fill(0),
  'a list of huge numbers': Array(12).fill(1e300),
  'a list of the largest integer': Array(12).fill('9223372036854775807'),
  'a list of symbols': Array(12).fill(Symbol('x')),
  'a list that is too long': Array(1000).fill(1),
  'a text': 'OK',
  'a number': 1,
  'an error': new Error('x'),
  null: null,
  undefined,
};

/** What becomes of the elements of a reply that has the right number. */
const CHANGED: Readonly<Record<string, (reply: readonly unknown[]) => readonly unknown[]>> = {
  'without its last element': reply => reply.slice(0, -1),
  'with one element more': reply => [...reply, 1],
  'with many elements more': reply => [...reply, ...Array(500).fill(7)],
  'of the number alone': reply => reply.slice(0, 1),
  'with a negative element': reply => reply.map((each, index) => (index === 2 ? -5 : each)),
  'with a fraction': reply => reply.map((each, index) => (index === 2 ? 1.5 : each)),
  'with an empty text': reply => reply.map((each, index) => (index === 2 ? '' : each)),
  'with null in it': reply => reply.map((each, index) => (index === 2 ? null : each)),
};

type Change = (reply: unknown, earlier: unknown) => unknown;

function client(change: Change, timeoutMs = 300) {
  const clock = new VirtualClock();
  const redis = new RedisDouble(() => clock.wall());
  const events: StoreChangedEvent[] = [];
  let [previous, answers]: [unknown, number] = [[], 0];
  const guards = redisGuards({
    send: async args => {
      await clock.sleep(1);
      if (args[0] === 'SCRIPT') return null;
      const reply = redis.run(args);
      const answer = change(reply, previous);
      previous = reply;
      return answer;
    },
    clock,
    timeoutMs,
    instances: 2,
  });
  const fetch = createFetch(
    {
      deadlineMs: 4000,
      budget: {kind: 'token-bucket'},
      breaker: {kind: 'consecutive'},
      concurrency: {kind: 'fixed', max: 20, queue: 100},
      quota: {limits: [{unit: 'requests', max: 1000, perMs: 1000}], learn: false},
    },
    {
      clock,
      guards,
      observer: null,
      random: seededRandom(1),
      fetch: async () => new Response('ok', {status: answers++ % 10 === 0 ? 503 : 200}),
      on: event => event.type === 'store.changed' && events.push(event),
    },
  );
  const call = async (): Promise<string> => {
    try {
      return String((await fetch('https://api.test/items')).status);
    } catch (error) {
      return String((error as {code: unknown}).code);
    }
  };
  /** The ends of so many calls at once, again and again. */
  const calls = (rounds: number): Promise<string[]> =>
    clock.run(async () => {
      const ends: string[] = [];
      for (let round = 0; round < rounds; round++) {
        ends.push(...(await Promise.all(Array.from({length: 10}, call))));
        await clock.sleep(100);
      }
      return ends;
    });
  return {calls, events, clock, guards};
}

describe('a reply of Redis that is not that of the request', () => {
  const changes: Record<string, Change> = {
    ...Object.fromEntries(Object.entries(WRONG).map(([title, reply]) => [title, (): unknown => reply])),
    ...Object.fromEntries(
      Object.entries(CHANGED).map(([title, change]) => [
        `a list ${title}`,
        (reply: unknown): unknown => change(reply as unknown[]),
      ]),
    ),
    'the reply to the request before': (_, earlier) => earlier,
  };
  for (const [title, change] of Object.entries(changes))
    it(`counts as no answer (${title})`, async () => {
      const {calls, events, clock, guards} = client(change);
      expect(new Set(await calls(5))).to.deep.equal(new Set(['200']));
      expect(guards.isAvailable).to.equal(false);
      expect(events[0]).to.include({type: 'store.changed', isAvailable: false});
      expect(events[0]!.reason).to.match(/^Redis answered a script with /);
      // No call waited until its deadline.
      expect(clock.now()).to.be.below(3000);
    });

  it('changes nothing about how the processes share once the replies are right again', async () => {
    let isWrong = true;
    const {calls, guards} = client((reply, earlier) => (isWrong ? earlier : reply));
    await calls(3);
    expect(guards.isAvailable).to.equal(false);
    isWrong = false;
    await calls(30);
    expect(guards.isAvailable).to.equal(true);
  });

  it('may have its numbers as bigints, texts or bytes', async () => {
    for (const convert of [BigInt, String, (text: string) => new TextEncoder().encode(text)]) {
      const {calls, events} = client(reply => (reply as unknown[]).map(each => convert(String(each))));
      expect(new Set(await calls(3))).to.deep.equal(new Set(['200']));
      expect(events).to.deep.equal([]);
    }
  });
});
