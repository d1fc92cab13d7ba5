/** When a breaker opens and closes under traffic, whatever latencies failures and successes have. */
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {Breaker} from '../../src/guards/breaker.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import {constant, drive, LAWS, LIMIT_MS, lognormal, type Traffic} from '../support/breaker-traffic.ts';

const policy = defaultPolicy.breaker!;
const MINUTE = 60_000;
const WINDOW_MS = 30_000;
/** The longest open time. */
const OPEN_MS = 15_000 * 1.1;

type Setting = Omit<Traffic, 'breaker' | 'random'> & {seed: number; settings?: typeof policy};

/** Drives a fresh breaker. @returns When it changed its state, to what. */
function run({seed, settings = policy, ...traffic}: Setting): {at: number; to: string}[] {
  const random = seededRandom(seed);
  const breaker = new Breaker(settings, 'https://h.test', random);
  const changes: {at: number; to: string}[] = [];
  let now = 0;
  breaker.onChange = (_, to) => changes.push({at: now, to});
  drive({
    ...traffic,
    breaker,
    random,
    ends(at) {
      now = at;
      return traffic.ends?.(at) ?? false;
    },
  });
  return changes;
}

/** When a breaker opens first that starts cold; Infinity if it does not. */
const opensAt = (setting: Omit<Setting, 'ends'>): number => {
  let opened = false;
  const changes = run({...setting, ends: () => opened, began: () => {}});
  opened = changes.length > 0;
  return changes[0]?.at ?? Number.POSITIVE_INFINITY;
};

describe('a breaker under traffic', () => {
  for (const [name, law] of Object.entries(LAWS)) {
    it(`stays closed after 160 cold starts where half of the ratio fails: ${name}`, () => {
      for (const [perSecond, forMs] of [
        [10, 30_000],
        [300, 2000],
        [1000, 1000],
        [5000, 400],
      ] as const)
        for (let seed = 1; seed <= 40; seed++) {
          const at = opensAt({seed, perSecond, law, failureShare: () => 0.25, forMs: forMs + LIMIT_MS});
          expect(at, `${perSecond} a second, seed ${seed}`).to.equal(Number.POSITIVE_INFINITY);
        }
    });
  }
});
void MINUTE;
void WINDOW_MS;
void OPEN_MS;
void constant;
void lognormal;
