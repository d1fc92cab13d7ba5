/**
 * Bounds how long a request waits for its store. Drivers queue commands while they are disconnected, so a store that is down may answer only once it
 * is back.
 */
import {SteadfetchError} from '../core/errors.ts';
import {CallbackTimer, type Clock} from '../core/timer.ts';
import type {Claim, ClaimResult, IdempotencyStore, StoredResponse} from './store.ts';

export class BoundedStore implements IdempotencyStore {
  readonly #store: IdempotencyStore;
  readonly #timeoutMs: number;
  readonly #clock: Clock;

  constructor(store: IdempotencyStore, timeoutMs: number, clock: Clock) {
    this.#store = store;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  claim(claim: Claim): Promise<ClaimResult> {
    return this.#within(
      () => this.#store.claim(claim),
      // The request was refused, so its handler does not run.
      async found => void (found.state === 'claimed' && (await this.#store.release(claim.key, claim.token))),
    );
  }

  renew(key: string, token: string, leaseMs: number): Promise<boolean> {
    return this.#within(() => this.#store.renew(key, token, leaseMs));
  }

  complete(key: string, token: string, response: StoredResponse, keepMs: number): Promise<boolean> {
    return this.#within(() => this.#store.complete(key, token, response, keepMs));
  }

  abandon(key: string, token: string): Promise<boolean> {
    return this.#within(() => this.#store.abandon(key, token));
  }

  release(key: string, token: string): Promise<boolean> {
    return this.#within(() => this.#store.release(key, token));
  }

  /** @param late Called with an answer that comes after the time. */
  #within<T>(ask: () => Promise<T>, late: (answer: T) => Promise<void> = async () => {}): Promise<T> {
    const clock = this.#clock;
    return new Promise((resolve, reject) => {
      let isOver = false;
      const timer = new CallbackTimer(() => {
        isOver = true;
        const message = `The store of idempotency keys did not answer within ${this.#timeoutMs} ms.`;
        reject(new SteadfetchError('IDEMPOTENCY_STORE', message));
      });
      clock.arm(timer, this.#timeoutMs);
      const answering = async (): Promise<T> => ask(); // A store may throw instead of rejecting.
      answering()
        .finally(() => clock.disarm(timer))
        .then(answer => (isOver ? late(answer) : resolve(answer)))
        .catch(reject); // Without effect after the time.
    });
  }
}
