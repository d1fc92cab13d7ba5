/** Refines the classification of an error response by its body. */

import {type Classification, red, throttled} from './classification.ts';
import type {ErrorFacts} from './error-body.ts';
import {type Refusal, refusalOf} from './refusals.ts';
import type {Transients} from './transients.ts';

/**
 * @param found The classification by status and headers.
 * @returns The same classification if it is final or the body has no known words.
 */
export function classifyErrorBody(
  found: Classification,
  facts: ErrorFacts,
  status: number,
  transients: Transients,
): Classification {
  if (found.final) return found;
  const refusal = refusalOf(facts);
  const refined = refusal === null ? found : refine(found, refusal, status, transients);
  return refined.transient && facts.hint !== null ? Object.freeze({...refined, hint: facts.hint}) : refined;
}

/** "not-processed" only if the vendor documents that the model did not run. */
function refine(found: Classification, {means}: Refusal, status: number, transients: Transients): Classification {
  switch (means) {
    case 'exhausted':
      return red(`${status}: the quota or the credit of the account is used up`, 'not-processed', {throttled: true});
    case 'too-large':
      return red(`${status}: the request alone exceeds the rate limit`, 'not-processed', {throttled: true});
    case 'loading':
      return Object.freeze({
        ...found,
        sent: 'not-processed',
        throttled: true,
        reason: `${status}: the model is loading`,
      });
    case 'throttled':
      // AWS throttles with status 400, too.
      return Object.freeze({
        ...found,
        transient: found.transient || transients.status(429),
        sent: 'not-processed',
        throttled: true,
      });
    case 'overloaded':
      return throttled(found);
    case 'failed':
      return found.sent === 'not-processed' ? Object.freeze({...found, sent: 'maybe-processed'}) : found;
    case 'invalid':
      return found;
  }
}
