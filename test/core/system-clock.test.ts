/**
 * Real timers, only to see that they fire and in which order. How long one takes is never measured: where that matters,
 * `setTimeout` is looked at instead.
 */

import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {expect} from 'chai';
import {Lane, SystemClock} from '../../src/core/system-clock.ts';
import {sleep, Timer} from '../../src/core/timer.ts';

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

/** Timers that note their names as they fire. */
function bell() {
  const rung: string[] = [];
  const timer = (name: string, more = () => {}) =>
    new Probe(() => {
      rung.push(name);
      more();
    });
  return {rung, timer};
}
const until = (clock: SystemClock, ms: number): Promise<void> =>
  new Promise(resolve => clock.arm(new Probe(resolve), ms));

/** What is asked of `setTimeout` while `work` runs; nothing is started. */
function delaysAsked(work: () => void): number[] {
  const {setTimeout} = globalThis;
  const asked: number[] = [];
  globalThis.setTimeout = ((_: unknown, ms: number) => {
    asked.push(ms);
    return {ref() {}, unref() {}};
  }) as unknown as typeof setTimeout;
  try {
    work();
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  return asked;
}

describe('SystemClock', () => {
  it('now() never goes back, wall() is the time of day', () => {
    const clock = new SystemClock();
    const [first, second] = [clock.now(), clock.now()];
    expect(second).to.be.at.least(first);
    expect(clock.wall()).to.be.closeTo(Date.now(), 1000);
  });

  for (const kind of ['a timer of its own', 'a lane'] as const)
    describe(kind, () => {
      const made = (): SystemClock => {
        const clock = new SystemClock();
        if (kind === 'a lane') clock.expect(5);
        return clock;
      };

      it('fires once, and is not armed any more', async () => {
        const clock = made();
        const {rung, timer} = bell();
        const one = timer('one');
        expect(one.armed).to.equal(false);
        clock.arm(one, 5);
        expect(one.armed).to.equal(true);
        await until(clock, 5);
        await until(clock, 6);
        expect(rung).to.deep.equal(['one']);
        expect(one.armed).to.equal(false);
      });

      it('fires in the order in which they are due', async () => {
        const clock = made();
        const {rung, timer} = bell();
        // Timers of the runtime have a resolution of one millisecond, so due times within it are equal.
        const stepMs = kind === 'a lane' ? 0 : 2;
        for (const [index, name] of ['a', 'b', 'c'].entries()) clock.arm(timer(name), 5 + index * stepMs);
        await until(clock, 5 + 2 * stepMs);
        await until(clock, 6 + 2 * stepMs);
        expect(rung).to.deep.equal(['a', 'b', 'c']);
      });

      for (const gone of ['a', 'b', 'c', 'abc'])
        it(`disarmed, ${gone} of a, b, c does not fire`, async () => {
          const clock = made();
          const {rung, timer} = bell();
          const timers = ['a', 'b', 'c'].map(name => ({name, timer: timer(name)}));
          for (const each of timers) clock.arm(each.timer, 5);
          for (const each of timers) if (gone.includes(each.name)) clock.disarm(each.timer);
          for (const each of timers) expect(each.timer.armed).to.equal(!gone.includes(each.name));
          await until(clock, 5);
          expect(rung.join('')).to.equal('abc'.replaceAll(new RegExp(`[${gone}]`, 'g'), ''));
        });

      it('may be disarmed twice, or without being armed', async () => {
        const clock = made();
        const {rung, timer} = bell();
        const one = timer('one');
        clock.disarm(one);
        clock.arm(one, 5);
        clock.disarm(one);
        clock.disarm(one);
        clock.arm(one, 5);
        await until(clock, 5);
        expect(rung).to.deep.equal(['one']);
      });

      it('fires once, as the last, when it is armed again', async () => {
        const clock = made();
        const {rung, timer} = bell();
        const [a, b] = [timer('a'), timer('b')];
        clock.arm(a, 5);
        clock.arm(b, 5);
        clock.arm(a, 5);
        await until(clock, 5);
        await until(clock, 6);
        expect(rung).to.deep.equal(['b', 'a']);
      });

      it('may be armed again, and others disarmed, while it fires', async () => {
        const clock = made();
        const {rung, timer} = bell();
        const b = timer('b');
        const again = timer('again');
        const a = timer('a', () => {
          clock.disarm(b);
          clock.arm(again, 5);
        });
        clock.arm(a, 5);
        clock.arm(b, 5);
        await until(clock, 5);
        expect(rung).to.deep.equal(['a']);
        await until(clock, 6);
        await until(clock, 6);
        expect(rung).to.deep.equal(['a', 'again']);
      });
    });

  it('moves between lanes, and out of them', async () => {
    const clock = new SystemClock();
    clock.expect(4);
    clock.expect(5);
    const {rung, timer} = bell();
    const one = timer('one');
    for (const ms of [4, 5, 6, 4, 3]) clock.arm(one, ms);
    await until(clock, 8);
    expect(rung).to.deep.equal(['one']);
  });

  describe('what is asked of setTimeout', () => {
    const LONGEST = 2 ** 31 - 1;
    for (const [ms, asked] of [
      [0, [0]],
      [1.2, [2]],
      [1000, [1000]],
      [LONGEST, [LONGEST]],
      [LONGEST + 1, [LONGEST]],
      [2 ** 53, [LONGEST]],
      [Number.MAX_SAFE_INTEGER, [LONGEST]],
      [Number.POSITIVE_INFINITY, []],
    ] as const)
      it(`${ms} ms: ${asked.join() || 'nothing'} @T5`, () => {
        const clock = new SystemClock();
        expect(delaysAsked(() => clock.arm(new Probe(() => {}), ms))).to.deep.equal(asked);
      });

    it('a delay above 2^31 ms is armed again until its time, and does not fire earlier @T5', () => {
      const {setTimeout} = globalThis;
      const {now} = performance;
      let time = 0;
      const wakes: {wake: () => void; ms: number}[] = [];
      globalThis.setTimeout = ((wake: (timer: Timer) => void, ms: number, timer: Timer) =>
        wakes.push({wake: () => wake(timer), ms})) as unknown as typeof setTimeout;
      performance.now = () => time;
      try {
        const {rung, timer} = bell();
        new SystemClock().arm(timer('late'), 5e9);
        while (rung.length === 0 && wakes.length > 0 && time < 1e12) {
          const next = wakes.shift()!;
          time += next.ms;
          next.wake();
        }
        expect(rung).to.deep.equal(['late']);
        expect(time).to.equal(5e9);
      } finally {
        performance.now = now;
        globalThis.setTimeout = setTimeout;
      }
    });

    it('Infinity is armed, and can be disarmed', () => {
      const clock = new SystemClock();
      const timer = new Probe(() => {});
      clock.arm(timer, Number.POSITIVE_INFINITY);
      expect(timer.armed).to.equal(true);
      clock.disarm(timer);
      expect(timer.armed).to.equal(false);
    });

    it('one native timer serves a whole lane', () => {
      const clock = new SystemClock();
      clock.expect(1000);
      const asked = delaysAsked(() => {
        for (let n = 0; n < 100; n++) {
          const timer = new Probe(() => {});
          clock.arm(timer, 1000);
          if (n % 2 === 0) clock.disarm(timer);
        }
      });
      expect(asked).to.deep.equal([1000]);
    });

    for (const ms of [0, -1, 2 ** 31, Number.POSITIVE_INFINITY, Number.NaN])
      it(`${ms} ms gets no lane`, () => {
        const clock = new SystemClock();
        clock.expect(ms);
        const timer = new Probe(() => {});
        delaysAsked(() => clock.arm(timer, ms));
        expect(timer.place).not.to.be.instanceOf(Lane);
      });

    it('where timers are numbers, as in browsers, each is its own', () => {
      const {setTimeout, clearTimeout} = globalThis;
      const running = new Set<number>();
      let last = 0;
      globalThis.setTimeout = (() => {
        running.add(++last);
        return last;
      }) as unknown as typeof setTimeout;
      globalThis.clearTimeout = ((id: number) => running.delete(id)) as typeof clearTimeout;
      try {
        const clock = new SystemClock();
        clock.expect(5);
        const [a, b] = [new Probe(() => {}), new Probe(() => {})];
        clock.arm(a, 5);
        clock.arm(b, 5);
        expect(running).to.deep.equal(new Set([a.place, b.place]));
        clock.disarm(a);
        clock.disarm(b);
        expect(running.size, 'none is left behind').to.equal(0);
      } finally {
        Object.assign(globalThis, {setTimeout, clearTimeout});
      }
    });
  });

  describe('a process is kept alive', () => {
    const file = new URL('../../src/core/', import.meta.url);
    /** Runs `script` in a process of its own, which says when it had nothing left to do. */
    const run = async (script: string): Promise<string> => {
      const source = `
        import {SystemClock} from ${JSON.stringify(new URL('system-clock.ts', file).href)};
        import {Timer} from ${JSON.stringify(new URL('timer.ts', file).href)};
        class Probe extends Timer { constructor(name) { super(); this.name = name; } fire() { console.log(this.name); } }
        const clock = new SystemClock();
        process.on('exit', () => console.log('exit'));
        ${script}`;
      const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', source], {
        timeout: 4000,
      });
      return stdout.trim().split('\n').join(' ');
    };

    for (const [title, script, said] of [
      [
        'not by an idle lane @T4',
        'clock.expect(60000); const t = new Probe("t"); clock.arm(t, 60000); clock.disarm(t);',
        'exit',
      ],
      ['not by a disarmed timer @T4', 'const t = new Probe("t"); clock.arm(t, 60000); clock.disarm(t);', 'exit'],
      ['not by Infinity', 'clock.arm(new Probe("t"), Infinity);', 'exit'],
      ['not by one that is unrefd', 'const t = new Probe("t"); clock.arm(t, 60000); clock.unref(t);', 'exit'],
      [
        'not by one that is unrefd in a lane',
        'clock.expect(60000); const t = new Probe("t"); clock.arm(t, 60000); clock.unref(t); clock.unref(t);',
        'exit',
      ],
      [
        'by another of that lane, and in time to fire both',
        'clock.expect(20); const t = new Probe("t"); clock.arm(t, 20); clock.unref(t); clock.arm(new Probe("u"), 20);',
        't u exit',
      ],
      [
        'not by an unrefd one that is left in a lane when others have fired',
        'clock.expect(20); clock.arm(new Probe("t"), 20);' +
          'setTimeout(() => { const u = new Probe("u"); clock.arm(u, 20); clock.unref(u); }, 10);',
        't exit',
      ],
      ['by a timer that is armed', 'clock.arm(new Probe("t"), 20);', 't exit'],
      ['by a lane that is used', 'clock.expect(20); clock.arm(new Probe("t"), 20);', 't exit'],
      [
        'by a lane that was idle and is used again',
        'clock.expect(20); const t = new Probe("t"); clock.arm(t, 20); clock.disarm(t); clock.arm(t, 20);',
        't exit',
      ],
    ] as const)
      it(`${title}: ${said}`, async () => expect(await run(script)).to.equal(said));
  });
});

describe('Lane', () => {
  /** A lane under a time of the test's own, with what its native timer was set to. */
  function lane(ms: number) {
    const {setTimeout} = globalThis;
    const {now} = performance;
    const state = {time: 0, asked: [] as number[]};
    globalThis.setTimeout = ((_: unknown, delay: number) => {
      state.asked.push(delay);
      return {ref() {}, unref() {}};
    }) as unknown as typeof setTimeout;
    performance.now = () => state.time;
    const made = new Lane(ms);
    const arm = (timer: Timer) => {
      timer.at = state.time + ms;
      made.add(timer);
    };
    const restore = () => {
      globalThis.setTimeout = setTimeout;
      performance.now = now;
    };
    return {lane: made, state, arm, restore};
  }

  it('fires due timers, and waits no longer than necessary for the next one', () => {
    const {lane: made, state, arm, restore} = lane(100);
    const {rung, timer} = bell();
    try {
      arm(timer('a'));
      state.time = 30;
      arm(timer('b'));
      state.time = 100;
      made.tick();
      expect(rung).to.deep.equal(['a']);
      expect(state.asked).to.deep.equal([100, 30]);
      state.time = 130;
      made.tick();
      expect(rung).to.deep.equal(['a', 'b']);
      expect(state.asked, 'nothing is left to wait for').to.have.length(2);
    } finally {
      restore();
    }
  });

  it('one that arms another while it fires does not delay the others', () => {
    const {lane: made, state, arm, restore} = lane(100);
    const {rung, timer} = bell();
    try {
      arm(timer('a', () => arm(timer('c'))));
      state.time = 30;
      arm(timer('b'));
      state.time = 100;
      made.tick();
      expect(state.asked, 'b is due in 30 ms, c in 100').to.deep.equal([100, 30]);
      state.time = 130;
      made.tick();
      expect(rung).to.deep.equal(['a', 'b']);
      expect(state.asked.at(-1)).to.equal(70);
    } finally {
      restore();
    }
  });

  it('one that takes long to fire does not extend the wait of the next', () => {
    const {lane: made, state, arm, restore} = lane(100);
    const {timer} = bell();
    try {
      arm(
        timer('slow', () => {
          state.time += 20;
        }),
      );
      state.time = 30;
      arm(timer('b'));
      state.time = 100;
      made.tick();
      expect(state.asked.at(-1)).to.equal(10);
    } finally {
      restore();
    }
  });

  it('one that throws does not affect the others', () => {
    const {lane: made, state, arm, restore} = lane(100);
    const {rung, timer} = bell();
    const broken = timer('a', () => {
      throw new Error('broken');
    });
    try {
      arm(broken);
      arm(timer('b'));
      state.time = 100;
      expect(() => made.tick()).to.throw('broken');
      expect(state.asked, 'b is due at once').to.deep.equal([100, 1]);
      made.tick();
      expect(rung).to.deep.equal(['a', 'b']);
    } finally {
      restore();
    }
  });

  it('a timer that comes a little early is armed again, and does not fire early', () => {
    const {lane: made, state, arm, restore} = lane(100);
    const {rung, timer} = bell();
    try {
      arm(timer('a'));
      state.time = 98.9;
      made.tick();
      expect([rung.length, state.asked.at(-1)]).to.deep.equal([0, 2]);
    } finally {
      restore();
    }
  });
});

describe('a timer that is late', () => {
  /** Fires timers of a lane of 100 ms at a time of the test's own; those that wait for sockets do so if it says so. */
  async function firedAt(time: number, waits: boolean, meanwhile: (lane: Lane, timers: Timer[]) => void = () => {}) {
    const {now} = performance;
    const fired: string[] = [];
    class Waiting extends Timer {
      readonly name: string;
      constructor(name: string) {
        super();
        this.name = name;
      }
      override get waitsForSockets(): boolean {
        return waits;
      }
      fire(lateMs = 0): void {
        fired.push(`${this.name} ${lateMs}`);
        if (this.name === 'broken') throw new Error('broken');
      }
    }
    const lane = new Lane(100);
    const timers = ['a', 'broken', 'b'].map(name => new Waiting(name));
    const uncaught = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const thrown: unknown[] = [];
    process.on('uncaughtException', error => thrown.push(error));
    try {
      performance.now = () => 0;
      for (const timer of timers) {
        timer.at = 100;
        lane.add(timer);
      }
      performance.now = () => time;
      for (let round = 0; round < 2 && fired.length < 3; round++) {
        try {
          lane.tick();
        } catch (error) {
          thrown.push(error);
        }
      }
      const atOnce = fired.splice(0);
      meanwhile(lane, timers);
      await new Promise(resolve => setImmediate(resolve));
      await new Promise(resolve => setImmediate(resolve));
      return {atOnce, afterPoll: fired, thrown: thrown.map(error => (error as Error).message)};
    } finally {
      performance.now = now;
      process.removeAllListeners('uncaughtException');
      for (const listener of uncaught) process.on('uncaughtException', listener);
    }
  }
  const ON_TIME = ['a 0', 'broken 0', 'b 0'];

  it('fires after the sockets were read, even if another one throws', async () => {
    const late = await firedAt(700, true);
    expect(late).to.deep.equal({atOnce: [], afterPoll: ['a 600', 'broken 600', 'b 600'], thrown: ['broken']});
  });

  it('does not fire if data from the sockets disarms it', async () => {
    const clock = new SystemClock();
    const {afterPoll} = await firedAt(700, true, (_, [a, broken]) => {
      clock.disarm(a!);
      clock.disarm(broken!);
      expect(a!.armed).to.equal(false);
    });
    expect(afterPoll).to.deep.equal(['b 600']);
  });

  it('fires at once when it waits for no socket', async () => {
    expect((await firedAt(700, false)).atOnce).to.deep.equal(ON_TIME);
  });

  it('fires at once when it is as late as every native timer', async () => {
    expect((await firedAt(102, true)).atOnce).to.deep.equal(ON_TIME);
  });
});

describe('sleep', () => {
  it('runs on real time too', async () => {
    let isOver = false;
    const slept = sleep(new SystemClock(), 1).then(() => {
      isOver = true;
    });
    await Promise.resolve().then(() => {});
    expect(isOver, 'before the timer').to.equal(false);
    await slept;
  });
});
