/** One line that says how far a long run is, for who looks at a terminal. */

import type {Stream} from '../io/io.ts';

/** Fewer files are done before anybody could read it. */
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

  /** After each file. */
  advance(): void {
    this.#done++;
    if (!this.#isShown || this.#done % step !== 0) return;
    this.#stream.write(`\r${this.#done} of ${this.#total} policies\u001B[K`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#isShown && this.#done >= step) this.#stream.write('\r\u001B[K');
  }
}
