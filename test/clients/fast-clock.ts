/** Real time, faster: waits of seconds pass in milliseconds, while real sockets and real servers do their work. */
import {SystemClock} from '../../src/core/system-clock.ts';
import type {Clock, Timer} from '../../src/core/timer.ts';

/** A second of the clock takes 20 ms. */
export const SPEED = 50;

export class FastClock implements Clock {
  readonly #real: Clock = new SystemClock();

  now(): number {
    return this.#real.now() * SPEED;
  }

  wall(): number {
    return this.#real.wall();
  }

  arm(timer: Timer, ms: number): void {
    this.#real.arm(timer, ms / SPEED);
  }

  disarm(timer: Timer): void {
    this.#real.disarm(timer);
  }

  unref(timer: Timer): void {
    this.#real.unref(timer);
  }

  expect(ms: number): void {
    this.#real.expect(ms / SPEED);
  }
}
