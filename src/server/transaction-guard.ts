/** Gives a handler its transaction until that ends. */
import {endedError, isThenable, LazyQueries} from './lazy-queries.ts';

export interface GuardedTransaction<Tx> {
  readonly transaction: Tx;
  /**
   * Resolves once no savepoint is open whose end the handler does not await.
   *
   * @throws What such a savepoint throws.
   */
  idle(): Promise<void>;
  /** From now on each call throws: the connection goes back to its pool, and belongs to another request next. */
  close(): void;
}

type Callable = (...values: unknown[]) => unknown;

/**
 * Methods that run their callback in a savepoint, also where they return a promise of their own kind, as Knex does. A promise of a query would run the query.
 * MikroORM has `transactional`.
 */
const SAVEPOINTS: ReadonlySet<unknown> = new Set(['transaction', 'savepoint', 'transactional']);

/**
 * Works for any driver: an object with methods, such as a client of pg, or a function with properties, such as that of postgres.js. Guarded are its methods, a handle
 * of the same kind that a callback gets, such as a savepoint, and a lazy query, which runs when it is awaited. All else that a method returns is the driver's or
 * the ORM's own object: a proxy of a query, an entity or a list is another value to them.
 */
export function guardTransaction<Tx>(transaction: Tx): GuardedTransaction<Tx> {
  let hasEnded = false;
  const lazy = new LazyQueries(() => hasEnded);
  /** Calls with a callback, such as savepoints, that have not ended. */
  const open = new Set<Promise<unknown>>();

  const guarded = <Handle>(handle: Handle): Handle => {
    if (!isObject(handle)) return handle;
    const methods = new WeakMap<Callable, Callable>();
    const callbacks = new WeakMap<Callable, Callable>();
    /** Callbacks of calls whose promise ends with theirs, such as savepoints. Others, such as hooks after a COMMIT, may come late. */
    const awaited = new WeakSet<Callable>();

    /**
     * A class is passed on as it is, because libraries compare classes; functions without a prototype are never classes. A function with one may be a class, but
     * not as the callback of a savepoint.
     */
    const argumentOf = (value: unknown, isSavepoint: boolean): unknown => {
      if (value === proxy) return handle;
      const isCallback = typeof value === 'function' && (isSavepoint || !Object.hasOwn(value, 'prototype'));
      return isCallback ? callbackOf(value as Callable) : value;
    };
    /** The same for each use of a callback, because a listener is removed by its identity. */
    const callbackOf = (callback: Callable): Callable => kept(callbacks, callback, () => withHandles(callback));
    /** If a savepoint ends too late, its driver is not told: what that sends to end it would reach the transaction of another request. */
    const withHandles = (callback: Callable): Callable => {
      const isLate = (): boolean => hasEnded && awaited.has(callback);
      return new Proxy(callback, {
        apply(target, self, values) {
          const given = values.map(each => (isAlike(each, handle) ? guarded(each) : each));
          if (given.every((each, at) => each === values[at])) return Reflect.apply(target, self, values);
          if (isLate()) return pending();
          const result: unknown = Reflect.apply(target, self, given);
          if (!(result instanceof Promise)) return result;
          return result.then(
            value => (isLate() ? pending() : value),
            error => (isLate() ? pending() : Promise.reject(error)),
          );
        },
      });
    };
    /** Gets the object itself: private fields do not work through a proxy. */
    const call = (name: unknown, method: Callable, values: unknown[]): unknown => {
      if (hasEnded) throw endedError();
      const isSavepoint = SAVEPOINTS.has(name);
      const given = values.map(each => argumentOf(each, isSavepoint));
      const result: unknown = Reflect.apply(method, handle, given);
      if (result === handle) return proxy;
      if (!isThenable(result)) return result;
      const callbacks = values.filter(each => typeof each === 'function');
      const isRunning = result.then === Promise.prototype.then;
      if (isSavepoint ? callbacks.length > 0 : isRunning && given.some((each, at) => each !== values[at])) {
        for (const each of callbacks) awaited.add(each as Callable);
        return noted(result);
      }
      if (!isRunning) lazy.guard(result);
      return result;
    };
    const proxy = new Proxy(handle, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        const own = Reflect.getOwnPropertyDescriptor(target, name);
        const isFixed = own?.configurable === false && own.writable === false;
        if (typeof value !== 'function' || isFixed || name === 'constructor') return value;
        return kept(methods, value as Callable, () => methodOf(name, value as Callable, call));
      },
      set: (target, name, value) => Reflect.set(target, name, value, target),
      apply: (target, _receiver, values) => call(null, target as Callable, values),
    });
    return proxy as Handle;
  };

  /** The promise that the handler gets, so that a failure which it does not handle is reported as without the guard. */
  const noted = (call: PromiseLike<unknown>): Promise<unknown> => {
    const ended = (): unknown => open.delete(tracked);
    const tracked = Promise.resolve(call).finally(ended);
    open.add(tracked);
    return tracked;
  };
  const idle = async (): Promise<void> => {
    while (open.size > 0) await Promise.all(open);
  };
  const close = (): void => {
    hasEnded = true;
  };
  return {transaction: guarded(transaction), idle, close};
}

const isObject = (value: unknown): value is object =>
  typeof value === 'function' || (typeof value === 'object' && value !== null);

/** One for each use: what awaits it is forgotten with it. */
const pending = (): Promise<never> => new Promise(() => {});

/** A function too, with the properties of the method. */
const methodOf = (
  name: unknown,
  method: Callable,
  call: (name: unknown, method: Callable, values: unknown[]) => unknown,
): Callable => new Proxy(method, {apply: (target, _receiver, values) => call(name, target, values)});

function kept(all: WeakMap<Callable, Callable>, key: Callable, make: () => Callable): Callable {
  const known = all.get(key) ?? make();
  all.set(key, known);
  return known;
}

/** Whether a callback got another handle of the transaction, such as that of a savepoint, and not rows. */
const isAlike = (value: unknown, handle: object): boolean =>
  typeof handle === 'function'
    ? typeof value === 'function'
    : isObject(value) &&
      Object.getPrototypeOf(value) !== Object.prototype &&
      Object.getPrototypeOf(value) === Object.getPrototypeOf(handle);
