/** A quota counts an attempt when it is sent, also where something keeps it after the quota has admitted it. */
import {expect} from 'chai';
import {createFetch, type PolicyInput, type Ports} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {ITEMS, nameOf} from './world.ts';

const MAX = 20;
const WINDOW_MS = 2000;
const CALLS = 60;
const POLICY: PolicyInput = {
  maxAttempts: 1,
  deadlineMs: 60_000,
  attemptTimeoutMs: 30_000,
  breaker: null,
  quota: {limits: [{unit: 'requests', max: MAX, perMs: WINDOW_MS}], learn: false},
};

type Keeping = (clock: VirtualClock) => {
  readonly policy?: PolicyInput;
  readonly ports?: Partial<Ports>;
  readonly latencyMs?: () => number;
};

/** Each keeps admitted attempts for longer than the window of the quota, and then lets them go at once. */
const KEEPING: Readonly<Record<string, Keeping>> = {
  'a concurrency limit whose server stands still': clock => ({
    policy: {concurrency: {kind: 'fixed', max: 5, queue: 1000}},
    latencyMs: () => (clock.now() < 4000 ? 4000 - clock.now() : 5),
  }),
  'a token that prepareAttempt fetches': clock => ({
    ports: {prepareAttempt: () => clock.sleep(Math.max(0, 4000 - clock.now()))},
  }),
};

/** The most that was sent in any window. */
const mostIn = (sentAt: readonly number[], windowMs: number): number =>
  Math.max(...sentAt.map(from => sentAt.filter(at => at >= from && at < from + windowMs).length));

describe('a quota whose attempts are kept after it has admitted them', () => {
  for (const [what, keeping] of Object.entries(KEEPING))
    it(`sends no more than its limit in any window, behind ${what}`, async () => {
      const clock = new VirtualClock();
      const {policy, ports, latencyMs = () => 5} = keeping(clock);
      const sentAt: number[] = [];
      const fetch = createFetch(
        {...POLICY, ...policy},
        {
          clock,
          random: () => 0.5,
          observer: null,
          fetch: async () => {
            sentAt.push(clock.now());
            await clock.sleep(latencyMs());
            return new Response('ok');
          },
          ...ports,
        },
      );
      const call = (): Promise<unknown> =>
        fetch(ITEMS).then(async response => {
          await response.text();
          return response.status;
        }, nameOf);
      const ends = await clock.run(() => Promise.all(Array.from({length: CALLS}, call)));
      expect(new Set(ends)).to.deep.equal(new Set([200]));
      expect(sentAt).to.have.length(CALLS);
      expect(mostIn(sentAt, WINDOW_MS)).to.be.at.most(MAX);
      expect(clock.pending).to.equal(0);
    });
});
