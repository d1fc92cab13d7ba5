/** A clock whose timers end together, so that a server that has closed leaves none behind. */
import {type Clock, Timer} from '../core/timer.ts';

export class EndableClock implements Clock {
  readonly #clock: Clock;
  readonly #armed = new Set<Relay>();
  #hasEnded = false;

  /** @param clock Keeps the time. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  wall(): number {
    return this.#clock.wall();
  }

  arm(timer: Timer, ms: number): void {
    this.disarm(timer);
    if (this.#hasEnded) return;
    const relay = new Relay(timer, this.#armed);
    timer.at = this.#clock.now() + ms;
    timer.place = relay;
    this.#armed.add(relay);
    this.#clock.arm(relay, ms);
  }

  disarm(timer: Timer): void {
    if (timer.place instanceof Relay) {
      this.#clock.disarm(timer.place);
      this.#armed.delete(timer.place);
    }
    timer.place = null;
    timer.at = Number.NaN;
  }

  /** Disarms every timer. From now on none is armed. */
  end(): void {
    this.#hasEnded = true;
    for (const {timer} of this.#armed) this.disarm(timer);
  }

  expect(): void {}

  unref(): void {}

  ref(): void {}
}

/** Stands in the other clock for a timer of this one. */
class Relay extends Timer {
  readonly timer: Timer;
  readonly #armed: Set<Relay>;

  constructor(timer: Timer, armed: Set<Relay>) {
    super();
    this.timer = timer;
    this.#armed = armed;
  }

  override fire(lateMs?: number): void {
    this.#armed.delete(this);
    this.timer.place = null;
    this.timer.at = Number.NaN;
    this.timer.fire(lateMs);
  }
}
