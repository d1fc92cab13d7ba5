/** Runs in the transaction of their effect: key and effect are committed together, so a run that is lost has had no effect. */
import {Run} from './key-context.ts';
import {type Answer, type MadeResponse, type RunHandler, storedOf} from './made-response.ts';
import type {ResolvedOptions} from './options.ts';
import {outcomeOf} from './outcome.ts';
import type {Replies} from './replies.ts';
import type {Claim, TransactionalStore} from './store.ts';
import {TransactionAttempt} from './transaction-attempt.ts';

type Options = Pick<ResolvedOptions<never, never>, 'omitHeaders' | 'maxResponseBytes'>;

export class TransactionRuns<Tx> {
  readonly #store: TransactionalStore<Tx>;
  readonly #options: Options;
  readonly #replies: Replies;

  constructor(store: TransactionalStore<Tx>, options: Options, replies: Replies) {
    this.#store = store;
    this.#options = options;
    this.#replies = replies;
  }

  /**
   * @param claim Null for a request without a key.
   * @throws What the handler threw.
   */
  async answer<A>(
    claim: Claim | null,
    key: string | undefined,
    token: string,
    handle: RunHandler<A, Tx>,
  ): Promise<Answer<A>> {
    const attempt = new TransactionAttempt<MadeResponse<A>>();
    try {
      const answer = await this.#store.transact(claim, async (tx, found, complete) => {
        attempt.begin();
        if (found.state !== 'claimed') return this.#replies.notClaimed(found);
        const run = new Run(key, token, tx, null);
        const made = await attempt.run(() =>
          handle(run.context, {maxBytes: this.#options.maxResponseBytes, isWhole: false}),
        );
        if (outcomeOf(made.status, run.isReleased) !== 'result') throw attempt.undone(made);
        await complete(storedOf(made, this.#options.omitHeaders));
        return {own: made.own};
      });
      if (attempt.made !== null && claim !== null) this.#replies.notify({type: 'stored', status: attempt.made.status});
      return answer;
    } catch (error) {
      if (attempt.thrown !== null) {
        this.#replies.notify({type: 'released', status: undefined, error: attempt.thrown.error});
        throw attempt.thrown.error;
      }
      if (!attempt.isUndone || attempt.made === null) return this.#replies.storeFailed('transaction', error);
      this.#replies.notify({type: 'released', status: attempt.made.status, error: undefined});
      return {own: attempt.made.own};
    }
  }
}
