/** When a breaker opens and closes under traffic, for all combinations of latencies of failures and successes. */
import {expect} from 'chai';
import {type Course, constant, LAWS, LIMIT_MS, lognormal, opensAt, simulate} from '../support/breaker-traffic.ts';
import {runs} from '../support/runs.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** The defaults: the window, its ratio, and one of its buckets. */
const WINDOW_MS = 30 * SECOND;
const RATIO = 0.5;
const BUCKET_MS = WINDOW_MS / 10;
/** The default open time with its spread. */
const LONGEST_OPEN_MS = 5.5 * SECOND;
const NEVER = Number.POSITIVE_INFINITY;

const healthy = () => RATIO / 2;
const laws = Object.entries(LAWS);
/** Calls a second, and how long a start takes at that rate: until thousands have begun, or one window has passed. */
const starts = [
  [10, 30 * SECOND],
  [300, 2 * SECOND],
  [1000, SECOND],
  [5000, 0.4 * SECOND],
] as const;

describe('a breaker under traffic', function () {
  this.timeout(60_000);

  describe('at half the ratio', () => {
    for (const [name, latencies] of laws)
      it(`stays closed in 60 cold starts: ${name}`, () => {
        for (const [perSecond, forMs] of starts)
          for (let seed = 1; seed <= runs(5, 15); seed++)
            expect(
              opensAt({seed, perSecond, latencies, failureShare: healthy, forMs: forMs + LIMIT_MS}),
              `${perSecond} a second, seed ${seed}`,
            ).to.equal(NEVER);
      });

    it('stays closed for long', () => {
      for (const [seed, [name, latencies]] of laws.entries())
        expect(
          opensAt({seed, perSecond: 10, latencies, failureShare: healthy, forMs: runs(HOUR / 6, HOUR)}),
          name,
        ).to.equal(NEVER);
    });
  });

  describe('a tenth above the ratio', () => {
    for (const [name, latencies] of laws)
      it(`opens: ${name}`, () => {
        expect(starts).to.have.length.above(2);
        for (const [perSecond] of starts.slice(0, 3))
          for (let seed = 1; seed <= runs(2, 5); seed++)
            expect(
              opensAt({seed, perSecond, latencies, failureShare: () => RATIO + 0.1, forMs: MINUTE}),
              `${perSecond} a second, seed ${seed}`,
            ).to.be.below(LIMIT_MS + WINDOW_MS / 2);
      });
  });

  describe('in a total outage', () => {
    for (const [name, failureMs] of [
      ['of failures of 20 ms', 20],
      ['that hangs until the attempt timeout', LIMIT_MS],
    ] as const) {
      const latencies = {failure: constant(failureMs), success: lognormal(180, 0.5)};

      it(`${name} opens after a start within the latency, a bucket and the time of 30 attempts`, () => {
        for (const [perSecond] of starts)
          for (let seed = 1; seed <= 10; seed++)
            expect(
              opensAt({seed, perSecond, latencies, failureShare: () => 1, forMs: MINUTE}),
              `${perSecond} a second`,
            ).to.be.at.most(failureMs + BUCKET_MS + (30 * SECOND) / perSecond);
      });

      it(`${name} opens after good times within the latency, a bucket and the ratio's part of the window`, () => {
        const downAt = MINUTE;
        // A tenth more for the chance of how many begin in a window.
        const boundMs = failureMs + BUCKET_MS + RATIO * WINDOW_MS * 1.1;
        expect(starts).to.have.length.above(2);
        for (const [perSecond] of starts.slice(0, 3))
          for (let seed = 1; seed <= runs(2, 5); seed++) {
            const failureShare = (at: number): number => (at < downAt ? 0.05 : 1);
            const at = opensAt({seed, perSecond, latencies, failureShare, forMs: 2 * MINUTE});
            expect(at - downAt, `${perSecond} a second`).to.be.within(failureMs, boundMs);
          }
      });
    }
  });

  describe('after an outage of ten minutes', () => {
    const downAt = MINUTE;
    const upAt = 11 * MINUTE;
    for (const [name, failureMs] of [
      ['with failures of 20 ms', 20],
      ['with attempts that hang until their timeout', LIMIT_MS],
    ] as const)
      describe(name, () => {
        const latencies = {failure: constant(failureMs), success: lognormal(180, 0.5)};
        const failureShare = (at: number): number => (at >= downAt && at < upAt ? 1 : RATIO / 2);
        const courses: Course[] = [];
        before(() => {
          for (let seed = 1; seed <= 12; seed++)
            courses.push(simulate({seed, perSecond: 10, latencies, failureShare, forMs: upAt + 5 * MINUTE}));
        });

        it('it has sent at most 402 probes', () => {
          expect(courses).to.have.length(12);
          for (const {probes} of courses) expect(probes.filter(at => at < upAt).length).to.be.within(201, 402);
        });

        it('it sends a probe within 5.5 s', () => {
          expect(courses).to.have.length(12);
          for (const {probes} of courses) {
            const first = probes.find(at => at >= upAt)!;
            // A call has to come that can be one.
            expect(first - upAt).to.be.within(0, LONGEST_OPEN_MS + SECOND);
          }
        });

        it('it closes within three open times, though a quarter still fails, and stays closed', () => {
          expect(courses).to.have.length(12);
          for (const {changes} of courses) {
            const after = changes.filter(({at}) => at >= upAt);
            const closed = after.findIndex(({to}) => to === 'closed');
            expect(after[closed]!.at - upAt).to.be.below(3 * LONGEST_OPEN_MS + LIMIT_MS);
            expect(after.slice(closed + 1)).to.deep.equal([]);
          }
        });
      });
  });

  it('counts consecutive failures by the start of attempts: 20 ms failures among slower successes are not consecutive', () => {
    const policy = {
      kind: 'consecutive',
      failures: 20,
      openMs: 15_000,
      maxOpenMs: null,
      probes: 3,
      scope: 'origin',
    } as const;
    for (const [seed, [name, latencies]] of laws.entries()) {
      const traffic = {seed, policy, perSecond: 1000, latencies, forMs: 20 * SECOND};
      expect(opensAt({...traffic, failureShare: healthy}), name).to.equal(NEVER);
      expect(opensAt({...traffic, failureShare: () => 1}), name).to.be.below(LIMIT_MS + SECOND);
    }
  });
});
