/**
 * The body of an attempt's answer, while it is read: whole, under what is left of the attempt's time, or as a stream, where
 * only silence counts.
 */
import type {BodyEnd, BodyObserver} from '../core/observer.ts';
import type {BodyKeeper} from './body-listener.ts';

/** What an attempt does for its body. */
export interface BodyLink {
  readonly armed: boolean;
  /** The total time no longer counts. */
  limitSilence(): void;
  startSilence(): void;
  endSilence(): void;
  /** Somebody waits for the time to be over. */
  awaited(): void;
  /** Lets go of timer and signal, and ends the body. Never throws. */
  bodyEnded(how?: BodyEnd): void;
}

type Interrupt = (error: unknown) => void;

/** Most bodies have none pending when they end. */
const NO_READS: readonly Interrupt[] = [];

export class AttemptBody implements BodyKeeper {
  readonly #link: BodyLink;
  /** Where the reading is told of. */
  trace: BodyObserver | null = null;
  /** An error body never counts as a stream: clients read it on the way to an error, in whatever way. */
  readonly #isErrorBody: boolean;
  #isStreaming = false;
  /** Copies of the body that are still to be read: `clone()` makes two of one. */
  #readers = 1;
  #reads = NO_READS;

  constructor(link: BodyLink, isErrorBody: boolean) {
    this.#link = link;
    this.#isErrorBody = isErrorBody;
  }

  get armed(): boolean {
    return this.#link.armed;
  }

  /** Of the reads that are pending. */
  get reads(): readonly Interrupt[] {
    return this.#reads;
  }

  streaming(): void {
    if (this.#isStreaming || this.#isErrorBody) return;
    this.#isStreaming = true;
    this.#link.limitSilence();
  }

  awaitingChunk(): void {
    if (this.#isStreaming && this.#readers > 0) this.#link.startSilence();
  }

  pending(interrupt: Interrupt): void {
    if (this.#readers === 0) return;
    this.#reads = [...this.#reads, interrupt];
    // A body that comes from no socket keeps no process alive.
    this.#link.awaited();
  }

  chunkArrived(): void {
    this.#reads = NO_READS;
    if (this.#isStreaming) this.#link.endSilence();
  }

  cloned(): void {
    if (this.#readers > 0) this.#readers++;
  }

  readerLeft(): void {
    if (--this.#readers <= 0) this.unlink();
  }

  unlink(how?: BodyEnd): void {
    this.#link.bodyEnded(how);
  }

  /** Its attempt let go. */
  end(how: BodyEnd): void {
    this.#readers = 0;
    this.#reads = NO_READS;
    this.trace?.end(how);
  }
}
