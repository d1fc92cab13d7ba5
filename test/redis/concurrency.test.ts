/** A concurrency limit that several processes share, in virtual time over a Redis in memory. */
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {runs} from '../support/runs.ts';
import {SharedLimits} from './shared-limits.ts';

/** A process without Redis may have its share beside what the others hold. Where nothing is lost, time is no limit. */
const PATIENT = {timeoutMs: 60_000};

describe('a concurrency limit of four processes', () => {
  it('is used in full and never exceeded', async () => {
    const world = new SharedLimits(10);
    for (let count = 0; count < 4; count++) world.start().keepBusy(8, 100);
    await world.clock.advance(10_000);
    expect(world.most).to.equal(10);
    const ended = world.processes.reduce((sum, process) => sum + process.ended, 0);
    // Ten places of ten calls a second each.
    expect(ended).to.be.at.least(0.95 * 1000);
  });

  it('is shared evenly by those that are busy', async () => {
    const world = new SharedLimits(12);
    for (let count = 0; count < 4; count++) world.start().keepBusy(8, 100);
    await world.clock.advance(20_000);
    expect(world.processes).to.have.length(4);
    for (const {ended} of world.processes) expect(ended).to.be.within(540, 660);
  });

  it('belongs to one of them, if the others send nothing', async () => {
    const world = new SharedLimits(20);
    const processes = [1, 2, 3, 4].map(() => world.start());
    for (const process of processes) process.call(100);
    await world.clock.advance(4000);
    processes[0]!.keepBusy(30, 100);
    await world.clock.advance(1000);
    expect(world.inFlight).to.equal(20);
  });

  it('admits at once what the permits of the process cover', async () => {
    const world = new SharedLimits(40);
    const process = world.start();
    process.call(1000);
    await world.clock.advance(10);
    const before = world.asked;
    for (let count = 0; count < 3; count++) process.call(1000);
    expect([process.admitted, world.asked - before]).to.deep.equal([4, 0]);
  });

  it('is asked for more before the permits are used up', async () => {
    const world = new SharedLimits(40);
    const process = world.start();
    let waited = 0;
    for (let count = 0; count < 40; count++) {
      if (!process.limit.hasPlace) waited++;
      process.call(60_000);
      await world.clock.advance(5);
    }
    expect(process.admitted).to.equal(40);
    expect(waited).to.equal(1);
  });

  it('lets a greedy process starve no other one: each has its part half a second after calls have ended', async () => {
    const world = new SharedLimits(8);
    const [greedy, ...others] = [1, 2, 3, 4].map(() => world.start());
    greedy!.keepBusy(1000, 200);
    await world.clock.advance(5000);
    for (const process of others) process.keepBusy(2, 200);
    await world.clock.advance(200 + 500);
    const before = others.map(({admitted}) => admitted);
    await world.clock.advance(2000);
    // Two places each, of five calls a second.
    for (const [index, {admitted}] of others.entries()) expect(admitted - before[index]!).to.be.within(18, 22);
    expect(world.most).to.equal(8);
  });

  it('goes round if there are fewer permits than processes', async () => {
    const world = new SharedLimits(1);
    for (let count = 0; count < 4; count++) world.start().keepBusy(5, 50);
    await world.clock.advance(40_000);
    expect(world.most).to.equal(1);
    for (const {ended} of world.processes) expect(ended).to.be.within(100, 250);
  });

  it('gets the permits of a process that crashed back when their lease of 5 s ends', async () => {
    const world = new SharedLimits(10);
    const [crashing, survivor] = [world.start(), world.start()];
    for (let count = 0; count < 10; count++) crashing.call(60_000);
    await world.clock.advance(6000);
    expect(world.inFlight).to.equal(10);
    crashing.crash();
    for (let count = 0; count < 10; count++) survivor.call(60_000);
    await world.clock.advance(4000);
    expect(survivor.admitted).to.equal(0);
    await world.clock.advance(1300);
    expect(survivor.admitted).to.equal(10);
  });

  it('gets back what an idle process held, within half a second', async () => {
    const world = new SharedLimits(100);
    const [one, other] = [world.start(), world.start()];
    for (let count = 0; count < 100; count++) one.call(50);
    await world.clock.advance(4000);
    expect(world.clock.pending).to.equal(0);
    for (let count = 0; count < 100; count++) one.call(50);
    await world.clock.advance(52);
    for (let count = 0; count < 100; count++) other.call(60_000);
    await world.clock.advance(500);
    expect(other.admitted).to.equal(100);
  });

  it('keeps permits of long calls, and leaves no timer when they have ended', async () => {
    const world = new SharedLimits(4);
    const [one, other] = [world.start(), world.start()];
    for (let count = 0; count < 4; count++) one.call(30_000);
    await world.clock.advance(10);
    other.call(10);
    await world.clock.advance(29_000);
    expect([world.inFlight, other.admitted]).to.deep.equal([4, 0]);
    await world.clock.advance(2000);
    expect([world.inFlight, other.ended]).to.deep.equal([0, 1]);
    await world.clock.advance(1000);
    expect(world.clock.pending).to.equal(0);
  });

  it('asks four times a second while calls are in flight', async () => {
    const world = new SharedLimits(40);
    world.start().call(20_000);
    await world.clock.advance(1000);
    const before = world.asked;
    await world.clock.advance(10_000);
    expect(world.asked - before).to.be.within(39, 41);
  });
});

describe('a shared limit without a queue', () => {
  it('lets a call wait until Redis has answered, and refuses it if the others have all places', async () => {
    const world = new SharedLimits(2, 0);
    const [one, other] = [world.start(), world.start()];
    one.call(1000);
    one.call(1000);
    one.call(1000);
    expect([one.admitted, one.refused]).to.deep.equal([0, 1]);
    await world.clock.advance(5);
    expect(one.admitted).to.equal(2);
    other.call(1000);
    expect(other.refused).to.equal(0);
    await world.clock.advance(2);
    expect([other.admitted, other.refused]).to.deep.equal([0, 1]);
    other.call(1000);
    expect(other.refused, 'at once, because Redis has just said so').to.equal(2);
    await world.clock.advance(2000);
    other.call(10);
    await world.clock.advance(5);
    expect(other.admitted).to.equal(1);
  });

  it('says whether a place is likely, before Redis is asked', async () => {
    const world = new SharedLimits(1, 0);
    const [one, other] = [world.start(), world.start()];
    expect([one.limit.hasPlace, one.limit.mayHavePlace]).to.deep.equal([false, true]);
    one.call(1000);
    await world.clock.advance(5);
    other.call(1000);
    await world.clock.advance(5);
    expect(other.limit.mayHavePlace).to.equal(false);
  });
});

describe('the permits of a shared limit', () => {
  it('are never more than the limit, where processes crash at random', async () => {
    const count = runs(5, 300);
    let crashes = 0;
    for (let seed = 1; seed <= count; seed++) crashes += await runAtRandom(seed);
    expect(crashes).to.be.at.least(count);
  }).timeout(300_000);

  it('are at most twice the limit where Redis is lost at random, and then within it again', async () => {
    for (let seed = 1; seed <= runs(2, 30); seed++) await loseAtRandom(seed);
  }).timeout(300_000);
});

/** @returns How many processes crashed. */
async function runAtRandom(seed: number): Promise<number> {
  const random = seededRandom(seed);
  const within = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const max = within(1, 20);
  const world = new SharedLimits(max);
  world.latencyMs = () => random() * 8;
  const start = (): ReturnType<typeof world.start> => world.start(PATIENT);
  const running = Array.from({length: within(2, 4)}, start);
  let crashes = 0;
  for (let step = 0; step < 12; step++) {
    for (let count = within(0, 8); count > 0; count--)
      running[within(0, running.length - 1)]!.call(random() * (random() < 0.05 ? 8000 : 400));
    await world.clock.advance(within(1, 500));
    expect(world.most, `seed ${seed}`).to.be.at.most(max);
    if (random() > 0.2) continue;
    const victim = within(0, running.length - 1);
    running[victim]!.crash();
    running[victim] = start();
    crashes++;
  }
  // Every call of a process that has not crashed is admitted, and ends.
  const isBusy = (): boolean => running.some(({limit}) => limit.inFlight + limit.waiting > 0);
  for (let second = 0; second < 600 && isBusy(); second++) await world.clock.advance(1000);
  expect(isBusy(), `seed ${seed}`).to.equal(false);
  expect(world.most, `seed ${seed}`).to.be.at.most(max);
  return crashes;
}

async function loseAtRandom(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const within = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const max = within(4, 20);
  const world = new SharedLimits(max);
  world.latencyMs = () => random() * 4;
  const running = Array.from({length: 4}, () => world.start({instances: 4}));
  for (const process of running) process.keepBusy(within(1, 2 * max), 50 + random() * 300);
  await world.clock.advance(within(1000, 5000));
  for (let loss = 0; loss < 3; loss++) {
    const fates = (['lost', 'reply lost', 'refused'] as const)[within(0, 2)]!;
    const lost = random() < 0.5 ? running : [running[within(0, 3)]!];
    world.fate = process => (lost.includes(process) ? fates : 'arrives');
    await world.clock.advance(within(100, 12_000));
    if (random() < 0.3) world.redis.empty();
    world.fate = () => 'arrives';
    await world.clock.advance(within(100, 3000));
  }
  expect(world.most, `seed ${seed}`).to.be.at.most(2 * max);
  await world.clock.advance(10_000);
  world.most = 0;
  await world.clock.advance(5000);
  expect(world.most, `seed ${seed}, after the losses`).to.be.within(Math.min(max, 4), max);
}

describe('a shared limit without Redis', () => {
  it('goes on with the share of each process, and no later than a second', async () => {
    const world = new SharedLimits(20);
    world.fate = () => 'lost';
    for (let count = 0; count < 4; count++) world.start({instances: 4}).keepBusy(30, 100);
    await world.clock.advance(999);
    expect(world.inFlight).to.equal(0);
    await world.clock.advance(2);
    expect(world.inFlight).to.equal(20);
    await world.clock.advance(10_000);
    expect(world.most).to.equal(20);
  });

  it('has one place in each process at least', async () => {
    const world = new SharedLimits(2);
    world.fate = () => 'refused';
    for (let count = 0; count < 4; count++) world.start({instances: 4}).keepBusy(3, 100);
    await world.clock.advance(5000);
    expect(world.most).to.equal(4);
  });

  it('takes the number of processes from what Redis said last', async () => {
    const world = new SharedLimits(20);
    const processes = [1, 2, 3, 4].map(() => world.start());
    for (const process of processes) process.keepBusy(30, 100);
    await world.clock.advance(5000);
    world.fate = () => 'refused';
    await world.clock.advance(1000);
    world.most = 0;
    await world.clock.advance(5000);
    expect(world.most).to.equal(20);
  });

  it('is one limit again once Redis answers, and what was in flight counts', async () => {
    const world = new SharedLimits(20);
    const [one, other] = [world.start({instances: 2}), world.start({instances: 2})];
    one.keepBusy(30, 100);
    await world.clock.advance(5000);
    world.fate = () => 'lost';
    await world.clock.advance(1000);
    for (let count = 0; count < 10; count++) other.call(60_000);
    await world.clock.advance(10_000);
    world.fate = () => 'arrives';
    await world.clock.advance(4000);
    world.most = 0;
    await world.clock.advance(10_000);
    expect([world.most, other.limit.inFlight]).to.deep.equal([20, 10]);
  });

  it('counts what is in flight if Redis has lost its data', async () => {
    const world = new SharedLimits(20);
    const [one, other] = [world.start({instances: 2}), world.start({instances: 2})];
    for (let count = 0; count < 15; count++) one.call(60_000);
    await world.clock.advance(5000);
    world.redis.empty();
    for (let count = 0; count < 20; count++) other.call(60_000);
    await world.clock.advance(10_000);
    // One process had its share of 10 before the other one had said what it holds.
    expect(world.most).to.be.at.most(25);
    expect(other.admitted).to.be.within(5, 10);
  });

  it('refuses what the share and the queue have no place for', async () => {
    const world = new SharedLimits(4, 1);
    world.fate = () => 'lost';
    const process = world.start({instances: 2});
    for (let count = 0; count < 5; count++) process.call(1000);
    await world.clock.advance(1005);
    expect([process.admitted, process.refused, process.limit.waiting]).to.deep.equal([2, 2, 1]);
  });

  it('applies its share when another guard has found that Redis does not answer', async () => {
    const world = new SharedLimits(4);
    const [one, other] = [world.start({instances: 2}), world.start({instances: 2})];
    for (let count = 0; count < 4; count++) one.call(60_000);
    await world.clock.advance(4000);
    other.call(1000);
    await world.clock.advance(100);
    world.fate = () => 'refused';
    await world.clock.advance(1000);
    expect(other.admitted).to.equal(1);
  });
});

describe('a process that shares a limit', () => {
  it('takes no place by a lease that has ended, as after it was stopped', async () => {
    const world = new SharedLimits(4);
    const [stopped, other] = [world.start(PATIENT), world.start()];
    stopped.call(100);
    await world.clock.advance(200);
    // Nothing that the process asks is answered any more.
    world.fate = process => (process === stopped ? 'lost' : 'arrives');
    await world.clock.advance(200);
    for (let count = 0; count < 4; count++) other.call(60_000);
    await world.clock.advance(6000);
    expect(other.admitted).to.equal(4);
    stopped.call(100);
    expect(stopped.admitted).to.equal(1);
  });

  it('takes no place by permits that it is giving back, whenever the next call comes', async () => {
    for (let idleMs = 0; idleMs < 1000; idleMs += 50) {
      const world = new SharedLimits(4);
      // Requests arrive at once, and replies come late.
      let leg = 0;
      world.latencyMs = () => (leg++ % 2 === 0 ? 0 : 100);
      const [one, other] = [world.start(PATIENT), world.start(PATIENT)];
      for (let count = 0; count < 4; count++) one.call(10);
      await world.clock.advance(200 + idleMs);
      for (const process of [other, one]) for (let count = 0; count < 4; count++) process.call(60_000);
      await world.clock.advance(5000);
      expect(world.most, `after ${idleMs} ms`).to.equal(4);
    }
  });

  it('has no more than its share for 3 s after a loss, until the others have said what they hold', async () => {
    const world = new SharedLimits(20);
    const processes = [1, 2, 3, 4].map(() => world.start({instances: 4}));
    await world.clock.advance(10);
    world.fate = () => 'lost';
    const [first, ...others] = processes;
    for (const process of others) for (let count = 0; count < 5; count++) process.call(60_000);
    for (let count = 0; count < 30; count++) first!.call(20_000);
    await world.clock.advance(10_000);
    expect(world.inFlight).to.equal(20);
    // The first process reaches Redis before the others do.
    world.fate = process => (process === first ? 'arrives' : 'lost');
    await world.clock.advance(1500);
    world.fate = () => 'arrives';
    await world.clock.advance(5000);
    expect(world.most).to.equal(20);
  });
});
