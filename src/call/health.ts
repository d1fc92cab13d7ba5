/** What an attempt's outcome says about the health of its origin. */
import type {Outcome} from '../core/outcome.ts';
import type {Answers} from '../decide/answers.ts';
import type {Verdict} from '../decide/verdict.ts';
import type {Health} from '../guards/trip.ts';

/** An abort of the caller, or a refusal of ours, says nothing about anybody. */
export function healthOf(outcome: Outcome, verdict: Verdict, answers: Answers): Health {
  switch (outcome.kind) {
    case 'response':
      return answers.health(outcome.status, verdict);
    case 'network':
      return 'failure';
    case 'attempt-timeout':
    case 'deadline':
      return outcome.reachedWire && !outcome.isLate ? 'failure' : 'nothing';
    default:
      return 'nothing';
  }
}
