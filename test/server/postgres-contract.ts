/** The contract of both stores in PostgreSQL, over any driver. */
import {expect} from 'chai';
import {
  postgresSchema,
  postgresStore,
  postgresTransactions,
  type Query,
  type TransactionalStore,
} from '../../src/server.ts';
import {storeContract} from './store-contract.ts';

/** A database through one driver. */
export interface Driver {
  readonly query: Query;
  transaction<T>(work: (query: Query, tx: Query) => Promise<T>): Promise<T>;
  /** Whether two transactions can be open at once. */
  readonly isConcurrent: boolean;
  close(): Promise<void>;
}

const HOUR = 3_600_000;
const claim = (key: string, fingerprint = 'f1') =>
  ({key, fingerprint, token: 't1', leaseMs: HOUR, keepMs: HOUR, afterLoss: 'refuse'}) as const;
const response = {
  status: 201,
  headers: [['content-type', 'text/plain']],
  body: new TextEncoder().encode('done'),
} as const;

export function postgresContract(open: () => Promise<Driver>, numRuns: number): void {
  let driver: Driver;
  before(async () => {
    driver = await open();
    for (const statement of `DROP TABLE IF EXISTS idempotency_keys, effects;${postgresSchema()}CREATE TABLE IF NOT EXISTS effects (key text)`.split(
      ';',
    ))
      await driver.query(statement, []);
  });
  after(() => driver?.close());

  describe('as a store with leases', () => {
    const move =
      (column: string) =>
      async (key: string): Promise<void> => {
        await driver.query(
          `UPDATE idempotency_keys SET ${column} = clock_timestamp() - interval '1 second' WHERE key = $1`,
          [key],
        );
      };
    storeContract(
      async () => ({
        store: postgresStore({query: driver.query}),
        lapse: move('lease_until'),
        expire: move('expires_at'),
      }),
      numRuns,
    );

    it('deletes what has expired', async () => {
      const store = postgresStore({query: driver.query});
      await store.claim({...claim('old'), keepMs: 1});
      await store.claim(claim('young'));
      await move('expires_at')('old');
      await store.deleteExpired();
      const rows = await driver.query("SELECT key FROM idempotency_keys WHERE key IN ('old', 'young')", []);
      expect(rows).to.deep.equal([{key: 'young'}]);
    });
  });

  describe('as a store in the transaction of the effect', () => {
    let store: TransactionalStore<Query>;
    before(() => {
      store = postgresTransactions({transaction: work => driver.transaction(work)});
    });
    const effects = async (key: string): Promise<number> =>
      (await driver.query('SELECT key FROM effects WHERE key = $1', [key])).length;
    const once = (key: string, fingerprint?: string): Promise<string> =>
      store.transact(claim(key, fingerprint), async (tx, found, complete) => {
        if (found.state !== 'claimed') return found.state;
        await tx('INSERT INTO effects (key) VALUES ($1)', [key]);
        await complete(response);
        return 'claimed';
      });

    it('commits effect and response together', async () => {
      expect(await once('together')).to.equal('claimed');
      expect(await once('together')).to.equal('completed');
      expect(await once('together', 'f2')).to.equal('mismatch');
      expect(await effects('together')).to.equal(1);
    });

    it('rolls both back where the work rejects', async () => {
      const failed = store.transact(claim('back'), async tx => {
        await tx('INSERT INTO effects (key) VALUES ($1)', ['back']);
        throw new Error('no');
      });
      expect(await failed.catch((error: Error) => error.message)).to.equal('no');
      expect(await effects('back')).to.equal(0);
      expect(await once('back')).to.equal('claimed');
    });

    it('runs work without a key in a transaction', async () => {
      const found = await store.transact(null, async (tx, {state}, complete) => {
        await tx('INSERT INTO effects (key) VALUES ($1)', ['bare']);
        await complete(response);
        return state;
      });
      expect(found).to.equal('claimed');
      expect(await effects('bare')).to.equal(1);
    });

    it('rejects work without a key whose statement has failed, although the work has not', async () => {
      const work = store.transact(null, async (tx, _found, complete) => {
        await tx('INSERT INTO effects (key) VALUES ($1)', ['swallowed']);
        await tx('INSERT INTO no_such_table VALUES (1)', []).catch(() => {});
        await complete(response);
        return 'done';
      });
      expect(await work.catch(() => 'rejected')).to.equal('rejected');
      expect(await effects('swallowed')).to.equal(0);
    });

    it('says at once that another transaction has the key', async function () {
      if (!driver.isConcurrent) this.skip();
      const inner = await store.transact(claim('busy'), async (_tx, _found, complete) => {
        const second = await once('busy');
        await complete(response);
        return second;
      });
      expect(inner).to.equal('running');
      expect(await once('busy')).to.equal('completed');
    });

    it('deletes what has expired', async () => {
      const transactions = postgresTransactions({transaction: work => driver.transaction(work)});
      for (const key of ['past', 'present'])
        await transactions.transact(claim(key), (_tx, _found, complete) => complete(response));
      await driver.query(
        "UPDATE idempotency_keys SET expires_at = clock_timestamp() - interval '1 second' WHERE key = 'past'",
        [],
      );
      await transactions.deleteExpired();
      const rows = await driver.query("SELECT key FROM idempotency_keys WHERE key IN ('past', 'present')", []);
      expect(rows).to.deep.equal([{key: 'present'}]);
    });

    it('lets one of many transactions at once have the effect', async () => {
      const states = await Promise.all(Array.from({length: 20}, () => once('crowd')));
      expect(states.filter(state => state === 'claimed')).to.have.length(1);
      expect(await effects('crowd')).to.equal(1);
    });
  });
}
