/** Concurrency limits for a given load, and the share of refused calls. */

/** Attempts in flight on average. @see J. D. C. Little (1961): L = λ · W */
export const inFlight = (perSecond: number, heldMs: number): number => (perSecond * heldMs) / 1000;

/**
 * The share of calls that find every place taken, without a queue: Erlang's B formula, for calls that come by chance. It
 * holds for any law of how long a place is held.
 *
 * @param load Attempts in flight if there were places enough.
 * @see A. K. Erlang (1917)
 */
export function refusedShare(places: number, load: number): number {
  let share = 1;
  for (let count = 1; count <= places; count++) share = (load * share) / (count + load * share);
  return share;
}

/** The fewest places at which at most that share of the calls is refused. */
export function placesFor(load: number, refused: number): number {
  let share = 1;
  let places = 0;
  while (share > refused) {
    places++;
    share = (load * share) / (places + load * share);
  }
  return places;
}

/** How long the last call of a full queue waits, while each place is given back after `heldMs`. */
export const lastWaitMs = (queue: number, places: number, heldMs: number): number => (queue * heldMs) / places;
