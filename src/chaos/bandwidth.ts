/** How fast bodies are sent: in slices, each of which comes when the lines that it passes have had the time for it. */
import {type Clock, Timer} from '../core/timer.ts';

/** A line that carries so many bytes in a second, one slice after the other. */
export class Line {
  readonly #bytesPerSecond: number;
  #freeAt = Number.NEGATIVE_INFINITY;

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Bytes of a slice: those of 10 ms, so that bodies that share the line take turns. */
  get sliceBytes(): number {
    return Math.max(1, Math.floor(this.#bytesPerSecond / 100));
  }

  /** @returns When the line has carried a slice that is there at `at`. */
  carry(bytes: number, at: number): number {
    this.#freeAt = Math.max(at, this.#freeAt) + (bytes * 1000) / this.#bytesPerSecond;
    return this.#freeAt;
  }
}

/** Sends one body through lines. */
export class LimitedBody extends Timer {
  readonly #lines: readonly Line[];
  readonly #clock: Clock;
  readonly #send: (slice: Uint8Array, isLast: boolean) => void;
  readonly #parts: Uint8Array[] = [];
  #isWhole = false;
  #slice: Uint8Array | null = null;
  /** When the slice is due. A timer that is late delays no other slice. */
  #dueAt = 0;

  constructor(lines: readonly Line[], clock: Clock, send: (slice: Uint8Array, isLast: boolean) => void) {
    super();
    this.#lines = lines;
    this.#clock = clock;
    this.#send = send;
  }

  add(part: Uint8Array, isLast: boolean): void {
    if (part.length > 0) this.#parts.push(part);
    this.#isWhole = isLast;
    if (this.#slice !== null) return;
    if (this.#parts.length > 0) this.#next(this.#clock.now());
    else if (isLast) this.#send(part, true);
  }

  override fire(): void {
    const slice = this.#slice!;
    this.#slice = null;
    const isEmpty = this.#parts.length === 0;
    if (!isEmpty) this.#next(this.#dueAt);
    this.#send(slice, isEmpty && this.#isWhole);
  }

  stop(): void {
    this.#clock.disarm(this);
  }

  #next(at: number): void {
    const part = this.#parts[0]!;
    const slice = part.subarray(0, Math.min(...this.#lines.map(line => line.sliceBytes)));
    if (slice.length < part.length) this.#parts[0] = part.subarray(slice.length);
    else this.#parts.shift();
    this.#slice = slice;
    this.#dueAt = Math.max(...this.#lines.map(line => line.carry(slice.length, at)));
    this.#clock.arm(this, Math.max(0, this.#dueAt - this.#clock.now()));
  }
}
