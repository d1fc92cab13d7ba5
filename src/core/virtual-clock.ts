/** A clock for tests: it moves only on request, or when all pending work waits for a timer. */
import {Rest} from './event-loop.ts';
import {type Clock, sleep, type Timer} from './timer.ts';
import {TimerHeap} from './timer-heap.ts';

/** Rests without a timer, of twelve turns each, after which the work counts as stuck. */
const STUCK_AFTER = 1000;

export class VirtualClock implements Clock {
  #now: number;
  #wall: number;
  readonly #timers = new TimerHeap();
  readonly #rest = new Rest();

  /** @param wall What `wall()` says at the start, in milliseconds since 1970. */
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

  /** Sets the wall clock, as an operator or NTP would. Monotonic time does not notice. */
  setWall(wall: number): void {
    this.#wall = wall;
  }

  /** Timers that are armed. 0 once every call is over. */
  get pending(): number {
    return this.#timers.size;
  }

  expect(): void {}

  unref(): void {}

  ref(): void {}

  arm(timer: Timer, ms: number): void {
    this.disarm(timer);
    timer.at = this.#now + Math.max(0, ms);
    if (ms === Number.POSITIVE_INFINITY) return;
    this.#timers.add(timer);
  }

  disarm(timer: Timer): void {
    this.#timers.remove(timer);
    timer.at = Number.NaN;
  }

  sleep(ms: number, signal: AbortSignal | null = null): Promise<void> {
    return sleep(this, ms, signal);
  }

  /** Moves `ms` ahead, firing on the way what falls due, and lets the work that wakes run. */
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

  /** Runs `work` to its end, jumping from one timer to the next whenever nothing else is left to do. */
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
      } else if (++idle > STUCK_AFTER) throw new Error('VirtualClock: the work neither ended nor waits for a timer.');
      else await this.#rest.wait();
    }
  }

  #fireFirst(): void {
    this.#moveTo(this.#timers.firstAt);
    const timer = this.#timers.shift();
    timer.at = Number.NaN;
    timer.fire();
  }

  #moveTo(now: number): void {
    if (now <= this.#now) return;
    this.#wall += now - this.#now;
    this.#now = now;
  }
}
