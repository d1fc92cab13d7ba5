/** Reads the facts in the body of an error, if the policy sets `refusals`. */

import {type Awaitable, isPromise, promiseOf} from '../core/awaitable.ts';
import {LONGEST_ERROR_READ_MS} from '../core/limits.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import type {Classification} from '../decide/classification.ts';
import {AWS_ERROR_HEADER, type ErrorFacts, readErrorBody} from '../decide/error-body.ts';
import type {CallContext} from './context.ts';
import {signalOf} from './wait.ts';

/** AWS throttles with 400, Google and GitHub with 403, Groq with 498; OpenAI locks with 400 or 409; and only the body says so. */
const MAY_PASS: readonly number[] = [400, 403, 409, 498];

/**
 * @param found The classification by status and headers. The body is read only if a retry might help.
 * @returns Null, now or later, if the body adds nothing.
 */
export function errorFactsOf<R extends AttemptResponse>(
  {plan, transport, client, deadlineAt}: CallContext<R>,
  {response, status}: Outcome<R>,
  found: Classification,
): Awaitable<ErrorFacts | null> {
  const {refusals} = plan.policy;
  if (refusals === null || response === null || found.final || !client.answers.isFailure(status)) return null;
  const {bodies} = transport;
  if (bodies.readError === undefined) return null;
  const awsError = response.headers.get(AWS_ERROR_HEADER);
  if (!found.transient && !MAY_PASS.includes(status)) return readErrorBody(undefined, awsError);
  const {clock} = client;
  const maxMs = Math.max(0, Math.min(LONGEST_ERROR_READ_MS, deadlineAt - clock.now()));
  const body = bodies.readError(response, {maxBytes: refusals.readBytes, maxMs, clock, signal: signalOf(transport)});
  return isPromise(body) ? promiseOf(body).then(read => readErrorBody(read, awsError)) : readErrorBody(body, awsError);
}
