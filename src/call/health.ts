/** What an attempt's outcome says about the health of its origin. */
import type {Outcome} from '../core/outcome.ts';
import type {Verdict} from '../decide/verdict.ts';
import type {Health} from '../guards/breaker.ts';

/** Said by a healthy server: it does not do this, or not in this version. */
const HEALTHY_5XX = [501, 505];

/** A 429 asks for less, it does not fail; an abort of the caller, or a refusal of ours, says nothing about anybody. */
export function healthOf(outcome: Outcome, verdict: Verdict): Health {
  switch (outcome.kind) {
    case 'response':
      if (verdict.throttled || outcome.status === 429) return 'nothing';
      if (outcome.status >= 500 && !HEALTHY_5XX.includes(outcome.status)) return 'failure';
      // Below 500 only the user's own classify can call an answer a failure: a 200 that carries an error.
      return verdict.transient && outcome.status < 400 ? 'failure' : 'success';
    case 'network':
      return 'failure';
    case 'attempt-timeout':
    case 'deadline':
      return outcome.reachedWire ? 'failure' : 'nothing';
    default:
      return 'nothing';
  }
}
