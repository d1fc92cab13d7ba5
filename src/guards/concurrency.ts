/** Bounds the attempts in flight to an origin. Others wait in line, first come first served, or are refused. */
import type {Concurrency} from '../policy/types.ts';
import {AdaptiveLimit, type Load} from './adaptive-limit.ts';

/** Someone in line. */
export interface Waiter {
  /** The waiter is admitted: its permit is already taken. */
  admitted(): void;
}

export class ConcurrencyLimit {
  readonly #queue: number;
  readonly #max: number;
  readonly #adaptive: AdaptiveLimit | null;
  /** In the order of arrival; a Set, so that one who leaves frees the place at once. */
  readonly #line = new Set<Waiter>();
  #inFlight = 0;
  #isAdmitting = false;

  constructor(policy: Concurrency) {
    this.#queue = policy.queue;
    this.#max = policy.max;
    this.#adaptive = policy.kind === 'adaptive' ? new AdaptiveLimit(policy) : null;
  }

  get max(): number {
    return this.#places;
  }

  get #places(): number {
    return this.#adaptive?.max ?? this.#max;
  }

  /** An attempt ended, and has not given its place back yet. */
  learn(load: Load, startedAt: number, now: number): void {
    this.#adaptive?.learn(load, startedAt, this.#inFlight, now);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get waiting(): number {
    return this.#line.size;
  }

  /** Takes a permit if one is free. FIFO: waiters in the queue come first, even while one of them releases its permit at once. */
  tryEnter(): boolean {
    if (this.#inFlight >= this.#places || this.#line.size > 0) return false;
    this.#inFlight++;
    return true;
  }

  get isFull(): boolean {
    return this.#line.size >= this.#queue;
  }

  /** Queues a waiter after `tryEnter` refused. False when the queue is full. */
  wait(waiter: Waiter): boolean {
    if (this.isFull) return false;
    this.#line.add(waiter);
    return true;
  }

  /** Steps out of the line, without a place. */
  leave(waiter: Waiter): void {
    this.#line.delete(waiter);
  }

  /**
   * Gives a place back; whoever is first in line gets it. One who gives it back at once, as where the breaker has opened, only
   * makes the loop go on: a long line would be a deep stack.
   */
  exit(): void {
    this.#inFlight--;
    if (this.#isAdmitting) return;
    this.#isAdmitting = true;
    try {
      while (this.#inFlight < this.#places && this.#line.size > 0) this.#admitFirst();
    } finally {
      this.#isAdmitting = false;
    }
  }

  #admitFirst(): void {
    const [first] = this.#line;
    this.#line.delete(first!);
    this.#inFlight++;
    first!.admitted();
  }
}
