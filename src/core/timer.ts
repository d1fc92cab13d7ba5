/**
 * Time as the engine sees it: a clock that can be read, and timers it fires.
 *
 * Nothing here touches real time. `system-clock.ts` does, and `virtual-clock.ts` takes its place in tests.
 */

import type {AbortSource} from './abort-source.ts';

/**
 * Something that happens later. The clock links timers into its own lists through the fields below, so that arming one
 * allocates nothing; an attempt is itself a timer.
 */
export abstract class Timer {
  /** When it fires, on the clock's scale; NaN while not armed. */
  at: number = Number.NaN;
  /** @internal A lane of the clock's, or a timer of the runtime's. */ place: unknown = null;
  /** @internal */ previous: Timer | null = null;
  /** @internal */ next: Timer | null = null;
  /** It keeps no process alive. Set by `Clock.unref`. */
  unrefd = false;

  get armed(): boolean {
    return !Number.isNaN(this.at);
  }

  /**
   * Whether a socket may hold what the timer waits for. When such a timer fires late, the clock has the sockets read first: the
   * process was busy, and what came meanwhile came in time. Of the class, not of each timer.
   */
  declare waitsForSockets: boolean;
  static {
    Timer.prototype.waitsForSockets = false;
  }

  /** @param lateMs How late it fires, where the process was too busy to fire it in time; 0 elsewhere. */
  abstract fire(lateMs?: number): void;
}

export interface Clock {
  /** Monotonic milliseconds. The zero point means nothing. */
  now(): number;
  /** Milliseconds since 1970, for HTTP dates only: this one can jump. */
  wall(): number;
  /**
   * Fires the timer once, `ms` from now (half a millisecond earlier at the most). Any delay up to 2^53 is safe; Infinity never fires.
   *
   * @param now What `now()` said a moment ago, if it was asked: asking is what costs most here.
   */
  arm(timer: Timer, ms: number, now?: number): void;
  /** Forgets the timer. Harmless when it is not armed. */
  disarm(timer: Timer): void;
  /** From now on the timer does not keep the process alive. */
  unref(timer: Timer): void;
  /** The timer keeps the process alive again. */
  ref(timer: Timer): void;
  /** Says that this duration will be armed often, so that the clock can keep its timers cheaply. */
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
      if (ms !== Number.POSITIVE_INFINITY) clock.arm(this, ms);
      signal?.addEventListener('abort', this);
    } catch (error) {
      clock.disarm(this); // A clock or a signal of the user's threw: there is no wait.
      throw error;
    }
  }

  static {
    Pause.prototype.waitsForSockets = true;
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

/** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. Leaves no listener and no timer. */
export function sleep(clock: Clock, ms: number, signal: AbortSource | null = null): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) reject(signal.reason);
    else new Pause(clock, ms, signal, aborted => (aborted ? reject(signal?.reason) : resolve()));
  });
}
