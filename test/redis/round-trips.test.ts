/** A quota over slow links to Redis, in virtual time: the figures of bench/shared-quota.json. Some rows run on a real Redis in test/stores. */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {runs, sampled} from '../support/runs.ts';
import {amountsOf, SharedQuotas} from './shared-quotas.ts';

const MAX = 100;
const {busyProcesses} = JSON.parse(readFileSync(new URL('../../bench/shared-quota.json', import.meta.url), 'utf8')) as {
  busyProcesses: {rows: readonly {roundTripMs: number; percent: readonly number[]}[]};
};
/** Round trip in ms, then the share of the limit that is used under windows of 1, 2, 10 and 60 s. */
const TABLE = busyProcesses.rows.map(({roundTripMs, percent}) => [roundTripMs, ...percent]);
const WINDOWS_MS = [1000, 2000, 10_000, 60_000];
/** The longer the window, the longer it takes: those of 10 s and of a minute are for the endurance runs. */
const CHECKED_MS = WINDOWS_MS.slice(0, runs(2, 4));

describe('a quota of four processes over a slow link', () => {
  it('has a table', () => expect(TABLE.map(([roundTripMs]) => roundTripMs)).to.deep.equal([1, 20, 60, 200, 500]));

  for (const [roundTripMs, ...shares] of TABLE)
    for (const [index, perMs] of sampled([...CHECKED_MS.entries()]))
      it(`uses ${shares[index]} % of ${MAX} in ${perMs} ms over round trips of ${roundTripMs} ms, and no more than the limit`, async () => {
        const world = new SharedQuotas([{unit: 'requests', max: MAX, perMs}]);
        world.latencyMs = () => roundTripMs! / 2;
        for (let count = 0; count < 4; count++) world.start({instances: 4}).keepBusy(5);
        await world.clock.advance(6 * perMs);
        expect(world.mostIn(perMs, ({requests}) => requests)).to.be.at.most(MAX);
        const used = world.sent.filter(({at}) => at >= 2 * perMs).length / (4 * MAX);
        expect(Math.floor(100 * used)).to.equal(shares[index]);
      });
});

const LATE = 'of which two of three take longer than a call waits';

describe('an attempt that the quota has room for', () => {
  for (const timeoutMs of [20, 100, 500, 1000])
    for (const roundTripMs of sampled([1, 20, 60, 200, 500]))
      it(`waits for round trips of ${roundTripMs} ms for ${timeoutMs} ms at most`, async () => {
        expect(CHECKED_MS).not.to.be.empty;
        for (const perMs of CHECKED_MS) {
          const world = new SharedQuotas([{unit: 'inputTokens', max: 1000, perMs}]);
          const random = seededRandom(roundTripMs + perMs);
          world.latencyMs = () => roundTripMs / 2;
          const [one, other] = [world.start({timeoutMs, instances: 2}), world.start({timeoutMs, instances: 2})];
          other.attempt(amountsOf(1, 1));
          for (let count = 0; count < 200; count++) {
            one.attempt(amountsOf(1, 1));
            await world.clock.advance((random() * perMs) / 100);
          }
          await world.clock.advance(1000);
          expect(world.sent.length).to.equal(201);
          expect(Math.max(...world.sent.map(({waitedMs}) => waitedMs))).to.be.at.most(timeoutMs + 1);
          expect(world.mostIn(perMs, ({inputTokens}) => inputTokens)).to.be.at.most(1000);
        }
      });

  // Beyond what a call waits, Redis also spaces the requests that were granted too late.
  for (const [title, roundTripOf] of Object.entries<(count: number) => number>({
    'that take almost as long as a call waits': () => 900,
    'of which every other one does': count => (count % 2 === 0 ? 950 : 1),
    [LATE]: count => (count % 3 === 0 ? 1 : 1400),
  }))
    for (const unit of title === LATE ? (['inputTokens'] as const) : (['requests', 'inputTokens'] as const))
      it(`waits no longer over round trips ${title} (${unit})`, async () => {
        const timeoutMs = 1000;
        for (let seed = 1; seed <= runs(3, 30); seed++) {
          const random = seededRandom(seed);
          const world = new SharedQuotas([{unit, max: 60_000, perMs: 60_000}]);
          let commands = 0;
          world.latencyMs = () => roundTripOf(commands++ >> 1) / 2;
          const process = world.start({timeoutMs, instances: 2});
          let attempts = 0;
          while (world.clock.now() < 2500) {
            for (let count = random() * 5; count > 0; count--, attempts++) process.attempt(amountsOf(1, 5));
            await world.clock.advance(random() * 60);
          }
          await world.clock.advance(5000);
          expect(world.sent.length).to.equal(attempts);
          // Requests follow each other by a millisecond, and tokens do not.
          const spacedMs = unit === 'requests' ? 150 : 1;
          const longestMs = Math.max(...world.sent.map(({waitedMs}) => waitedMs));
          expect(longestMs, `seed ${seed}`).to.be.at.most(timeoutMs + spacedMs);
        }
      });

  it('waits no longer although Redis is lost between two answers', async () => {
    const world = new SharedQuotas([{unit: 'inputTokens', max: 1000, perMs: 10_000}]);
    const process = world.start({timeoutMs: 100});
    world.latencyMs = () => 45;
    // The first requests load the script, and say which limits there are.
    process.attempt(amountsOf(1, 1));
    await world.clock.advance(5000);
    let commands = 0;
    world.fate = () => (++commands > 1 ? 'lost' : 'arrives');
    process.attempt(amountsOf(1, 1));
    await world.clock.advance(1);
    process.attempt(amountsOf(1, 1));
    await world.clock.advance(500);
    expect(world.sent.slice(1).map(({waitedMs}) => waitedMs)).to.deep.equal([90, 100]);
  });
});

describe('a quota whose Redis answers later than its processes wait', () => {
  it('is used by shares, and no window holds more than the limit', async () => {
    const world = new SharedQuotas([{unit: 'requests', max: MAX, perMs: 2000}]);
    world.latencyMs = () => 100;
    for (let count = 0; count < 4; count++) world.start({timeoutMs: 100, instances: 4}).keepBusy(5);
    await world.clock.advance(12_000);
    expect(world.mostIn(2000, ({requests}) => requests)).to.be.at.most(MAX);
    expect(world.sent.length).to.be.at.least(0.95 * 6 * MAX);
  });

  it('counts a late grant for the attempt that went on without it', async () => {
    const world = new SharedQuotas([{unit: 'inputTokens', max: 10, perMs: 60_000}]);
    const [late, other] = [world.start({timeoutMs: 50}), world.start({timeoutMs: 60_000})];
    world.latencyMs = () => 40;
    late.attempt(amountsOf(1, 4));
    await world.clock.advance(10_000);
    expect(world.sent.map(({at}) => at)).to.deep.equal([50]);
    world.latencyMs = () => 1;
    for (let count = 0; count < 7; count++) other.attempt(amountsOf(1, 1));
    await world.clock.advance(10_000);
    // The four tokens count once: six are left.
    expect(world.sent.length).to.equal(7);
  });

  it('gives back a late grant that is not used', async () => {
    const world = new SharedQuotas([{unit: 'inputTokens', max: 10, perMs: 60_000}]);
    const [late, other] = [world.start({timeoutMs: 50}), world.start({timeoutMs: 60_000})];
    world.latencyMs = () => 40;
    let isAborted = false;
    late.attempt(amountsOf(1, 4), taken => {
      isAborted = true;
      taken.refund(world.clock.now());
    });
    await world.clock.advance(10_000);
    expect(isAborted).to.equal(true);
    world.latencyMs = () => 1;
    for (let count = 0; count < 10; count++) other.attempt(amountsOf(1, 1));
    await world.clock.advance(10_000);
    expect(world.sent.length).to.equal(11);
  });
});
