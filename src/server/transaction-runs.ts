/** Runs in the transaction of their effect: key and effect are committed together, so a run that is lost has had no effect. */
import {SteadfetchError} from '../core/errors.ts';
import {Run} from './key-context.ts';
import {Loss} from './loss.ts';
import {type Answer, type MadeResponse, type RunHandler, storedOf} from './made-response.ts';
import type {ResolvedOptions} from './options.ts';
import {outcomeOf} from './outcome.ts';
import type {ProblemCode} from './problem.ts';
import type {Replies} from './replies.ts';
import {StepTimer} from './step-timer.ts';
import type {Claim, TransactionalStore} from './store.ts';
import {guardTransaction} from './transaction-guard.ts';

type Options = Pick<
  ResolvedOptions<never, never>,
  'clock' | 'maxRunMs' | 'storeTimeoutMs' | 'maxResponseBytes' | 'omitHeaders'
>;

/** How the handler has ended, in the last repetition of its transaction. */
type End<A> =
  | {readonly kind: 'result'; readonly made: MadeResponse<A>}
  /** Rolled back, and the response is sent. */
  | {readonly kind: 'undone'; readonly made: MadeResponse<A>}
  /** Rolled back, and a problem is sent. */
  | {readonly kind: 'refused'; readonly code: ProblemCode; readonly error: Error}
  | {readonly kind: 'thrown'; readonly error: unknown};

/** A request, and how far it has come. */
interface Request<A, Tx> {
  readonly claim: Claim | null;
  readonly key: string | undefined;
  readonly token: string;
  readonly handle: RunHandler<A, Tx>;
  end: End<A> | null;
}

export class TransactionRuns<Tx> {
  readonly #store: TransactionalStore<Tx>;
  readonly #options: Options;
  readonly #replies: Replies;
  /** Keys of this process. A repetition gets its 409 without a connection, which all may be taken. */
  readonly #running = new Set<string>();

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
    const request: Request<A, Tx> = {claim, key, token, handle, end: null};
    if (claim === null) return this.#settled(request);
    if (this.#running.has(claim.key)) return this.#replies.refuse('REQUEST_RUNNING');
    this.#running.add(claim.key);
    try {
      return await this.#settled(request);
    } finally {
      this.#running.delete(claim.key);
    }
  }

  async #settled<A>(request: Request<A, Tx>): Promise<Answer<A>> {
    try {
      const answer = await this.#transact(request);
      if (request.end !== null && request.claim !== null && 'made' in request.end)
        this.#replies.notify({type: 'stored', status: request.end.made.status});
      return answer;
    } catch (error) {
      const {end} = request;
      const type = isKept(error, end) ? 'lost' : 'released';
      switch (end?.kind) {
        case 'undone':
          this.#replies.notify({type, status: end.made.status, error: undefined});
          return {own: end.made.own};
        case 'refused':
          this.#replies.notify({type, status: undefined, error: end.error});
          return this.#replies.refuse(type === 'lost' ? 'OUTCOME_UNKNOWN' : end.code);
        case 'thrown':
          this.#replies.notify({type, status: undefined, error: end.error});
          throw end.error;
        default:
          return this.#replies.storeFailed('transaction', error);
      }
    }
  }

  /** Each wait for the store is bounded: for a connection and the claim, for COMMIT, and for ROLLBACK. */
  async #transact<A>(request: Request<A, Tx>): Promise<Answer<A>> {
    const {clock, storeTimeoutMs, omitHeaders} = this.#options;
    const timer = new StepTimer(clock);
    let isAnswered = false;
    let giveUp: (error: Error) => void = () => {};
    const silent = new Promise<never>((_, reject) => {
      giveUp = reject;
    });
    const awaitStore = (): void =>
      timer.start(storeTimeoutMs, () =>
        giveUp(new SteadfetchError('IDEMPOTENCY_STORE', `The database did not answer within ${storeTimeoutMs} ms.`)),
      );
    awaitStore();
    const transact = () =>
      this.#store.transact<Answer<A>>(request.claim, async (tx, found, complete) => {
        // A connection that comes too late.
        if (isAnswered) throw new Error('The request was answered before its transaction began.');
        request.end = null;
        if (found.state !== 'claimed') return this.#replies.notClaimed(found);
        const end = await this.#handle(request, tx, timer);
        awaitStore();
        request.end = end;
        if (end.kind === 'thrown' || end.kind === 'refused') throw end.error;
        if (end.kind === 'undone')
          throw new Error(
            `The response with status ${end.made.status} is no result, so its transaction is rolled back.`,
          );
        await complete(storedOf(end.made, omitHeaders));
        return {own: end.made.own};
      });
    try {
      return await Promise.race([transact(), silent]); // A store may throw instead of rejecting.
    } finally {
      isAnswered = true;
      timer.end();
    }
  }

  /** The handler, from its first line to the end of its response: no code of its own runs after the COMMIT. */
  async #handle<A>(request: Request<A, Tx>, tx: Tx, timer: StepTimer): Promise<End<A>> {
    const {maxRunMs, maxResponseBytes} = this.#options;
    const {claim, key, token, handle} = request;
    const lost = new Loss();
    timer.start(maxRunMs, () =>
      lost.because(new SteadfetchError('LEASE_LOST', `The handler ran longer than the ${maxRunMs} ms of maxRunMs.`)),
    );
    const guard = guardTransaction(tx);
    const run = new Run(key, token, guard.transaction, lost.signal);
    const answered = (): void => run.answered();
    const hold = {maxBytes: maxResponseBytes, isWhole: claim !== null, isRunToEnd: false, answered};
    try {
      const made = await Promise.race([handle(run.context, hold), lost.promise]);
      await Promise.race([guard.idle(), lost.promise]);
      if (outcomeOf(made.status, run.isReleased) !== 'result') return {kind: 'undone', made};
      if (claim === null || made.body !== null) return {kind: 'result', made};
      const error = new RangeError(
        `The response is larger than the ${maxResponseBytes} bytes of maxResponseBytes, so it cannot be stored with its effect.`,
      );
      return {kind: 'refused', code: 'RESPONSE_TOO_LARGE', error};
    } catch (error) {
      if (lost.signal.aborted) return {kind: 'refused', code: 'HANDLER_TIMEOUT', error: lost.signal.reason as Error};
      return {kind: 'thrown', error};
    } finally {
      guard.close();
    }
  }
}

/** Whether the handler has ended its transaction itself: nothing is undone, and the store refuses the key. A handler may throw an error of this code too. */
const isKept = (error: unknown, end: End<unknown> | null): boolean =>
  error instanceof SteadfetchError &&
  error.code === 'TRANSACTION_ENDED' &&
  !(end?.kind === 'thrown' && end.error === error);
