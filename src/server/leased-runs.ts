/** Runs under a lease: the store is in another place than the effect, so the key is the run's for a while. */
import {SteadfetchError} from '../core/errors.ts';
import type {BoundedStore} from './bounded-store.ts';
import {Run} from './key-context.ts';
import {Lease} from './lease.ts';
import {Loss} from './loss.ts';
import {type Answer, type MadeResponse, type Rest, type RunHandler, storedOf} from './made-response.ts';
import type {ResolvedOptions} from './options.ts';
import {type Outcome, outcomeOf} from './outcome.ts';
import type {Replies} from './replies.ts';
import {StepRetries} from './step-retries.ts';
import type {Claim, ClaimResult} from './store.ts';

type Options = Pick<
  ResolvedOptions<never, never>,
  'clock' | 'leaseMs' | 'maxRunMs' | 'keepMs' | 'maxResponseBytes' | 'omitHeaders'
>;

/** The key of a run, while it is renewed. */
interface Held {
  readonly lost: Loss;
  readonly lease: Lease;
}

/** The last step of a run in the store. */
interface End {
  readonly step: 'complete' | 'abandon' | 'release';
  /** The bytes of the response body that the step stores. */
  readonly bytes: number;
  /** Resolves with false if the key is no longer this run's. */
  ask(): Promise<boolean>;
  /** Called once: with the answer of the store, or with false and the error of the store where no retry had an answer. */
  ended(isOwn: boolean, error?: unknown): void;
}

export class LeasedRuns {
  readonly #store: BoundedStore;
  readonly #options: Options;
  readonly #replies: Replies;
  readonly #retries: StepRetries;

  constructor(store: BoundedStore, options: Options, replies: Replies) {
    this.#store = store;
    this.#options = options;
    this.#replies = replies;
    this.#retries = new StepRetries(options.clock);
  }

  /** @throws What the handler threw. */
  async answer<A, Tx>(claim: Claim, key: string, handle: RunHandler<A, Tx>): Promise<Answer<A>> {
    let found: ClaimResult;
    try {
      found = await this.#store.claim(claim);
    } catch (error) {
      return this.#replies.storeFailed('claim', error);
    }
    if (found.state !== 'claimed') return this.#replies.notClaimed(found);
    const {lost, lease} = this.#lease(claim);
    const run = new Run(key, claim.token, undefined as Tx, lost.signal);
    let made: MadeResponse<A>;
    try {
      made = await Promise.race([
        handle(run.context, {
          maxBytes: this.#options.maxResponseBytes,
          isWhole: false,
          isRunToEnd: claim.afterLoss === 'run-again',
          answered: () => run.answered(),
        }),
        lost.promise,
      ]);
    } catch (error) {
      void lease.end();
      const isLost = lost.signal.aborted;
      await this.#settle(claim, run.isReleased && !isLost ? 'released' : 'unknown', {status: undefined, error}, lease);
      if (!isLost) throw error;
      return this.#refuseLost(claim);
    }
    const outcome = outcomeOf(made.status, run.isReleased);
    if (made.rest !== null && outcome !== 'released') {
      void this.#toEnd(claim, made, made.rest, outcome, {lost, lease});
      return {own: made.own};
    }
    void lease.end();
    made.rest?.letGo(false);
    return this.#ended(claim, made, outcome, lease);
  }

  /** The key of a response that is sent as it comes is the run's until its end: after a crash before the end, the handler runs again. */
  async #toEnd<A>(
    claim: Claim,
    made: MadeResponse<A>,
    rest: Rest,
    outcome: Outcome,
    {lost, lease}: Held,
  ): Promise<void> {
    const {status} = made;
    try {
      await Promise.race([rest.ended, lost.promise]);
    } catch (error) {
      void lease.end();
      rest.letGo(true);
      return this.#settle(claim, 'unknown', {status, error}, lease);
    }
    void lease.end();
    if (outcome !== 'result') return this.#settle(claim, 'unknown', {status, error: undefined}, lease);
    await this.#isKept(claim, made);
  }

  async #ended<A>(claim: Claim, made: MadeResponse<A>, outcome: Outcome, lease: Lease): Promise<Answer<A>> {
    const {own, status} = made;
    if (outcome !== 'result') {
      await this.#settle(claim, outcome, {status, error: undefined}, lease);
      return {own};
    }
    return (await this.#isKept(claim, made)) ? {own} : this.#refuseLost(claim);
  }

  /** Stores the response. Resolves with false if the key is no longer this run's. */
  #isKept(claim: Claim, made: MadeResponse<unknown>): Promise<boolean> {
    const {keepMs, omitHeaders} = this.#options;
    const {status} = made;
    const stored = storedOf(made, omitHeaders);
    const complete = (): Promise<boolean> => this.#store.complete(claim.key, claim.token, stored, keepMs);
    return this.#end({
      step: 'complete',
      bytes: stored.body?.byteLength ?? 0,
      ask: () => this.#orRegained(claim, complete),
      ended: (isOwn, error = new SteadfetchError('LEASE_LOST', 'Another run took over the idempotency key.')) =>
        this.#replies.notify(isOwn ? {type: 'stored', status} : {type: 'lost', status, error}),
    });
  }

  /**
   * If the store fails, the step is retried in the background. The client does not wait for that: the handler's response is true in any case. The lease is not
   * renewed meanwhile, because a store that can renew it can do the step.
   *
   * @returns False if the key is no longer this run's; true also where the store has failed.
   */
  async #end({step, bytes, ask, ended}: End): Promise<boolean> {
    let isOwn: boolean;
    try {
      isOwn = await ask();
    } catch (error) {
      this.#replies.notify({type: 'store.failed', step, error});
      const {leaseMs} = this.#options;
      void this.#retries
        .run({leaseMs, bytes, retry: ask})
        .then(answer => (answer === undefined ? ended(false, error) : ended(answer)));
      return true;
    }
    ended(isOwn);
    return isOwn;
  }

  /** A step of a run whose key the store may have forgotten. Resolves with false if the key is no longer this run's. */
  async #orRegained(claim: Claim, step: () => Promise<boolean>): Promise<boolean> {
    return (await step()) || ((await this.#store.regain(claim)) && step());
  }

  #refuseLost({afterLoss}: Claim): Answer<never> {
    return this.#replies.refuse(afterLoss === 'refuse' ? 'OUTCOME_UNKNOWN' : 'LEASE_LOST');
  }

  /** Ends a run without a result. If the store fails too, and each retry, the lease lapses, which says the same as `abandon`. */
  async #settle(
    claim: Claim,
    outcome: 'released' | 'unknown',
    how: {readonly status: number | undefined; readonly error: unknown},
    lease: Lease,
  ): Promise<void> {
    const {key, token, afterLoss} = claim;
    const isReleased = outcome === 'released';
    if (!isReleased) this.#replies.notify({type: 'lost', ...how});
    if (isReleased || afterLoss === 'run-again')
      await this.#end({
        step: 'release',
        bytes: 0,
        ask: async () => {
          await lease.end();
          await this.#store.free(claim);
          return true; // Where the store has the key under another token, or not at all, this run no longer has it either.
        },
        ended: (isFree, error) => {
          if (isReleased) this.#replies.notify(isFree ? {type: 'released', ...how} : {...how, type: 'lost', error});
        },
      });
    else
      await this.#end({
        step: 'abandon',
        bytes: 0,
        ask: () => this.#orRegained(claim, () => this.#store.abandon(key, token)),
        ended: () => {},
      });
  }

  #lease(claim: Claim): Held {
    const {clock, leaseMs, maxRunMs} = this.#options;
    const lost = new Loss();
    const lease = new Lease({
      clock,
      leaseMs,
      maxRunMs,
      renew: () => this.#store.renew(claim.key, claim.token, leaseMs),
      regain: () => this.#store.regain(claim),
      failed: error => this.#replies.notify({type: 'store.failed', step: 'renew', error}),
      lost: reason => lost.because(reason),
    });
    return {lost, lease};
  }
}
