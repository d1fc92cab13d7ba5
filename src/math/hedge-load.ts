/** The hedges that `maxLoadRatio` lets through. */

/** The window of the client: @see src/guards/hedge-load.ts */
const WINDOW_MS = 10_000;

/**
 * The share of the wanted hedges that is granted where hedges are at most a share of the calls of a window.
 *
 * A granted hedge takes one of C places for the time of the window, so hedges that come at random are refused as calls in a telephone
 * network with C lines are, whatever the law of their durations. The places grow with the calls, so that of w hedges per call only the
 * variance w (1 − w) counts, which Hayward's approximation reduces to formula B.
 *
 * @param wanted Hedges per call.
 * @param rps    Calls per second. Undefined: so many that chance moves nothing.
 * @see A. K. Erlang, "Solution of some problems in the theory of probabilities" (1917), formula B; A. A. Fredericks, "Congestion in blocking
 *   systems: a simple approximation technique" (1980), for Hayward's.
 */
export function grantedHedges(maxLoadRatio: number, wanted: number, rps: number | undefined): number {
  if (wanted === 0) return 1;
  if (rps === undefined) return Math.min(1, maxLoadRatio / wanted);
  const peakedness = Math.max(0.1, 1 - wanted);
  const calls = (rps * WINDOW_MS) / 1000 / peakedness;
  const places = Math.floor(calls * maxLoadRatio + 1e-9);
  let refused = 1;
  for (let place = 1; place <= places; place++)
    refused = (calls * wanted * refused) / (place + calls * wanted * refused);
  return 1 - refused;
}
