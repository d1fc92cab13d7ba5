/**
 * The body of a response while the caller reads it: as a whole, under what is left of the attempt's time, or as a stream, where
 * only silence counts.
 */
import type {BodyEnd, BodyObserver} from '../core/observer.ts';
import {quietly} from '../core/quietly.ts';
import type {BodyListener} from './body-listener.ts';
import {lockUnread} from './locked-stream.ts';
import type {UsageTap} from './usage-tap.ts';

/** The time that a body is read under. */
export interface BodyTimer {
  /** The total time counts from now on. */
  startReading(): void;
  /** The total time no longer counts. */
  limitSilence(): void;
  /** @param leftMs Left out: the whole time. */
  startSilence(leftMs?: number): void;
  /** How much of that time is left, in milliseconds; undefined where none runs. */
  readonly silenceLeftMs: number | undefined;
  endSilence(): void;
  bodyEnded(how?: BodyEnd, error?: unknown): void;
}

/** Says of a body whether its chunks end the silence: those of an event stream can be nothing but pings. */
export interface Pulse {
  /** Whether data came since the last call of this method. */
  takeBroughtData(): boolean;
}

type Interrupt = (error: unknown) => void;

/** Most bodies have no read pending when they end. */
const NO_READS: readonly Interrupt[] = [];

export class TrackedBody implements BodyListener {
  readonly #timer: BodyTimer;
  /** Notified how the body ended. */
  span: BodyObserver | null = null;
  /** An error body never counts as a stream: clients read it on the way to an error, in whatever way. */
  readonly #isErrorBody: boolean;
  /** Reads along. */
  tap: UsageTap | null = null;
  holds = false;
  failure: unknown;
  /** Whether the caller has begun to read. */
  isRead = false;
  #isStreaming = false;
  /** Copies of the body that are still to be read: `clone()` makes two of one. */
  #readers = 1;
  #reads = NO_READS;
  /** The response that fetch gave, if it was cloned. Held weakly, so that it can be collected unread. */
  #cloned: WeakRef<Response> | undefined;
  readonly #pulse: Pulse | null;
  /** Set if the last chunk brought no data. */
  #silenceLeftMs: number | undefined;

  /** @param pulse Null: every chunk ends the silence. */
  constructor(timer: BodyTimer, isErrorBody: boolean, pulse: Pulse | null = null) {
    this.#timer = timer;
    this.#isErrorBody = isErrorBody;
    this.#pulse = pulse;
  }

  /** Interrupts the reads that are pending. */
  get reads(): readonly Interrupt[] {
    return this.#reads;
  }

  streaming(): void {
    this.#begin();
    if (this.#isStreaming || this.#isErrorBody) return;
    this.#isStreaming = true;
    this.#timer.limitSilence();
  }

  awaitingChunk(): void {
    if (this.#isStreaming && this.#readers > 0) this.#timer.startSilence(this.#silenceLeftMs);
  }

  pending(interrupt: Interrupt): void {
    this.#begin();
    if (this.#readers > 0) this.#reads = this.#reads === NO_READS ? [interrupt] : [...this.#reads, interrupt];
  }

  #begin(): void {
    if (!this.isRead) quietly(() => this.#timer.startReading());
    this.isRead = true;
  }

  chunkArrived(chunk?: Uint8Array): void {
    this.#reads = NO_READS;
    if (this.tap !== null && chunk !== undefined) quietly(() => this.tap!.chunk(chunk));
    if (!this.#isStreaming) return;
    if (this.#pulse !== null)
      this.#silenceLeftMs = this.#pulse.takeBroughtData() ? undefined : this.#timer.silenceLeftMs;
    this.#timer.endSilence();
  }

  gave(value: unknown): void {
    if (this.tap !== null) quietly(() => this.tap!.value(value));
  }

  cloned(response: Response): void {
    if (this.#readers > 0) this.#readers++;
    this.#cloned ??= new WeakRef(response);
  }

  /** Aborts the request, by a function. */
  abort(abortRequest: () => void, reason: unknown): void {
    this.failure = reason;
    const cloned = this.#cloned?.deref();
    const unlock = cloned === undefined ? undefined : lockUnread(cloned);
    try {
      abortRequest();
    } finally {
      unlock?.();
    }
  }

  readerLeft(): void {
    if (--this.#readers <= 0) this.ended();
  }

  ended(how?: BodyEnd, error?: unknown): void {
    this.#timer.bodyEnded(how, error);
  }

  /** The attempt has released timer and signal. */
  close(how: BodyEnd, error?: unknown): void {
    this.#readers = 0;
    this.#reads = NO_READS;
    this.tap?.end(how === 'read');
    this.span?.end(how, error);
  }
}
