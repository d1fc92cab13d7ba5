/** Clocks that jump, and that fire late because the process is busy. */
import {CallbackTimer, type Clock, type Timer} from '../../src/core/timer.ts';
import type {VirtualClock} from '../../src/testing.ts';

/** What happens to a clock while the virtual clock goes on evenly. */
export interface Oddity {
  /** What `now()` adds to the virtual time. */
  readonly offsetMs?: (now: number) => number;
  /** What `wall()` adds. */
  readonly wallOffsetMs?: (now: number) => number;
  /** Begin and end of the times in which the process is busy, so that no timer fires. */
  readonly busy?: readonly (readonly [from: number, until: number])[];
  /** Called before each timer is armed; may throw. */
  readonly arming?: (ms: number, now: number) => void;
}

export const oddClock =
  (oddity: Oddity) =>
  (clock: VirtualClock): Clock =>
    new OddClock(clock, oddity);

class OddClock implements Clock {
  readonly #clock: VirtualClock;
  readonly #oddity: Oddity;
  readonly #armed = new Map<Timer, Timer>();

  constructor(clock: VirtualClock, oddity: Oddity) {
    this.#clock = clock;
    this.#oddity = oddity;
  }

  now(): number {
    const now = this.#clock.now();
    return now + (this.#oddity.offsetMs?.(now) ?? 0);
  }

  wall(): number {
    return this.#clock.wall() + (this.#oddity.wallOffsetMs?.(this.#clock.now()) ?? 0);
  }

  arm(timer: Timer, ms: number): void {
    const now = this.#clock.now();
    this.disarm(timer);
    this.#oddity.arming?.(ms, now);
    timer.at = this.now() + Math.max(0, ms);
    if (ms === Infinity) return;
    const dueAt = now + Math.max(0, ms);
    const busyUntil = this.#oddity.busy?.find(([from, until]) => from <= dueAt && dueAt < until)?.[1] ?? dueAt;
    const inner = new CallbackTimer(() => {
      this.#armed.delete(timer);
      timer.at = NaN;
      timer.fire(busyUntil - dueAt);
    });
    this.#armed.set(timer, inner);
    this.#clock.arm(inner, busyUntil - now);
  }

  disarm(timer: Timer): void {
    const inner = this.#armed.get(timer);
    this.#armed.delete(timer);
    if (inner !== undefined) this.#clock.disarm(inner);
    timer.at = NaN;
  }

  expect(): void {}
  unref(): void {}
  ref(): void {}
}
