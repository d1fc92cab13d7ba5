import {optionalGuards} from '../guard-factory.ts';
import {Breaker} from './breaker.ts';

/**
 * Lets policies have breakers of kind `ratio` and `consecutive`, which stay open for a fixed time. Call it once, before the first policy is
 * made. Without it, such a policy is refused, and clients that need no other breaker than the adaptive one load a kilobyte less.
 *
 * @example
 * useFixedBreakers();
 * const fetch = createFetch({breaker: {kind: 'consecutive', failures: 5, openMs: 15_000}});
 */
export function useFixedBreakers(): void {
  optionalGuards.fixedBreaker = (settings, guarded, random) => new Breaker(settings, guarded, random);
}
