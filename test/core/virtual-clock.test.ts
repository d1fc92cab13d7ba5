/** The clock all other tests stand on. */

import {createHook} from 'node:async_hooks';
import {execFileSync} from 'node:child_process';
import {getEventListeners} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {performance} from 'node:perf_hooks';
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {Pause, sleep, Timer} from '../../src/core/timer.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';

class Probe extends Timer {
  readonly #fired: () => void;
  constructor(fired: () => void) {
    super();
    this.#fired = fired;
  }
  fire(): void {
    this.#fired();
  }
}

/** Notes a name and the time at which it fired. */
function bell(clock: VirtualClock) {
  const rung: string[] = [];
  const timer = (name: string) => new Probe(() => rung.push(`${name}@${clock.now()}`));
  return {rung, timer};
}

/** Turns of the event loop so far. Asking begins no work, so it disturbs no clock. */
const iterations = (): number => performance.nodeTiming.uvMetricsInfo.loopCount;

describe('VirtualClock', () => {
  it('stands still until it is advanced', async () => {
    const clock = new VirtualClock(5000);
    await new Promise(resolve => setTimeout(resolve, 2));
    expect([clock.now(), clock.wall()]).to.deep.equal([0, 5000]);
    await clock.advance(70);
    expect([clock.now(), clock.wall()]).to.deep.equal([70, 5070]);
  });

  it('fires in the order of time, and of arming where that is the same', async () => {
    const clock = new VirtualClock();
    const {rung, timer} = bell(clock);
    for (const [name, ms] of [
      ['c', 30],
      ['a', 10],
      ['b', 20],
      ['b2', 20],
      ['now', 0],
      ['past', -5],
    ] as const)
      clock.arm(timer(name), ms);
    expect(clock.pending).to.equal(6);
    await clock.advance(20);
    expect(rung).to.deep.equal(['now@0', 'past@0', 'a@10', 'b@20', 'b2@20']);
    await clock.advance(10);
    expect(rung.at(-1)).to.equal('c@30');
    expect(clock.pending).to.equal(0);
  });

  it('disarmed, a timer does not fire; armed again, it fires once', async () => {
    const clock = new VirtualClock();
    const {rung, timer} = bell(clock);
    const [a, b] = [timer('a'), timer('b')];
    clock.arm(a, 10);
    clock.arm(b, 10);
    clock.disarm(a);
    clock.disarm(a);
    clock.arm(b, 50);
    expect([a.armed, b.armed, clock.pending]).to.deep.equal([false, true, 1]);
    await clock.advance(100);
    expect(rung).to.deep.equal(['b@50']);
    expect(b.armed).to.equal(false);
  });

  it('Infinity is armed and never fires', async () => {
    const clock = new VirtualClock();
    const {rung, timer} = bell(clock);
    const never = timer('never');
    clock.arm(never, Number.POSITIVE_INFINITY);
    expect([never.armed, clock.pending]).to.deep.equal([true, 0]);
    await clock.advance(1e15);
    expect(rung).to.deep.equal([]);
    clock.disarm(never);
    expect(never.armed).to.equal(false);
  });

  it('fires timers that another timer arms during an advance', async () => {
    const clock = new VirtualClock();
    const {rung, timer} = bell(clock);
    clock.arm(new Probe(() => clock.arm(timer('then'), 5)), 10);
    await clock.advance(15);
    expect(rung).to.deep.equal(['then@15']);
  });

  it('the wall can be set, and monotonic time does not notice', async () => {
    const clock = new VirtualClock(1e12);
    const {rung, timer} = bell(clock);
    clock.arm(timer('a'), 1000);
    clock.setWall(0);
    await clock.advance(999);
    expect([clock.now(), clock.wall(), rung.length]).to.deep.equal([999, 999, 0]);
    await clock.advance(1);
    expect(rung).to.deep.equal(['a@1000']);
  });

  it('fires in the order of a sorted list, for random sequences of arming and disarming', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed);
      const clock = new VirtualClock();
      const fired: number[] = [];
      const expected: {at: number; id: number}[] = [];
      const timers = Array.from({length: 60}, (_, id) => new Probe(() => fired.push(id)));
      for (let step = 0; step < 400; step++) {
        const id = Math.floor(random() * timers.length);
        const known = expected.findIndex(each => each.id === id);
        if (known >= 0) expected.splice(known, 1);
        if (random() < 0.3) clock.disarm(timers[id]!);
        else {
          const ms = Math.floor(random() * 40); // Few instants, so that many timers share one.
          clock.arm(timers[id]!, ms);
          expected.push({at: clock.now() + ms, id});
        }
        expect(clock.pending).to.equal(expected.length);
        if (random() > 0.02) continue;
        const until = clock.now() + 5;
        await clock.advance(5);
        expected.sort((a, b) => a.at - b.at); // Stable: what was armed first stays first.
        const due = expected.filter(({at}) => at <= until).length;
        expect(fired.splice(0)).to.deep.equal(expected.splice(0, due).map(each => each.id));
      }
    }
  });

  it('takes one iteration of the event loop for a timer that only promises wait for', async () => {
    const clock = new VirtualClock();
    await clock.advance(0);
    const before = iterations();
    await clock.run(async () => {
      for (let count = 0; count < 500; count++) await clock.sleep(1);
    });
    expect(clock.now()).to.equal(500);
    expect(iterations() - before).to.be.below(600);
  });

  it('rests as soon as nothing is left to do where promises have ids, too, as in Node 22 with AsyncLocalStorage', async () => {
    let ports = 0;
    const hook = createHook({init: (_id, type) => void (type === 'MESSAGEPORT' && ports++)}).enable();
    try {
      const clock = new VirtualClock();
      await clock.advance(0);
      await clock.advance(0);
    } finally {
      hook.disable();
    }
    // An iteration has two ports. Each of the four rests takes at most twelve iterations, instead of 300.
    expect(ports).to.be.at.most(4 * 12 * 2);
  });

  describe('run', () => {
    it('jumps from sleeper to sleeper, and gives the result', async () => {
      const clock = new VirtualClock();
      const seen: number[] = [];
      const work = async (): Promise<string> => {
        for (const ms of [10, 86_400_000, 5]) {
          await clock.sleep(ms);
          seen.push(clock.now());
        }
        return 'done';
      };
      expect(await clock.run(work)).to.equal('done');
      expect(seen).to.deep.equal([10, 86_400_010, 86_400_015]);
    });

    it('interleaves sleepers with the same time', async () => {
      const clock = new VirtualClock();
      const seen: string[] = [];
      const walk = async (name: string, ms: number) => {
        for (let step = 0; step < 3; step++) {
          await clock.sleep(ms);
          seen.push(`${name}${clock.now()}`);
        }
      };
      await clock.run(() => Promise.all([walk('a', 20), walk('b', 30)]));
      expect(seen).to.deep.equal(['a20', 'b30', 'a40', 'b60', 'a60', 'b90']);
    });

    it('lets streams and blobs run before it moves', async () => {
      const clock = new VirtualClock();
      const at = await clock.run(async () => {
        const sleeping = clock.sleep(1000);
        await new Response(new Blob(['x'.repeat(10_000)]).stream()).text();
        const read = clock.now();
        await sleeping;
        return read;
      });
      expect(at).to.equal(0);
    });

    it('lets work of a hundred iterations end before it advances', async () => {
      const clock = new VirtualClock();
      const at = await clock.run(async () => {
        const sleeping = clock.sleep(1000);
        for (let round = 0; round < 100; round++) await new Promise(resolve => setImmediate(resolve));
        const done = clock.now();
        await sleeping;
        return done;
      });
      expect(at).to.equal(0);
    });

    it('throws the error of the work', async () => {
      const clock = new VirtualClock();
      const error = await clock.run(() => Promise.reject(new Error('broken'))).catch(caught => caught as Error);
      expect(error).to.have.property('message', 'broken');
    });

    it('waits for a file, however busy the disk is', async function () {
      if (process.platform === 'win32') this.skip();
      const folder = mkdtempSync(join(tmpdir(), 'virtual-clock-'));
      const fifo = join(folder, 'fifo');
      execFileSync('mkfifo', [fifo]);
      // It opens when there is a writer: long after work without a timer counts as stuck.
      let writer: Promise<FileHandle> | undefined;
      setTimeout(() => {
        writer = open(fifo, 'w');
      }, 700);
      const reader = await new VirtualClock().run(() => open(fifo));
      await reader.close();
      await (await writer)!.close();
      rmSync(folder, {recursive: true});
      expect(reader.fd).to.equal(-1);
    });

    it('reports work that can never end as stuck', async () => {
      const clock = new VirtualClock();
      const error = await clock.run(() => new Promise(() => {})).catch(caught => caught as Error);
      expect(error)
        .to.have.property('message')
        .that.matches(/neither ended nor waits/);
    });
  });
});

describe('sleep', () => {
  const asleep = (signal?: AbortSignal) => {
    const clock = new VirtualClock();
    let ended = 'asleep';
    void sleep(clock, 1000, signal).then(
      () => {
        ended = `awake at ${clock.now()}`;
      },
      reason => {
        ended = `${reason} at ${clock.now()}`;
      },
    );
    return {clock, ended: () => ended};
  };

  it('ends when its time is over, and not before', async () => {
    const {clock, ended} = asleep();
    await clock.advance(999);
    expect(ended()).to.equal('asleep');
    await clock.advance(1);
    expect(ended()).to.equal('awake at 1000');
  });

  it('ends as soon as the signal aborts, with its reason @T1', async () => {
    const controller = new AbortController();
    const {clock, ended} = asleep(controller.signal);
    await clock.advance(400);
    controller.abort('enough');
    await clock.advance(0);
    expect(ended()).to.equal('enough at 400');
    expect(clock.pending, 'no timer is left').to.equal(0);
  });

  it('a signal that aborted before is seen at once @T2', async () => {
    const {clock, ended} = asleep(AbortSignal.abort('before'));
    expect(clock.pending).to.equal(0);
    await clock.advance(0);
    expect(ended()).to.equal('before at 0');
  });

  it('leaves no listener, however it ends @T3', async () => {
    const {signal} = new AbortController();
    const clock = new VirtualClock();
    await clock.run(async () => {
      for (let n = 0; n < 100; n++) await sleep(clock, 10, signal);
    });
    expect(getEventListeners(signal, 'abort')).to.have.length(0);

    const controller = new AbortController();
    const sleeping = Array.from({length: 100}, () => sleep(clock, 10, controller.signal).catch(() => {}));
    expect(getEventListeners(controller.signal, 'abort')).to.have.length(100);
    controller.abort();
    await Promise.all(sleeping);
    expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
  });

  it('for ever is until the signal aborts', async () => {
    const controller = new AbortController();
    const clock = new VirtualClock();
    const done: boolean[] = [];
    new Pause(clock, Number.POSITIVE_INFINITY, controller.signal, aborted => done.push(aborted));
    await clock.advance(1e12);
    expect(done).to.deep.equal([]);
    controller.abort();
    expect(done).to.deep.equal([true]);
  });

  it('a pause that is ended says nothing, neither in time nor on abort', async () => {
    const controller = new AbortController();
    const clock = new VirtualClock();
    const done: boolean[] = [];
    const pause = new Pause(clock, 10, controller.signal, aborted => done.push(aborted));
    pause.end();
    controller.abort();
    await clock.advance(100);
    expect(done).to.deep.equal([]);
    expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
  });
});
