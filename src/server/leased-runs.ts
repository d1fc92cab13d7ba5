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

export class LeasedRuns {
  readonly #store: BoundedStore;
  readonly #options: Options;
  readonly #replies: Replies;

  constructor(store: BoundedStore, options: Options, replies: Replies) {
    this.#store = store;
    this.#options = options;
    this.#replies = replies;
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
    made.rest?.letGo();
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
      rest.letGo();
      return this.#settle(claim, 'unknown', {status, error}, lease);
    }
    void lease.end();
    if (outcome !== 'result') return this.#settle(claim, 'unknown', {status, error: undefined}, lease);
    if (await this.#isKept(claim, made)) return;
    const error = new SteadfetchError('LEASE_LOST', 'Another run took over the idempotency key.');
    this.#replies.notify({type: 'lost', status, error});
  }

  async #ended<A>(claim: Claim, made: MadeResponse<A>, outcome: Outcome, lease: Lease): Promise<Answer<A>> {
    const {own, status} = made;
    if (outcome !== 'result') {
      await this.#settle(claim, outcome, {status, error: undefined}, lease);
      return {own};
    }
    if (await this.#isKept(claim, made)) return {own};
    this.#replies.notify({type: 'lost', status, error: undefined});
    return this.#refuseLost(claim);
  }

  /** Stores the response. Resolves with false if the key is no longer this run's. */
  async #isKept(claim: Claim, made: MadeResponse<unknown>): Promise<boolean> {
    const {keepMs, omitHeaders} = this.#options;
    const stored = storedOf(made, omitHeaders);
    const complete = (): Promise<boolean> => this.#store.complete(claim.key, claim.token, stored, keepMs);
    try {
      if (!(await this.#orRegained(claim, complete))) return false;
      this.#replies.notify({type: 'stored', status: made.status});
    } catch (error) {
      // The effect is there, so its response is the truth. The lease lapses, and the key is lost then.
      this.#replies.notify({type: 'store.failed', step: 'complete', error});
    }
    return true;
  }

  /** A step of a run whose key the store may have forgotten. Resolves with false if the key is no longer this run's. */
  async #orRegained(claim: Claim, step: () => Promise<boolean>): Promise<boolean> {
    return (await step()) || ((await this.#store.regain(claim)) && step());
  }

  #refuseLost({afterLoss}: Claim): Answer<never> {
    return this.#replies.refuse(afterLoss === 'refuse' ? 'OUTCOME_UNKNOWN' : 'LEASE_LOST');
  }

  /** Ends a run without a result. If the store fails too, the lease lapses, which says the same as `abandon`. */
  async #settle(
    claim: Claim,
    outcome: 'released' | 'unknown',
    how: {readonly status: number | undefined; readonly error: unknown},
    lease: Lease,
  ): Promise<void> {
    const {key, token, afterLoss} = claim;
    const step = outcome === 'released' || afterLoss === 'run-again' ? 'release' : 'abandon';
    this.#replies.notify({type: outcome === 'released' ? 'released' : 'lost', ...how});
    try {
      if (step === 'release') {
        await lease.end();
        await this.#store.free(claim);
      } else await this.#orRegained(claim, () => this.#store.abandon(key, token));
    } catch (error) {
      this.#replies.notify({type: 'store.failed', step, error});
    }
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
