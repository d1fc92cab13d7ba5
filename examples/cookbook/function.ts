/**
 * Guard a database driver or an SDK
 *
 * `guard` runs any function under a policy. Say `idempotent: true` where the function may run twice.
 */
import {guard} from '../../src/function.ts';

const guarded = guard({deadlineMs: 5000, attemptTimeoutMs: 2000}, {name: 'orders-db'});

/** A driver whose queries end when the signal aborts. */
export interface Database {
  query(sql: string, options: {readonly signal: AbortSignal}): Promise<readonly unknown[]>;
}

export const readOrders = (database: Database): Promise<readonly unknown[]> =>
  guarded(signal => database.query('SELECT * FROM orders', {signal}), {idempotent: true});
