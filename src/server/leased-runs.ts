/** Runs under a lease: the store is in another place than the effect, so the key is the run's for a while. */
import type {BoundedStore} from './bounded-store.ts';
import {Run} from './key-context.ts';
import {Lease} from './lease.ts';
import {Loss} from './loss.ts';
import {type Answer, type MadeResponse, type RunHandler, storedOf} from './made-response.ts';
import type {ResolvedOptions} from './options.ts';
import {type Outcome, outcomeOf} from './outcome.ts';
import type {Replies} from './replies.ts';
import type {Claim, ClaimResult} from './store.ts';

type Options = Pick<
  ResolvedOptions<never, never>,
  'clock' | 'leaseMs' | 'maxRunMs' | 'keepMs' | 'maxResponseBytes' | 'omitHeaders'
>;

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
        handle(run.context, {maxBytes: this.#options.maxResponseBytes, isWhole: false}),
        lost.promise,
      ]);
    } catch (error) {
      lease.end();
      const isLost = lost.signal.aborted;
      await this.#settle(claim, run.isReleased && !isLost ? 'released' : 'unknown', {status: undefined, error});
      if (!isLost) throw error;
      return this.#refuseLost(claim);
    }
    lease.end();
    return this.#ended(claim, made, outcomeOf(made.status, run.isReleased));
  }

  async #ended<A>(claim: Claim, made: MadeResponse<A>, outcome: Outcome): Promise<Answer<A>> {
    const {own, status} = made;
    if (outcome !== 'result') {
      await this.#settle(claim, outcome, {status, error: undefined});
      return {own};
    }
    const {keepMs, omitHeaders} = this.#options;
    const stored = storedOf(made, omitHeaders);
    const complete = (): Promise<boolean> => this.#store.complete(claim.key, claim.token, stored, keepMs);
    try {
      if (!(await complete()) && !((await this.#store.regain(claim)) && (await complete()))) {
        this.#replies.notify({type: 'lost', status, error: undefined});
        return this.#refuseLost(claim);
      }
      this.#replies.notify({type: 'stored', status});
    } catch (error) {
      // The effect is there, so its response is the truth. The lease lapses, and the key is lost then.
      this.#replies.notify({type: 'store.failed', step: 'complete', error});
    }
    return {own};
  }

  #refuseLost({afterLoss}: Claim): Answer<never> {
    return this.#replies.refuse(afterLoss === 'refuse' ? 'OUTCOME_UNKNOWN' : 'LEASE_LOST');
  }

  /** Ends a run without a result. If the store fails too, the lease lapses, which says the same as `abandon`. */
  async #settle(
    {key, token, afterLoss}: Claim,
    outcome: 'released' | 'unknown',
    how: {readonly status: number | undefined; readonly error: unknown},
  ): Promise<void> {
    const step = outcome === 'released' || afterLoss === 'run-again' ? 'release' : 'abandon';
    this.#replies.notify({type: outcome === 'released' ? 'released' : 'lost', ...how});
    try {
      await this.#store[step](key, token);
    } catch (error) {
      this.#replies.notify({type: 'store.failed', step, error});
    }
  }

  #lease(claim: Claim): {readonly lost: Loss; readonly lease: Lease} {
    const {clock, leaseMs, maxRunMs} = this.#options;
    const lost = new Loss();
    const lease = new Lease({
      clock,
      leaseMs,
      maxRunMs,
      renew: async () => (await this.#store.renew(claim.key, claim.token, leaseMs)) || this.#store.regain(claim),
      failed: error => this.#replies.notify({type: 'store.failed', step: 'renew', error}),
      lost: reason => lost.because(reason),
    });
    return {lost, lease};
  }
}
