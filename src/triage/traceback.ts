/** Which lines belong to a traceback of Python: the error stands below its frames, and errors that led to one another follow each other. */

const BEGINS = /Traceback \(most recent call last\)/;
/** What Python writes between two errors of one failure. */
const JOINS = /^(?:During handling of the above exception|The above exception was the direct cause)/;

export const beginsTraceback = (line: string): boolean => BEGINS.test(line);

export class TracebackLines {
  #isInside = false;
  /** The last line that is not blank was a frame, so the next one without an indent is the error. */
  #isAfterFrame = false;
  /** The last line that is not blank joins the error above with the one below. */
  #isJoined = false;

  takes(line: string): boolean {
    // A program that prints each of its errors by itself puts one traceback directly below another.
    if (BEGINS.test(line)) return !this.#isInside || this.#isJoined || this.#isAfterFrame;
    return this.#isInside && (this.#isAfterFrame || JOINS.test(line) || line.trim() === '');
  }

  add(line: string): void {
    this.#isInside ||= BEGINS.test(line);
    if (line.trim() === '') return;
    this.#isJoined = JOINS.test(line);
    this.#isAfterFrame = this.#isInside && (/^\s+\S/.test(line) || BEGINS.test(line));
  }
}
