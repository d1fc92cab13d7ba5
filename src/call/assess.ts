/** What did an attempt's outcome mean? The verdict, by the engine and by the user's `classify`; and what guards learn of it. */
import type {Classification, ClassifyInput, Ports} from '../client/ports.ts';
import {isPromise} from '../core/awaitable.ts';
import {type AttemptResponse, failed, type Outcome} from '../core/outcome.ts';
import type {Answers} from '../decide/answers.ts';
import {classify} from '../decide/classify.ts';
import {afterRedirect, type Redirected} from '../decide/redirected.ts';
import {harmless, red, SUCCESS, type Verdict} from '../decide/verdict.ts';
import type {Health} from '../guards/trip.ts';
import type {Attempt} from './attempt.ts';
import type {CallContext} from './context.ts';
import {notifyAttemptEnded} from './notify.ts';
import {within} from './wait.ts';

/** An attempt that ended. */
export interface Sent<R extends AttemptResponse> {
  readonly attempt: Attempt<R>;
  readonly outcome: Outcome<R>;
}

/** An attempt that ended, and what that means. The outcome can be the one that asking the user's `classify` led to. */
export interface Assessed<R extends AttemptResponse> extends Sent<R> {
  readonly verdict: Verdict;
}

/** @param redirected Left out: as the transport says. */
export function verdictOf<R extends AttemptResponse>(
  call: CallContext<R>,
  outcome: Outcome<R>,
  redirected?: Redirected,
): Verdict {
  const found = classify(outcome, call.client.answers, call);
  if (!harmless(found.sent) || !outcome.reachedWire) return found;
  return afterRedirect(found, redirected ?? call.transport.redirected?.(outcome, found.sent) ?? 'no', call.mayRepeat);
}

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
  const {classify: ask} = call.client;
  const found = verdictOf(call, outcome);
  const asked = ask === null || found.final ? {verdict: found} : await askUser(call, attempt, outcome, found, ask);
  if (!('ended' in asked)) {
    learn(call, attempt, outcome, asked.verdict);
    return {attempt, outcome, verdict: asked.verdict};
  }
  attempt.discard(outcome.response);
  const verdict = verdictOf(call, asked.ended);
  learn(call, attempt, asked.ended, verdict);
  return {attempt, outcome: asked.ended, verdict};
}

type Ask<R extends AttemptResponse> = NonNullable<Ports<R>['classify']>;

/** @returns The verdict; or how the call ended, where the user's function threw, or took longer than the call may. */
async function askUser<R extends AttemptResponse>(
  call: CallContext<R>,
  attempt: Attempt<R>,
  {kind, response, error}: Outcome<R>,
  found: Verdict,
  ask: Ask<R>,
): Promise<{readonly verdict: Verdict} | {readonly ended: Outcome<R>}> {
  const input: ClassifyInput<R> = {kind, response, error, method: call.method, attempt: attempt.number, verdict: found};
  let said: ReturnType<Ask<R>>;
  try {
    said = ask(input);
  } catch (thrown) {
    return {ended: failed('hook', thrown)};
  }
  if (!isPromise(said)) return {verdict: reclassified(found, said)};
  attempt.permit.release(); // Its place does not wait for the user's function.
  const answer = await within(call, said);
  return 'outcome' in answer ? {ended: answer.outcome} : {verdict: reclassified(found, answer.value)};
}

/** What the user's `classify` said, over what the engine found. */
function reclassified(found: Verdict, said: Classification | undefined): Verdict {
  if (said === undefined || said === null) return found;
  const {transient, reason = found.reason, sent, throttled} = said;
  if (!transient) return found.transient ? {...found, transient, reason} : found;
  const base = found === SUCCESS ? red(said.reason ?? 'classified as transient') : {...found, reason};
  return {...base, transient, sent: sent ?? base.sent, throttled: throttled ?? base.throttled};
}

/** The breaker and the hedges learn how the attempt ended, its place is free, listeners are notified. */
export function learn<R extends AttemptResponse>(
  call: CallContext<R>,
  attempt: Attempt<R>,
  outcome: Outcome<R>,
  verdict: Verdict,
): void {
  const {client, guards} = call;
  const {breaker, hedge} = guards;
  const now = client.clock.now();
  if (breaker !== null) attempt.permit.record(healthOf(outcome, verdict, client.answers), now);
  attempt.permit.release();
  // Read after its time was over, because the process was busy: the latency is not the server's.
  const isOverdue = attempt.timer.at < now;
  if (verdict === SUCCESS && !isOverdue) hedge?.observe(now - attempt.startedAt);
  if (client.on !== null) notifyAttemptEnded(call, attempt, outcome, verdict.reason, now);
}

/** An abort of the caller, or a refusal of ours, says nothing about the health of an origin. */
function healthOf(outcome: Outcome, verdict: Verdict, answers: Pick<Answers<never>, 'health'>): Health {
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
