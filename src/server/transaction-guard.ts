/** Gives a handler its transaction until that ends. */
import {SteadfetchError} from '../core/errors.ts';

export interface GuardedTransaction<Tx> {
  readonly transaction: Tx;
  /** From now on each call throws: the connection goes back to its pool, and belongs to another request next. */
  close(): void;
}

/** Works for any driver: an object with methods, such as a client of pg, or a function with properties, such as that of postgres.js. */
export function guardTransaction<Tx>(transaction: Tx): GuardedTransaction<Tx> {
  let hasEnded = false;
  const proxies = new WeakMap<object, object>();
  const targets = new WeakMap<object, object>();
  const targetOf = (value: unknown): unknown => (isObject(value) ? (targets.get(value) ?? value) : value);
  const guarded = (value: unknown): unknown => {
    if (!isObject(value)) return value;
    const known = proxies.get(value);
    if (known !== undefined) return known;
    const proxy = new Proxy(value, handler);
    proxies.set(value, proxy);
    targets.set(proxy, value);
    return proxy;
  };
  // Methods and getters get the object itself: private fields do not work through a proxy.
  const handler: ProxyHandler<object> = {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      const own = Reflect.getOwnPropertyDescriptor(target, name);
      // A proxy must give back a property that cannot change.
      return own?.configurable === false && own.writable === false ? value : guarded(value);
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
    apply(target, receiver, values) {
      if (hasEnded)
        throw new SteadfetchError(
          'TRANSACTION_ENDED',
          'The transaction of this request has ended, so its connection belongs to another request. Query before the handler has answered.',
        );
      const result: unknown = Reflect.apply(target as () => unknown, targetOf(receiver), values.map(targetOf));
      return isObject(result) ? (proxies.get(result) ?? result) : result; // A method may return `this`.
    },
  };
  const close = (): void => {
    hasEnded = true;
  };
  return {transaction: guarded(transaction) as Tx, close};
}

const isObject = (value: unknown): value is object =>
  typeof value === 'function' || (typeof value === 'object' && value !== null);
