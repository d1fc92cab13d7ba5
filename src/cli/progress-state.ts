/** How far a run is, and what it waits for: what the progress shows, without how. */
import type {BatchEvent} from '../batch/types.ts';
import type {SteadfetchEvent} from '../core/events.ts';
import type {Clock} from '../core/timer.ts';

/** The time left follows from what the last so many milliseconds have finished. */
const WINDOW_MS = 30_000;
/** Between two samples of it. */
const SAMPLE_MS = 1000;
/** The time left is not estimated from a shorter window. */
const SHORTEST_WINDOW_MS = 2000;
/** Without an answer for so long, or for twice the usual latency if that is longer, the time left is not known. */
const SILENCE_MS = 3000;
/** The progress line shows failures from so many failed attempts in a row. While nothing has succeeded, it shows fewer too. */
const FAILING = 3;

export type Waiting =
  | {readonly for: 'requests under way'; readonly underWay: number}
  | {readonly for: 'an answer'; readonly silentMs: number; readonly underWay: number}
  /** Nothing can be sent: the breaker is open, or the server asked for a pause. */
  | {readonly for: 'the end of a hold'; readonly ms: number}
  | {readonly for: 'a retry'; readonly ms: number}
  | {readonly for: 'the rest'; readonly leftMs: number | null};

export interface ProgressView {
  /** What `total` and `finished` count, where that is not the requests of a run: `MB`. */
  readonly unit?: string;
  readonly total: number;
  readonly finished: number;
  readonly failed: number;
  /** The reason of the last failures; null if the last attempt succeeded. */
  readonly failing: {readonly reason: string; readonly attempts: number} | null;
  readonly waiting: Waiting;
}

export class ProgressState {
  readonly #clock: Clock;
  #total: number;
  #finished: number;
  #failed = 0;
  /** Finished by this run, and not found in the journal. */
  #done = 0;
  #samples: {readonly at: number; readonly done: number}[];
  #underWay = 0;
  /** The time of the last answer, or of the first request after a time without any. */
  #heardAt = 0;
  /** A moving average; 0 before the first answer. */
  #latencyMs = 0;
  #failing = {reason: '', attempts: 0};
  #hasSucceeded = false;
  #heldSince: number | null = null;
  #heldUntil = 0;
  #heldMs = 0;
  #retryAt = 0;
  #isDraining = false;

  /** @param finished Those that are finished before the run. */
  constructor(clock: Clock, total: number, finished = 0) {
    this.#clock = clock;
    this.#total = total;
    this.#finished = finished;
    this.#samples = [{at: clock.now(), done: 0}];
  }

  /** Time in which nothing could be sent. */
  get heldMs(): number {
    return this.#heldMs + (this.#heldSince === null ? 0 : this.#clock.now() - this.#heldSince);
  }

  /** Sends one request, and counts it as under way until it has ended. */
  async watch<T>(send: () => Promise<T>): Promise<T> {
    const sentAt = this.#clock.now();
    if (this.#underWay++ === 0) this.#heardAt = sentAt;
    this.#endHold(sentAt);
    try {
      return await send();
    } finally {
      this.#underWay--;
      this.#heardAt = this.#clock.now();
      const latencyMs = this.#heardAt - sentAt;
      this.#latencyMs = this.#latencyMs === 0 ? latencyMs : 0.9 * this.#latencyMs + 0.1 * latencyMs;
    }
  }

  note(event: BatchEvent | SteadfetchEvent): void {
    const now = this.#clock.now();
    switch (event.type) {
      case 'item.end':
        this.finish(event.progress, event.source !== 'journal');
        break;
      case 'attempt.end':
        this.endAttempt(event.reason);
        break;
      case 'retry.scheduled':
        this.#retryAt = this.#retryAt > now ? Math.min(this.#retryAt, now + event.waitMs) : now + event.waitMs;
        break;
      case 'batch.held':
        this.#heldSince ??= now;
        this.#heldUntil = now + event.waitMs;
        break;
      case 'batch.draining':
        this.drain();
        break;
      default:
    }
  }

  /** @param isNew Whether the last one was finished by this run, and not found in a journal. */
  finish({finished, failed}: Pick<ProgressView, 'finished' | 'failed'>, isNew = true): void {
    this.#finished = finished;
    this.#failed = failed;
    if (isNew) this.#done++;
    this.#sample(this.#clock.now());
  }

  /** Several processes share the run, and are together that far. */
  reach({total, finished}: Pick<ProgressView, 'total' | 'finished'>): void {
    this.#done += Math.max(0, finished - this.#finished);
    this.#total = total;
    this.#finished = finished;
    this.#sample(this.#clock.now());
  }

  /** @param reason `success`, or what the attempt failed with. */
  endAttempt(reason: string): void {
    if (reason === 'success') {
      this.#failing = {reason: '', attempts: 0};
      this.#hasSucceeded = true;
    } else this.#failing = {reason, attempts: this.#failing.attempts + 1};
  }

  /** Nothing more is sent. */
  drain(): void {
    this.#isDraining = true;
  }

  get view(): ProgressView {
    const {reason, attempts} = this.#failing;
    const isFailing = attempts >= FAILING || (attempts > 0 && !this.#hasSucceeded);
    return {
      total: this.#total,
      finished: this.#finished,
      failed: this.#failed,
      failing: isFailing ? {reason, attempts} : null,
      waiting: this.#waiting(this.#clock.now()),
    };
  }

  /** Leaves the time of a hold out of the estimate. */
  #endHold(now: number): void {
    if (this.#heldSince === null) return;
    this.#heldMs = this.heldMs;
    this.#heldSince = null;
    this.#samples = [{at: now, done: this.#done}];
  }

  #waiting(now: number): Waiting {
    const underWay = this.#underWay;
    if (this.#isDraining) return {for: 'requests under way', underWay};
    if (this.#heldSince !== null && underWay === 0)
      return {for: 'the end of a hold', ms: Math.max(0, this.#heldUntil - now)};
    const silentMs = now - this.#heardAt;
    if (underWay > 0 && silentMs > Math.max(SILENCE_MS, 2 * this.#latencyMs))
      return {for: 'an answer', silentMs, underWay};
    if (underWay === 0 && this.#retryAt > now) return {for: 'a retry', ms: this.#retryAt - now};
    return {for: 'the rest', leftMs: this.#leftMs(now)};
  }

  #sample(now: number): void {
    if (now - this.#samples.at(-1)!.at < SAMPLE_MS) return;
    this.#samples.push({at: now, done: this.#done});
    while (now - this.#samples[1]!.at > WINDOW_MS) this.#samples.shift();
  }

  #leftMs(now: number): number | null {
    const {at, done} = this.#samples[0]!;
    const finished = this.#done - done;
    if (now - at < SHORTEST_WINDOW_MS || finished === 0) return null;
    return ((this.#total - this.#finished) * (now - at)) / finished;
  }
}
