/** Which lines belong to a traceback of Python: the error stands below its frames, and errors that led to one another follow each other. */

const BEGINS = /Traceback \(most recent call last\)/;
const BETWEEN = /^(?:During handling of the above exception|The above exception was the direct cause|\s*$)/;

export const beginsTraceback = (line: string): boolean => BEGINS.test(line);

export class TracebackLines {
  #isInside = false;
  /** The last line that is not blank was a frame, so the next one without an indent is the error. */
  #isAfterFrame = false;

  takes(line: string): boolean {
    return BEGINS.test(line) || (this.#isInside && (this.#isAfterFrame || BETWEEN.test(line)));
  }

  add(line: string): void {
    this.#isInside ||= BEGINS.test(line);
    this.#isAfterFrame =
      this.#isInside && (/^\s+\S/.test(line) || BEGINS.test(line) || (this.#isAfterFrame && line.trim() === ''));
  }
}
