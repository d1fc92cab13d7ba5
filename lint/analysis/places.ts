/** How many places a concurrency limit needs for a load, and the share of refused calls. One attempt in flight takes one place. */

/** Attempts in flight on average. @see J. D. C. Little (1961): L = λ · W */
export const inFlight = (perSecond: number, heldMs: number): number => (perSecond * heldMs) / 1000;

/**
 * The share of calls that find every place taken, without a queue: Erlang's B formula, for calls that arrive at random. It holds for any
 * distribution of the time for which an attempt holds its place.
 *
 * @param load The mean number of attempts in flight without a limit.
 * @see A. K. Erlang (1917)
 */
export function refusedShare(places: number, load: number): number {
  let share = 1;
  for (let count = 1; count <= places; count++) share = (load * share) / (count + load * share);
  return share;
}

/** The fewest places for which at most this share of the calls is refused. */
export function placesFor(load: number, refused: number): number {
  let share = 1;
  let places = 0;
  while (share > refused) {
    places++;
    share = (load * share) / (places + load * share);
  }
  return places;
}

/** How long the last call of a full queue waits, in milliseconds, if each attempt holds its place for `heldMs`. */
export const lastWaitMs = (queue: number, places: number, heldMs: number): number => (queue * heldMs) / places;
