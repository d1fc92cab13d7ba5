/** The response of an attempt: checked when it comes; it waits while the call decides; then it is the answer, or it is discarded. */
import type {HeldBody} from '../body/response-bodies.ts';
import {TrackedBody} from '../body/tracked-body.ts';
import {startBody} from '../client/observe.ts';
import type {AttemptObserver} from '../core/observer.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import type {Guards} from '../guards/origin-guards.ts';
import type {QuotaReservation} from '../guards/quota-reservation.ts';
import type {Cancellation} from './cancellation.ts';
import type {CallContext} from './context.ts';
import {quotas} from './quota-port.ts';
import {streams} from './stream-port.ts';

/** The attempt that brought it. */
interface Attempt<R extends AttemptResponse> {
  readonly call: CallContext<R>;
  readonly guards: Guards;
  readonly cancellation: Cancellation;
  readonly span: AttemptObserver | null;
  held: HeldBody | null;
  readonly taken: QuotaReservation | null;
}

/**
 * Why an answer is no response, as the options of an error; null where it is one: a custom fetch may answer with anything. All that is read of
 * the response later is read here, where it may throw.
 */
export function responseFlaw(response: AttemptResponse & {readonly body?: unknown}): ErrorOptions | null {
  try {
    const {status, headers, body: _} = response;
    if (typeof status !== 'number') return {};
    // A Map has undefined where headers have null. The response of a test double may have no headers, and needs none if it succeeds.
    if (!(status >= 400)) return null;
    const said: unknown = headers.get('retry-after');
    return said === null || typeof said === 'string' ? null : {};
  } catch (cause) {
    return {cause};
  }
}

/** The call waits: until it goes on the response holds no connection. Has an effect once. */
export function holdResponse<R extends AttemptResponse>(attempt: Attempt<R>, response: R | null): void {
  const {transport, client} = attempt.call;
  if (response !== null) attempt.held ??= transport.bodies.hold(response, client.clock, transport.callerSignal);
}

/** The response is not the answer. */
export function discardResponse<R extends AttemptResponse>(attempt: Attempt<R>, response: R | null): void {
  const {held} = attempt;
  const {transport, client} = attempt.call;
  attempt.held = null;
  attempt.cancellation.release();
  if (held !== null) held.discard();
  else if (response !== null) transport.bodies.discard(response, client.clock, transport.callerSignal);
}

/** The response goes to the caller: its body is tied to what is left of the time. */
export function deliverResponse<R extends AttemptResponse>(attempt: Attempt<R>, response: R): void {
  const {cancellation, held, taken} = attempt;
  attempt.held = null;
  if (taken !== null) quietly(() => settleAnswer(attempt, taken, response));
  if (held?.release() === false) return cancellation.release();
  if (!cancellation.hasRequest) return;
  try {
    trackBody(attempt, response);
  } catch {
    cancellation.release(); // A response that cannot be watched is better than none.
  }
}

/** Settles the quota by the usage of an answer that was read already. */
function settleAnswer<R extends AttemptResponse>(
  {call, guards}: Attempt<R>,
  taken: QuotaReservation,
  response: R,
): void {
  const {bodies} = call.transport;
  if (bodies.usageOf === undefined || !guards.quota?.countsTokens) return;
  taken.settle(bodies.usageOf(response), call.client.clock.now());
}

function trackBody<R extends AttemptResponse>(
  {call, guards, cancellation, span, taken}: Attempt<R>,
  response: R,
): void {
  const {client, transport, plan} = call;
  const {bodies, bodyGetsFreshTime = false, bodyGraceMs = 0} = transport;
  const pulse = plan.policy.stream && streams.pulseOf!(response);
  const body = new TrackedBody(cancellation, client.answers.isFailure(response.status), pulse);
  if (taken !== null && bodies.usageOf === undefined && guards.quota?.countsTokens)
    body.tap = quotas.steps!.tap(usage => quietly(() => taken.settle(usage, client.clock.now())));
  body.holds = (span ?? transport.callerSignal) !== null;
  if (!bodies.track(response, body)) return cancellation.release();
  cancellation.limitBody(body, bodyGetsFreshTime, bodyGraceMs, bodies.flows);
  if (span !== null) body.span = startBody(span);
}
