/** Puts the clock and the chance of a simulation in the place of those of the process, so that a package runs on them as it is. */
import type {Random} from '../../src/core/random.ts';
import {CallbackTimer, type Clock} from '../../src/core/timer.ts';

const REPLACED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const;

/** What `setTimeout` of Node returns, as far as packages use it. */
class FakeTimeout {
  readonly timer: CallbackTimer;

  constructor(timer: CallbackTimer) {
    this.timer = timer;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

type Callback = (...values: unknown[]) => void;

/**
 * @param untilMs Intervals end then: a package that counts by an interval would keep the simulation going for ever.
 * @returns Restores what the process had.
 */
export function useFakeTime(clock: Clock, chance: Random, untilMs: number): () => void {
  const real = Object.fromEntries(REPLACED.map(name => [name, globalThis[name]]));
  const {now} = Date;
  const {random} = Math;
  const performanceNow = performance.now;
  const setTimeout = (callback: Callback, ms = 0, ...values: unknown[]): FakeTimeout => {
    const timer = new CallbackTimer(() => callback(...values));
    clock.arm(timer, ms);
    return new FakeTimeout(timer);
  };
  const setInterval = (callback: Callback, ms = 0, ...values: unknown[]): FakeTimeout => {
    const timer: CallbackTimer = new CallbackTimer(() => {
      if (clock.now() + ms <= untilMs) clock.arm(timer, ms);
      callback(...values);
    });
    clock.arm(timer, ms);
    return new FakeTimeout(timer);
  };
  const clear = (timeout?: FakeTimeout): void => {
    if (timeout instanceof FakeTimeout) clock.disarm(timeout.timer);
  };
  Object.assign(globalThis, {setTimeout, setInterval, clearTimeout: clear, clearInterval: clear});
  Math.random = chance;
  Date.now = () => clock.wall();
  performance.now = () => clock.now();
  return () => {
    Object.assign(globalThis, real);
    Math.random = random;
    Date.now = now;
    performance.now = performanceNow;
  };
}
