/** A clock for tests: it moves only on request, or when all pending work waits for a timer. */
import {Rest, usesFiles} from './event-loop.ts';
import {type Clock, sleep, type Timer} from './timer.ts';
import {TimerHeap} from './timer-heap.ts';

/** Waits without a timer, of twelve iterations each, after which the work counts as stuck. */
const STUCK_AFTER = 1000;

/**
 * A clock for tests, which starts at 0 and moves only on request.
 *
 * @example
 * const clock = new VirtualClock();
 * const fetch = createFetch(policy, {clock, fetch: server.fetch});
 * await clock.run(() => fetch(url)); // every wait passes at once
 */
export class VirtualClock implements Clock {
  #now: number;
  #wall: number;
  readonly #timers = new TimerHeap();
  readonly #rest = new Rest();

  /** @param wall The wall time at the start, in ms since 1970. Default: 2026-01-01, 00:00 UTC. */
  constructor(wall: number = Date.UTC(2026, 0, 1)) {
    this.#now = 0;
    this.#wall = wall;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wall;
  }

  /** Sets the wall time, like an operator or NTP. `now()` does not change. */
  setWall(wall: number): void {
    this.#wall = wall;
  }

  /** How many timers are armed. 0 after the last call has ended. */
  get pending(): number {
    return this.#timers.size;
  }

  expect(): void {}

  unref(): void {}

  arm(timer: Timer, ms: number): void {
    this.disarm(timer);
    timer.at = this.#now + Math.max(0, ms);
    if (ms === Infinity) return;
    this.#timers.add(timer);
  }

  disarm(timer: Timer): void {
    this.#timers.remove(timer);
    timer.at = NaN;
  }

  /** Resolves after `ms`; rejects with the reason of the signal as soon as it aborts. */
  sleep(ms: number, signal: AbortSignal | null = null): Promise<void> {
    return sleep(this, ms, signal);
  }

  /** Moves the time by `ms`, fires the timers that are due in order, and waits until the work that they start has run. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.#rest.settle();
    while (this.#timers.firstAt <= until) {
      this.#fireFirst();
      await this.#rest.settle();
    }
    this.#moveTo(until);
    await this.#rest.settle();
  }

  /**
   * Runs `work` to its end. Whenever all pending work waits for a timer, the time moves to the next timer.
   *
   * @throws What `work` throws; Error if the work neither ends nor waits for a timer.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let settled = false;
    const result = work().finally(() => {
      settled = true;
    });
    result.catch(() => {}); // The caller meets it below; the runtime must not meet it first.
    for (let idle = 0; ; ) {
      await this.#rest.settle();
      if (settled) return result;
      if (this.#timers.size > 0) {
        this.#fireFirst();
        idle = 0;
      } else if (!usesFiles() && ++idle > STUCK_AFTER)
        throw new Error('VirtualClock: the work neither ended nor waits for a timer.');
      else await this.#rest.wait();
    }
  }

  #fireFirst(): void {
    this.#moveTo(this.#timers.firstAt);
    const timer = this.#timers.shift();
    timer.at = NaN;
    timer.fire();
  }

  #moveTo(now: number): void {
    if (now <= this.#now) return;
    this.#wall += now - this.#now;
    this.#now = now;
  }
}
