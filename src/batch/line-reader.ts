/** Reads the lines of a file as bytes, from its start or at a known place, with a buffer of fixed size. */
import type {FileHandle} from 'node:fs/promises';
import type {RecordPlace} from './key-index.ts';

const BLOCK = 262_144;
const LINE_FEED = 10;

export interface Line extends RecordPlace {
  /** The line without its line feed. */
  readonly bytes: Buffer;
  /** False for the last line of a file that does not end in a line feed. */
  readonly isWhole: boolean;
}

/**
 * The longest line, in bytes. A longer one would not fit into a string of JavaScript once its body has been written as JSON.
 */
export const LONGEST_LINE: number = 256 * 2 ** 20;

/** A line that is longer than the limit. */
export class LineTooLongError extends Error {
  /** From 1. */
  readonly line: number;

  constructor(line: number, longest: number) {
    super(`the line is longer than ${shownBytes(longest)}, the longest that can be read`);
    this.line = line;
  }
}

const shownBytes = (bytes: number): string => (bytes < 2 ** 20 ? `${bytes} bytes` : `${bytes / 2 ** 20} MiB`);

/**
 * The lines of a file, from its start. Each byte is searched once and copied at most once, however long its line is.
 *
 * @throws LineTooLongError
 */
export async function* linesOf(file: Pick<FileHandle, 'read'>, longest: number = LONGEST_LINE): AsyncGenerator<Line> {
  /** The blocks of a line whose end has not been read. */
  let begun: Buffer[] = [];
  let begunBytes = 0;
  let at = 0;
  let number = 1;
  for (let position = 0; ; ) {
    const block = Buffer.allocUnsafe(BLOCK);
    const {bytesRead} = await file.read(block, 0, BLOCK, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const bytes = block.subarray(0, bytesRead);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      const rest = bytes.subarray(start, end);
      const line = begun.length === 0 ? rest : Buffer.concat([...begun, rest]);
      if (line.length > longest) throw new LineTooLongError(number, longest);
      yield {bytes: line, at, length: line.length + 1, isWhole: true};
      number++;
      at += line.length + 1;
      begun = [];
      begunBytes = 0;
      start = end + 1;
    }
    if (start === bytesRead) continue;
    begun.push(bytes.subarray(start));
    begunBytes += bytesRead - start;
    if (begunBytes > longest) throw new LineTooLongError(number, longest);
  }
  if (begunBytes > 0) yield {bytes: Buffer.concat(begun), at, length: begunBytes, isWhole: false};
}

/** How far back a reader of places begins: results come a little out of order. */
const BACK = BLOCK / 4;

/** Reads lines at places that are mostly near one another: those of one block cost one read. */
export class PlaceReader {
  readonly #file: FileHandle;
  #block: Buffer = Buffer.alloc(0);
  #from = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** The line that is there, without its line feed. */
  async read({at, length}: RecordPlace): Promise<Buffer> {
    if (at < this.#from || at + length > this.#from + this.#block.length) {
      this.#from = Math.max(0, at - BACK);
      const size = Math.max(BLOCK, at - this.#from + length);
      const block = Buffer.allocUnsafe(size);
      const {bytesRead} = await this.#file.read(block, 0, size, this.#from);
      this.#block = block.subarray(0, bytesRead);
    }
    return this.#block.subarray(at - this.#from, at - this.#from + length - 1);
  }
}
