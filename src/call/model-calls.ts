/** What is special about a call under `refusals`: one to a model endpoint. */
import {refuseRetries} from '../body/refuse-retries.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import {bodyActs} from '../decide/acting-body.ts';
import type {RequestFacts} from './acting-port.ts';
import type {CallFacts} from './context.ts';

/** Whether a second send of the request does more than cost tokens. */
export const acts = ({keyed, method, plan, transport}: RequestFacts): boolean =>
  !keyed && method === 'POST' && plan.policy.refusals !== null && bodyActs(transport.bodyText);

/** The call failed with this response, which a client above that retries takes for the last word. */
export function tellAbove({outer, plan}: CallFacts, response: AttemptResponse): void {
  const {refusals, nested} = plan.policy;
  if (outer !== null && refusals !== null && nested !== 'yield') refuseRetries(response);
}
