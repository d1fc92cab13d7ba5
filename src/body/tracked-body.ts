/**
 * The body of a response while the caller reads it: as a whole, under what is left of the attempt's time, or as a stream, where
 * only silence counts.
 */
import type {BodyEnd, BodyObserver} from '../core/observer.ts';
import type {BodyListener} from './body-listener.ts';

/** The time that a body is read under. */
export interface BodyTimer {
  readonly armed: boolean;
  /** The total time no longer counts. */
  limitSilence(): void;
  startSilence(): void;
  endSilence(): void;
  /** A read is pending: the timer keeps the process alive. */
  keepAlive(): void;
  bodyEnded(how?: BodyEnd): void;
}

type Interrupt = (error: unknown) => void;

/** Most bodies have no read pending when they end. */
const NO_READS: readonly Interrupt[] = [];

export class TrackedBody implements BodyListener {
  readonly #timer: BodyTimer;
  /** Told how the body ended. */
  span: BodyObserver | null = null;
  /** An error body never counts as a stream: clients read it on the way to an error, in whatever way. */
  readonly #isErrorBody: boolean;
  #isStreaming = false;
  /** Copies of the body that are still to be read: `clone()` makes two of one. */
  #readers = 1;
  #reads = NO_READS;

  constructor(timer: BodyTimer, isErrorBody: boolean) {
    this.#timer = timer;
    this.#isErrorBody = isErrorBody;
  }

  get armed(): boolean {
    return this.#timer.armed;
  }

  /** Interrupts the reads that are pending. */
  get reads(): readonly Interrupt[] {
    return this.#reads;
  }

  streaming(): void {
    if (this.#isStreaming || this.#isErrorBody) return;
    this.#isStreaming = true;
    this.#timer.limitSilence();
  }

  awaitingChunk(): void {
    if (this.#isStreaming && this.#readers > 0) this.#timer.startSilence();
  }

  pending(interrupt: Interrupt): void {
    if (this.#readers === 0) return;
    this.#reads = this.#reads === NO_READS ? [interrupt] : [...this.#reads, interrupt];
    // A body that comes from no socket keeps no process alive by itself.
    this.#timer.keepAlive();
  }

  chunkArrived(): void {
    this.#reads = NO_READS;
    if (this.#isStreaming) this.#timer.endSilence();
  }

  cloned(): void {
    if (this.#readers > 0) this.#readers++;
  }

  readerLeft(): void {
    if (--this.#readers <= 0) this.ended();
  }

  ended(how?: BodyEnd): void {
    this.#timer.bodyEnded(how);
  }

  /** The attempt has released timer and signal. */
  close(how: BodyEnd): void {
    this.#readers = 0;
    this.#reads = NO_READS;
    this.span?.end(how);
  }
}
