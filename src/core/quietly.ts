/** Runs what must not keep the rest from running: its exception is dropped. */
export function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The call has ended, or ends with the exception that came first.
  }
}

/**
 * `emptyStack.then(work)` runs work in a microtask. An exception may say that the stack is full, and then each function that handles it throws as
 * well. Call `then` in the catch clause itself: a function that has not run before is compiled first, which needs most of all. The work must not
 * throw.
 */
export const emptyStack: Promise<void> = Promise.resolve();
