/** The ports of idempotency keys: what a store of keys does, and what it keeps. */

/** A response as it is stored and replayed. */
export interface StoredResponse {
  /** The HTTP status. */
  readonly status: number;
  /** Names, in lower case, and values. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The whole body; null if it was a stream or too large to keep. */
  readonly body: Uint8Array | null;
}

/** What happens to a key whose run ended without a known outcome: the process crashed, or the handler threw, or answered with a status that is no result. */
export type AfterLoss = 'refuse' | 'run-again';

/** A request that wants to run under a key. */
export interface Claim {
  /** A hash of scope and key: 64 characters of 0-9 and a-f. */
  readonly key: string;
  /** A hash of the request: the same for every repetition. 64 characters of 0-9 and a-f. */
  readonly fingerprint: string;
  /** Unique for each claim. Only the run with the token of the last claim may change the key. */
  readonly token: string;
  /** How long the key belongs to the run unless the lease is renewed, in ms. */
  readonly leaseMs: number;
  /** How long the key is remembered, in ms. */
  readonly keepMs: number;
  /** What a lost run means for this claim. */
  readonly afterLoss: AfterLoss;
}

/**
 * What a claim found.
 *
 * - `claimed`: the key is now this run's.
 * - `running`: another run has the key, for `leaseLeftMs` unless it renews its lease.
 * - `mismatch`: the key was used with another fingerprint.
 * - `unknown`: a run with this key was lost, and its outcome is not known.
 * - `completed`: the response of the first run.
 */
export type ClaimResult =
  | {readonly state: 'claimed'}
  | {readonly state: 'running'; readonly leaseLeftMs: number}
  | {readonly state: 'mismatch'}
  | {readonly state: 'unknown'}
  | {readonly state: 'completed'; readonly response: StoredResponse};

/**
 * Keeps keys under leases. Each method is atomic, and rejects if the store fails. The methods that take a token change nothing and resolve
 * with false if the key is no longer running under that token.
 *
 * A method may be called again with the same values, because the reply of the first call was lost: `claim` takes a key that is running under the token
 * of the claim, and `complete` resolves with true where the run with this token has completed.
 */
export interface IdempotencyStore {
  /** Takes the key, or says what is there. */
  claim(claim: Claim): Promise<ClaimResult>;
  /** The lease lasts `leaseMs` from now. */
  renew(key: string, token: string, leaseMs: number): Promise<boolean>;
  /** The run has ended with this response, which is kept for `keepMs`. */
  complete(key: string, token: string, response: StoredResponse, keepMs: number): Promise<boolean>;
  /** The run has ended, and its outcome is not known. */
  abandon(key: string, token: string): Promise<boolean>;
  /** The run has done nothing: the key is as if it had never been used. */
  release(key: string, token: string): Promise<boolean>;
}

/** Keeps keys inside the transaction of the effect, so that both are committed or neither is. `Tx` is what the handler gets. */
export interface TransactionalStore<Tx> {
  /**
   * Runs the work in a transaction, which is committed if the work resolves, and rolled back if it rejects.
   *
   * @param claim Null for a request without a key.
   * @param work  Gets the transaction, what the claim found, and a function that stores the response.
   */
  transact<T>(
    claim: Claim | null,
    work: (tx: Tx, found: ClaimResult, complete: (response: StoredResponse) => Promise<void>) => Promise<T>,
  ): Promise<T>;
}
