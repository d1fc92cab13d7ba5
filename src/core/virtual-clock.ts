/** A clock for tests: it moves only when told, or when everyone who waits is asleep. */
import {type Clock, sleep, type Timer} from './timer.ts';

/** Turns of the event loop without anybody asleep after which the work counts as stuck. */
const STUCK_AFTER = 2000;

export class VirtualClock implements Clock {
  #now: number;
  #wall: number;
  readonly #timers: Timer[] = [];

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
    return this.#timers.length;
  }

  expect(): void {}

  unref(): void {}

  ref(): void {}

  arm(timer: Timer, ms: number): void {
    this.disarm(timer);
    timer.at = this.#now + Math.max(0, ms);
    if (ms === Number.POSITIVE_INFINITY) return;
    const after = this.#timers.findIndex(other => other.at > timer.at);
    this.#timers.splice(after < 0 ? this.#timers.length : after, 0, timer);
  }

  disarm(timer: Timer): void {
    const place = this.#timers.indexOf(timer);
    if (place >= 0) this.#timers.splice(place, 1);
    timer.at = Number.NaN;
  }

  sleep(ms: number, signal: AbortSignal | null = null): Promise<void> {
    return sleep(this, ms, signal);
  }

  /** Moves `ms` ahead, firing on the way what falls due, and lets the work that wakes run. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    while (this.#timers.length > 0 && this.#timers[0]!.at <= until) {
      this.#fireNext();
      await settle();
    }
    this.#moveTo(until);
    await settle();
  }

  /** Runs `work` to its end, jumping from one timer to the next whenever nothing else is left to do. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let settled = false;
    const result = work().finally(() => {
      settled = true;
    });
    result.catch(() => {}); // The caller meets it below; the runtime must not meet it first.
    for (let idle = 0; ; ) {
      await settle();
      if (settled) return result;
      if (this.#timers.length > 0) {
        this.#fireNext();
        idle = 0;
      } else if (++idle > STUCK_AFTER) throw new Error('VirtualClock: the work neither ended nor waits for a timer.');
    }
  }

  #fireNext(): void {
    const timer = this.#timers.shift()!;
    this.#moveTo(timer.at);
    timer.at = Number.NaN;
    timer.fire();
  }

  #moveTo(now: number): void {
    if (now <= this.#now) return;
    this.#wall += now - this.#now;
    this.#now = now;
  }
}

/** Lets everything that can run without time run: a few turns of the event loop, for streams and blobs take more than one. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await nextTurn();
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => {
    const {port1, port2} = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
