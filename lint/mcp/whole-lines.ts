/** Joins what arrives in pieces to whole lines. */
import {Transform, type TransformCallback} from 'node:stream';

const LINE_FEED = 10;
/** The bytes at each end of a line that is skipped, in which its id is looked for. */
const END_BYTES = 400;

/** A message that was too long. */
export interface Skipped {
  readonly bytes: number;
  /** Undefined if it has none, or has it between other fields. */
  readonly id: string | number | undefined;
}

/**
 * Passes on whole lines, and what follows the last line feed at the end of the input. The protocol's own buffer copies and searches all that it holds
 * for each piece, which takes seconds of CPU for a message of 30 MB, and ends the connection where a message does not fit.
 */
export class WholeLines extends Transform {
  readonly #most: number;
  readonly #onSkip: (skipped: Skipped) => void;
  readonly #isWanted: (line: Buffer) => boolean;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** The line that is being skipped: its first and last bytes, and how many it has. */
  #skipping: {readonly head: Buffer; tail: Buffer; bytes: number} | undefined;

  /**
   * @param most Bytes of a line without its end.
   * @param onSkip Called with each line that is longer, which is not passed on.
   * @param isWanted Whether a line is passed on. Default: each is.
   */
  constructor(most: number, onSkip: (skipped: Skipped) => void, isWanted: (line: Buffer) => boolean = () => true) {
    super();
    this.#isWanted = isWanted;
    this.#most = most;
    this.#onSkip = onSkip;
  }

  override _transform(piece: Buffer, _encoding: string, done: TransformCallback): void {
    const first = piece.indexOf(LINE_FEED);
    if (first < 0) {
      this.#hold(piece);
    } else {
      this.#hold(piece.subarray(0, first));
      this.#endLine(piece.subarray(first, first + 1));
      const last = piece.lastIndexOf(LINE_FEED);
      for (let at = first + 1; at <= last; ) {
        const end = piece.indexOf(LINE_FEED, at);
        this.#hold(piece.subarray(at, end));
        this.#endLine(piece.subarray(end, end + 1));
        at = end + 1;
      }
      this.#hold(piece.subarray(last + 1));
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#endLine();
    done();
  }

  #hold(bytes: Buffer): void {
    const skipping = this.#skipping;
    if (skipping !== undefined) {
      skipping.tail = Buffer.from(Buffer.concat([skipping.tail, bytes.subarray(-END_BYTES)]).subarray(-END_BYTES));
      skipping.bytes += bytes.length;
      return;
    }
    if (bytes.length === 0) return;
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes <= this.#most) return;
    const line = this.#release();
    const [head, tail] = [line.subarray(0, END_BYTES), line.subarray(-END_BYTES)].map(part => Buffer.from(part));
    this.#skipping = {head: head!, tail: tail!, bytes: line.length};
  }

  /** @param end The line feed; left out at the end of the input. */
  #endLine(end?: Buffer): void {
    const skipping = this.#skipping;
    if (skipping !== undefined) {
      this.#skipping = undefined;
      this.#onSkip({bytes: skipping.bytes, id: idOf(String(skipping.head), String(skipping.tail))});
      return;
    }
    if (end !== undefined) this.#held.push(end);
    if (this.#held.length === 0) return;
    const line = this.#release();
    if (this.#isWanted(line)) this.push(line);
  }

  #release(): Buffer {
    const line = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return line;
  }
}

const ID = String.raw`"id"\s*:\s*(-?\d{1,16}|"(?:[^"\\]|\\.){0,200}")`;
const VERSION = String.raw`"jsonrpc"\s*:\s*"2\.0"`;
/** Only at its ends is it certain that a field is one of the message. Programs write the id there. */
const AT_START = new RegExp(String.raw`^\s*\{\s*(?:${VERSION}\s*,\s*)?${ID}\s*,`);
const AT_END = new RegExp(String.raw`[\]},"\d]\s*,\s*${ID}\s*(?:,\s*${VERSION}\s*)?\}\s*$`);

function idOf(head: string, tail: string): string | number | undefined {
  const written = (AT_START.exec(head) ?? AT_END.exec(tail))?.[1];
  try {
    return written === undefined ? undefined : (JSON.parse(written) as string | number);
  } catch {
    return undefined;
  }
}
