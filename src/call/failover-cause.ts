/** Which failures of an attempt another endpoint may help against. */
import type {FailoverCause} from '../client/endpoints.ts';
import type {Outcome} from '../core/outcome.ts';
import {type Classification, isOverload} from '../decide/classification.ts';
import {isKeyInUse} from '../decide/classify-http.ts';

/** Why another endpoint may help; null if it does not. */
export function causeOf({kind, status}: Outcome, found: Classification): FailoverCause | null {
  switch (kind) {
    case 'network':
      return 'network';
    case 'attempt-timeout':
    case 'content-timeout':
      return 'timeout';
    case 'response':
      if (isOverload(status)) return 'overloaded';
      if (found.throttled) return 'throttled';
      // A new credential is for the endpoint that refused the old one, and the first use of a key ends where it began.
      if (!found.transient || (found.once && status === 401) || isKeyInUse(found)) return null;
      return 'server-error';
    default:
      return null;
  }
}
