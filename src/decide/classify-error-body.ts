/** What the body of an error adds to the classification of its status. */

import {type Classification, red, throttled} from './classification.ts';
import type {ErrorFacts} from './error-body.ts';
import {type Refusal, refusalOf} from './refusals.ts';
import type {Transients} from './transients.ts';

/**
 * @param found By status and headers.
 * @returns The same where the body says nothing that is known. What no policy can change stays as it is.
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

/** That the server did not act is said where the vendor says that the model did not run. */
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
      // AWS says so with 400, too.
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
