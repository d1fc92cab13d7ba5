/**
 * Time as the engine sees it: a clock that can be read, and timers it fires.
 *
 * Nothing here touches real time. `system-clock.ts` does, and `virtual-clock.ts` takes its place in tests.
 */

import type {AbortSource} from './abort-source.ts';

/**
 * Work that a clock starts later: extend this class and implement `fire`. A clock links timers through their fields, so that to arm a
 * timer allocates nothing.
 */
export abstract class Timer {
  /** When the timer fires, as `Clock.now()` counts; NaN while it is not armed. */
  at: number = NaN;
  /** @internal A lane of the clock's, or a timer of the runtime's. */ place: unknown = null;
  /** @internal */ previous: Timer | null = null;
  /** @internal */ next: Timer | null = null;
  /** Whether the timer lets the process end. Set by `Clock.unref`. */
  unrefd = false;

  get armed(): boolean {
    return !Number.isNaN(this.at);
  }

  /**
   * Whether the timer limits the time for data from a socket. If such a timer is late because the process was busy, the clock reads the
   * sockets before it fires the timer: data that arrived in time counts.
   */
  get waitsForSockets(): boolean {
    return false;
  }

  /**
   * Called by the clock.
   *
   * @param lateMs How late, in ms, because the process was busy; 0 if in time.
   */
  abstract fire(lateMs?: number): void;
}

/** A timer that calls a function. For a timer of which there are few: a class of its own saves the function. */
export class CallbackTimer extends Timer {
  readonly #callback: () => void;

  constructor(callback: () => void) {
    super();
    this.#callback = callback;
  }

  override fire(): void {
    this.#callback();
  }
}

/** A timer that limits how long an answer from a socket is waited for. */
export class AnswerTimer extends CallbackTimer {
  override get waitsForSockets(): boolean {
    return true;
  }
}

/** Time, as the engine reads it and waits for it. `VirtualClock` is the clock for tests. */
export interface Clock {
  /** Monotonic time in ms, from an arbitrary start. */
  now(): number;
  /** Wall time in ms since 1970, for HTTP dates only. It can jump. */
  wall(): number;
  /**
   * Fires the timer once, after `ms`, at most half a millisecond early. Delays up to 2^53 are allowed; Infinity never fires.
   *
   * @param timer The timer.
   * @param ms    The delay, in ms.
   * @param now   A value of `now()` that the caller has just read. Saves a reading, which is most of the cost.
   */
  arm(timer: Timer, ms: number, now?: number): void;
  /** Cancels the timer. Does nothing if it is not armed. */
  disarm(timer: Timer): void;
  /** Lets the process end although the timer is armed. */
  unref(timer: Timer): void;
  /** Announces a duration that will be armed often, so that the clock can keep its timers in one list. */
  expect(ms: number): void;
}

/** A wait that ends when its time is over or when the signal aborts, whichever comes first. */
export class Pause extends Timer {
  readonly #clock: Clock;
  readonly #signal: AbortSource | null;
  readonly #done: ((aborted: boolean) => void) | null;

  /** @param done Left out by classes that override `over`. */
  constructor(clock: Clock, ms: number, signal: AbortSource | null, done: ((aborted: boolean) => void) | null = null) {
    super();
    this.#clock = clock;
    this.#signal = signal;
    this.#done = done;
    try {
      if (ms !== Infinity) clock.arm(this, ms);
      signal?.addEventListener('abort', this);
    } catch (error) {
      clock.disarm(this); // A clock or a signal of the user's threw: there is no wait.
      throw error;
    }
  }

  override get waitsForSockets(): boolean {
    return true;
  }

  fire(): void {
    this.end();
    this.over(false);
  }

  /** The signal aborted. */
  handleEvent(): void {
    this.end();
    this.over(true);
  }

  protected over(isAborted: boolean): void {
    this.#done?.(isAborted);
  }

  /** Ends the wait without a word. */
  end(): void {
    try {
      this.#clock.disarm(this);
    } finally {
      this.#signal?.removeEventListener('abort', this);
    }
  }
}

/** Resolves after `ms` of the clock. Rejects with the reason of the signal as soon as it aborts. Leaves no listener and no timer behind. */
export function sleep(clock: Clock, ms: number, signal: AbortSource | null = null): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) reject(signal.reason);
    else new Pause(clock, ms, signal, aborted => (aborted ? reject(signal?.reason) : resolve()));
  });
}
