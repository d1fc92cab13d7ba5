/** Refines the classification of an error response by its body. */

import {type Classification, changed, red} from './classification.ts';
import type {ErrorFacts} from './error-body.ts';
import {generalMeaning} from './general-refusals.ts';
import {type Meaning, refusalOf} from './refusals.ts';
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
  const row = refusalOf(facts);
  // A vendor's code for any limit, or any failure, says less than a sentence about credit.
  const isVague = row === null || (row.in === 'code' && (row.means === 'throttled' || row.means === 'failed'));
  const meaning = (isVague ? generalMeaning(facts, status) : null) ?? row?.means ?? null;
  const refined = meaning === null ? found : refine(found, meaning, status, transients);
  return refined.transient && facts.hint !== null ? changed(refined, {hint: facts.hint}) : refined;
}

/** "not-processed" only if the vendor documents that the model did not run. */
function refine(found: Classification, meaning: Meaning, status: number, transients: Transients): Classification {
  switch (meaning) {
    case 'exhausted':
      return red(`${status}: the quota or the credit of the account is used up`, 'not-processed', {throttled: true});
    case 'too-large':
      return red(`${status}: the request alone exceeds the rate limit`, 'not-processed', {throttled: true});
    case 'never':
      return red(`${status}: the server says that this request cannot succeed`, 'not-processed');
    case 'loading':
      return changed(found, {
        sent: 'not-processed',
        throttled: true,
        reason: `${status}: the model is loading`,
      });
    case 'throttled':
    case 'locked':
      // AWS throttles with status 400, too.
      return changed(found, {
        transient: found.transient || transients.status(429),
        sent: 'not-processed',
        throttled: meaning === 'throttled',
      });
    case 'overloaded':
      return changed(found, {
        transient: found.transient || transients.status(503),
        throttled: true,
        unpaid: true,
      });
    case 'unreached':
    case 'unreceived':
      return changed(found, {unpaid: true});
    case 'failed':
      return changed(found, {sent: 'maybe-processed', unpaid: false});
    case 'invalid':
      return found;
  }
}
