/** The body of a simulated response that comes after its headers: its caller reads it whole, under the time limits of the call. */
import type {BodyListener} from '../body/body-listener.ts';
import {type Clock, Timer} from '../core/timer.ts';

export class SlowBody extends Timer {
  /** From the headers to the end of the body. */
  readonly ms: number;
  readonly #clock: Clock;
  /** When the last byte comes. */
  readonly #endsAt: number;
  #listener: BodyListener | null = null;
  /** Null: the body is still under way. */
  #isWhole: boolean | null = null;
  #onEnd: ((isWhole: boolean) => void) | null = null;

  constructor(clock: Clock, ms: number) {
    super();
    this.ms = ms;
    this.#clock = clock;
    this.#endsAt = clock.now() + ms;
  }

  /** The caller reads it, as `json()` does. @returns true: the engine has a body to watch. */
  read(listener: BodyListener): boolean {
    this.#listener = listener;
    listener.pending(() => this.#end(false));
    this.#clock.arm(this, Math.max(0, this.#endsAt - this.#clock.now()));
    return true;
  }

  /** Notifies of the end, with false where a time limit came first; at once where it has ended. */
  onEnd(listener: (isWhole: boolean) => void): void {
    if (this.#isWhole === null) this.#onEnd = listener;
    else listener(this.#isWhole);
  }

  override fire(): void {
    this.#listener!.ended('read');
    this.#end(true);
  }

  #end(isWhole: boolean): void {
    if (this.#isWhole !== null) return;
    this.#clock.disarm(this);
    this.#isWhole = isWhole;
    this.#onEnd?.(isWhole);
  }
}
