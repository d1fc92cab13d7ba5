/** Retries steps that the store has failed, in the background, for as long as a lease lasts. */
import {type Clock, Pause} from '../core/timer.ts';

/** Retries of one step. A tenth of the lease passes before each. */
const RETRIES = 10;
/** The most steps that wait at once: while a store is away, each request may add one, and drivers keep each command, some 3 kB. */
const MOST_STEPS = 1000;
/** The most bytes of response bodies that wait at once: as many as `memoryStore` keeps. */
const MOST_BYTES = 64 * 2 ** 20;

export interface RetriedStep<T> {
  readonly leaseMs: number;
  /** The bytes of the response body that the step holds in memory. Default: 0. */
  readonly bytes?: number;
  /** Ends the retries. */
  readonly isOver?: AbortSignal | undefined;
  /** Rejects, or resolves with undefined, if it is to be retried. */
  retry(): Promise<T | undefined>;
}

export class StepRetries {
  readonly #clock: Clock;
  #steps = 0;
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with the answer of the step; with undefined if no retry has one, or if too many steps or bytes wait already. */
  async run<T>(step: RetriedStep<T>): Promise<T | undefined> {
    const {bytes = 0} = step;
    if (this.#steps >= MOST_STEPS || this.#bytes + bytes > MOST_BYTES) return undefined;
    this.#steps++;
    this.#bytes += bytes;
    const answer = await this.#answerOf(step);
    this.#steps--;
    this.#bytes -= bytes;
    return answer;
  }

  async #answerOf<T>({leaseMs, isOver, retry}: RetriedStep<T>): Promise<T | undefined> {
    for (let at = 1; at <= RETRIES; at++) {
      if (isOver?.aborted || (await this.#pause(leaseMs / RETRIES, isOver ?? null))) return undefined;
      const answer = await retry().catch(() => undefined);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  /** A pause does not keep the process alive. Resolves with true if `isOver` aborts. */
  #pause(ms: number, isOver: AbortSignal | null): Promise<boolean> {
    return new Promise(resolve => this.#clock.unref(new Pause(this.#clock, ms, isOver, resolve)));
  }
}
