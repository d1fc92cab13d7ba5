/** What the end of a run says about the effect of its request. */

/**
 * - `result`: the request was handled, with success or not. The response is stored and replayed.
 * - `released`: the handler said that it has done nothing. The key is free.
 * - `unknown`: the handler may have acted, or may still be working.
 */
export type Outcome = 'result' | 'released' | 'unknown';

/** 4xx that speak of the caller or of the moment: the same request may pass later, so such a response is no result to replay. */
const NOT_OF_THE_REQUEST: ReadonlySet<number> = new Set([401, 408, 421, 425, 429]);

/**
 * A status never frees a key, because any middleware can write one while the handler works, and a handler can act before it passes on the status
 * of another service.
 */
export function outcomeOf(status: number, isReleased: boolean): Outcome {
  if (isReleased) return 'released';
  // Response.error() has status 0, and a 1xx is followed by another response.
  return status < 200 || status >= 500 || NOT_OF_THE_REQUEST.has(status) ? 'unknown' : 'result';
}
