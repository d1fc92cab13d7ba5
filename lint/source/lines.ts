/** Converts offsets to lines and columns. Both count from 1, columns in UTF-16 units, as in editors and SARIF. */

import type {Source, Span} from './tree.ts';

/** A position in a text. */
export interface Position {
  /** The line, from 1. */
  readonly line: number;
  /** The column, from 1, in UTF-16 units. */
  readonly column: number;
}

/** A part of a text. */
export interface Range {
  /** The position of the first character. */
  readonly start: Position;
  /** The position after the last character. */
  readonly end: Position;
}

export class Lines {
  readonly #text: string;
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#text = text;
    const starts = [0];
    const end = /\r\n?|\n/g;
    while (end.test(text)) starts.push(end.lastIndex);
    this.#starts = starts;
  }

  get count(): number {
    return this.#starts.length;
  }

  positionAt(offset: number): Position {
    const clamped = Math.max(0, Math.min(offset, this.#text.length));
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= clamped) low = middle;
      else high = middle - 1;
    }
    return {line: low + 1, column: clamped - this.#starts[low]! + 1};
  }

  rangeOf({start, end}: Span): Range {
    return {start: this.positionAt(start), end: this.positionAt(end)};
  }

  /** The offset of a line; after the last line, the end of the text. */
  startOf(line: number): number {
    return this.#starts[line - 1] ?? this.#text.length;
  }

  /** The text of a line, without its end. */
  lineText(line: number): string {
    return this.#text.slice(this.startOf(line), this.startOf(line + 1)).replace(/[\r\n]+$/, '');
  }
}

const KNOWN = new WeakMap<Source, Lines>();

/** The lines of a source, counted once. */
export function linesOf(source: Source): Lines {
  const known = KNOWN.get(source);
  if (known !== undefined) return known;
  const lines = new Lines(source.text);
  KNOWN.set(source, lines);
  return lines;
}
