/** The progress of a batch: how far it is, and at once that it stops or is held. */
import type {BatchEvent} from '../batch/types.ts';
import type {SteadfetchEvent} from '../core/events.ts';
import type {Clock} from '../core/timer.ts';
import {type Progress, type ProgressStream, progressOn} from './progress.ts';
import {progressText} from './progress-line.ts';
import type {ProgressState} from './progress-state.ts';

export class BatchProgress {
  readonly #state: ProgressState;
  readonly #progress: Progress;
  #isHeld = false;

  constructor(stream: ProgressStream, state: ProgressState, clock: Clock, command = 'steadfetch batch') {
    this.#state = state;
    this.#progress = progressOn(stream, command, state, clock);
  }

  note(event: BatchEvent | SteadfetchEvent): void {
    this.#state.note(event);
    if (event.type === 'batch.draining') {
      this.#progress.say(`${event.reason}: nothing more is sent; ${progressText(this.#state.view)}`);
    } else if (event.type === 'batch.held' && !this.#isHeld) {
      // Each held request sends the event; the first one is enough.
      this.#isHeld = true;
      this.#progress.say(`${progressText(this.#state.view)} (${event.reason})`);
    } else if (event.type === 'item.end' && event.failure === null) this.#isHeld = false;
  }

  say(text: string): void {
    this.#progress.say(text);
  }

  /** Harmless when it has ended. */
  end(): void {
    this.#progress.end();
  }
}
