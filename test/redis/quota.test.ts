/** A quota that several processes share, in virtual time over a Redis in memory. The same runs on a real Redis in test/stores. */
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import type {QuotaLimit} from '../../src/policy/types.ts';
import {runs} from '../support/runs.ts';
import {amountsOf, type SharedProcess, SharedQuotas} from './shared-quotas.ts';

const requests = (max: number, perMs: number): QuotaLimit => ({unit: 'requests', max, perMs});
const tokens = (max: number, perMs: number): QuotaLimit => ({unit: 'inputTokens', max, perMs});

describe('a quota of four processes', () => {
  const WINDOWS = [
    [100, 2000],
    [100, 10_000],
    [200, 60_000],
  ] as const;
  for (const [max, perMs] of WINDOWS.slice(0, runs(1, 3)))
    it(`of ${max} in ${perMs} ms is used to at least 95 %, and no window holds more than its limit`, async () => {
      const world = new SharedQuotas([requests(max, perMs)]);
      for (let count = 0; count < 4; count++) world.start().keepBusy(5);
      await world.clock.advance(7 * perMs);
      expect(world.mostIn(perMs, ({requests}) => requests)).to.be.at.most(max);
      // After two windows: at first nothing has been used yet.
      const used = world.sent.filter(({at}) => at >= 2 * perMs && at < 7 * perMs).length;
      expect(used).to.be.at.least(0.95 * 5 * max);
    });

  it('of a second is used, too', async () => {
    const world = new SharedQuotas([requests(40, 1000)]);
    for (let count = 0; count < 4; count++) world.start().keepBusy(5);
    await world.clock.advance(20_000);
    expect(world.mostIn(1000, ({requests}) => requests)).to.be.at.most(40);
    expect(world.sent.length).to.be.at.least(0.9 * 800);
  });

  it('belongs to one of them, if the others send nothing', async () => {
    const world = new SharedQuotas([requests(100, 10_000)]);
    const processes = [1, 2, 3, 4].map(() => world.start());
    for (const process of processes) process.attempt(amountsOf(1));
    await world.clock.advance(20_000);
    processes[0]!.keepBusy(5);
    await world.clock.advance(30_000);
    expect(world.sent.length).to.be.at.least(0.95 * 300);
  });

  it('is shared evenly between those that are busy', async () => {
    const world = new SharedQuotas([requests(100, 10_000)]);
    const processes = [1, 2, 3, 4].map(() => world.start());
    for (const process of processes) process.keepBusy(5);
    await world.clock.advance(60_000);
    for (const process of processes)
      expect(world.sent.filter(sent => sent.process === process).length).to.be.within(75, 225);
  });

  it('admits at once what a second holds, after a pause, and spaces what follows', async () => {
    const world = new SharedQuotas([{unit: 'requests', max: 500, perMs: 60_000}]);
    const process = world.start();
    process.attempt(amountsOf(1));
    await world.clock.advance(4000);
    for (let count = 0; count < 10; count++) process.attempt(amountsOf(1));
    await world.clock.advance(3000);
    const waits = world.sent.slice(1).map(({waitedMs}) => waitedMs);
    expect(waits).to.have.length(10);
    expect(Math.max(...waits.slice(0, 8))).to.be.at.most(5);
    expect(waits[8]).to.be.within(950, 970);
    expect(waits[9]! - waits[8]!).to.equal(120);
  });

  it('lets no call of a burst wait for the spacing, where the bursts of a process leave most of the limit free', async () => {
    const world = new SharedQuotas([{unit: 'requests', max: 6000, perMs: 60_000}]);
    const process = world.start();
    process.attempt(amountsOf(1));
    await world.clock.advance(4000);
    for (let burst = 0; burst < 5; burst++) {
      for (let count = 0; count < 50; count++) process.attempt(amountsOf(1));
      await world.clock.advance(1500);
    }
    expect(world.sent).to.have.length(251);
    expect(Math.max(...world.sent.map(({waitedMs}) => waitedMs))).to.be.at.most(5);
  });

  it('admits a large attempt of one process, although the others have small ones all the time', async () => {
    const world = new SharedQuotas([tokens(1000, 10_000)]);
    const [large, ...others] = [1, 2, 3, 4].map(() => world.start());
    for (const process of others) process.keepBusy(5, amountsOf(1, 20));
    await world.clock.advance(15_000);
    let sentAt = 0;
    large!.attempt(amountsOf(1, 900), (_, now) => {
      sentAt = now;
    });
    await world.clock.advance(25_000);
    expect(sentAt).to.be.within(15_000, 28_000);
    expect(world.mostIn(10_000, ({inputTokens}) => inputTokens)).to.be.at.most(1000);
  });

  for (const [sizes, turns, small] of [
    [[1000], 24, 1500],
    [[600, 600, 600], 45, 700],
  ] as const)
    it(`gives small attempts what those of ${sizes.join(', ')} of 1000 cannot use while they wait`, async () => {
      const world = new SharedQuotas([tokens(1000, 2000)]);
      const [few, many, ...large] = Array.from({length: 2 + sizes.length}, () => world.start());
      for (const [index, size] of sizes.entries()) large[index]!.keepBusy(1, amountsOf(1, size));
      many!.keepBusy(30, amountsOf(1, 10));
      for (let asked = 0; asked < 500; asked++) {
        few!.attempt(amountsOf(1, 10));
        await world.clock.advance(200);
      }
      const sentBy = (process: SharedProcess | undefined): number =>
        world.sent.filter(sent => sent.process === process).length;
      // In 50 windows; an attempt of the whole limit has every other one for itself.
      expect(large.reduce((sum, process) => sum + sentBy(process), 0)).to.be.at.least(turns);
      expect(sentBy(few)).to.be.at.least(470);
      expect(sentBy(many)).to.be.at.least(small);
      expect(world.mostIn(2000, ({inputTokens}) => inputTokens)).to.be.at.most(1000);
    });

  it('gets back what an attempt did not use', async () => {
    const world = new SharedQuotas([tokens(1000, 60_000)]);
    const [one, other] = [world.start(), world.start()];
    one.attempt(amountsOf(1, 1000), (taken, now) => taken.settle({inputTokens: 100}, now));
    await world.clock.advance(5000);
    other.attempt(amountsOf(1, 900));
    await world.clock.advance(1000);
    expect(world.sent.map(({at}) => at < 6000)).to.deep.equal([true, true]);
  });

  it('gets back what an idle process has leased, and leaves no timer', async () => {
    const world = new SharedQuotas([requests(640, 10_000)]);
    const [one, other] = [world.start(), world.start()];
    for (let count = 0; count < 20; count++) one.attempt(amountsOf(1));
    await world.clock.advance(5000);
    expect(world.clock.pending).to.equal(0);
    for (let count = 0; count < 620; count++) other.attempt(amountsOf(1));
    await world.clock.advance(14_000);
    expect(world.sent.length).to.equal(640);
  });

  it('counts an attempt until one window after its send, also where something keeps it for longer than a window', async () => {
    const world = new SharedQuotas([requests(40, 2000)]);
    const [one, other] = [world.start(), world.start()];
    world.keptMs = () => 5000 - world.clock.now();
    for (let count = 0; count < 15; count++) one.attempt(amountsOf(1));
    await world.clock.advance(3000);
    world.keptMs = () => 0;
    other.keepBusy(5);
    await world.clock.advance(10_000);
    const kept = world.sent.filter(({process}) => process === one).map(({at}) => at);
    expect(kept).to.have.length(15);
    expect(Math.min(...kept)).to.be.within(4999, 5001);
    expect(world.mostIn(2000, ({requests}) => requests)).to.be.at.most(40);
    expect(world.clock.pending).to.be.at.most(3);
  });

  for (const max of [10, 100])
    it(`of ${max} in a second is left to the others by a process with a single attempt, also after a late answer`, async () => {
      const world = new SharedQuotas([requests(max, 1000)]);
      const [one, other] = [world.start({instances: 2}), world.start({instances: 2})];
      for (const process of [one, other]) process.attempt(amountsOf(1));
      await world.clock.advance(2500);
      let isLate = true;
      world.latencyMs = () => (isLate ? 450 : 0.5);
      one.attempt(amountsOf(1));
      await world.clock.advance(900);
      isLate = false;
      for (let round = 0; round < 4; round++) {
        await world.clock.advance(3000);
        world.sent.length = 0;
        one.attempt(amountsOf(1));
        await world.clock.advance(30);
        for (let count = 1; count < 0.8 * max; count++) other.attempt(amountsOf(1));
        await world.clock.advance(60);
        expect(world.sent.length).to.equal(0.8 * max);
      }
    });

  it('has back what was used at once of a lease that lasts for long', async () => {
    const world = new SharedQuotas([tokens(10, 1000)]);
    world.latencyMs = () => 100;
    const [one, other] = [world.start(), world.start()];
    for (let count = 0; count < 10; count++) one.attempt(amountsOf(1, 1));
    await world.clock.advance(1600);
    for (let count = 0; count < 10; count++) other.attempt(amountsOf(1, 1));
    await world.clock.advance(450);
    expect(world.sent.length).to.equal(20);
    expect(world.mostIn(1000, ({inputTokens}) => inputTokens)).to.be.at.most(10);
  });

  it('does not make others wait for an attempt that has left the queue', async () => {
    const world = new SharedQuotas([tokens(100, 1000)]);
    const [one, other] = [world.start(), world.start()];
    other.attempt(amountsOf(1, 50));
    await world.clock.advance(100);
    const leaves = one.attempt(amountsOf(1, 100));
    await world.clock.advance(150);
    leaves!();
    for (let count = 0; count < 4; count++) other.attempt(amountsOf(1, 10));
    await world.clock.advance(200);
    expect(world.sent.map(({process}) => process === other)).to.deep.equal([true, true, true, true, true]);
    await world.clock.advance(5000);
    expect(world.sent.length).to.equal(5);
  });

  it('loses no more than a lease to each process that crashes', async () => {
    const world = new SharedQuotas([requests(640, 10_000)]);
    const crashing = [1, 2, 3].map(() => world.start());
    for (const process of crashing) for (let count = 0; count < 20; count++) process.attempt(amountsOf(1));
    await world.clock.advance(100);
    for (const process of crashing) process.crash();
    const before = world.sent.length;
    const survivor = world.start();
    for (let count = 0; count < 640; count++) survivor.attempt(amountsOf(1));
    await world.clock.advance(9000);
    // A lease is at most the 64th part of the limit.
    expect(world.sent.length - before).to.be.at.least(640 - before - 3 * 10 - 64);
    expect(world.mostIn(10_000, ({requests}) => requests)).to.be.at.most(640);
  });
});

describe('the limits of a shared quota', () => {
  it('hold where processes crash at random', async () => {
    const count = runs(5, 300);
    let crashes = 0;
    for (let seed = 1; seed <= count; seed++) crashes += await runAtRandom(seed);
    expect(crashes).to.be.at.least(count);
  }).timeout(300_000);
});

/** @returns How many processes crashed. */
async function runAtRandom(seed: number): Promise<number> {
  const random = seededRandom(seed);
  const within = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const limits: QuotaLimit[] = [requests(within(1, 60), within(1, 5) * 500)];
  if (random() < 0.5) limits.push(tokens(within(50, 1000), within(1, 5) * 1000));
  const world = new SharedQuotas(limits);
  world.latencyMs = () => random() * 4;
  if (seed % 2 === 0) world.keptMs = () => (random() < 0.3 ? random() * 3 * limits[0]!.perMs : 0);
  // No answer counts as late here: what a process sends without Redis is bounded by its share.
  const start = (): ReturnType<typeof world.start> => world.start({timeoutMs: 60_000});
  const processes = Array.from({length: within(2, 4)}, start);
  const most = limits[1]?.max ?? 100;
  let crashes = 0;
  for (let step = 0; step < 8; step++) {
    for (let count = within(0, 8); count > 0; count--) {
      const process = processes[within(0, processes.length - 1)]!;
      const amounts = amountsOf(1, within(0, Math.min(most, random() < 0.1 ? most : most / 8)));
      const endsAfter = random() * 300;
      process.attempt(amounts, taken => {
        // Some attempts use less than they have reserved. They have been sent, so the reserved amount is what counts here.
        if (random() < 0.3)
          void world.clock.sleep(endsAfter).then(() => {
            if (!process.hasCrashed) taken.settle({inputTokens: amounts.inputTokens}, world.clock.now());
          });
      });
    }
    await world.clock.advance(within(1, 400));
    if (random() > 0.4) continue;
    const victim = within(0, processes.length - 1);
    processes[victim]!.crash();
    processes[victim] = start();
    crashes++;
  }
  await world.clock.advance(3000);
  for (const {unit, max, perMs} of limits) {
    const amount = world.mostIn(perMs, each => (unit === 'requests' ? each.requests : each.inputTokens));
    expect(amount, `${unit} in ${perMs} ms, seed ${seed}`).to.be.at.most(max);
  }
  return crashes;
}

describe('a shared quota without Redis', () => {
  it('goes on with the share of each process, and no later than a second', async () => {
    const world = new SharedQuotas([requests(100, 10_000)]);
    world.fate = () => 'lost';
    const processes = [1, 2, 3, 4].map(() => world.start({instances: 4}));
    for (const process of processes) process.keepBusy(5);
    await world.clock.advance(40_000);
    expect(world.sent[0]!.at).to.be.within(1000, 1001);
    expect(world.mostIn(10_000, ({requests}) => requests)).to.be.at.most(100);
    expect(world.sent.length).to.be.at.least(0.95 * 400);
  });

  it('takes the number of processes from what Redis said last', async () => {
    const world = new SharedQuotas([requests(100, 10_000)]);
    const processes = [1, 2, 3, 4].map(() => world.start());
    for (const process of processes) process.attempt(amountsOf(1));
    await world.clock.advance(1000);
    for (const process of processes) process.attempt(amountsOf(1));
    await world.clock.advance(20_000);
    world.fate = () => 'refused';
    for (const process of processes) process.keepBusy(5);
    await world.clock.advance(30_000);
    const alone = world.sent.filter(({at}) => at >= 31_000);
    expect(alone.length).to.be.at.most(2 * 100 + 4);
  });

  it('is one quota again once Redis answers, which gets to know what was sent', async () => {
    const world = new SharedQuotas([requests(100, 10_000)]);
    const processes = [1, 2, 3, 4].map(() => world.start({instances: 4}));
    for (const process of processes) process.keepBusy(5);
    await world.clock.advance(10_000);
    world.fate = () => 'lost';
    await world.clock.advance(20_000);
    world.fate = () => 'arrives';
    await world.clock.advance(10_000);
    expect(world.sent.length).to.be.at.least(0.85 * 400);
    world.sent.length = 0;
    await world.clock.advance(20_000);
    expect(world.mostIn(10_000, ({requests}) => requests)).to.be.at.most(100);
    expect(world.sent.length).to.be.at.least(0.93 * 200);
  });

  it('counts an attempt once that something kept before it was sent', async () => {
    const world = new SharedQuotas([requests(100, 60_000)]);
    world.fate = () => 'refused';
    world.keptMs = () => 2000;
    const one = world.start();
    for (let count = 0; count < 50; count++) one.attempt(amountsOf(1));
    await world.clock.advance(10_000);
    world.fate = () => 'arrives';
    world.keptMs = () => 0;
    await world.clock.advance(5000);
    const other = world.start();
    for (let count = 0; count < 100; count++) other.attempt(amountsOf(1));
    await world.clock.advance(45_000);
    expect(world.sent.length).to.be.within(95, 100);
  });

  it('does not exceed the limit when Redis answers again, nor later', async () => {
    for (let seed = 1; seed <= runs(1, 15); seed++) {
      const random = seededRandom(seed);
      const perMs = seed % 3 === 0 ? 5000 : 1000;
      const world = new SharedQuotas([requests(100, perMs)]);
      const processes = [1, 2, 3, 4].map(() => world.start({instances: 4}));
      for (const process of processes) process.keepBusy(20);
      await world.clock.advance(3000 + random() * 1000);
      world.fate = () => 'refused';
      await world.clock.advance(2 * perMs + random() * 1000);
      world.sent.length = 0;
      await world.clock.advance(perMs);
      world.fate = () => 'arrives';
      await world.clock.advance(5 * perMs + 4000);
      expect(
        world.mostIn(perMs, ({requests}) => requests),
        `seed ${seed}`,
      ).to.be.at.most(100);
      expect(world.sent.length).to.be.at.least(0.9 * 100 * (6 + 4000 / perMs));
    }
  });

  it('goes beyond its limit by the shares of those that lost it, while the others reach it', async () => {
    const world = new SharedQuotas([requests(100, 1000)]);
    const processes = [1, 2, 3, 4].map(() => world.start({instances: 4}));
    for (const process of processes) process.keepBusy(20);
    await world.clock.advance(3000);
    world.fate = (_, process) => (processes.indexOf(process) < 2 ? 'refused' : 'arrives');
    await world.clock.advance(5000);
    expect(world.mostIn(1000, ({requests}) => requests)).to.be.within(120, 150);
    world.fate = () => 'arrives';
    await world.clock.advance(1100);
    world.sent.length = 0;
    await world.clock.advance(5000);
    expect(world.mostIn(1000, ({requests}) => requests)).to.be.at.most(100);
  });

  it('tells Redis what a process sent without it, also if that process sends nothing more', async () => {
    const world = new SharedQuotas([tokens(100, 10_000)]);
    const [one, other] = [world.start({instances: 2}), world.start({instances: 2})];
    world.fate = () => 'refused';
    for (let count = 0; count < 5; count++) one.attempt(amountsOf(1, 10));
    await world.clock.advance(3000);
    world.fate = () => 'arrives';
    await world.clock.advance(2000);
    for (let count = 0; count < 10; count++) other.attempt(amountsOf(1, 10));
    await world.clock.advance(4000);
    expect(world.sent.length).to.equal(10);
    await world.clock.advance(10_000);
    expect(world.sent.length).to.equal(15);
    expect(world.clock.pending).to.equal(0);
  });

  it('counts what a process sent without it once, also if Redis hears of it several times', async () => {
    const world = new SharedQuotas([tokens(100, 10_000)]);
    const [one, other] = [world.start({instances: 2}), world.start({instances: 2})];
    world.fate = () => 'reply lost';
    for (let count = 0; count < 3; count++) one.attempt(amountsOf(1, 10));
    await world.clock.advance(6000);
    expect(world.sent.length).to.equal(3);
    world.fate = () => 'arrives';
    for (let count = 0; count < 7; count++) other.attempt(amountsOf(1, 10));
    await world.clock.advance(200);
    // What was granted in a lost reply counts beside what was used without it.
    expect(world.sent.length).to.equal(3 + 5);
  });

  it('holds its limit but for an eighth in processes that are busy, if Redis loses its data', async () => {
    for (let seed = 1; seed <= runs(1, 15); seed++) {
      const random = seededRandom(seed);
      const world = new SharedQuotas([requests(100, 1000)]);
      const processes = [1, 2, 3, 4].map(() => world.start({instances: 4}));
      for (const process of processes) {
        process.keepBusy(20);
        await world.clock.advance(random() * 300);
      }
      for (let count = 0; count < 4; count++) {
        await world.clock.advance(1500 + random() * 1000);
        world.redis.empty();
      }
      await world.clock.advance(3000);
      expect(
        world.mostIn(1000, ({requests}) => requests),
        `seed ${seed}`,
      ).to.be.at.most(112);
    }
  });

  it('counts what was sent before, if Redis loses its data', async () => {
    const world = new SharedQuotas([requests(100, 10_000)]);
    for (let count = 0; count < 4; count++) world.start().keepBusy(5);
    await world.clock.advance(25_000);
    world.redis.empty();
    await world.clock.advance(30_000);
    // Each process has reported once it has asked again: until then Redis grants as if the others had sent nothing.
    expect(world.mostIn(10_000, ({requests}) => requests)).to.be.at.most(100 + 4 * 2);
  });

  it('waits a second before it asks Redis again', async () => {
    const world = new SharedQuotas([requests(1000, 10_000)]);
    let asked = 0;
    world.fate = () => {
      asked++;
      return 'refused';
    };
    world.start({instances: 4}).keepBusy(5);
    await world.clock.advance(10_000);
    // The script is loaded with the first request.
    expect(asked).to.be.within(9, 22);
  });
});
