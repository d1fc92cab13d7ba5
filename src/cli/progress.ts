/** Shows how far a run is: a line that changes on a terminal; elsewhere, a line now and then. */
import {SingleBar} from 'cli-progress';
import type {BatchEvent} from '../batch/types.ts';
import type {SteadfetchEvent} from '../core/events.ts';
import {type Clock, Timer} from '../core/timer.ts';
import {progressBar, progressText} from './progress-line.ts';
import type {ProgressState} from './progress-state.ts';

export interface Progress {
  note(event: BatchEvent | SteadfetchEvent): void;
  /** Harmless when it has ended. */
  end(): void;
}

/** Where there is no terminal, so often. */
const LINE_MS = 10_000;
/** The width of a terminal that does not report one. */
const COLUMNS = 80;

/** The part of a terminal, or of a file in its place, that is needed. */
export type ProgressStream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>;

export function progressOn(stream: ProgressStream, state: ProgressState, clock: Clock): Progress {
  return stream.isTTY ? barOn(stream as NodeJS.WriteStream, state) : new ProgressLines(stream, state, clock);
}

function barOn(stream: NodeJS.WriteStream, state: ProgressState): Progress {
  const bar = new SingleBar({
    stream,
    format: () => progressBar(state.view, stream.columns || COLUMNS),
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false, // Ctrl-C waits for the requests under way.
    fps: 5,
  });
  // Also where a second Ctrl-C ends the process: it must not leave the cursor hidden.
  const stop = (): void => bar.stop();
  process.once('exit', stop);
  bar.start(1, 0);
  return {
    note: event => state.note(event),
    end() {
      process.off('exit', stop);
      stop();
    },
  };
}

class ProgressLines extends Timer implements Progress {
  readonly #stream: ProgressStream;
  readonly #state: ProgressState;
  readonly #clock: Clock;
  #isHeld = false;

  constructor(stream: ProgressStream, state: ProgressState, clock: Clock) {
    super();
    this.#stream = stream;
    this.#state = state;
    this.#clock = clock;
    this.#arm();
  }

  note(event: BatchEvent | SteadfetchEvent): void {
    this.#state.note(event);
    if (event.type === 'batch.draining') {
      this.#write(`${event.reason}: nothing more is sent; ${progressText(this.#state.view)}`);
    } else if (event.type === 'batch.held' && !this.#isHeld) {
      // Each request that is held says so; the first one is enough.
      this.#isHeld = true;
      this.#write(`${progressText(this.#state.view)} (${event.reason})`);
    } else if (event.type === 'item.end' && event.failure === null) this.#isHeld = false;
  }

  override fire(): void {
    this.#write(progressText(this.#state.view));
    this.#arm();
  }

  end(): void {
    this.#clock.disarm(this);
  }

  #arm(): void {
    this.#clock.arm(this, LINE_MS);
    this.#clock.unref(this);
  }

  #write(text: string): void {
    this.#stream.write(`steadfetch batch: ${text}\n`);
  }
}
