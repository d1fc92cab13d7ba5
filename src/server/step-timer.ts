/** One time limit after the other, for the steps of one request. */
import {CallbackTimer, type Clock} from '../core/timer.ts';

export class StepTimer {
  readonly #clock: Clock;
  #timer: CallbackTimer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The step before is over. @param passed Called once if this one is not over in time, in ms. */
  start(ms: number, passed: () => void): void {
    this.end();
    const timer = new CallbackTimer(passed);
    this.#timer = timer;
    this.#clock.arm(timer, ms);
    this.#clock.unref(timer);
  }

  end(): void {
    if (this.#timer !== null) this.#clock.disarm(this.#timer);
    this.#timer = null;
  }
}
