/** What the end of an attempt says about its endpoint, which is compared with others. */
import type {Outcome} from '../core/outcome.ts';
import type {Classification} from '../decide/classification.ts';
import type {Health} from '../guards/trip.ts';
import type {AttemptFacts, CallFacts} from './context.ts';

/** @param health Of the endpoint by the outcome; null if the endpoint warms up, and the outcome says nothing. */
export function learnEffort(
  {client, failover}: CallFacts,
  {guards, startedAt}: AttemptFacts,
  outcome: Outcome,
  classification: Classification,
  health: Health | null,
  now: number,
): void {
  const effort = health === null ? 'interrupted' : effortOf(outcome, classification, health, client.answers);
  // A call that can go nowhere else may ask for what only its endpoint could have: its refusal compares with none.
  const saysNothing = effort === 'refused' && failover?.isConfined;
  guards.load![saysNothing ? 'interrupted' : effort](now - startedAt, now);
}

/** A refusal may come sooner than any answer, and must not make the endpoint look fast. */
function effortOf(
  outcome: Outcome,
  classification: Classification,
  health: Health,
  answers: CallFacts['client']['answers'],
): 'answered' | 'refused' | 'failed' | 'interrupted' {
  if (outcome.kind !== 'response') return health === 'failure' ? 'failed' : 'interrupted';
  if (health !== 'success' || classification.transient || REFUSED_CREDENTIALS.includes(outcome.status)) return 'failed';
  return answers.isFailure(outcome.status) ? 'refused' : 'answered';
}

/** Each endpoint may have credentials of its own. */
const REFUSED_CREDENTIALS = [401, 403, 407];
