/** Which failures of an attempt another endpoint may help against. */
import type {FailoverCause} from '../client/endpoints.ts';
import type {Outcome} from '../core/outcome.ts';
import {isOverload} from '../decide/classification.ts';

/** Why another endpoint may help; null if it does not. */
export function causeOf({kind, status}: Outcome, throttled: boolean): FailoverCause | null {
  switch (kind) {
    case 'network':
      return 'network';
    case 'attempt-timeout':
    case 'content-timeout':
      return 'timeout';
    case 'response':
      if (isOverload(status)) return 'overloaded';
      if (throttled) return 'throttled';
      return status >= 500 ? 'server-error' : null;
    default:
      return null;
  }
}
