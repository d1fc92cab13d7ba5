/** Joins what arrives in pieces to whole lines. */
import {Transform, type TransformCallback} from 'node:stream';

const LINE_FEED = 10;

/**
 * Passes on whole lines, and what follows the last line feed at the end of the input. The protocol's own buffer copies and searches all that it holds
 * for each piece, which takes seconds of CPU for a message of 16 MB.
 */
export class WholeLines extends Transform {
  readonly #most: number;
  #held: Buffer[] = [];
  #heldBytes = 0;

  /** @param most Bytes of a line without its end that are held. Longer lines are passed on as they are, so that the reader can refuse them. */
  constructor(most: number) {
    super();
    this.#most = most;
  }

  override _transform(piece: Buffer, _encoding: string, done: TransformCallback): void {
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    if (this.#heldBytes > this.#most || piece.includes(LINE_FEED)) this.#passOn();
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#passOn();
    done();
  }

  #passOn(): void {
    const [first] = this.#held;
    if (first !== undefined) this.push(this.#held.length === 1 ? first : Buffer.concat(this.#held));
    this.#held = [];
    this.#heldBytes = 0;
  }
}
