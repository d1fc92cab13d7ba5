/** Limits the attempts in flight to an origin. Each attempt takes a place; attempts without one wait in a FIFO queue, or are refused. */
import type {Concurrency} from '../policy/types.ts';
import {AdaptiveLimit, type Load} from './adaptive-limit.ts';
import type {PermitSupply, Waiter} from './permit-supply.ts';

export type {Waiter};

export class ConcurrencyLimit {
  /** Attempts that may wait, at most. */
  readonly #maxWaiting: number;
  readonly #adaptive: AdaptiveLimit | null;
  readonly #supply: PermitSupply | null;
  /** What says how many attempts may be in flight. */
  readonly #places: {readonly max: number};
  /** Waiters in order of arrival. A Set, so that a waiter leaves from anywhere at once. */
  readonly #queue = new Set<Waiter>();
  #inFlight = 0;
  #isAdmitting = false;

  /** @param supply Makes the supply of a limit that several processes share. Default: none. */
  constructor(policy: Concurrency, supply?: (limit: ConcurrencyLimit) => PermitSupply) {
    this.#maxWaiting = policy.queue;
    this.#adaptive = policy.kind === 'adaptive' ? new AdaptiveLimit(policy) : null;
    this.#supply = supply?.(this) ?? null;
    this.#places = this.#supply ?? this.#adaptive ?? policy;
  }

  /** Attempts that may be in flight now: if processes share the limit, those of this process. */
  get max(): number {
    return this.#places.max;
  }

  /** Whether refusals lower the limit. */
  get adapts(): boolean {
    return this.#adaptive !== null;
  }

  get isShared(): boolean {
    return this.#supply !== null;
  }

  /** Called when an attempt has ended, before it gives its place back. */
  learn(load: Load, startedAt: number, now: number, attemptTimeoutMs: number): void {
    this.#adaptive?.learn(load, startedAt, this.#inFlight, now, attemptTimeoutMs);
  }

  /** Time that an attempt needs after it got its place; 0 where that is not known. */
  get neededMs(): number {
    return this.#adaptive?.neededMs ?? 0;
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
    this.#enter();
    return true;
  }

  #enter(): void {
    this.#inFlight++;
    this.#supply?.taken();
  }

  /** Whether `tryEnter` would take a place. */
  get hasPlace(): boolean {
    return this.#inFlight < this.#places.max && this.#queue.size === 0;
  }

  /** Whether an attempt is likely to get a place at once, or as soon as the other processes are asked. */
  get mayHavePlace(): boolean {
    return this.hasPlace || this.#queue.size < this.#hoped;
  }

  get #hoped(): number {
    return this.#supply?.hoped ?? 0;
  }

  /** Beside the attempts of the queue, some may wait until it is known whether other processes leave places for them. */
  get isFull(): boolean {
    return this.#queue.size >= this.#maxWaiting + this.#hoped;
  }

  /** Queues a waiter after `tryEnter` refused. False when the queue is full. */
  wait(waiter: Waiter): boolean {
    if (this.isFull) return false;
    this.#queue.add(waiter);
    this.#supply?.wanted(waiter);
    return true;
  }

  /** Removes a waiter from the queue, without a place. */
  leave(waiter: Waiter): void {
    this.#queue.delete(waiter);
  }

  isWaiting(waiter: Waiter): boolean {
    return this.#queue.has(waiter);
  }

  /** Gives a place back; the first waiter gets it. */
  exit(): void {
    this.#inFlight--;
    this.#admitWaiters();
    this.#supply?.freed();
  }

  /** The supply has changed: admits waiters, lets those go elsewhere that hoped in vain, and refuses those that have no place in the queue either. */
  supplied(): void {
    this.#admitWaiters();
    this.#supply?.deny();
    const most = this.#maxWaiting + this.#hoped;
    if (this.#queue.size <= most) return;
    for (const waiter of [...this.#queue].slice(most)) if (this.#queue.delete(waiter)) waiter.refused?.();
  }

  /**
   * A waiter may give its place back at once, for example because the breaker has opened. That continues the loop instead of recursing, so
   * a long queue does not overflow the stack.
   */
  #admitWaiters(): void {
    if (this.#isAdmitting) return;
    this.#isAdmitting = true;
    try {
      while (this.#queue.size > 0 && this.#inFlight < this.#places.max) this.#admitFirst();
    } finally {
      this.#isAdmitting = false;
    }
  }

  #admitFirst(): void {
    const [first] = this.#queue;
    this.#queue.delete(first!);
    this.#enter();
    first!.admitted();
  }
}
