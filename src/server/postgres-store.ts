/** Idempotency keys in PostgreSQL: a row for each key, which its primary key keeps unique. */
import {SteadfetchError} from '../core/errors.ts';
import {responseOf, textOf} from './response-text.ts';
import type {Claim, ClaimResult, IdempotencyStore, StoredResponse, TransactionalStore} from './store.ts';
import {unlessSilent} from './unless-silent.ts';

/** A row, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Runs one statement with `$1`, `$2`, … for its values, and resolves with its rows. With pg:
 * `async (text, values) => (await pool.query(text, [...values])).rows`. With postgres.js: `(text, values) => sql.unsafe(text, [...values])`.
 */
export type Query = (text: string, values: readonly (string | number | null)[]) => Promise<readonly Row[]>;

/** How a `postgresStore` reaches its table. */
export interface PostgresStoreOptions {
  /** Runs one statement, each in a transaction of its own. */
  readonly query: Query;
  /** The name of the table, with or without its schema. Default: `idempotency_keys`. */
  readonly table?: string;
}

/** How a `postgresTransactions` begins a transaction. */
export interface PostgresTransactionOptions<Tx> {
  /**
   * Begins a transaction, runs the work in it, and commits; or rolls back and rejects where the work rejects. The work gets a `query` that runs
   * in the transaction, and the transaction itself, which is passed on to the handler. Each transaction has to be READ COMMITTED or stricter.
   * Rejects too where PostgreSQL answers COMMIT with ROLLBACK, because a statement has failed, if the driver tells.
   *
   * If the work rejects, a statement of the handler may still be running: close the connection instead of giving it back, if the driver can.
   */
  transaction<T>(work: (query: Query, tx: Tx) => Promise<T>): Promise<T>;
  /** The name of the table, with or without its schema. Default: `idempotency_keys`. */
  readonly table?: string;
}

/** A store in PostgreSQL whose expired keys can be deleted. */
export interface PostgresStore extends IdempotencyStore {
  /** Deletes the keys that have expired. Run it once an hour or so. */
  deleteExpired(): Promise<void>;
}

const DEFAULT_TABLE = 'idempotency_keys';
/** A row can disappear between two statements, when the run that had it releases it. More than this in a row does not happen. */
const MOST_TRIES = 10;

/** A store in the transaction of the effect, whose expired keys can be deleted. */
export interface PostgresTransactions<Tx> extends TransactionalStore<Tx> {
  /** Deletes the keys that have expired, in a transaction of its own. Run it once an hour or so. */
  deleteExpired(): Promise<void>;
}

/**
 * The statement that makes the table, for your migrations.
 *
 * @param table Default: `idempotency_keys`.
 * @throws TypeError for an invalid name.
 */
export function postgresSchema(table: string = DEFAULT_TABLE): string {
  return `CREATE TABLE IF NOT EXISTS ${checked(table)} (
  key text PRIMARY KEY,
  fingerprint text NOT NULL,
  token text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'completed', 'unknown')),
  response text,
  lease_until timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS ${table.replace('.', '_')}_expires_at ON ${table} (expires_at);`;
}

/**
 * A store in PostgreSQL with leases, for effects outside of the database. The table has to exist: `postgresSchema()` makes it.
 *
 * @throws TypeError for an invalid name of the table.
 */
export function postgresStore({query, table = DEFAULT_TABLE}: PostgresStoreOptions): PostgresStore {
  const sql = statements(table);
  const owned = async (text: string, ...values: readonly (string | number)[]): Promise<boolean> =>
    (await query(text, values)).length > 0;
  return {
    claim: claim => claimKey(query, sql, claim),
    renew: (key, token, leaseMs) => owned(sql.renew, key, token, leaseMs),
    complete: (key, token, response, keepMs) => owned(sql.complete, key, token, textOf(response), keepMs),
    abandon: (key, token) => owned(sql.abandon, key, token),
    release: (key, token) => owned(sql.release, key, token),
    deleteExpired: async () => {
      await query(sql.deleteExpired, []);
    },
  };
}

/**
 * A store in PostgreSQL that keeps the key in the transaction of the effect: both are committed or neither is, so each key has exactly one
 * effect. For effects in the same database.
 *
 * @throws TypeError for an invalid name of the table.
 */
export function postgresTransactions<Tx>({
  transaction,
  table = DEFAULT_TABLE,
}: PostgresTransactionOptions<Tx>): PostgresTransactions<Tx> {
  const sql = statements(table);
  return {
    transact: async (claim, work) => {
      if (claim === null)
        return transaction((query, tx) =>
          work(tx, {state: 'claimed'}, async () => {
            await query(sql.check, []);
          }),
        );
      // A row of a run that is not completed was committed by the handler, and its effect with it.
      const refusing: Claim = {...claim, afterLoss: 'refuse'};
      let isEnded = false;
      try {
        return await transaction(async (query, tx) => {
          isEnded = false;
          const begun = await lock(query, sql, claim);
          const found = begun === null ? runningOf(claim) : await claimKey(query, sql, refusing);
          const complete = async (response: StoredResponse): Promise<void> => {
            const rows = await query(sql.complete, [claim.key, claim.token, textOf(response), claim.keepMs]);
            isEnded = rows.length === 0;
            if (isEnded) throw endedByHandler();
          };
          try {
            return await work(tx, found, complete);
          } catch (error) {
            if (begun !== null && !isEnded) isEnded = await isAnother(query, sql, begun);
            throw error;
          }
        });
      } catch (error) {
        if (!isEnded) throw error;
        // What the handler did since is not undone, and its row may be gone. So the key must not run again.
        throw endedByHandler(
          await transaction(query => keepUnknown(query, sql, refusing)).then(
            () => error,
            (failure: unknown) => failure,
          ),
        );
      }
    },
    deleteExpired: () =>
      transaction(async query => {
        await query(sql.deleteExpired, []);
      }),
  };
}

/**
 * A second transaction with the key would wait at the row of the first one until that ends. The lock, which ends with its transaction, tells at once.
 * The lock and the row need a statement each: only a statement that begins after the lock sees what was committed before it.
 *
 * @returns The id of the transaction; null if another one has the key.
 */
async function lock(query: Query, sql: Statements, {key}: Claim): Promise<string | null> {
  const [row] = await query(sql.lock, [`${sql.table} ${key}`]);
  return String(row?.locked) === 'true' ? String(row?.begun) : null;
}

const runningOf = ({leaseMs}: Claim): ClaimResult => ({state: 'running', leaseLeftMs: leaseMs});

/** Whether the handler has ended the transaction that had begun, by a ROLLBACK or a COMMIT of its own. */
const isAnother = (query: Query, sql: Statements, begun: string): Promise<boolean> =>
  unlessSilent(query(sql.isSame, [begun]).then(([row]) => String(row?.same) === 'false'));

async function keepUnknown(query: Query, sql: Statements, claim: Claim): Promise<void> {
  if ((await claimKey(query, sql, claim)).state === 'claimed') await query(sql.abandon, [claim.key, claim.token]);
}

const endedByHandler = (cause?: unknown): SteadfetchError =>
  new SteadfetchError(
    'TRANSACTION_ENDED',
    'The handler has ended the transaction of its idempotency key, so what it did cannot be undone, and the key does not run again.',
    cause,
  );

async function claimKey(query: Query, sql: Statements, claim: Claim): Promise<ClaimResult> {
  const {key, fingerprint, token, leaseMs, keepMs, afterLoss} = claim;
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const claimed = await query(sql.claim, [key, fingerprint, token, leaseMs, keepMs, afterLoss]);
    if (claimed.length > 0) return {state: 'claimed'};
    const [row] = await query(sql.read, [key]);
    if (row === undefined) continue;
    if (row.fingerprint !== fingerprint) return {state: 'mismatch'};
    if (row.state === 'completed') return {state: 'completed', response: responseOf(row.response)};
    const leaseLeftMs = row.state === 'running' ? Number(row.remaining) : 0;
    if (leaseLeftMs > 0) return {state: 'running', leaseLeftMs};
    if (afterLoss === 'refuse') return {state: 'unknown'};
  }
  throw new SteadfetchError(
    'IDEMPOTENCY_STORE',
    `The row of the idempotency key changed ${MOST_TRIES} times in a row.`,
  );
}

type Statements = ReturnType<typeof statements>;

/**
 * Time is that of the database, so the clocks of the processes do not matter. A statement whose reply was lost is sent again, so a second claim or complete of
 * the same run finds what the first one did. Booleans are read as text: a driver may return a boolean as `true`, `'t'` or `1`.
 */
function statements(name: string) {
  const table = checked(name);
  const after = (ms: string): string => `clock_timestamp() + ${ms}::float8 * interval '1 millisecond'`;
  const own = 'WHERE key = $1 AND token = $2 AND expires_at > clock_timestamp()';
  const owned = `${own} AND state = 'running'`;
  return {
    table,
    // Fails where a statement of the transaction has failed, which would turn COMMIT into ROLLBACK.
    check: 'SELECT 1',
    lock: 'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))::text AS locked, txid_current()::text AS begun',
    isSame: 'SELECT (txid_current()::text = $1)::text AS same',
    claim: `INSERT INTO ${table} AS kept (key, fingerprint, token, state, lease_until, expires_at)
VALUES ($1, $2, $3, 'running', ${after('$4')}, ${after('$5')})
ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, token = excluded.token, state = 'running', response = NULL,
  lease_until = excluded.lease_until, expires_at = excluded.expires_at
WHERE kept.expires_at <= clock_timestamp() OR (kept.fingerprint = excluded.fingerprint AND (
  (kept.state = 'running' AND kept.token = excluded.token) OR ($6 = 'run-again'
  AND (kept.state = 'unknown' OR (kept.state = 'running' AND kept.lease_until <= clock_timestamp())))))
RETURNING key`,
    read: `SELECT fingerprint, state, response, ceil(extract(epoch FROM lease_until - clock_timestamp()) * 1000)::float8 AS remaining
FROM ${table} WHERE key = $1 AND expires_at > clock_timestamp()`,
    renew: `UPDATE ${table} SET lease_until = ${after('$3')} ${owned} RETURNING key`,
    complete: `UPDATE ${table} SET state = 'completed', response = $3, expires_at = ${after('$4')} ${own}
  AND state IN ('running', 'completed') RETURNING key`,
    abandon: `UPDATE ${table} SET state = 'unknown' ${owned} RETURNING key`,
    release: `DELETE FROM ${table} ${owned} RETURNING key`,
    deleteExpired: `DELETE FROM ${table} WHERE expires_at <= clock_timestamp()`,
  };
}

/** The name is written into statements, so it is an identifier that needs no quotes. */
function checked(table: string): string {
  if (!/^[a-z_][a-z0-9_]{0,40}(?:\.[a-z_][a-z0-9_]{0,40})?$/i.test(table))
    throw new TypeError(
      `The name of a table is made of letters, digits and underscores, got ${JSON.stringify(table)}.`,
    );
  return table;
}
