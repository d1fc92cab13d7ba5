/** Real time, and how many timers of it are armed. */
import {SystemClock} from '../../src/core/system-clock.ts';
import type {Timer} from '../../src/core/timer.ts';

export class WatchedClock extends SystemClock {
  readonly #timers = new Set<Timer>();

  get armed(): number {
    return [...this.#timers].filter(timer => timer.armed).length;
  }

  override arm(timer: Timer, ms: number, now?: number): void {
    this.#timers.add(timer);
    super.arm(timer, ms, now);
  }
}
