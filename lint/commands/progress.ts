/** A progress line for long runs in a terminal. */

import type {Stream} from '../io/io.ts';

/** With fewer files, the run ends before the line could be read. */
const least = 100;
const step = 20;

export class Progress {
  readonly #stream: Stream;
  readonly #total: number;
  readonly #isShown: boolean;
  #done = 0;

  constructor(stream: Stream, total: number) {
    this.#stream = stream;
    this.#total = total;
    this.#isShown = total >= least && stream.isTerminal;
  }

  /** Called after each file. */
  advance(): void {
    this.#done++;
    if (!this.#isShown || this.#done % step !== 0) return;
    this.#stream.write(`\r${this.#done} of ${this.#total} policies\u001B[K`);
  }

  /** Erases the line. */
  end(): void {
    if (this.#isShown && this.#done >= step) this.#stream.write('\r\u001B[K');
  }
}
