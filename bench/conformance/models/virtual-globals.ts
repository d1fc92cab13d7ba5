/**
 * Puts a virtual clock and seeded chance in the place of the runtime's: clients that take no clock then run in virtual time, too. A wait
 * of ten minutes takes none, and two runs give the same numbers.
 */
import {seededRandom} from '../../../src/core.ts';
import {Timer, type VirtualClock} from '../../../src/testing.ts';

/** Replaces the globals, in this process and for good. Called again, it puts in a new clock: timers of the old one never fire. */
export function install(clock: VirtualClock, seed: number): void {
  const {Date: RealDate} = real;
  const numbers = seededRandom(seed);
  const set = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): Handle => {
    // As Node does: 1 ms at least.
    const handle = new Handle(clock, Math.max(1, ms), () => callback(...args));
    handle.start();
    return handle;
  };
  const every = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): Handle => {
    const handle = new Handle(clock, Math.max(1, ms), () => {
      handle.start();
      callback(...args);
    });
    handle.start();
    return handle;
  };
  const clear = (handle?: unknown): void => {
    if (handle instanceof Handle) handle.stop();
  };
  class VirtualDate extends RealDate {
    constructor(...args: []) {
      super(...(args.length === 0 ? ([clock.wall()] as unknown as []) : args));
    }

    static override now(): number {
      return clock.wall();
    }
  }
  const timers = {setTimeout: set, setInterval: every, clearTimeout: clear, clearInterval: clear, Date: VirtualDate};
  Object.assign(globalThis, timers);
  performance.now = () => clock.now();
  Math.random = numbers;
  AbortSignal.timeout = ms => {
    const controller = new AbortController();
    set(() => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms);
    return controller.signal;
  };
}

const real = {Date: globalThis.Date};

/** What the replaced setTimeout gives. */
class Handle extends Timer {
  readonly #clock: VirtualClock;
  readonly #ms: number;
  readonly #fire: () => void;

  constructor(clock: VirtualClock, ms: number, fire: () => void) {
    super();
    this.#clock = clock;
    this.#ms = ms;
    this.#fire = fire;
  }

  start(): void {
    this.#clock.arm(this, this.#ms);
  }

  stop(): void {
    this.#clock.disarm(this);
  }

  fire(): void {
    this.#fire();
  }

  unref(): this {
    return this;
  }

  ref(): this {
    return this;
  }
}
