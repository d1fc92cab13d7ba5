/** What is special about a call under `refusals`: one to a model endpoint. */
import type {AttemptResponse} from '../core/outcome.ts';
import {bodyActs} from '../decide/acting-body.ts';
import type {CallContext} from './context.ts';

/** Whether a second send of the request does more than cost tokens. */
export const acts = <R extends AttemptResponse>({keyed, plan, transport}: CallContext<R>): boolean =>
  !keyed && plan.policy.refusals !== null && bodyActs(transport.bodyText);
