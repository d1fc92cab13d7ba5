/** Renews the lease of a run while its handler works, and says when the run has lost its key. */
import {SteadfetchError} from '../core/errors.ts';
import {type Clock, Timer} from '../core/timer.ts';

/** A lease is renewed this many times before it would lapse, so that one failed renewal loses nothing. */
const RENEWALS = 3;

export interface LeaseOptions {
  readonly clock: Clock;
  readonly leaseMs: number;
  /** The most time of a run. After it the lease is no longer renewed. */
  readonly maxRunMs: number;
  /** Resolves with false if the run no longer has the key. */
  renew(): Promise<boolean>;
  /** Takes a key again that the store has forgotten. Not called after `end`. Resolves with false if another run has the key. */
  regain(): Promise<boolean>;
  /** Told of each error of `renew` and `regain`. The lease may still hold, so the next renewal is tried. */
  failed(error: unknown): void;
  /** Told once, and not after `end`: the run no longer has its key, or will not have it for long. */
  lost(reason: SteadfetchError): void;
}

export class Lease extends Timer {
  readonly #options: LeaseOptions;
  readonly #startedAt: number;
  #renewedAt: number;
  #hasEnded = false;
  #renewing: Promise<void> = Promise.resolve();

  constructor(options: LeaseOptions) {
    super();
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#renewedAt = this.#startedAt;
    this.#wait(this.#startedAt);
  }

  fire(): void {
    const {clock, maxRunMs} = this.#options;
    const now = clock.now();
    if (now - this.#startedAt >= maxRunMs) this.#lose(`The handler ran longer than the ${maxRunMs} ms of maxRunMs.`);
    else this.#renewing = this.#renew(now);
  }

  /** @returns A promise that resolves once no renewal is under way: one could take a key again that is released meanwhile. */
  end(): Promise<void> {
    this.#hasEnded = true;
    this.#options.clock.disarm(this);
    return this.#renewing;
  }

  async #renew(now: number): Promise<void> {
    const {clock, leaseMs, renew, regain, failed} = this.#options;
    try {
      if (!(await renew()) && (this.#hasEnded || !(await regain())))
        return this.#lose('Another run took over the idempotency key.');
      this.#renewedAt = now;
    } catch (error) {
      if (this.#hasEnded) return;
      failed(error);
      if (clock.now() - this.#renewedAt >= leaseMs)
        return this.#lose(`The lease of ${leaseMs} ms on the idempotency key could not be renewed.`, error);
    }
    if (!this.#hasEnded) this.#wait(clock.now());
  }

  #wait(now: number): void {
    const {clock, leaseMs, maxRunMs} = this.#options;
    clock.arm(this, Math.max(0, Math.min(leaseMs / RENEWALS, this.#startedAt + maxRunMs - now)), now);
    clock.unref(this);
  }

  #lose(message: string, cause?: unknown): void {
    if (this.#hasEnded) return;
    void this.end();
    this.#options.lost(new SteadfetchError('LEASE_LOST', message, cause));
  }
}
