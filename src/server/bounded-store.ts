/**
 * Bounds how long a request waits for its store, and repeats a command that failed, whose reply may have been lost. Drivers queue commands while they are
 * disconnected, so a store that is down may answer only once it is back.
 */
import {SteadfetchError} from '../core/errors.ts';
import {CallbackTimer, type Clock} from '../core/timer.ts';
import {StepRetries} from './step-retries.ts';
import type {Claim, ClaimResult, IdempotencyStore, StoredResponse} from './store.ts';

export class BoundedStore implements IdempotencyStore {
  readonly #store: IdempotencyStore;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  /** Each request adds one while the store is away, so the ends of runs, which hold responses, have retries of their own. */
  readonly #returns: StepRetries;
  /** Responses that were sent to the store and have no answer yet, by the token of their run. */
  readonly #unanswered = new Map<string, Promise<boolean>>();
  /** Those of which a claim has failed, which may still take the key. */
  readonly #late = new WeakSet<Claim>();

  constructor(store: IdempotencyStore, timeoutMs: number, clock: Clock) {
    this.#store = store;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#returns = new StepRetries(clock);
  }

  /** If it rejects, its handler must not run: the key is given back. */
  async claim(claim: Claim): Promise<ClaimResult> {
    const known = new AbortController();
    try {
      const found = await this.#within(
        () => this.#claim(claim, claim),
        async late => {
          if (late.state === 'claimed') await this.#store.release(claim.key, claim.token);
          if (!this.#late.has(claim)) known.abort();
        },
      );
      if (found.state === 'running' && this.#late.has(claim)) void this.#giveBack(claim, known.signal);
      return found;
    } catch (error) {
      void this.#giveBack(claim, known.signal);
      throw error;
    }
  }

  /**
   * Takes the key of a running handler again where the store has forgotten it, as a Redis without persistence does at a restart, so that a retry does not run it
   * a second time. Resolves with false if another run has it, or had it.
   */
  async regain(claim: Claim): Promise<boolean> {
    try {
      const {state} = await this.#within(() => this.#claim({...claim, afterLoss: 'refuse'}, claim));
      return state === 'claimed';
    } catch (error) {
      this.#late.add(claim);
      throw error;
    }
  }

  /** The run has ended, and its key is free. So it is if a claim takes the key later. */
  async free(claim: Claim): Promise<boolean> {
    const isFree = await this.release(claim.key, claim.token);
    if (this.#late.has(claim)) void this.#giveBack(claim);
    return isFree;
  }

  renew(key: string, token: string, leaseMs: number): Promise<boolean> {
    return this.#within(async () => this.#store.renew(key, token, leaseMs));
  }

  /** While the store has not answered, a further call sends nothing and waits for the same answer: so a driver that queues commands holds each response once. */
  complete(key: string, token: string, response: StoredResponse, keepMs: number): Promise<boolean> {
    const unanswered = this.#unanswered;
    const send = (): Promise<boolean> => {
      const answer = twice(() => this.#store.complete(key, token, response, keepMs)).finally(() =>
        unanswered.delete(token),
      );
      unanswered.set(token, answer);
      return answer;
    };
    return this.#within(() => unanswered.get(token) ?? send());
  }

  abandon(key: string, token: string): Promise<boolean> {
    return this.#within(() => twice(() => this.#store.abandon(key, token)));
  }

  release(key: string, token: string): Promise<boolean> {
    return this.#within(() => twice(() => this.#store.release(key, token)));
  }

  #claim(asked: Claim, of: Claim): Promise<ClaimResult> {
    return twice(
      () => this.#store.claim(asked),
      () => this.#late.add(of),
    );
  }

  /**
   * A claim whose reply was lost has the key, and its handler never runs: without this the key would be refused as one whose run was lost. A claim may take the
   * key later than a return that has found none, as where its COMMIT waits for a standby, and the second one later than the first one was given back. The first
   * return alone suffices for a store that carries out what it was sent in order.
   *
   * @param isOver Aborts when no claim is on its way any more.
   */
  async #giveBack({key, token, leaseMs}: Claim, isOver?: AbortSignal): Promise<void> {
    await this.release(key, token).catch(() => false);
    await this.#returns.run<never>({
      leaseMs,
      isOver,
      retry: async () => {
        await this.#within(async () => this.#store.release(key, token));
        return undefined; // A claim may still take the key.
      },
    });
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
      clock.unref(timer); // The connection of the driver keeps the process alive.
      ask()
        .finally(() => clock.disarm(timer))
        .then(answer => (isOver ? late(answer) : resolve(answer)))
        .catch(reject); // Without effect after the time.
    });
  }
}

/** A store may throw instead of rejecting. */
async function twice<T>(ask: () => Promise<T>, failed: () => unknown = () => {}): Promise<T> {
  try {
    return await ask();
  } catch {
    failed();
    return ask();
  }
}
