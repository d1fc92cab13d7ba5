/** Calls whose deadline passed while they waited, because the process was busy. */
import {expect} from 'chai';
import {createFetch, type PolicyInput} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {oddClock} from '../recording/clocks.ts';

const WAITS: Readonly<Record<string, PolicyInput>> = {
  'for a place under a concurrency limit': {concurrency: {max: 1, queue: 5}},
  'for a quota': {quota: {limits: [{unit: 'requests', max: 1, perMs: 1000}], maxWaitMs: 9000}},
};

describe('a call whose deadline passed while it waited', () => {
  for (const [wait, policy] of Object.entries(WAITS)) {
    it(`is not sent: ${wait}`, async () => {
      const clock = new VirtualClock();
      const sentAt: number[] = [];
      const fetch = createFetch(
        {deadlineMs: 5000, breaker: {kind: 'consecutive', failures: 1}, ...policy},
        {
          // Busy from 200 on, for 20 s, in which no timer fired.
          clock: oddClock({offsetMs: now => (now > 200 ? 20_000 : 0)})(clock),
          observer: null,
          fetch: async () => {
            sentAt.push(clock.now());
            await clock.sleep(250);
            return new Response('ok');
          },
        },
      );
      const ends = await clock.run(async () => {
        const first = fetch('https://api.test/');
        const second = fetch('https://api.test/', {method: 'POST'});
        return Promise.allSettled([first, second]);
      });
      expect(sentAt).to.deep.equal([0]);
      expect(ends.map(({status}) => status)).to.deep.equal(['fulfilled', 'rejected']);
      expect(ends[1]).to.have.nested.property('reason.code', 'DEADLINE_EXCEEDED');
    });
  }

  it('takes no place, no quota and no failure of the breaker', async () => {
    const clock = new VirtualClock();
    const fetch = createFetch(
      {
        deadlineMs: 5000,
        breaker: {kind: 'consecutive', failures: 1},
        concurrency: {max: 1, queue: 5},
        quota: {limits: [{unit: 'requests', max: 3, perMs: 100_000}]},
      },
      {
        clock: oddClock({offsetMs: now => (now > 200 ? 20_000 : 0)})(clock),
        observer: null,
        fetch: async () => {
          await clock.sleep(250);
          return new Response('ok');
        },
      },
    );
    const ends = await clock.run(async () => {
      const early = await Promise.allSettled([fetch('https://api.test/'), fetch('https://api.test/')]);
      const late = await Promise.allSettled([fetch('https://api.test/'), fetch('https://api.test/')]);
      return [...early, ...late].map(({status}) => status);
    });
    expect(ends).to.deep.equal(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  });
});
