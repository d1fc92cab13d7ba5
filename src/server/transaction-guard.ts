/** Gives a handler its transaction until that ends. */
import {SteadfetchError} from '../core/errors.ts';

export interface GuardedTransaction<Tx> {
  readonly transaction: Tx;
  /** From now on each call throws: the connection goes back to its pool, and belongs to another request next. */
  close(): void;
}

type Callable = (...values: unknown[]) => unknown;

/**
 * Works for any driver: an object with methods, such as a client of pg, or a function with properties, such as that of postgres.js. What is reached through it is
 * guarded too: properties, what a method returns (a bound method, a query builder, a repository), and the handle that a callback gets (a savepoint).
 * What a promise resolves with is data, and stays as it is.
 */
export function guardTransaction<Tx>(transaction: Tx): GuardedTransaction<Tx> {
  let hasEnded = false;
  const proxies = new WeakMap<object, object>();
  const targets = new WeakMap<object, object>();
  const callbacks = new WeakMap<object, Callable>();

  const guarded = (value: unknown): unknown => {
    if (!isObject(value) || targets.has(value) || isData(value)) return value;
    const known = proxies.get(value);
    if (known !== undefined) return known;
    // A proxy must give back a property that cannot change, so a frozen object is guarded as a copy.
    const proxy = new Proxy(Object.isFrozen(value) && typeof value === 'object' ? thawed(value) : value, handler);
    proxies.set(value, proxy);
    targets.set(proxy, value);
    return proxy;
  };
  const targetOf = (value: unknown): unknown => {
    if (Array.isArray(value) && !targets.has(value))
      return value.some(each => isObject(each) && targets.has(each)) ? value.map(targetOf) : value;
    return isObject(value) ? (targets.get(value) ?? value) : value;
  };
  /** A class is passed on as it is, because libraries compare classes; functions without a prototype are never classes. */
  const argumentOf = (value: unknown, receiver: unknown): unknown =>
    typeof value === 'function' && !targets.has(value) && !Object.hasOwn(value, 'prototype')
      ? callbackOf(value as Callable, receiver)
      : targetOf(value);
  /** The same for each use of a callback, because a listener is removed by its identity. */
  const callbackOf = (callback: Callable, receiver: unknown): Callable => {
    const known = callbacks.get(callback);
    if (known !== undefined) return known;
    const wrapped = new Proxy(callback, {
      apply: (target, self, values) =>
        Reflect.apply(
          target,
          self,
          values.map(each => (isHandle(each, receiver) ? guarded(each) : each)),
        ),
    });
    callbacks.set(callback, wrapped);
    return wrapped;
  };
  const refuseAfterEnd = (): void => {
    if (hasEnded)
      throw new SteadfetchError(
        'TRANSACTION_ENDED',
        'The transaction of this request has ended, so its connection belongs to another request. Query before the handler has answered.',
      );
  };
  // Methods and getters get the object itself: private fields do not work through a proxy.
  const handler: ProxyHandler<object> = {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      // Libraries compare the class of an object.
      if (name === 'constructor') return value;
      const own = Reflect.getOwnPropertyDescriptor(target, name);
      return own?.configurable === false && own.writable === false ? value : guarded(value);
    },
    set: (target, name, value) => Reflect.set(target, name, targetOf(value), target),
    getOwnPropertyDescriptor(target, name) {
      const own = Reflect.getOwnPropertyDescriptor(target, name);
      return own?.configurable === true && 'value' in own ? {...own, value: guarded(own.value)} : own;
    },
    apply(target, receiver, values) {
      refuseAfterEnd();
      const self = targetOf(receiver);
      return guarded(
        Reflect.apply(
          target as Callable,
          self,
          values.map(each => argumentOf(each, self)),
        ),
      );
    },
    construct(target, values) {
      refuseAfterEnd();
      return guarded(Reflect.construct(target as Callable, values.map(targetOf))) as object;
    },
  };
  const close = (): void => {
    hasEnded = true;
  };
  return {transaction: guarded(transaction) as Tx, close};
}

const isObject = (value: unknown): value is object =>
  typeof value === 'function' || (typeof value === 'object' && value !== null);

/** What gives no way to the connection, and has to be what it is where it is passed to others. A lazy query with a `then` of its own is no such promise. */
const isData = (value: object): boolean =>
  value instanceof Date ||
  value instanceof Error ||
  ArrayBuffer.isView(value) ||
  (value instanceof Promise && value.then === Promise.prototype.then);

/** Whether a callback got another handle of the transaction, such as that of a savepoint, and not rows. */
const isHandle = (value: unknown, receiver: unknown): boolean =>
  typeof value === 'function' ||
  (isObject(value) &&
    isObject(receiver) &&
    Object.getPrototypeOf(value) !== Object.prototype &&
    Object.getPrototypeOf(value) === Object.getPrototypeOf(receiver));

const thawed = (value: object): object => Object.assign(Object.create(Object.getPrototypeOf(value)), value);
