/** Shows how far a run is: a line that changes on a terminal; elsewhere, a line now and then. */
import {SingleBar} from 'cli-progress';
import {type Clock, Timer} from '../core/timer.ts';
import {progressBar, progressText} from './progress-line.ts';
import type {ProgressView} from './progress-state.ts';

/** The source of the progress of a run. */
export interface ProgressSource {
  readonly view: ProgressView;
}

export interface Progress {
  /** Writes a line at once. A terminal has the facts in its line already, so nothing is written there. */
  say(text: string): void;
  /** Harmless when it has ended. */
  end(): void;
}

/** The time between two lines without a terminal. */
const LINE_MS = 10_000;
/** The width of a terminal that does not report one. */
const COLUMNS = 80;

/** The part of a terminal, or of a file in its place, that is needed. */
export type ProgressStream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>;

/** A stream that shows no progress. */
export const QUIETLY: ProgressStream = {isTTY: false, columns: COLUMNS, write: () => true};

/** @param command The name before each line: `steadfetch batch`. */
export function progressOn(stream: ProgressStream, command: string, source: ProgressSource, clock: Clock): Progress {
  return stream.isTTY ? barOn(stream as NodeJS.WriteStream, source) : new ProgressLines(stream, command, source, clock);
}

function barOn(stream: NodeJS.WriteStream, source: ProgressSource): Progress {
  const bar = new SingleBar({
    stream,
    format: () => progressBar(source.view, stream.columns || COLUMNS),
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
    say() {},
    end() {
      process.off('exit', stop);
      stop();
    },
  };
}

class ProgressLines extends Timer implements Progress {
  readonly #stream: ProgressStream;
  readonly #command: string;
  readonly #source: ProgressSource;
  readonly #clock: Clock;

  constructor(stream: ProgressStream, command: string, source: ProgressSource, clock: Clock) {
    super();
    this.#stream = stream;
    this.#command = command;
    this.#source = source;
    this.#clock = clock;
    this.#arm();
  }

  say(text: string): void {
    this.#stream.write(`${this.#command}: ${text}\n`);
  }

  override fire(): void {
    this.say(progressText(this.#source.view));
    this.#arm();
  }

  end(): void {
    this.#clock.disarm(this);
  }

  #arm(): void {
    this.#clock.arm(this, LINE_MS);
    this.#clock.unref(this);
  }
}
