import {expect} from 'chai';
import type {Ticket} from '../../src/guards/breaker.ts';
import {Outage} from '../../src/guards/outage.ts';
import type {Health} from '../../src/guards/trip.ts';

/** An endpoint whose attempts begin and end when the test says so. */
class World {
  readonly outage = new Outage();
  now = 0;

  /** One attempt after the other, each of 10 ms. */
  attempts(...ends: readonly Health[]): void {
    for (const health of ends) {
      const attempt = this.begin();
      this.now += 10;
      this.end(attempt, health);
    }
  }

  begin(): {readonly tracked: Ticket; readonly at: number} {
    return {tracked: this.outage.admit(this.now) ?? this.outage.begin(this.now), at: this.now};
  }

  end({tracked, at}: {readonly tracked: Ticket; readonly at: number}, health: Health): void {
    this.outage.record(tracked, health, this.now, at);
  }

  get isDown(): boolean {
    return this.outage.refuses(this.now);
  }
}

const times = <T>(count: number, value: T): T[] => Array(count).fill(value);

describe('Outage', () => {
  it('is noticed after eight failures in a row', () => {
    const world = new World();
    world.attempts(...times(1600, 'success' as const), ...times(7, 'failure' as const));
    expect(world.isDown).to.equal(false);
    world.attempts('failure');
    expect(world.isDown).to.equal(true);
  });

  it('is noticed later where runs of failures are usual, and at eight again once they are not', () => {
    const world = new World();
    const bad = [...times(3, 'failure' as const), 'success' as const];
    for (let n = 0; n < 60; n++) world.attempts(...bad);
    world.attempts(...times(30, 'failure' as const));
    expect(world.isDown).to.equal(false);
    world.attempts(...times(40, 'failure' as const));
    expect(world.isDown).to.equal(true);

    const better = new World();
    for (let n = 0; n < 60; n++) better.attempts(...bad);
    better.attempts(...times(1000, 'success' as const), ...times(8, 'failure' as const));
    expect(better.isDown).to.equal(true);
  });

  it('is not noticed by attempts that one lost connection ended', () => {
    const world = new World();
    const all = times(50, 0).map(() => world.begin());
    world.now = 30;
    for (const attempt of all) world.end(attempt, 'failure');
    expect(world.isDown).to.equal(false);
    world.attempts('failure'); // Another one, that began later.
    expect(world.isDown).to.equal(true);
  });

  it('is noticed by attempts in flight that began at different times', () => {
    const world = new World();
    const all = times(8, 0).map(() => {
      world.now += 20;
      return world.begin();
    });
    world.now = 10_000;
    for (const attempt of all) world.end(attempt, 'failure');
    expect(world.isDown).to.equal(true);
  });

  it('knows nothing of attempts that say nothing', () => {
    const world = new World();
    world.attempts(...times(7, 'failure' as const), ...times(20, 'nothing' as const));
    expect(world.isDown).to.equal(false);
  });

  it('lets one attempt through after an eighth of its age, from 100 ms to 5 s', () => {
    const world = new World();
    world.attempts(...times(8, 'failure' as const));
    const triedAt: number[] = [];
    for (const end = world.now + 120_000; world.now < end; world.now += 10) {
      if (world.isDown) continue;
      triedAt.push(world.now);
      world.attempts('failure');
    }
    const gaps = triedAt.slice(1).map((at, n) => at - triedAt[n]!);
    expect(gaps[0]).to.be.within(100, 140);
    expect(gaps.at(-1)).to.be.within(5000, 5040);
    expect(triedAt.length).to.be.within(40, 60);
  });

  it('waits 4 s for an attempt in flight, and then tries another', () => {
    const world = new World();
    world.attempts(...times(8, 'success' as const));
    world.now += 5000;
    world.attempts(...times(8, 'failure' as const));
    world.now += 200;
    expect(world.isDown).to.equal(false);
    world.begin();
    world.now += 3999;
    expect(world.isDown).to.equal(true);
    world.now += 1;
    expect(world.isDown).to.equal(false);
  });

  it('ends by steps: each success lets through two more, or three after failures, until more may pass than come', () => {
    const world = new World();
    world.attempts('success', ...times(8, 'failure' as const));
    world.now += 200;
    const rounds: number[] = [];
    let flying = [world.begin()];
    for (let round = 0; round < 6; round++) {
      rounds.push(flying.length);
      world.now += 50;
      for (const attempt of flying) world.end(attempt, 'success');
      flying = [];
      while (!world.isDown && flying.length < 20) flying.push(world.begin());
    }
    expect(rounds).to.deep.equal([1, 3, 9, 20, 20, 20]);
    world.now += 50;
    for (const attempt of flying) world.end(attempt, 'success');
    for (let n = 0; n < 100; n++) world.begin();
    expect(world.isDown, 'after the end').to.equal(false);
  });

  it('goes on where an endpoint that answered once fails again', () => {
    const world = new World();
    world.attempts(...times(8, 'failure' as const));
    world.now += 200;
    world.attempts('success', 'failure', 'failure', 'failure');
    expect(world.isDown).to.equal(true);
  });

  it('is not ended by the success of an attempt that began before', () => {
    const world = new World();
    const early = world.begin();
    world.now += 5;
    world.attempts(...times(8, 'failure' as const));
    world.end(early, 'success');
    expect(world.isDown).to.equal(true);
  });

  it('is told once when it begins and once when it ends', () => {
    const world = new World();
    expect(world.outage.news(0)).to.equal(null);
    world.attempts(...times(8, 'failure' as const));
    expect(world.outage.news(world.now)).to.deep.equal({ms: 100, failures: 8});
    expect(world.outage.news(world.now)).to.equal(null);
    world.now += 200;
    world.attempts(...times(8, 'success' as const));
    expect(world.outage.news(world.now)).to.deep.equal({ms: 0, failures: 0});
  });
});
