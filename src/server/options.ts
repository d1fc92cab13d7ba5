/** The options of idempotency keys on a server, with their defaults. */
import {type Ids, SystemIds} from '../core/random.ts';
import {systemClock} from '../core/system-clock.ts';
import type {Clock} from '../core/timer.ts';
import {BoundedStore} from './bounded-store.ts';
import {type FingerprintInput, fingerprintOf} from './fingerprint.ts';
import type {ProblemCode, ProblemOptions} from './problem.ts';
import type {AfterLoss, IdempotencyStore, TransactionalStore} from './store.ts';

/** What happened to a request with a key, for logs and metrics. It has no key, because a key is a secret. */
export type IdempotencyEvent =
  | {readonly type: 'stored'; readonly status: number}
  | {readonly type: 'replayed'; readonly status: number}
  /**
   * The key is free: the handler released it, or its transaction was rolled back. Where the store was away, the event comes once the key is free. No status where
   * the handler threw.
   */
  | {readonly type: 'released'; readonly status: number | undefined; readonly error: unknown}
  /**
   * Whether the request had an effect is not known, or the store was away for so long that it has neither the response nor the release of the run. No status where
   * the handler threw or lost its key.
   */
  | {readonly type: 'lost'; readonly status: number | undefined; readonly error: unknown}
  | {readonly type: 'refused'; readonly code: ProblemCode}
  /** An error that no framework gets. The request was answered with 500 `HANDLER_FAILED`, if it had no answer yet. */
  | {readonly type: 'failed'; readonly error: unknown}
  | {
      readonly type: 'store.failed';
      readonly step: 'claim' | 'renew' | 'complete' | 'abandon' | 'release' | 'transaction';
      readonly error: unknown;
    };

/** The options of `idempotent` and `idempotencyMiddleware`. `R` is the request that `scope` gets, `Tx` the transaction of a transactional store. */
export interface IdempotencyOptions<R, Tx = undefined> extends ProblemOptions {
  /** Where keys are kept: `memoryStore`, `redisStore`, `postgresStore` or `postgresTransactions`. */
  readonly store: IdempotencyStore | TransactionalStore<Tx>;
  /**
   * The id of the account that a request belongs to, such as that of its user or tenant. Whoever shares a scope and knows a key gets its stored response. The id
   * has to be the same for each retry: not a token, which is refreshed. It must not be empty; an error that it throws is passed on. `'everyone'`: all
   * callers are one account.
   */
  readonly scope: ((request: R) => string | Promise<string>) | 'everyone';
  /** The header with the key. Default: `Idempotency-Key`. */
  readonly header?: string;
  /**
   * The methods that need a key; requests with other methods are handled as if there were no key. Default: POST and PATCH, since HTTP defines PUT and DELETE as
   * idempotent.
   */
  readonly methods?: readonly string[];
  /** Whether a request without a key is refused. If not, it is handled, and nothing prevents a second effect. Default: true. */
  readonly required?: boolean;
  /** The fingerprint of a request. Default: SHA-256 of method, host, path with query, content type, and the bytes of the body. */
  readonly fingerprint?: (input: FingerprintInput) => string | Promise<string>;
  /** Whether a key may run again after its run was lost. Default: `refuse`. Has no meaning for `postgresTransactions`, which loses none: where a
   * handler has sent a COMMIT or a ROLLBACK of its own, and fails, its key is refused. */
  readonly afterLoss?: AfterLoss;
  /**
   * Headers of the response that are not stored, beside set-cookie, date, content-length and those of the connection: such as a request id. All others that the
   * handler sets are replayed. Default: none.
   */
  readonly omitHeaders?: readonly string[];
  /** How long a key belongs to a run that no longer renews it, in ms. Default: 30,000. */
  readonly leaseMs?: number;
  /**
   * The most time of a handler, in ms; with `run-again` until the end of a response that is sent as it comes. After it the signal aborts, and what the handler
   * answers is dropped, except the rest of such a response. Default: 300,000; with
   * `postgresTransactions`, whose connection is taken meanwhile, 30,000.
   */
  readonly maxRunMs?: number;
  /** How long a request waits for one answer of the store, in ms; with `postgresTransactions` for a connection, and for COMMIT. Default: 5000. */
  readonly storeTimeoutMs?: number;
  /** How long a response is kept, in ms. Default: 86,400,000, which is 24 hours. */
  readonly keepMs?: number;
  /** The largest body of a request, in bytes: it is held in memory. Default: 1 MiB. */
  readonly maxRequestBytes?: number;
  /**
   * The largest body of a response that is kept, in bytes. Larger ones, and event streams, are sent but not kept; with `postgresTransactions` an event
   * stream is held to its end, and a larger response is refused and rolled back. Default: 1 MiB.
   */
  readonly maxResponseBytes?: number;
  /** Called for each request with a key. Its errors are caught, and rejections too. Default: the first `store.failed` of each step, and the first `failed`, are written to the console. */
  readonly on?: (event: IdempotencyEvent) => void;
  /** Time of leases. Default: the system clock. */
  readonly clock?: Clock;
  /** Makes the token of each run. Default: `SystemIds`. */
  readonly ids?: Pick<Ids, 'idempotencyKey'>;
}

/** The options with their defaults. */
export interface ResolvedOptions<R, Tx>
  extends Required<
    Pick<
      IdempotencyOptions<R, Tx>,
      | 'scope'
      | 'header'
      | 'required'
      | 'afterLoss'
      | 'leaseMs'
      | 'maxRunMs'
      | 'storeTimeoutMs'
      | 'keepMs'
      | 'maxRequestBytes'
      | 'maxResponseBytes'
      | 'on'
      | 'clock'
      | 'ids'
    >
  > {
  readonly store: BoundedStore | TransactionalStore<Tx>;
  readonly methods: ReadonlySet<string>;
  readonly fingerprint: NonNullable<IdempotencyOptions<R, Tx>['fingerprint']>;
  readonly omitHeaders: ReadonlySet<string>;
  readonly problems: ProblemOptions;
}

/** @throws TypeError or RangeError for an option that cannot work. */
export function resolveOptions<R, Tx>(options: IdempotencyOptions<R, Tx>): ResolvedOptions<R, Tx> {
  const maxRunMs = options.maxRunMs ?? ('transact' in options.store ? 30_000 : 300_000);
  const {leaseMs = 30_000, storeTimeoutMs = 5000, keepMs = 86_400_000} = options;
  const {maxRequestBytes = 2 ** 20, maxResponseBytes = 2 ** 20} = options;
  for (const [name, value] of Object.entries({
    leaseMs,
    maxRunMs,
    storeTimeoutMs,
    keepMs,
    maxRequestBytes,
    maxResponseBytes,
  }))
    if (!Number.isFinite(value) || value <= 0) throw new RangeError(`${name} must be a number above 0, got ${value}.`);
  if (keepMs < maxRunMs + leaseMs)
    throw new RangeError(
      `keepMs (${keepMs}) must be at least maxRunMs + leaseMs (${maxRunMs + leaseMs}), or a key is forgotten while its handler runs.`,
    );
  const {store, scope, clock = systemClock} = options;
  if (scope !== 'everyone' && typeof scope !== 'function')
    throw new TypeError(
      "scope must be a function that returns the id of the caller's account, or 'everyone' if all callers are one account.",
    );
  return {
    store: 'transact' in store ? store : new BoundedStore(store, storeTimeoutMs, clock),
    scope,
    header: options.header ?? 'Idempotency-Key',
    methods: new Set((options.methods ?? ['POST', 'PATCH']).map(method => method.toUpperCase())),
    required: options.required ?? true,
    fingerprint: options.fingerprint ?? fingerprintOf,
    afterLoss: options.afterLoss ?? 'refuse',
    omitHeaders: new Set((options.omitHeaders ?? []).map(name => name.toLowerCase())),
    leaseMs,
    maxRunMs,
    storeTimeoutMs,
    keepMs,
    maxRequestBytes,
    maxResponseBytes,
    on: options.on ?? complainOnce(),
    clock,
    ids: options.ids ?? new SystemIds(),
    problems: {retryAfterMs: options.retryAfterMs, describedBy: options.describedBy},
  };
}

/** The first failure of each step of the store, and the first error that no framework gets. */
function complainOnce(): (event: IdempotencyEvent) => void {
  const complained = new Set<string>();
  return event => {
    if (event.type !== 'store.failed' && event.type !== 'failed') return;
    const what =
      event.type === 'failed'
        ? 'a request with an idempotency key failed'
        : `the store of idempotency keys failed at ${event.step}`;
    if (complained.has(what)) return;
    complained.add(what);
    console.error(`steadfetch: ${what}. Later failures are not written; see the option \`on\`.`, event.error);
  };
}
