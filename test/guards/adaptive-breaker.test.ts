/** The adaptive breaker by itself: when it opens, probes, lets the load return, and who may wait. test/guards/outage.test.ts has its runs. */
import {expect} from 'chai';
import type {BreakerState} from '../../src/core/call-view.ts';
import {seededRandom} from '../../src/core/random.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {AdaptiveBreaker} from '../../src/guards/adaptive/adaptive-breaker.ts';
import type {Ticket} from '../../src/guards/breaker.ts';
import type {RecoveryWaiter} from '../../src/guards/recovery-line.ts';
import type {Health} from '../../src/guards/trip.ts';
import type {AdaptiveBreaker as AdaptivePolicy} from '../../src/policy/types.ts';

const SETTINGS: AdaptivePolicy = {
  kind: 'adaptive',
  failures: 8,
  minProbeMs: 100,
  maxProbeMs: 1000,
  maxWaitMs: 3000,
  maxAgeMs: 30_000,
  queue: 10,
  scope: 'origin',
};

/** An origin whose attempts begin and end when the test says so. */
class World {
  readonly breaker: AdaptiveBreaker;
  readonly changes: BreakerState[] = [];
  now = 0;

  constructor(settings: Partial<AdaptivePolicy> = {}, random = () => 0.5) {
    this.breaker = new AdaptiveBreaker({...SETTINGS, ...settings}, 'https://h.test', random);
    this.breaker.onChange = (_, to) => this.changes.push(to);
  }

  /** One attempt after the other. @returns Those that were admitted. */
  attempts(count: number, health: Health | (() => Health), tookMs = 20): number {
    let admitted = 0;
    for (let n = 0; n < count; n++) {
      const ticket = this.breaker.admit(this.now);
      if (ticket === null) this.breaker.asked(this.now);
      const beganAt = this.now;
      this.now += tookMs;
      if (ticket === null) continue;
      admitted++;
      this.end(ticket, typeof health === 'function' ? health() : health, beganAt);
    }
    return admitted;
  }

  end(ticket: Ticket, health: Health, beganAt: number): void {
    this.breaker.record(ticket, health, this.now, beganAt);
  }

  /** Open, after some successes. */
  static down(settings: Partial<AdaptivePolicy> = {}, tookMs = 20): World {
    const world = new World(settings);
    world.attempts(100, 'success', tookMs);
    world.attempts(8, 'failure');
    expect(world.breaker.state()).to.equal('open');
    return world;
  }

  /** The next probe is due, and succeeds. */
  recover(tookMs = 20): void {
    this.now += this.breaker.retryAfterMs(this.now);
    expect(this.attempts(1, 'success', tookMs)).to.equal(1);
  }

  /** How many attempts are admitted at once. */
  admitted(): number {
    let count = 0;
    while (count < 500 && this.breaker.admit(this.now) !== null) count++;
    return count;
  }

  waitMs(startedAt: number, recoveryMs = 0): number {
    return this.breaker.waitableMs({startedAt, recoveryMs});
  }
}

describe('an adaptive breaker', () => {
  for (const [share, opens] of [
    [0.01, 0],
    [0.1, 0],
    [0.3, 0],
    [0.5, 0],
  ] as const)
    it(`does not open in 20,000 attempts of which ${share * 100} % fail`, () => {
      const random = seededRandom(7);
      const world = new World({}, random);
      world.attempts(20_000, () => (random() < share ? 'failure' : 'success'));
      expect(world.changes.filter(to => to === 'open').length).to.equal(opens);
    });

  it('opens again where the load that returns fails', () => {
    const world = World.down();
    world.recover();
    expect(world.attempts(100, 'failure')).to.be.below(30);
    expect(world.breaker.state()).to.equal('open');
    expect(world.changes).to.deep.equal(['open', 'half-open', 'open']);
  });

  it('closes once, when ten attempts are to spare', () => {
    const world = World.down();
    world.recover();
    world.attempts(30, 'success');
    expect(world.changes).to.deep.equal(['open', 'half-open', 'closed']);
    world.attempts(100, 'success');
    expect(world.changes).to.have.length(3);
  });

  it('takes no room for an attempt that says nothing', () => {
    const world = World.down();
    world.recover();
    const before = world.breaker.refuses(world.now);
    world.attempts(50, 'nothing');
    expect(world.breaker.refuses(world.now)).to.equal(before).and.to.equal(false);
  });

  it('is not held by attempts that hang from before', () => {
    const world = World.down();
    for (let probe = 0; probe < 5; probe++) {
      world.now += 4100; // So long one in flight is waited for.
      expect(world.breaker.admit(world.now), `probe ${probe}`).to.not.equal(null);
    }
    world.now += 4100;
    world.recover();
    expect(world.breaker.retryAfterMs(world.now)).to.be.below(4000); // Not before they end.
  });

  it('lets more through for each success where answers take seconds', () => {
    const [quick, slow] = [World.down(), World.down({}, 2000)];
    quick.recover();
    slow.recover(2000);
    const sent = [quick, slow].map(world => {
      let count = 0;
      for (const end = world.now + 2000; world.now < end; world.now += 10) if (world.breaker.admit(world.now)) count++;
      return count;
    });
    expect(sent[0]).to.be.within(2, 8); // Those, and probes.
    expect(sent[1]).to.be.above(sent[0]! + 1);
  });

  describe('while an attempt outlives the failures', () => {
    /** Attempts that were admitted in each tenth of a second. */
    const tenths = (world: World): number[] => {
      world.now += world.breaker.retryAfterMs(world.now);
      return Array.from({length: 5}, () => {
        const count = world.admitted();
        world.now += 101;
        return count;
      });
    };

    it('doubles what is in flight, before any answer has been seen', () => {
      const world = new World({maxWaitMs: 0});
      world.attempts(8, 'failure');
      expect(tenths(world)).to.deep.equal([1, 1, 2, 4, 8]);
    });

    it('sends one, where answers are as quick as the failures', () =>
      expect(tenths(World.down({maxWaitMs: 0}))).to.deep.equal([1, 0, 0, 0, 0]));
  });

  it('sends probes sooner where more is asked for', () => {
    const gapsOf = (everyMs: number): number => {
      const world = World.down();
      const sentAt: number[] = [];
      for (const end = world.now + 60_000; world.now < end; world.now += everyMs) {
        const ticket = world.breaker.admit(world.now);
        if (ticket === null) world.breaker.asked(world.now);
        else {
          sentAt.push(world.now);
          world.end(ticket, 'failure', world.now);
        }
      }
      return sentAt.at(-1)! - sentAt.at(-2)!;
    };
    expect(gapsOf(1)).to.be.within(80, 130);
    expect(gapsOf(1000)).to.be.within(900, 2000);
  });

  describe('lets a call wait', () => {
    it('for maxWaitMs and the usual time of an answer, all its waits together', () => {
      const world = World.down();
      expect(world.waitMs(world.now)).to.equal(3020);
      expect(world.waitMs(world.now, 3000)).to.equal(20);
    });

    it('not at all where the policy says so', () => {
      expect(World.down({maxWaitMs: 0}).waitMs(2160)).to.equal(0);
    });

    it('if it began while the outage was young, and any call if maxAgeMs is null', () => {
      const world = World.down();
      const since = 2000; // The last success.
      expect(world.waitMs(since + 29_000)).to.be.above(0);
      expect(world.waitMs(since + 31_000)).to.equal(0);
      expect(World.down({maxAgeMs: null}).waitMs(since + 1e9)).to.be.above(0);
    });

    describe('after a silence in an outage however old', () => {
      /** The line as an attempt sees it: released with a release, or without one. */
      const waiterOf = (ends: (boolean | null)[]): RecoveryWaiter => ({
        ahead: null,
        behind: null,
        clock: new VirtualClock(),
        released: release => ends.push(release !== null),
      });

      /** Down for a minute, while something was asked for every 100 ms; then nothing for some time, and then a probe and three waiting calls. */
      function burst(silentMs: number, failureMs = 20): {world: World; ends: (boolean | null)[]; probe: Ticket | null} {
        const world = World.down();
        for (const end = world.now + 60_000; world.now < end; world.now += 100) world.attempts(1, 'failure', failureMs);
        expect(world.waitMs(world.now)).to.equal(0);
        world.now += silentMs;
        const ends: (boolean | null)[] = [];
        const probe = world.breaker.admit(world.now);
        if (world.waitMs(world.now) > 0) for (let n = 0; n < 3; n++) world.breaker.join(waiterOf(ends), world.now);
        return {world, ends, probe};
      }

      it('for the answer to the first probe, and for the load to return', () => {
        const {world, ends, probe} = burst(6000);
        world.now += 20;
        world.end(probe!, 'success', world.now - 20);
        expect(ends[0]).to.equal(true);
        expect(ends).to.not.include(false);
        expect(world.waitMs(world.now)).to.be.above(0);
      });

      it('until the first probe fails', () => {
        const {world, ends, probe} = burst(6000);
        world.now += 20;
        world.end(probe!, 'failure', world.now - 20);
        expect(ends).to.deep.equal([false, false, false]);
        expect(world.breaker.waiting).to.equal(0);
        expect(world.waitMs(world.now)).to.equal(0);
      });

      it('and not because failures are rare: the silence outlasts one of them', () => {
        expect(burst(8000, 2000).world.breaker.waiting).to.equal(0);
        expect(burst(20_000, 2000).world.breaker.waiting).to.equal(3);
      });

      it('and not without one', () => expect(burst(4000).world.breaker.waiting).to.equal(0));
    });

    it('if nothing was asked for in the hour before the outage', () => {
      const world = new World();
      world.attempts(10, 'success');
      world.now += 3_600_000;
      world.attempts(8, 'failure');
      expect(world.breaker.state()).to.equal('open');
      expect(world.waitMs(world.now)).to.be.above(0);
    });

    it('no longer where 97 % fail for minutes', () => {
      const random = seededRandom(3);
      const world = new World({}, random);
      for (const end = 600_000; world.now < end; world.now += 100)
        world.attempts(1, () => (random() < 0.97 ? 'failure' : 'success'), 10);
      expect(world.waitMs(world.now)).to.equal(0);
    });
  });
});
