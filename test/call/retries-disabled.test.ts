/** A retry that waits for its admission when `disableRetries()` is called: it is not sent, and the call ends at once with its last answer. */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/core.ts';
import type {ScriptedAnswer, SeenRequest} from '../../src/testing.ts';
import {answer, later, virtually, type World} from './world.ts';

const EU = 'https://eu.test';
const US = 'https://us.test';
const ITEMS = `${EU}/items`;
const backoff = {kind: 'constant', delayMs: 100, throttledBaseMs: 100, jitter: 'none'} as const;
const nervous = {kind: 'consecutive', failures: 1, openMs: 5000, probes: 1} as const;
const isQuestion = ({url}: SeenRequest): boolean => url.endsWith('/healthz');
/** The endpoint is ready at first, is gone when it answers a call after 11 s, and then answers so. */
const gone =
  (then: ScriptedAnswer) =>
  (world: World): ScriptedAnswer[] => [
    (request: SeenRequest) => {
      if (!isQuestion(request)) return later(world.clock, 11_000, 503)(request);
      return world.clock.now() < 5000 ? 200 : then;
    },
  ];
const warming: PolicyInput = {
  endpoints: [{name: 'eu', origin: EU, readyPath: '/healthz'}],
  deadlineMs: null,
  attemptTimeoutMs: null,
};

interface Wait {
  readonly policy: PolicyInput;
  readonly script: (world: World) => readonly ScriptedAnswer[];
  /** When another call begins. Default: there is none. */
  readonly otherAt?: number;
  readonly disabledAt: number;
}

const WAITS: Readonly<Record<string, Wait>> = {
  'the pause that its origin asked for': {
    policy: {retryAfter: {scope: 'origin'}},
    script: () => [503, answer(503, {'retry-after': '20'}), 200],
    otherAt: 50,
    disabledAt: 1000,
  },
  'a place under the concurrency limit': {
    policy: {concurrency: {max: 1, queue: 1}},
    script: ({clock}) => [503, later(clock, 10_000, 200)],
    otherAt: 50,
    disabledAt: 1000,
  },
  'an endpoint that is free': {
    policy: {
      endpoints: [
        {name: 'eu', origin: EU},
        {name: 'us', origin: US, rank: 2},
      ],
      breaker: nervous,
      maxAttempts: 5,
    },
    script: () => [503],
    disabledAt: 1000,
  },
  'an endpoint that is not ready': {policy: warming, script: gone(503), disabledAt: 11_200},
  'the answer whether an endpoint is ready': {policy: warming, script: gone('hang'), disabledAt: 11_200},
};

describe('a retry', () => {
  for (const [what, {policy, script, otherAt, disabledAt}] of Object.entries(WAITS))
    virtually(`is not sent after disableRetries() while it waits for ${what}`, async make => {
      const world = make({backoff, ...policy});
      world.serve(...script(world));
      const end = await world.clock.run(async () => {
        const call = world.end(ITEMS).then(ended => [ended, world.clock.now()]);
        if (otherAt !== undefined) void world.clock.sleep(otherAt).then(() => world.end(ITEMS));
        await world.clock.sleep(disabledAt);
        world.handle.disableRetries();
        return call;
      });
      expect(end).to.deep.equal(['503 (retries-disabled)', disabledAt]);
      await world.clock.advance(60_000);
      expect(world.handle.waits.size).to.equal(0);
    });

  virtually('is not sent after disableRetries() while one before it in the queue of a quota leaves', async make => {
    const limits = [{unit: 'inputTokens', max: 100, perMs: 60_000}] as const;
    const weigh = ({url}: {url: string}) => ({inputTokens: Number(url.split('/').at(-1))});
    const world = make({backoff, deadlineMs: null, quota: {limits, maxWaitMs: 120_000}}, {weigh});
    world.serve(500);
    const ends = await world.clock.run(async () => {
      const calls = [world.end(`${EU}/60`), world.end(`${EU}/20`)];
      await world.clock.sleep(1000);
      expect(world.sends).to.equal(2);
      world.handle.disableRetries();
      return Promise.all(calls);
    });
    expect(ends).to.deep.equal(Array(2).fill('500 (retries-disabled)'));
    expect([world.sends, world.clock.now()]).to.deep.equal([2, 1000]);
  });
});
