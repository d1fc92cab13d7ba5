/** What happens to a request with an idempotency key. Independent of how requests and responses are represented. */
import {quietly} from '../core/quietly.ts';
import {currentDeadline, type RequestDeadline} from './deadline-scope.ts';
import {readKey, scopedKey} from './key.ts';
import {Lease} from './lease.ts';
import {Loss} from './loss.ts';
import {type IdempotencyEvent, type IdempotencyOptions, type ResolvedOptions, resolveOptions} from './options.ts';
import {type ProblemCode, problem} from './problem.ts';
import type {Claim, ClaimResult, IdempotencyStore, StoredResponse, TransactionalStore} from './store.ts';
import {TransactionAttempt} from './transaction-attempt.ts';

/** What the handler of a keyed request gets. */
export interface KeyContext<Tx = undefined> {
  /** The key, without quotes; undefined for a request without one. Pass it on to services that take one. */
  readonly key: string | undefined;
  /** The fencing token: unique for each run, so that a later system can refuse what an overtaken run still sends. */
  readonly token: string;
  /** Aborts when the run has lost its key, after `maxRunMs`, and when the deadline of `withDeadline` passes; not when the client disconnects. */
  readonly signal: AbortSignal;
  /** The transaction of a transactional store, for the effect; undefined with other stores. */
  readonly transaction: Tx;
  /** The deadline and the attempt of `withDeadline`; undefined without it. */
  readonly deadline: RequestDeadline | undefined;
}

/** A request, as an adapter gives it. */
export interface KeyedRequest<R> {
  readonly request: R;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  header(name: string): string | null;
  /** The whole body; null if it is larger than `maxBytes`. Called only for requests with a key. */
  body(maxBytes: number): Promise<Uint8Array | null>;
}

/** The response of the handler, before it is sent. */
export interface MadeResponse<A> {
  readonly status: number;
  readonly headers: Headers;
  /** Null if the body is not kept. */
  readonly body: Uint8Array | null;
  /** What the adapter sends. */
  readonly own: A;
}

/** What the adapter is to send: the response of the handler, or another one in its place. */
export type Answer<A> = {readonly own: A} | {readonly instead: StoredResponse};

/** @param isHeld Whether the response must not be sent before `answer` says so. If not, its body is not needed. */
type Run<A, Tx> = (context: KeyContext<Tx>, isHeld: boolean) => Promise<MadeResponse<A>>;

export class KeyedRequests<R, Tx> {
  readonly #options: ResolvedOptions<R, Tx>;

  /** @throws TypeError or RangeError for an option that cannot work. */
  constructor(options: IdempotencyOptions<R, Tx>) {
    this.#options = resolveOptions(options);
  }

  get maxResponseBytes(): number {
    return this.#options.maxResponseBytes;
  }

  /** @throws What the handler threw. */
  async answer<A>(incoming: KeyedRequest<R>, run: Run<A, Tx>): Promise<Answer<A>> {
    const {store, header, methods, required} = this.#options;
    const value = methods.has(incoming.method.toUpperCase()) ? incoming.header(header) : undefined;
    if (value === null && required) return this.#refuse('IDEMPOTENCY_KEY_MISSING');
    if (value === null || value === undefined) return this.#withoutKey(run);
    const key = readKey(value);
    if (key === undefined) return this.#refuse('IDEMPOTENCY_KEY_INVALID');
    const claim = await this.#claimOf(incoming, key);
    if (claim === null) return this.#refuse('BODY_TOO_LARGE');
    return 'transact' in store ? this.#inTransaction(store, claim, key, run) : this.#underLease(store, claim, key, run);
  }

  async #withoutKey<A>(run: Run<A, Tx>): Promise<Answer<A>> {
    const {store, ids} = this.#options;
    const token = ids.idempotencyKey();
    if ('transact' in store) return this.#inTransaction(store, null, undefined, run, token);
    const {own} = await run(contextOf(undefined, token, undefined as Tx, null), false);
    return {own};
  }

  async #claimOf(incoming: KeyedRequest<R>, key: string): Promise<Claim | null> {
    const {scope, fingerprint, ids, leaseMs, keepMs, maxRequestBytes, afterLoss} = this.#options;
    const body = await incoming.body(maxRequestBytes);
    if (body === null) return null;
    const input = {method: incoming.method.toUpperCase(), path: incoming.path, body};
    return {
      key: scopedKey(await scope(incoming.request), key),
      fingerprint: await fingerprint(input),
      token: ids.idempotencyKey(),
      leaseMs,
      keepMs,
      afterLoss,
    };
  }

  /** The store is in another place than the effect, so the key is the run's for a while. */
  async #underLease<A>(store: IdempotencyStore, claim: Claim, key: string, run: Run<A, Tx>): Promise<Answer<A>> {
    let found: ClaimResult;
    try {
      found = await store.claim(claim);
    } catch (error) {
      return this.#storeFailed('claim', error);
    }
    if (found.state !== 'claimed') return this.#notClaimed(found);
    const {lost, lease} = this.#lease(store, claim);
    let made: MadeResponse<A>;
    try {
      const running = run(contextOf(key, claim.token, undefined as Tx, lost.signal), true);
      made = await Promise.race([running, lost.promise]);
    } catch (error) {
      lease.end();
      this.#notify({type: 'lost', error});
      await this.#settle(store, claim, 'abandon');
      if (lost.signal.aborted) return this.#refuse(claim.afterLoss === 'refuse' ? 'OUTCOME_UNKNOWN' : 'LEASE_LOST');
      throw error;
    }
    lease.end();
    return this.#ended(store, claim, made);
  }

  async #ended<A>(store: IdempotencyStore, claim: Claim, made: MadeResponse<A>): Promise<Answer<A>> {
    const {effectOf, keepMs} = this.#options;
    const {own, status} = made;
    const effect = effectOf(made);
    if (effect !== 'result') {
      await this.#settle(store, claim, effect === 'not-done' ? 'release' : 'abandon');
      this.#notify(effect === 'not-done' ? {type: 'released', status} : {type: 'lost', error: undefined});
      return {own};
    }
    try {
      if (!(await store.complete(claim.key, claim.token, this.#storedOf(made), keepMs)))
        return this.#refuse('LEASE_LOST');
      this.#notify({type: 'stored', status});
    } catch (error) {
      // The effect is there, so its response is the truth. The lease lapses, and the key is lost then.
      this.#notify({type: 'store.failed', step: 'complete', error});
    }
    return {own};
  }

  #lease(store: IdempotencyStore, {key, token}: Claim): {readonly lost: Loss; readonly lease: Lease} {
    const {clock, leaseMs, maxRunMs} = this.#options;
    const lost = new Loss();
    const lease = new Lease({
      clock,
      leaseMs,
      maxRunMs,
      renew: () => store.renew(key, token, leaseMs),
      failed: error => this.#notify({type: 'store.failed', step: 'renew', error}),
      lost: reason => lost.because(reason),
    });
    return {lost, lease};
  }

  /** Ends a run without a result. If the store fails too, the lease lapses, which says the same as `abandon`. */
  async #settle(store: IdempotencyStore, {key, token, afterLoss}: Claim, step: 'abandon' | 'release'): Promise<void> {
    try {
      if (step === 'release' || afterLoss === 'run-again') await store.release(key, token);
      else await store.abandon(key, token);
    } catch (error) {
      this.#notify({type: 'store.failed', step, error});
    }
  }

  /** Key and effect are committed together, so a run that is lost has had no effect. */
  async #inTransaction<A>(
    store: TransactionalStore<Tx>,
    claim: Claim | null,
    key: string | undefined,
    run: Run<A, Tx>,
    token = claim?.token ?? '',
  ): Promise<Answer<A>> {
    const {effectOf} = this.#options;
    const attempt = new TransactionAttempt<MadeResponse<A>>();
    try {
      const answer = await store.transact(claim, async (tx, found, complete) => {
        attempt.begin();
        if (found.state !== 'claimed') return this.#notClaimed(found);
        const made = await attempt.run(() => run(contextOf(key, token, tx, null), true));
        if (effectOf(made) !== 'result') throw attempt.undone(made);
        await complete(this.#storedOf(made));
        return {own: made.own};
      });
      if (attempt.made !== null && claim !== null) this.#notify({type: 'stored', status: attempt.made.status});
      return answer;
    } catch (error) {
      if (attempt.thrown !== null) {
        this.#notify({type: 'lost', error: attempt.thrown.error});
        throw attempt.thrown.error;
      }
      if (!attempt.isUndone || attempt.made === null) return this.#storeFailed('transaction', error);
      this.#notify({type: 'released', status: attempt.made.status});
      return {own: attempt.made.own};
    }
  }

  #storedOf({status, headers, body}: MadeResponse<unknown>): StoredResponse {
    return {status, headers: [...headers].filter(([name]) => this.#options.replayHeaders.has(name)), body};
  }

  #notClaimed(found: Exclude<ClaimResult, {state: 'claimed'}>): {readonly instead: StoredResponse} {
    switch (found.state) {
      case 'running':
        return this.#refuse('REQUEST_RUNNING');
      case 'mismatch':
        return this.#refuse('IDEMPOTENCY_KEY_REUSED');
      case 'unknown':
        return this.#refuse('OUTCOME_UNKNOWN');
      case 'completed': {
        const {response} = found;
        if (response.body === null) return this.#refuse('RESPONSE_NOT_KEPT');
        this.#notify({type: 'replayed', status: response.status});
        return {instead: {...response, headers: [...response.headers, ['idempotent-replayed', 'true']]}};
      }
    }
  }

  #storeFailed(step: 'claim' | 'transaction', error: unknown): {readonly instead: StoredResponse} {
    this.#notify({type: 'store.failed', step, error});
    return this.#refuse('STORE_UNAVAILABLE');
  }

  #refuse(code: ProblemCode): {readonly instead: StoredResponse} {
    this.#notify({type: 'refused', code});
    return {instead: problem(code, this.#options.problems)};
  }

  #notify(event: IdempotencyEvent): void {
    quietly(() => this.#options.on(event));
  }
}

/** @param own Aborts when the run loses its key; null where it has none to lose. */
function contextOf<Tx>(
  key: string | undefined,
  token: string,
  transaction: Tx,
  own: AbortSignal | null,
): KeyContext<Tx> {
  const deadline = currentDeadline();
  const signals = [own, deadline?.signal].filter(signal => signal !== null && signal !== undefined);
  return {key, token, transaction, deadline, signal: AbortSignal.any(signals)};
}
