/** A value now, or a promise of it. The engine awaits only real promises, so that an immediate value costs no tick. */
export type Awaitable<T> = T | PromiseLike<T>;

/** The promise itself, or one that a thenable settles as `await` would: once, and never before this returns. */
export const promiseOf = <T>(value: Awaitable<T>): Promise<T> =>
  value instanceof Promise ? value : Promise.resolve(value);

export function isPromise<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | null | undefined)?.then === 'function';
}
