/** A database double with a pool of connections, for tests that move time: it says on which connection each statement ran, and in whose transaction. */
import type {ClaimResult, StoredResponse, TransactionalStore} from '../../src/server.ts';

/** A connection as a driver gives it: an object with a method. */
export class Connection {
  readonly number: number;
  /** The transaction that the connection is in. */
  owner: string | null = null;
  #statements: string[] = [];
  readonly #log: string[];

  constructor(number: number, log: string[]) {
    this.number = number;
    this.#log = log;
  }

  async query(statement: string): Promise<this> {
    this.#log.push(`${statement} in ${this.owner ?? 'no transaction'}`);
    this.#statements.push(statement);
    return this;
  }

  /** The statements of the transaction that ends. */
  take(): string[] {
    return this.#statements.splice(0);
  }
}

export class TransactionPool implements TransactionalStore<Connection> {
  /** Each statement, and the transaction that it ran in. */
  readonly log: string[] = [];
  readonly committed: string[] = [];
  /** Steps that never answer. */
  readonly silent: Set<'commit' | 'rollback'> = new Set();
  /** Whether such a step was reached. */
  isSilent = false;
  /** Transactions so far. */
  begun = 0;
  readonly #free: Connection[];
  readonly #waiting: ((connection: Connection) => void)[] = [];
  readonly #responses = new Map<string, StoredResponse>();

  constructor(size: number) {
    this.#free = Array.from({length: size}, (_, number) => new Connection(number, this.log));
  }

  get free(): number {
    return this.#free.length;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async transact<T>(
    claim: {readonly key: string} | null,
    work: (tx: Connection, found: ClaimResult, complete: (response: StoredResponse) => Promise<void>) => Promise<T>,
  ): Promise<T> {
    const connection = this.#free.pop() ?? (await new Promise<Connection>(resolve => this.#waiting.push(resolve)));
    connection.owner = `transaction ${++this.begun}`;
    const kept = claim === null ? undefined : this.#responses.get(claim.key);
    let response = kept;
    try {
      const found: ClaimResult = kept === undefined ? {state: 'claimed'} : {state: 'completed', response: kept};
      const result = await work(connection, found, async made => {
        response = made;
      });
      await this.#step('commit');
      this.committed.push(...connection.take());
      if (claim !== null && response !== undefined) this.#responses.set(claim.key, response);
      return result;
    } catch (error) {
      connection.take();
      await this.#step('rollback');
      throw error;
    } finally {
      connection.owner = null;
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(connection);
      else next(connection);
    }
  }

  async #step(name: 'commit' | 'rollback'): Promise<void> {
    if (!this.silent.has(name)) return;
    this.isSilent = true;
    await new Promise(() => {});
  }
}
