/** Whatever a handler has taken from its transaction fails once that has ended, and works as without the guard before. */
import {promisify} from 'node:util';
import {expect} from 'chai';
import {guardTransaction} from '../../src/server/transaction-guard.ts';
import {deferred} from './requests.ts';

/** A client of the kinds that drivers and query builders give: methods, private fields, builders, nested handles. */
class Client {
  static readonly kind = 'client';
  readonly #log: string[];
  readonly entity = {name: 'an entity'};
  readonly parts: readonly string[] = Object.freeze(['a', 'b']);
  /** A property of drivers with internal lists. */
  readonly queue: string[] = [];

  constructor(log: string[]) {
    this.#log = log;
  }

  #run(statement: string): string {
    this.#log.push(statement);
    return statement;
  }

  async query(statement: string): Promise<string> {
    return this.#run(statement);
  }

  /** As drivers do that have private state without private fields. */
  enqueue(statement: string): void {
    this.queue.push(statement);
    this.flush();
  }

  flush(): void {
    for (const statement of this.queue.splice(0)) this.#run(statement);
  }

  lazily(statement: string): Lazy {
    return new Lazy(() => this.#run(statement));
  }

  create(): object {
    return this.entity;
  }

  list(): readonly string[] {
    return this.parts;
  }

  nested<T>(work: (client: Client) => T): T {
    return work(new Client(this.#log));
  }

  callback(statement: string, done: (error: Error | null, rows: readonly object[]) => void): void {
    done(null, [{statement: this.#run(statement)}]);
  }

  self(): this {
    return this;
  }

  /** Compares classes, as an ORM does. */
  knows(type: unknown): boolean {
    return type === Client;
  }

  same(query: Lazy): Lazy {
    return query;
  }

  isIt(other: unknown): boolean {
    return other === this;
  }
}

/** Runs when it is awaited, as queries of postgres.js, knex and Drizzle do. */
class Lazy extends Promise<string> {
  readonly #run: () => string;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  constructor(run: () => string) {
    super(() => {});
    this.#run = run;
  }

  execute(): this {
    this.#run();
    return this;
  }

  // biome-ignore lint/suspicious/noThenProperty: The double of a lazy query.
  override then<A, B>(
    done?: ((value: string) => A | PromiseLike<A>) | null,
    failed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return Promise.resolve(this.#run()).then(done, failed);
  }

  override catch<B>(failed?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<string | B> {
    return Promise.resolve(this.#run()).catch(failed);
  }
}

/** What a handler takes before the end, and calls after it. */
const TAKEN: Readonly<Record<string, (transaction: Client) => () => unknown>> = {
  'the transaction': transaction => () => transaction.query('late'),
  'a method': transaction => {
    const query = transaction.query;
    return () => query.call(transaction, 'late');
  },
  'a bound method': transaction => {
    const query = transaction.query.bind(transaction);
    return () => query('late');
  },
  'a method that is bound twice': transaction => {
    const query = transaction.query.bind(transaction).bind(null, 'late');
    return () => query();
  },
  'a bound call': transaction => {
    const query = Function.prototype.call.bind(transaction.query);
    return () => query(transaction, 'late');
  },
  'a promisified method': transaction => {
    const query = promisify(transaction.callback).bind(transaction);
    return () => query('late');
  },
  'a query that runs when it is awaited': transaction => {
    const query = transaction.lazily('late');
    return () => query.then(() => {});
  },
  'a query that its own method runs': transaction => {
    const query = transaction.lazily('late');
    return () => void query.execute();
  },
  'what a method returned, itself': transaction => {
    const self = transaction.self();
    return () => self.query('late');
  },
  'a nested handle': transaction => {
    const inner = transaction.nested(client => client);
    return () => inner.query('late');
  },
  'a nested handle, kept by a callback': transaction => {
    let kept: Client | undefined;
    transaction.nested(client => {
      kept = client;
    });
    return () => kept!.query('late');
  },
};

describe('a guarded transaction', () => {
  for (const [what, take] of Object.entries(TAKEN))
    it(`ends ${what} with it`, async () => {
      const log: string[] = [];
      const client = new Client(log);
      const {transaction, close} = guardTransaction(client);
      const call = take(transaction);
      close();
      const late = await Promise.resolve()
        .then(call)
        .catch((error: unknown) => error);
      expect(late).to.include({code: 'TRANSACTION_ENDED'});
      client.flush();
      expect(log).to.deep.equal([]);
    });

  for (const [what, take] of Object.entries(TAKEN))
    it(`passes on ${what} until then`, async () => {
      const log: string[] = [];
      await take(guardTransaction(new Client(log)).transaction)();
      expect(log).to.deep.equal(['late']);
    });

  it('leaves data as it is: what promises resolve with, dates, bytes and errors', async () => {
    const at = new Date();
    const bytes = new Uint8Array(1);
    const row = {at, bytes};
    const rows = [row];
    const {transaction} = guardTransaction({at, bytes, query: async () => rows, one: () => at});
    expect(await transaction.query()).to.equal(rows);
    expect(transaction.at).to.equal(at);
    expect(transaction.bytes).to.equal(bytes);
    expect(transaction.one()).to.equal(at);
  });

  it('leaves what a method returns the object that it is: an entity, a frozen list, a query within a query', () => {
    const client = new Client([]);
    const {transaction} = guardTransaction(client);
    expect(transaction.create()).to.equal(client.entity);
    expect(transaction.list()).to.equal(client.parts);
    expect(transaction.parts).to.equal(client.parts);
    const query = transaction.lazily('inner');
    expect(query).to.be.an.instanceOf(Lazy);
    expect(transaction.same(query)).to.equal(query);
  });

  it('leaves a lazy query that cannot be changed as it is', async () => {
    const query = Object.freeze(new Lazy(() => 'ran'));
    const {transaction} = guardTransaction({lazily: () => query});
    expect(transaction.lazily()).to.equal(query);
    expect(await transaction.lazily()).to.equal('ran');
  });

  it('leaves the rows of a callback as they are', () => {
    const {transaction} = guardTransaction(new Client([]));
    let seen: unknown;
    transaction.callback('now', (_error, rows) => {
      seen = structuredClone(rows);
    });
    expect(seen).to.deep.equal([{statement: 'now'}]);
  });

  it('passes classes on as they are, and objects of its own as what they stand for', () => {
    const client = new Client([]);
    const {transaction} = guardTransaction(client);
    expect(transaction.knows(Client)).to.equal(true);
    expect(transaction.constructor).to.equal(Client);
    expect(transaction).to.be.an.instanceOf(Client);
    expect(transaction.isIt(transaction)).to.equal(true);
  });

  it('removes a listener that was added', () => {
    const events = new EventTarget();
    const {transaction} = guardTransaction(events);
    let calls = 0;
    const listener = (): void => void calls++;
    transaction.addEventListener('notice', listener);
    transaction.removeEventListener('notice', listener);
    events.dispatchEvent(new Event('notice'));
    expect(calls).to.equal(0);
  });

  it('lets a lazy query end that has begun: what its driver calls then does not throw', async () => {
    const {transaction, close} = guardTransaction(new Client([]));
    const query = transaction.lazily('begun');
    const ran = query.then(statement => statement);
    close();
    expect(await query.catch(() => 'failed')).to.equal('begun');
    expect(await ran).to.equal('begun');
  });

  it('rejects the promise of a lazy query that begins late, and throws at its other methods', async () => {
    const log: string[] = [];
    const {transaction, close} = guardTransaction(new Client(log));
    const query = transaction.lazily('late');
    close();
    const codes: unknown[] = [];
    void query.catch((error: unknown) => codes.push(Reflect.get(Object(error), 'code')));
    await query
      .finally(() => codes.push('finally'))
      .catch((error: unknown) => codes.push(Reflect.get(Object(error), 'code')));
    expect(codes).to.deep.equal(['TRANSACTION_ENDED', 'finally', 'TRANSACTION_ENDED']);
    expect(() => query.execute())
      .to.throw()
      .with.property('code', 'TRANSACTION_ENDED');
    expect(log).to.deep.equal([]);
  });

  it('calls a hook that comes after the end, and gives it an ended handle', async () => {
    const hooks: ((handle: Client) => unknown)[] = [];
    class Hooked extends Client {
      afterCommit(hook: (handle: Client) => unknown): void {
        hooks.push(hook);
      }
    }
    const client = new Hooked([]);
    const {transaction, close} = guardTransaction(client);
    let seen: unknown;
    transaction.afterCommit(handle => {
      seen = handle;
      return 'ran';
    });
    transaction.afterCommit(async () => 'ran later');
    close();
    expect(await Promise.all(hooks.map(hook => hook(client)))).to.deep.equal(['ran', 'ran later']);
    expect(() => (seen as Client).query('late'))
      .to.throw()
      .with.property('code', 'TRANSACTION_ENDED');
  });

  it('waits for a savepoint whose promise is of a kind of its own', async () => {
    class Savepoints extends Client {
      transaction(work: (client: Client) => Promise<void>): PromiseLike<void> {
        const running = Promise.resolve().then(() => work(this));
        // biome-ignore lint/suspicious/noThenProperty: The double of a thenable that runs already, as that of Knex.
        return {then: (...both) => running.then(...both)};
      }
    }
    for (const end of ['resolve', 'reject'] as const) {
      const {transaction, idle} = guardTransaction(new Savepoints([]));
      const ended = deferred<void>();
      void Promise.resolve(transaction.transaction(() => ended.promise)).catch(() => {});
      const order: string[] = [];
      const idled = idle().then(
        () => order.push('idle'),
        (error: Error) => order.push(error.message),
      );
      await new Promise(resolve => setImmediate(resolve));
      order.push('ended');
      if (end === 'resolve') ended.resolve();
      else ended.reject(new Error('failed'));
      await idled;
      expect(order).to.deep.equal(['ended', end === 'resolve' ? 'idle' : 'failed']);
    }
  });

  for (const name of ['transaction', 'savepoint', 'transactional'] as const)
    it(`ends ${name} with a classic function, to which TypeScript compiles an async one: neither its handle nor its driver acts later`, async () => {
      const log: string[] = [];
      class Savepoints extends Client {
        async run(work: (client: Client) => Promise<void>): Promise<void> {
          await work(new Savepoints(log));
          log.push('RELEASE SAVEPOINT');
        }
        transaction = this.run;
        savepoint = this.run;
        transactional = this.run;
      }
      const {transaction, close} = guardTransaction(new Savepoints(log));
      const gate = deferred<void>();
      const late = deferred<unknown>();
      function work(client: Client): Promise<void> {
        return gate.promise.then(() => client.query('late')).then(late.resolve, late.resolve);
      }
      void transaction[name](work);
      close();
      gate.resolve();
      expect(await late.promise).to.include({code: 'TRANSACTION_ENDED'});
      await new Promise(resolve => setImmediate(resolve));
      expect(log).to.deep.equal([]);
    });
});
