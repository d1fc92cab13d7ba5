/** Limits the attempts in flight to an origin. Each attempt takes a place; attempts without one wait in a FIFO queue, or are refused. */
import type {Concurrency} from '../policy/types.ts';
import {AdaptiveLimit, type Load} from './adaptive-limit.ts';

/** An attempt in the queue. */
export interface Waiter {
  /** The waiter is admitted: its place is already taken. */
  admitted(): void;
}

export class ConcurrencyLimit {
  /** Attempts that may wait, at most. */
  readonly #maxWaiting: number;
  readonly #max: number;
  readonly #adaptive: AdaptiveLimit | null;
  /** Waiters in order of arrival. A Set, so that a waiter leaves from anywhere at once. */
  readonly #queue = new Set<Waiter>();
  #inFlight = 0;
  #isAdmitting = false;

  constructor(policy: Concurrency) {
    this.#maxWaiting = policy.queue;
    this.#max = policy.max;
    this.#adaptive = policy.kind === 'adaptive' ? new AdaptiveLimit(policy) : null;
  }

  get max(): number {
    return this.#places;
  }

  get #places(): number {
    return this.#adaptive?.max ?? this.#max;
  }

  /** Called when an attempt has ended, before it gives its place back. */
  learn(load: Load, startedAt: number, now: number): void {
    this.#adaptive?.learn(load, startedAt, this.#inFlight, now);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** Takes a place if one is free. Waiters in the queue come first, even while one of them gives its place back at once. */
  tryEnter(): boolean {
    if (!this.hasPlace) return false;
    this.#inFlight++;
    return true;
  }

  /** Whether `tryEnter` would take a place. */
  get hasPlace(): boolean {
    return this.#inFlight < this.#places && this.#queue.size === 0;
  }

  get isFull(): boolean {
    return this.#queue.size >= this.#maxWaiting;
  }

  /** Queues a waiter after `tryEnter` refused. False when the queue is full. */
  wait(waiter: Waiter): boolean {
    if (this.isFull) return false;
    this.#queue.add(waiter);
    return true;
  }

  /** Removes a waiter from the queue, without a place. */
  leave(waiter: Waiter): void {
    this.#queue.delete(waiter);
  }

  /**
   * Gives a place back; the first waiter gets it. A waiter may give it back at once, for example because the breaker has opened. That
   * continues the loop instead of recursing, so a long queue does not overflow the stack.
   */
  exit(): void {
    this.#inFlight--;
    if (this.#isAdmitting) return;
    this.#isAdmitting = true;
    try {
      while (this.#inFlight < this.#places && this.#queue.size > 0) this.#admitFirst();
    } finally {
      this.#isAdmitting = false;
    }
  }

  #admitFirst(): void {
    const [first] = this.#queue;
    this.#queue.delete(first!);
    this.#inFlight++;
    first!.admitted();
  }
}
