/** The contract of the two rules that open a closed breaker: ratio-trip.ts and run-trip.ts. */

/** The health of an origin by the result of an attempt. `nothing`: 429, an abort by the caller, or a rejection by a guard. */
export type Health = 'success' | 'failure' | 'nothing';

/** The ticket of an attempt that a closed breaker admitted. `end` is called when the attempt ends, and after a success once more where its body breaks. */
export interface Tracked {
  /** Number of the breaker's state when the attempt was admitted. */
  readonly epoch: number;
  /** @returns Whether the breaker has to open. */
  end(health: Health): boolean;
}

/** Counts the attempts of one closed epoch. Attempts are ordered by their beginning, never by their end. */
export interface Trip {
  begin(now: number): Tracked;
}
