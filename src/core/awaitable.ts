/** A value now, or a promise of it. The engine awaits only real promises, so that an immediate value costs no tick. */
export type Awaitable<T> = T | PromiseLike<T>;

/** The promise itself, or one that a thenable settles as `await` would: once, and never before this returns. */
export const promiseOf = <T>(value: Awaitable<T>): Promise<T> =>
  value instanceof Promise ? value : Promise.resolve(value);

export function isPromise<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | null | undefined)?.then === 'function';
}

/**
 * What a function of the user returned that has to return at once. Nobody waits for a promise: what it rejects with is caught here.
 *
 * @param name What the message calls the function.
 * @throws TypeError for a promise.
 */
export function atOnce<T>(value: T, name: string): T {
  if (!isPromise(value)) return value;
  value.then(undefined, () => {});
  throw new TypeError(`${name} must not return a promise`);
}
