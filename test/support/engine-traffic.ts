/** Traffic through the whole engine on virtual time: a server that fails fast and succeeds slowly. */
import {createFetch, type PolicyInput, seededRandom} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {lognormal} from './breaker-traffic.ts';

export interface Cell {
  readonly perSecond: number;
  readonly failureShare: number;
  readonly forMs: number;
}

/** The cells of the table in decision 0017: calls a second, and the share of attempts that fail. */
export const CELLS: readonly (readonly [perSecond: number, failureShare: number])[] = [
  [300, 0.1],
  [300, 0.2],
  [300, 0.3],
  [1000, 0.1],
  [1000, 0.2],
  [1000, 0.3],
  [3000, 0.1],
  [3000, 0.2],
  [3000, 0.3],
];

/** The share of the calls that succeed, and how often the breaker opened. Failures are 503 after 20 ms, successes lognormal around 180 ms. */
export async function traffic(
  policy: PolicyInput,
  {perSecond, failureShare, forMs}: Cell,
): Promise<{readonly succeeded: number; readonly openings: number}> {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const latency = lognormal(180, 0.5);
  let openings = 0;
  let succeeded = 0;
  const fetch = createFetch(policy, {
    clock,
    random: seededRandom(8),
    observer: null,
    on: event => {
      if (event.type === 'breaker.changed' && event.to === 'open') openings++;
    },
    async fetch(_input, init) {
      const fails = random() < failureShare;
      await clock.sleep(fails ? 20 : latency(random), init?.signal ?? undefined);
      return new Response(null, {status: fails ? 503 : 200});
    },
  });
  const call = async (): Promise<void> => {
    const {ok} = await fetch('https://api.test/').catch(() => ({ok: false}));
    if (ok) succeeded++;
  };
  const calls: Promise<void>[] = [];
  await clock.run(async () => {
    while (calls.length < (perSecond * forMs) / 1000) {
      await clock.sleep((calls.length * 1000) / perSecond - clock.now());
      calls.push(call());
    }
    await Promise.all(calls);
  });
  return {succeeded: succeeded / calls.length, openings};
}
