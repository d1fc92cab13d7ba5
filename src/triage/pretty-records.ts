/** Records of JSON over several lines, as `jq` and `JSON.stringify(record, null, 2)` print them, among other lines or not. */
import {hasMark, LONGEST_LINE} from './line-scanner.ts';

/** Receives records, and the lines between them. */
export interface PrettySink {
  element(text: string, number: number): void;
  /** @returns Whether the next line belongs to this one. */
  line(text: string, number: number): boolean;
}

/** A line that is nothing but the brace of a record, and the name of a field on the next one. */
const BEGINS = /(?:^|\n)\{\r?\n[ \t]+"/;
/** A record of more lines is read line by line. */
const MOST_LINES = 5000;

/** Whether a log begins with such a record, or has one soon. */
export const hasPrettyRecord = (beginning: string): boolean => BEGINS.test(beginning);

export class PrettyRecords {
  readonly #sink: PrettySink;
  #open: string[] = [];
  #size = 0;
  #begun = 0;
  #wantsNext = false;

  constructor(sink: PrettySink) {
    this.#sink = sink;
  }

  line(text: string, number: number): boolean {
    if (text.trimEnd() === '{') {
      this.#close(false); // The record before was cut off.
      this.#begun = number;
    } else if (this.#open.length === 0) return this.#pass(text, number);
    this.#open.push(text);
    this.#size += text.length;
    const isEnd = /^\},?\s*$/.test(text);
    const mayGoOn = /^(?:[ \t]|\{\s*$)/.test(text) && this.#open.length < MOST_LINES && this.#size < LONGEST_LINE;
    if (isEnd || !mayGoOn) this.#close(isEnd);
    return true;
  }

  /** The log may end inside of a record. */
  end(): void {
    this.#close(false);
  }

  #close(isWhole: boolean): void {
    const lines = this.#open;
    this.#open = [];
    this.#size = 0;
    if (lines.length === 0) return;
    const text = lines.join('\n').replace(/,\s*$/, '');
    if (isWhole && hasMark(text)) this.#sink.element(text, this.#begun);
    if (!isWhole) for (const [index, each] of lines.entries()) this.#pass(each, this.#begun + index);
  }

  #pass(text: string, number: number): boolean {
    if (this.#wantsNext || hasMark(text)) this.#wantsNext = this.#sink.line(text, number);
    return true;
  }
}
