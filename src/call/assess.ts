/** Assesses the outcome of an attempt: classifies it, by the engine and by the user's `classify`, and reports it to the guards. */
import {runIn} from '../client/observe.ts';
import type {ClassifyInput, Ports, Reclassification} from '../client/ports.ts';
import {type Awaitable, isPromise} from '../core/awaitable.ts';
import {type AttemptResponse, failed, type Outcome} from '../core/outcome.ts';
import type {Answers} from '../decide/answers.ts';
import {type Classification, harmless, isOverload, red, SUCCESS} from '../decide/classification.ts';
import {classify} from '../decide/classify.ts';
import type {ErrorFacts} from '../decide/error-body.ts';
import {isFree, isFreeRefusal, withAge} from '../decide/paid.ts';
import {redactText} from '../decide/redact.ts';
import {afterRedirect} from '../decide/redirected.ts';
import type {Health} from '../guards/trip.ts';
import {failedToConnect} from '../transport/redirects.ts';
import type {Attempt} from './attempt.ts';
import {places} from './concurrency-port.ts';
import type {CallContext} from './context.ts';
import {endpoints} from './failover-port.ts';
import {holdOthers} from './hint.ts';
import {notifyAttemptEnded} from './notify.ts';
import {quotaOf, quotas} from './quota-port.ts';
import {errorFactsOf, refusals} from './refusals-port.ts';
import {discardResponse} from './response.ts';
import {within} from './wait.ts';

/** An attempt that ended. */
export interface Sent<R extends AttemptResponse> {
  readonly attempt: Attempt<R>;
  readonly outcome: Outcome<R>;
}

/** An attempt that ended, and its classification. The outcome may come from the user's `classify`, for example an error that it threw. */
export interface Assessed<R extends AttemptResponse> extends Sent<R> {
  readonly classification: Classification;
}

/** @param facts What the body of the answer says, if it was read. */
export function classificationOf<R extends AttemptResponse>(
  call: CallContext<R>,
  outcome: Outcome<R>,
  facts: ErrorFacts | null = null,
): Classification {
  const byStatus = withConnection(classify(outcome, call.client.answers, call), outcome);
  const found = facts === null ? byStatus : refusals.steps!.classify(byStatus, facts, outcome.status, call.transients);
  if (!(harmless(found.sent) || found.unpaid) || !outcome.reachedTransport) return found;
  // If only one endpoint may act, a redirect that cannot be ruled out keeps the call where the first server was.
  const mayRepeat = call.mayRepeat && call.failover?.mayRunTwice !== false;
  return afterRedirect(
    found,
    call.transport.redirected?.(outcome, call.redirectsBefore, found.sent) ?? 'no',
    mayRepeat,
  );
}

/** A reset looks the same before a TLS handshake is over as after the request was read, unless undici says which connection was never made. */
const withConnection = (found: Classification, {kind, error}: Outcome): Classification =>
  kind === 'network' && failedToConnect(error) ? {...found, sent: 'not-sent'} : found;

/** Rejects where a step threw, and then nothing of the attempt is left. */
export async function assess<R extends AttemptResponse>(call: CallContext<R>, sent: Sent<R>): Promise<Assessed<R>> {
  try {
    return await askAndLearn(call, sent);
  } catch (error) {
    sent.attempt.abandon(error, sent.outcome.response);
    throw error;
  }
}

async function askAndLearn<R extends AttemptResponse>(
  call: CallContext<R>,
  {attempt, outcome}: Sent<R>,
): Promise<Assessed<R>> {
  const {classify: ask, clock} = call.client;
  const byStatus = classificationOf(call, outcome);
  const facts = errorFactsOf(call, outcome, byStatus);
  const read: Found<R> = facts === null ? {classification: byStatus} : await withFacts(call, outcome, facts);
  const found = 'ended' in read || !call.paidAttempts ? read : aged(read, outcome, attempt, clock.now());
  const asked =
    'ended' in found || ask === null || found.classification.final
      ? found
      : await askUser(call, attempt, outcome, found.classification, ask);
  if (!('ended' in asked)) {
    learn(call, attempt, outcome, asked.classification, clock.now());
    return {attempt, outcome, classification: asked.classification};
  }
  discardResponse(attempt, outcome.response);
  const classification = classificationOf(call, asked.ended);
  learn(call, attempt, asked.ended, classification, clock.now());
  return {attempt, outcome: asked.ended, classification};
}

/** The classification; or how the call ended before there was one. */
type Found<R extends AttemptResponse> = {readonly classification: Classification} | {readonly ended: Outcome<R>};

const aged = <R extends AttemptResponse>(
  {classification}: {readonly classification: Classification},
  {status}: Outcome<R>,
  {startedAt}: Attempt<R>,
  now: number,
): Found<R> => ({classification: withAge(classification, status, now - startedAt)});

/** The classification refined by the body; or the outcome of the call if it was aborted or reached its deadline during the read. */
export async function withFacts<R extends AttemptResponse>(
  call: CallContext<R>,
  outcome: Outcome<R>,
  facts: Awaitable<ErrorFacts | null>,
): Promise<Found<R>> {
  const read = isPromise(facts) ? await within(call, facts) : {value: facts};
  if ('outcome' in read) return {ended: read.outcome};
  return {classification: classificationOf(call, outcome, read.value)};
}

type Ask<R extends AttemptResponse> = NonNullable<Ports<R>['classify']>;

/** @returns The classification; or how the call ended, where the user's function threw, or took longer than the call may. */
async function askUser<R extends AttemptResponse>(
  call: CallContext<R>,
  attempt: Attempt<R>,
  {kind, response, error}: Outcome<R>,
  found: Classification,
  ask: Ask<R>,
): Promise<Found<R>> {
  const input: ClassifyInput<R> = {
    kind,
    response,
    error,
    method: call.method,
    attempt: attempt.number,
    classification: found,
  };
  let said: ReturnType<Ask<R>>;
  try {
    said = runIn(call.span, () => ask(input));
  } catch (thrown) {
    return {ended: failed('hook', thrown)};
  }
  if (!isPromise(said)) return {classification: reclassified(found, said)};
  attempt.freePlace(); // Its place does not wait for the user's function.
  const answer = await within(call, said);
  return 'outcome' in answer ? {ended: answer.outcome} : {classification: reclassified(found, answer.value)};
}

/** The classification, with the fields that the user's `classify` replaces. Its reason reaches events, reports and spans, so it holds no secret. */
function reclassified(found: Classification, said: Reclassification | undefined): Classification {
  if (said === undefined || said === null) return found;
  const {transient, sent, throttled} = said;
  const own = typeof said.reason === 'string' ? redactText(said.reason) : undefined;
  const reason = own ?? found.reason;
  if (!transient) return found.transient ? {...found, transient, reason} : found;
  const base = found === SUCCESS ? red(own ?? 'classified as transient') : {...found, reason};
  return {...base, transient, sent: sent ?? base.sent, throttled: throttled ?? base.throttled};
}

/** The breaker and the hedges learn how the attempt ended, its place is free, listeners are notified. */
export function learn<R extends AttemptResponse>(
  call: CallContext<R>,
  attempt: Attempt<R>,
  outcome: Outcome<R>,
  classification: Classification,
  now: number,
): void {
  const {client, failover} = call;
  const {breaker, budget, concurrency, hedge, load} = attempt.guards;
  const readiness = failover?.readinessAt(failover.endpointOf(attempt.guards));
  const isUnready = readiness?.learn(outcome, now) ?? false;
  const health = isUnready ? 'nothing' : healthOf(outcome, classification, client.answers);
  if (breaker !== null) attempt.record(health, now);
  // An endpoint without capacity is passed over as one that fails; its breaker stays closed, as for all that asks for less load.
  load?.record(attempt, !isUnready && isOverload(outcome.status) ? 'failure' : health, now);
  if (classification.transient) holdOthers(call, attempt.guards, outcome, classification, now);
  if (concurrency !== null) places.learn!(call, attempt, outcome, classification, now);
  if (attempt.taken !== null)
    quotas.steps!.settle(call, quotaOf(call, attempt.guards), attempt.taken, outcome, classification, now);
  const isSuccess = classification === SUCCESS;
  if (attempt.number > 1 && (isSuccess || classification.throttled)) attempt.guards.namedWaits.retried(isSuccess, now);
  if (classification.transient) budget?.attemptFailed?.(now);
  attempt.freePlace();
  if (call.plan.policy.paid !== null && isFree(outcome, classification)) {
    call.retryState.freeAttempts++;
    if (isFreeRefusal(outcome, classification)) call.retryState.freeRefusals++;
  }
  // Read after its time was over, because the process was busy: the latency is not the server's.
  const isOverdue = attempt.cancellation.at < now;
  // Only the first of two attempts at one endpoint is a fair sample: a hedge is seen only if it is fast.
  const isSample = attempt.shadowed?.guards !== attempt.guards;
  if (classification === SUCCESS && !isOverdue && isSample) hedge?.observe(now - attempt.startedAt);
  if (load !== null && outcome.reachedTransport && !isOverdue)
    endpoints.steps!.learn(call, attempt, outcome, classification, isUnready ? null : health, now);
  if (client.on !== null) notifyAttemptEnded(call, attempt, outcome, classification, now);
}

/** The health of the origin by the outcome. An abort by the caller and a refusal by a guard say nothing about it. */
function healthOf(outcome: Outcome, classification: Classification, answers: Pick<Answers<never>, 'health'>): Health {
  switch (outcome.kind) {
    case 'response':
      return answers.health(outcome.status, classification);
    case 'network':
      return 'failure';
    case 'attempt-timeout':
    case 'content-timeout':
    case 'deadline':
      return outcome.reachedTransport && !outcome.isLate ? 'failure' : 'nothing';
    default:
      return 'nothing';
  }
}
