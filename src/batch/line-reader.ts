/** Reads the lines of a file as bytes, from its start or at a known place, with a buffer of fixed size. */
import type {FileHandle} from 'node:fs/promises';
import type {RecordPlace} from './key-index.ts';

const BLOCK = 262_144;
const LINE_FEED = 10;

export interface Line extends RecordPlace {
  /** Without its line feed. */
  readonly bytes: Buffer;
  /** False for the last one, where the file does not end in a line feed. */
  readonly isWhole: boolean;
}

export async function* linesOf(file: FileHandle): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  let at = 0;
  for (let position = 0; ; ) {
    const block = Buffer.allocUnsafe(BLOCK);
    const {bytesRead} = await file.read(block, 0, BLOCK, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const bytes =
      rest.length === 0 ? block.subarray(0, bytesRead) : Buffer.concat([rest, block.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      yield {bytes: bytes.subarray(start, end), at: at + start, length: end - start + 1, isWhole: true};
      start = end + 1;
    }
    at += start;
    rest = bytes.subarray(start);
  }
  if (rest.length > 0) yield {bytes: rest, at, length: rest.length, isWhole: false};
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
