/** Runs what must not keep the rest from running: its exception is dropped. */
export function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The call has ended, or ends with the exception that came first.
  }
}
