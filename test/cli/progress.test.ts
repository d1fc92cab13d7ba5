/** What the progress says, second by second, of runs that go well, hang, or meet a dead server. */
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import fc from 'fast-check';
import type {BatchEvent} from '../../src/batch/types.ts';
import {BatchProgress} from '../../src/cli/batch-progress.ts';
import {duration, progressBar, progressText} from '../../src/cli/progress-line.ts';
import {ProgressState, type ProgressView, type Waiting} from '../../src/cli/progress-state.ts';
import {ReadingProgress} from '../../src/cli/reading-progress.ts';
import {SimulatedTime} from '../../src/cli/simulated-time.ts';
import type {SteadfetchEvent} from '../../src/core/events.ts';
import {sleep} from '../../src/core/timer.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';

class World {
  readonly clock = new VirtualClock();
  readonly state: ProgressState;
  #finished = 0;
  #failed = 0;

  constructor(total: number) {
    this.state = new ProgressState(this.clock, total);
  }

  get text(): string {
    return progressText(this.state.view);
  }

  wait(ms: number): Promise<void> {
    return sleep(this.clock, ms);
  }

  attemptEnded(reason: string): void {
    this.state.note({type: 'attempt.end', reason} as SteadfetchEvent);
  }

  finish(failure: object | null = null, source = 'sent'): void {
    this.#finished++;
    if (failure !== null) this.#failed++;
    const progress = {finished: this.#finished, failed: this.#failed};
    this.state.note({type: 'item.end', source, failure, progress} as BatchEvent);
  }

  /** A request that is answered after so long. */
  async request(ms: number, reason = 'success'): Promise<void> {
    await this.state.watch(() => this.wait(ms));
    this.attemptEnded(reason);
    if (reason === 'success') this.finish();
  }
}

/** Runs on virtual time. */
const on = async (total: number, work: (world: World) => Promise<void>): Promise<void> => {
  const world = new World(total);
  await world.clock.run(() => work(world));
};

describe('the progress of a batch', () => {
  it('estimates the time left from recently finished requests', () =>
    on(100, async world => {
      for (let n = 0; n < 10; n++) await world.request(500);
      expect(world.text).to.equal('10 of 100, 45 s left');
      for (let n = 0; n < 20; n++) await world.request(2000);
      // 70 more at 2 s each: what was faster is longer ago.
      expect(world.text).to.equal('30 of 100, 2 min left');
    }));

  it('does not count results of the journal, which took no time', () =>
    on(1000, async world => {
      for (let n = 0; n < 500; n++) world.finish(null, 'journal');
      for (let n = 0; n < 10; n++) await world.request(500);
      expect(world.text).to.match(/^510 of 1,000, (4 min|24\d s) left$/);
    }));

  it('does not say that a second is left while the last request hangs', () =>
    on(100, async world => {
      for (let n = 0; n < 99; n++) await world.request(50);
      void world.request(120_000);
      for (let seconds = 4; seconds < 120; seconds += 10) {
        const start = world.clock.now();
        while (world.clock.now() < start + (seconds === 4 ? 4000 : 10_000) - 1) await world.wait(500);
        expect(world.text, `after ${seconds} s`).to.match(/^99 of 100, no answer for \d+ s, 1 under way$/);
      }
    }));

  it('reports no silence for slow servers', () =>
    on(10, async world => {
      for (let n = 0; n < 3; n++) await world.request(20_000);
      void world.request(30_000);
      await world.wait(25_000);
      expect(world.text).to.match(/^3 of 10, \d+ s left$|^3 of 10, \d min left$/);
      await world.wait(4000);
      await world.wait(1000);
    }));

  it('shows the error of a dead server, its count, and the next retry', () =>
    on(10, async world => {
      await world.request(1, 'ECONNREFUSED');
      expect(world.text).to.equal('0 of 10, ECONNREFUSED');
      world.state.note({type: 'retry.scheduled', waitMs: 7000} as SteadfetchEvent);
      expect(world.text).to.equal('0 of 10, ECONNREFUSED, next try in 7 s');
      await world.wait(2000);
      expect(world.text).to.equal('0 of 10, ECONNREFUSED, next try in 5 s');
      for (let n = 0; n < 3; n++) await world.request(1, 'ECONNREFUSED');
      await world.wait(5000);
      expect(world.text).to.equal('0 of 10, ECONNREFUSED 4 times in a row');
    }));

  it('shows that the run is held, the reason and the end', () =>
    on(10, async world => {
      await world.request(1, 'ECONNREFUSED');
      world.state.note({type: 'batch.held', waitMs: 15_000, reason: 'the circuit is open'});
      expect(world.text).to.equal('0 of 10, ECONNREFUSED: held, next try in 15 s');
      await world.wait(5000);
      expect(world.text).to.equal('0 of 10, ECONNREFUSED: held, next try in 10 s');
      expect(world.state.heldMs).to.equal(5000);
      await world.wait(10_000);
      await world.request(1000);
      expect(world.text).to.equal('1 of 10');
      expect(world.state.heldMs, 'by the clock on the wall').to.equal(15_000);
    }));

  it('counts a hold of several requests once', () =>
    on(10, async world => {
      for (let n = 0; n < 4; n++) world.state.note({type: 'batch.held', waitMs: 1000, reason: 'open'});
      await world.wait(1000);
      expect(world.state.heldMs).to.equal(1000);
    }));

  it('does not show single failures while others succeed', () =>
    on(10, async world => {
      await world.request(10);
      await world.request(10, '503');
      await world.request(10, '503');
      expect(world.text).to.equal('1 of 10');
      await world.request(10, '503');
      expect(world.text).to.equal('1 of 10, 503 3 times in a row');
      await world.request(10);
      world.finish({});
      expect(world.text).to.equal('3 of 10, 1 failed');
    }));

  it('shows what it waits for while it stops', () =>
    on(10, async world => {
      const slow = world.request(5000);
      world.state.note({type: 'batch.draining', reason: 'stopped', requests: 1});
      expect(world.text).to.equal('0 of 10, stopping, 1 under way');
      await slow;
    }));
});

describe('the line of progress', () => {
  const anyWaiting: fc.Arbitrary<Waiting> = fc.oneof(
    fc.record({for: fc.constant('requests under way' as const), underWay: fc.nat(10_000)}),
    fc.record({for: fc.constant('an answer' as const), silentMs: fc.nat(1e9), underWay: fc.nat(10_000)}),
    fc.record({for: fc.constant('the end of a hold' as const), ms: fc.nat(1e9)}),
    fc.record({for: fc.constant('a retry' as const), ms: fc.nat(1e9)}),
    fc.record({for: fc.constant('the rest' as const), leftMs: fc.option(fc.nat(1e9))}),
  );
  const anyView: fc.Arbitrary<ProgressView> = fc
    .record({
      total: fc.nat(10_000_000),
      share: fc.double({min: 0, max: 1, noNaN: true}),
      failed: fc.nat(1_000_000),
      failing: fc.option(
        fc.record({reason: fc.string({unit: 'grapheme', maxLength: 60}), attempts: fc.nat(1_000_000)}),
      ),
      waiting: anyWaiting,
    })
    .map(({share, ...view}) => ({...view, finished: Math.floor(view.total * share)}));

  it('is never wider than the terminal, and every character of it one column wide', () => {
    fc.assert(
      fc.property(anyView, fc.integer({min: 1, max: 200}), (view, columns) => {
        const line = progressBar(view, columns);
        expect(line.length).to.be.below(Math.max(columns, 1));
        expect(line).to.match(/^[█░ -~]*$/);
      }),
      {numRuns: 500},
    );
  });

  it('fits everything into 80 columns', () => {
    const view: ProgressView = {
      total: 100_000,
      finished: 45_000,
      failed: 1234,
      failing: {reason: 'ECONNREFUSED', attempts: 24},
      waiting: {for: 'the end of a hold', ms: 12_000},
    };
    expect(progressBar(view, 80)).to.equal(
      '45 % | 45,000 of 100,000 | 1,234 failed | ECONNREFUSED: held, next try in 12 s',
    );
    expect(progressBar(view, 40)).to.equal('ECONNREFUSED: held, next try in 12 s');
    expect(progressBar({...view, failing: null, waiting: {for: 'the rest', leftMs: 90_000}}, 80)).to.equal(
      '█████████░░░░░░░░░░░ 45 % | 45,000 of 100,000 | 1,234 failed | 90 s left',
    );
  });

  it('writes durations for people', () => {
    expect([0, 900, 1001, 119_000, 121_000, 3_600_000, 8_000_000].map(duration)).to.deep.equal([
      '1 s',
      '1 s',
      '2 s',
      '119 s',
      '2 min',
      '60 min',
      '2 h',
    ]);
  });
});

describe('BatchProgress, without a terminal', () => {
  const started = (total: number) => {
    const world = new World(total);
    const lines: string[] = [];
    const stream = {isTTY: false, columns: 0, write: (text: string) => lines.push(text) > 0};
    const progress = new BatchProgress(stream as never, world.state, world.clock);
    return {world, lines, progress};
  };

  it('writes a line every ten seconds', async () => {
    const {world, lines, progress} = started(100);
    await world.clock.run(async () => {
      for (let n = 0; n < 35; n++) await world.request(1000);
      progress.end();
      await world.wait(60_000);
    });
    expect(lines).to.deep.equal([
      'steadfetch batch: 9 of 100, 102 s left\n',
      'steadfetch batch: 19 of 100, 86 s left\n',
      'steadfetch batch: 29 of 100, 74 s left\n',
    ]);
  });

  it('shows at once that it stops, and what it waits for', async () => {
    const {world, lines, progress} = started(100);
    await world.clock.run(async () => {
      const slow = world.request(1000);
      progress.note({type: 'batch.draining', reason: 'stopped', requests: 16});
      progress.end();
      await slow;
    });
    expect(lines).to.deep.equal(['steadfetch batch: stopped: nothing more is sent; 0 of 100, stopping, 1 under way\n']);
  });

  it('shows a hold at once, and then how long it lasts', async () => {
    const {world, lines, progress} = started(100);
    await world.clock.run(async () => {
      await world.request(1, 'ECONNREFUSED');
      for (let n = 0; n < 16; n++)
        progress.note({type: 'batch.held', waitMs: 15_000, reason: 'the circuit of https://x is open'});
      expect(lines).to.deep.equal([
        'steadfetch batch: 0 of 100, ECONNREFUSED: held, next try in 15 s (the circuit of https://x is open)\n',
      ]);
      await world.wait(10_001);
      progress.end();
    });
    expect(lines[1]).to.equal('steadfetch batch: 0 of 100, ECONNREFUSED: held, next try in 6 s\n');
  });
});

describe('SimulatedTime', () => {
  it('estimates the time left from two seconds on', async () => {
    const clock = new VirtualClock();
    const simulated = new SimulatedTime(clock, 360_000);
    expect(progressText(simulated.view)).to.equal('0 of 360 s of simulated time');
    await clock.advance(1999);
    simulated.reach(60_000);
    expect(progressText(simulated.view)).to.equal('60 of 360 s of simulated time');
    await clock.advance(1);
    expect(progressText(simulated.view)).to.equal('60 of 360 s of simulated time, 10 s left');
    simulated.reach(360_000);
    expect(progressBar(simulated.view, 80)).to.match(/^█+ 100 % \| 360 of 360 s of simulated time/);
  });
});

describe('ReadingProgress', () => {
  it('counts the bytes of files, and knows no end of standard input and of files that are not there', () => {
    const file = fileURLToPath(import.meta.url);
    const read = new ReadingProgress([file]);
    expect([read.isKnown, new ReadingProgress([file, '-']).isKnown]).to.deep.equal([true, false]);
    expect(new ReadingProgress(['no-such-file']).isKnown).to.equal(false);
    read.bytes = 3_400_000;
    read.failures = 2;
    expect(progressText(read.view)).to.equal('3 of 0 MB, 2 failed');
  });
});
