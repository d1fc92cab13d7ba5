/** An attempt in the queue. */
export interface Waiter {
  /** The waiter is admitted: its place is already taken. */
  admitted(): void;
  /** Other processes have the places that the waiter hoped for. It may leave the queue, to go elsewhere. */
  denied?(): void;
  /** The waiter has left a queue that is full without the places that it waited for: other processes have them. */
  refused?(): void;
}

/** Where a concurrency limit gets its places from if several processes share it. The limit itself keeps the queue of this process. */
export interface PermitSupply {
  /** Attempts that this process may have in flight now. */
  readonly max: number;
  /** Places that may still be granted to attempts which wait now, beside those of `max`. 0 once it is known that there are none. */
  readonly hoped: number;
  /** An attempt has taken a place. */
  taken(): void;
  /** An attempt waits for a place. */
  wanted(waiter: Waiter): void;
  /** Tells those that hoped for a place of other processes, once it is known that there is none. */
  deny(): void;
  /** An attempt has given its place back, and no attempt that waits here may have it. */
  freed(): void;
}
