/** An origin asks for a pause while calls wait for a place under its concurrency limit. */
import {expect} from 'chai';
import {createFetch, type PolicyInput} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {ITEMS, nameOf} from './world.ts';

const PAUSE_MS = 20_000;
const QUOTAS: Readonly<Record<string, PolicyInput>> = {
  'without a quota': {},
  'with a quota': {quota: {limits: [{unit: 'requests', max: 1000, perMs: 60_000}], learn: false}},
  'with a quota that learns': {quota: {learn: true}},
};

describe('calls that wait for a place when the origin asks for a pause', () => {
  for (const [what, quota] of Object.entries(QUOTAS))
    it(`are sent after the pause, ${what}`, async () => {
      const clock = new VirtualClock();
      const sentAt: number[] = [];
      const policy: PolicyInput = {
        maxAttempts: 2,
        deadlineMs: 120_000,
        budget: null,
        breaker: null,
        retryAfter: {scope: 'origin'},
        concurrency: {kind: 'fixed', max: 1, queue: 10},
        ...quota,
      };
      const fetch = createFetch(policy, {
        clock,
        observer: null,
        random: () => 0.5,
        fetch: async () => {
          sentAt.push(clock.now());
          await clock.sleep(1000);
          return sentAt.length === 1
            ? new Response(null, {status: 429, headers: {'retry-after': String(PAUSE_MS / 1000)}})
            : new Response('ok');
        },
      });
      const call = (): Promise<string> => fetch(ITEMS).then(response => response.text(), nameOf);
      const ends = await clock.run(() => Promise.all([call(), call(), call()]));
      expect(ends).to.deep.equal(['ok', 'ok', 'ok']);
      expect(sentAt).to.have.length(4);
      expect(Math.min(...sentAt.slice(1))).to.be.at.least(1000 + PAUSE_MS);
      expect(clock.pending).to.equal(0);
    });
});
