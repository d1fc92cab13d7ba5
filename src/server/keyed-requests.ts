/** What happens to a request with an idempotency key. Independent of how requests and responses are represented. */
import {digestOf} from './digest.ts';
import {readKey, scopedKey} from './key.ts';
import {Run} from './key-context.ts';
import {LeasedRuns} from './leased-runs.ts';
import type {Answer, KeyedRequest, RunHandler} from './made-response.ts';
import {type IdempotencyOptions, type ResolvedOptions, resolveOptions} from './options.ts';
import {Replies} from './replies.ts';
import type {Claim} from './store.ts';
import {TransactionRuns} from './transaction-runs.ts';

export class KeyedRequests<R, Tx> {
  readonly #options: ResolvedOptions<R, Tx>;
  readonly #replies: Replies;
  readonly #runs: LeasedRuns | TransactionRuns<Tx>;

  /** @throws TypeError or RangeError for an option that cannot work. */
  constructor(options: IdempotencyOptions<R, Tx>) {
    const resolved = resolveOptions(options);
    const {store} = resolved;
    this.#options = resolved;
    this.#replies = new Replies(resolved);
    this.#runs =
      'transact' in store
        ? new TransactionRuns(store, resolved, this.#replies)
        : new LeasedRuns(store, resolved, this.#replies);
  }

  /** Reports an error that no framework gets. */
  failed(error: unknown): void {
    this.#replies.notify({type: 'failed', error});
  }

  /** @throws What the handler threw. */
  async answer<A>(incoming: KeyedRequest<R>, handle: RunHandler<A, Tx>): Promise<Answer<A>> {
    try {
      return await this.#answer(incoming, inTime(handle));
    } catch (error) {
      if (error === PASSED) return this.#replies.refuse('DEADLINE_PASSED');
      throw error;
    }
  }

  async #answer<A>(incoming: KeyedRequest<R>, handle: RunHandler<A, Tx>): Promise<Answer<A>> {
    const {header, methods, required} = this.#options;
    const value = methods.has(incoming.method.toUpperCase()) ? incoming.header(header) : undefined;
    if (value === null && required) return this.#replies.refuse('IDEMPOTENCY_KEY_MISSING');
    if (value === null || value === undefined) return this.#withoutKey(handle);
    const key = readKey(value);
    if (key === undefined) return this.#replies.refuse('IDEMPOTENCY_KEY_INVALID');
    const claim = await this.#claimOf(incoming, key);
    if (claim === null) return this.#replies.refuse('BODY_TOO_LARGE');
    const runs = this.#runs;
    return runs instanceof LeasedRuns ? runs.answer(claim, key, handle) : runs.answer(claim, key, claim.token, handle);
  }

  async #withoutKey<A>(handle: RunHandler<A, Tx>): Promise<Answer<A>> {
    const token = this.#options.ids.idempotencyKey();
    const runs = this.#runs;
    if (runs instanceof TransactionRuns) return runs.answer(null, undefined, token, handle);
    const {own} = await handle(new Run(undefined, token, undefined as Tx, null).context, null);
    return {own};
  }

  async #claimOf(incoming: KeyedRequest<R>, key: string): Promise<Claim | null> {
    const {fingerprint, ids, leaseMs, keepMs, maxRequestBytes, afterLoss} = this.#options;
    const scope = await this.#scopeOf(incoming.request);
    const body = await incoming.body(maxRequestBytes);
    if (body === null) return null;
    const {host, path} = incoming;
    const contentType = incoming.header('content-type') ?? '';
    const input = {method: incoming.method.toUpperCase(), host, path, contentType, body};
    return {
      key: await scopedKey(scope, key),
      // Hashed with the key, so that a body cannot be guessed from what the store keeps.
      fingerprint: await digestOf(key, await fingerprint(input)),
      token: ids.idempotencyKey(),
      leaseMs,
      keepMs,
      afterLoss,
    };
  }

  /** @throws TypeError if there is no id: a request without an account must not meet the keys of another one. */
  async #scopeOf(request: R): Promise<string> {
    const {scope} = this.#options;
    if (scope === 'everyone') return '';
    const id: unknown = await scope(request);
    if (typeof id === 'string' && id !== '') return id;
    throw new TypeError(
      `scope must return the id of the caller's account, a string that is not empty, got ${id === '' ? 'an empty one' : typeof id}.`,
    );
  }
}

const PASSED = new Error('The deadline of the request passed before its handler began.');

/** The deadline may pass while the body and the store are read. */
const inTime =
  <A, Tx>(handle: RunHandler<A, Tx>): RunHandler<A, Tx> =>
  async (context, hold) => {
    if (context.deadline?.remainingMs() !== 0) return handle(context, hold);
    context.release();
    throw PASSED;
  };
