/** Queries that run when they are awaited, as those of postgres.js, Knex and Drizzle: none begins after its transaction has ended. */
import {SteadfetchError} from '../core/errors.ts';

type Callable = (...values: unknown[]) => unknown;
export type Thenable = PromiseLike<unknown> & object;

export const isThenable = (value: unknown): value is Thenable =>
  (typeof value === 'function' || (typeof value === 'object' && value !== null)) &&
  'then' in value &&
  typeof value.then === 'function';

export const endedError = (): SteadfetchError =>
  new SteadfetchError(
    'TRANSACTION_ENDED',
    'The transaction of this request has ended, so its connection belongs to another request. Query before the handler has answered.',
  );

/** The methods of a promise. They make a lazy query run. */
const RUNS: ReadonlySet<string> = new Set(['then', 'catch', 'finally']);

/** The queries of one transaction. */
export class LazyQueries {
  readonly #hasEnded: () => boolean;
  /** Queries that run belong to their transaction. Drivers call these methods themselves then, and what is thrown into a driver ends the process. */
  readonly #begun = new WeakSet<object>();
  /** A prototype with guarded methods for each kind of query: to define them for each query takes longer than to make the query. */
  readonly #prototypes = new WeakMap<object, object>();

  constructor(hasEnded: () => boolean) {
    this.#hasEnded = hasEnded;
  }

  /** Leaves the query the object that it is: drivers put queries into queries, and compare them. */
  guard(query: Thenable): void {
    if (!Object.isExtensible(query)) return;
    if (Object.hasOwn(query, 'then')) Object.defineProperties(query, this.#methodsOf(query));
    else Object.setPrototypeOf(query, this.#guarded(Object.getPrototypeOf(query)));
  }

  #guarded(prototype: object): object {
    const known = this.#prototypes.get(prototype);
    if (known !== undefined) return known;
    const guarded = Object.create(prototype, this.#methodsOf(prototype)) as object;
    this.#prototypes.set(prototype, guarded);
    this.#prototypes.set(guarded, guarded);
    return guarded;
  }

  /** Those of a promise, and those of a driver's own kind of promise, such as `execute` and `cursor` of postgres.js. */
  #methodsOf(from: object): PropertyDescriptorMap {
    const methods: PropertyDescriptorMap = {};
    for (const name of namesOf(from)) {
      const run: unknown = Reflect.get(from, name);
      if (typeof run === 'function') methods[name] = this.#guardedMethod(name, run as Callable);
    }
    return methods;
  }

  #guardedMethod(name: string, run: Callable): PropertyDescriptor {
    const refusal = (query: object): SteadfetchError | null =>
      this.#hasEnded() && !this.#begun.has(query) ? endedError() : null;
    const begun = this.#begun;
    const value = function (this: object, ...values: unknown[]): unknown {
      const error = refusal(this);
      if (error === null) {
        if (RUNS.has(name)) begun.add(this);
        return Reflect.apply(run, this, values);
      }
      if (!RUNS.has(name)) throw error;
      const late = Promise.reject(error);
      return Reflect.apply(Reflect.get(late, name) as Callable, late, values);
    };
    return {value, configurable: true, writable: true};
  }
}

function namesOf(from: object): ReadonlySet<string> {
  const names = new Set(RUNS);
  if (!(from instanceof Promise)) return names;
  for (let each: object = from; each !== Promise.prototype; each = Object.getPrototypeOf(each))
    for (const [name, {value}] of Object.entries(Object.getOwnPropertyDescriptors(each)))
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
  return names;
}
