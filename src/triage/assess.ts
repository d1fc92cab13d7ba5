/**
 * Says of a failure in a log whether it should have been retried. Nothing is decided here: the engine's own functions classify the failure,
 * refuse the retry or plan the wait. What the log does not show is assumed to be the worst, and named.
 */
import type {Plan} from '../client/plan.ts';
import type {PolicyHandle} from '../client/policy-handle.ts';
import {targetOf} from '../client/target.ts';
import type {Sent} from '../core/outcome.ts';
import type {AnswerContext, Answers} from '../decide/answers.ts';
import {grpcAnswers} from '../decide/answers-grpc.ts';
import {httpAnswers} from '../decide/answers-http.ts';
import {type Classification, harmless, type Light, lightOf} from '../decide/classification.ts';
import {classify} from '../decide/classify.ts';
import {classifyErrorBody} from '../decide/classify-error-body.ts';
import {AWS_ERROR_HEADER, type ErrorFacts, readErrorBody} from '../decide/error-body.ts';
import {mayRepeat, needsKey} from '../decide/idempotency.ts';
import {callRefusal, type Refusal} from '../decide/may-retry.ts';
import {type Refusal as BodyRefusal, refusalOf} from '../decide/refusals.ts';
import {withHint} from '../decide/retry-wait.ts';
import type {ServerHint} from '../decide/server-hint.ts';
import type {LoggedAnswer, LoggedFailure} from './failure.ts';
import {adviceOf, MAY_REPEAT, type Rule, ruleOf} from './rules.ts';
import {shownTarget} from './target.ts';
import {factsIn} from './text-facts.ts';
import {type WaitRange, WaitRanges} from './wait-range.ts';

/** What should have been done. */
export type Decision =
  /** Send it again after the backoff. */
  | 'retry'
  /** Send it again only with an idempotency key, which every attempt has carried. */
  | 'retry-with-key'
  /** Send it again, but not before the server says, or not soon. */
  | 'wait'
  | 'do-not-retry'
  /** The request, the account or the configuration has to be changed. */
  | 'fix';

export interface TriagedFailure {
  readonly line: number;
  readonly failure: LoggedFailure;
  /** Undefined where the log does not name it. */
  readonly method: string | undefined;
  /** Without secrets and control characters; undefined where the log does not name it. */
  readonly target: string | undefined;
  /** The status, the gRPC code, or the word for a failure without an answer. */
  readonly signal: string;
  readonly light: Light;
  readonly sent: Sent;
  /** Why, in a word or a clause. */
  readonly reason: string;
  readonly decision: Decision;
  /** Why the engine would not send the call again; null where it would. */
  readonly refusal: Refusal | null;
  readonly rule: Rule;
  /** Null where no retry should follow. */
  readonly nextWait: WaitRange | null;
  readonly hint: ServerHint | null;
  /** An idempotency key decides whether the call may be retried. */
  readonly isKeyNeeded: boolean;
  readonly confidence: 'high' | 'medium' | 'low';
  /** What the log does not show, and what was assumed instead. */
  readonly missing: readonly string[];
  /** The row of the table of vendors that the body fits. */
  readonly bodyRow: BodyRefusal | null;
  /** The body made it red. */
  readonly isRedByBody: boolean;
}

/** What is assumed of an unknown method: the server must not be asked twice. */
const WORST_METHOD = 'POST';

export class Assessor {
  readonly #handle: PolicyHandle;
  /** The log has classified the failure under its own policy, and no other one is asked about. */
  readonly #trustsLog: boolean;
  readonly #waits = new WaitRanges();

  constructor(handle: PolicyHandle, trustsLog: boolean) {
    this.#handle = handle;
    this.#trustsLog = trustsLog;
  }

  assess(failure: LoggedFailure, line: number): TriagedFailure {
    const {outcome, protocol} = failure;
    const method = failure.method ?? WORST_METHOD;
    const plan = this.#planFor(method, failure.target);
    const answers: Answers<LoggedAnswer> = protocol === 'grpc' ? grpcAnswers : httpAnswers;
    const willBeKeyed = needsKey(plan.policy.idempotency, method);
    const keyed = failure.keyed ?? willBeKeyed;
    const {facts: body, isWords} = bodyOf(failure);
    const row = body === null ? null : refusalOf(body);
    const context: AnswerContext = {
      transients: plan.transients,
      keyed,
      keySentBefore: keyed && (failure.attempt ?? 1) > 1,
      refreshes: false,
    };
    const byStatus = classify(outcome, answers, context);
    const byBody = body === null ? byStatus : classifyErrorBody(byStatus, body, outcome.status, plan.transients);
    const isLastHarmless = harmless(failure.sent ?? byBody.sent);
    const sentBefore = isLastHarmless ? failure.sentBefore : undefined;
    const logged = this.#asLogged(byBody, failure);
    const found: Classification = sentBefore === undefined ? logged : {...logged, sent: 'maybe-processed'};
    const hint = found.transient && plan.policy.retryAfter.honor ? hintOf(failure, answers, found) : null;
    const classification = withHint(found, outcome.status, hint);
    const attempt = failure.attempt ?? 1;
    const refusal = callRefusal(outcome, classification, hint, {
      mayRepeat: mayRepeat(keyed, method, plan.idempotentMethods),
      attempts: attempt,
      maxAttempts: plan.maxAttempts,
      paid: plan.policy.paid,
      mayPayMore: true,
      yields: plan.policy.nested === 'yield' && failure.outerRetries !== undefined,
      retriesDisabled: false,
      replayable: true,
      reasonBefore: attempt > 1 && classification.once ? classification.reason : undefined,
      maxHintMs: plan.policy.retryAfter.maxMs,
    });
    const isKeyNeeded =
      classification.transient && !harmless(classification.sent) && !plan.idempotentMethods.has(method);
    const isPlanned = refusal === null || refusal === 'may-have-acted' || refusal === 'hint-too-long';
    return {
      line,
      failure,
      method: failure.method,
      target: failure.target === undefined ? undefined : shownTarget(failure.target, plan.queryAllowList),
      signal: signalOf(outcome.kind === 'response' ? answers.nameOf(outcome.status) : classification.reason, row),
      light: lightOf(classification),
      sent: classification.sent,
      reason: classification.reason,
      decision: decisionOf(refusal, classification, hint, isKeyNeeded, () =>
        adviceOf(outcome, classification, protocol, row),
      ),
      refusal,
      rule:
        refusal === 'may-have-acted' || (refusal === null && isKeyNeeded)
          ? MAY_REPEAT
          : ruleOf(outcome, classification, protocol, row),
      nextWait: isPlanned ? this.#waits.range(plan.policy.backoff, attempt, classification, hint) : null,
      hint,
      isKeyNeeded,
      ...certaintyOf(failure, classification, {
        isKeyNeeded,
        hint,
        sentBefore,
        isSaid: row !== null || byBody !== byStatus,
        isGuessedByWords: isWords && row === null && byBody !== byStatus,
      }),
      bodyRow: row,
      isRedByBody: byStatus.transient && !byBody.transient,
    };
  }

  #planFor(method: string, target: string | undefined): Plan {
    const {plans} = this.#handle;
    if (!plans.hasRoutes || target === undefined) return plans.base;
    const {origin, pathname} = targetOf(target);
    const path = origin === null && target.startsWith('/') ? target.split('?', 1)[0]! : pathname;
    return plans.for(method, origin ?? '', path, undefined).plan;
  }

  /** Whether the server may have acted is a fact that the client knew; whether a retry could help depends on the policy. */
  #asLogged(found: Classification, {sent, transient}: LoggedFailure): Classification {
    const transientHere = this.#trustsLog && transient !== undefined && !found.final ? transient : found.transient;
    if ((sent ?? found.sent) === found.sent && transientHere === found.transient) return found;
    return {...found, sent: sent ?? found.sent, transient: transientHere};
  }
}

interface BodyReading {
  readonly facts: ErrorFacts | null;
  /** The log has no body: the words of the error were read in its place. */
  readonly isWords: boolean;
}

function bodyOf({outcome, body, text}: LoggedFailure): BodyReading {
  if (outcome.kind !== 'response' || outcome.response === null) return {facts: null, isWords: false};
  const isText = typeof body === 'string' && body !== '';
  const facts = isText ? factsIn(body) : factsOf(body, outcome.response.headers.get(AWS_ERROR_HEADER));
  if (facts !== null || body === '' || text === undefined) return {facts, isWords: false};
  return {facts: factsIn(text), isWords: true};
}

/** Most failures of a log have no body. */
const factsOf = (body: unknown, awsError: string | null): ErrorFacts | null =>
  body === undefined && awsError === null ? null : readErrorBody(body, awsError);

/** Null where a hint is a date and the log has no time to count from. */
function hintOf(
  {outcome, at, hint}: LoggedFailure,
  answers: Answers<LoggedAnswer>,
  {hint: inBody}: Classification,
): ServerHint | null {
  if (hint !== undefined) return hint;
  if (outcome.response === null) return inBody;
  const early = answers.hint(outcome.response, at ?? 0);
  if (at !== undefined || early === null) return early ?? inBody;
  const late = answers.hint(outcome.response, YEAR_3000);
  return late?.ms === early.ms ? early : inBody;
}

const YEAR_3000 = Date.UTC(3000);

function decisionOf(
  refusal: Refusal | null,
  {throttled}: Classification,
  hint: ServerHint | null,
  isKeyNeeded: boolean,
  advice: () => 'fix' | 'do-not-retry',
): Decision {
  switch (refusal) {
    case null:
      if (isKeyNeeded) return 'retry-with-key';
      return throttled || (hint !== null && hint.ms > 0) ? 'wait' : 'retry';
    case 'may-have-acted':
      return 'retry-with-key';
    case 'not-transient':
      return advice();
    default:
      return 'do-not-retry';
  }
}

/** The word of a vendor beside a status: `429 insufficient_quota`. Words of the table only, since a log can hold anything. */
function signalOf(name: string, row: BodyRefusal | null): string {
  return row === null || row.in !== 'code' ? name : `${name} ${row.words[0]}`;
}

interface Certainty {
  readonly isKeyNeeded: boolean;
  readonly hint: ServerHint | null;
  readonly sentBefore: string | undefined;
  /** The body, or the words of the error, said what the status does not. */
  readonly isSaid: boolean;
  /** The words of the error changed what the status says, and no row of a vendor has them. */
  readonly isGuessedByWords: boolean;
}

function certaintyOf(
  failure: LoggedFailure,
  {transient, sent}: Classification,
  {isKeyNeeded, hint, sentBefore, isSaid, isGuessedByWords}: Certainty,
): Pick<TriagedFailure, 'confidence' | 'missing'> {
  const {method, keyed, attempt, isVague = false, target, doubt} = failure;
  const matters = transient && !harmless(sent);
  const hidden = isSaid || hint !== null ? undefined : hiddenBy(failure);
  const isWaitHidden = transient && hint === null && hidesWait(failure);
  const missing: string[] = [];
  if (doubt !== undefined) missing.push(doubt);
  if (sentBefore !== undefined) missing.push(sentBefore);
  if (method === undefined && matters) missing.push(`method (${WORST_METHOD} assumed)`);
  if (isKeyNeeded && keyed === undefined) missing.push('idempotency key (as in the policy)');
  if (attempt === undefined && transient) missing.push('attempt (1 assumed)');
  if (isVague) missing.push('how the connection failed');
  if (isGuessedByWords) missing.push('body (the words of the error were read)');
  if (hidden !== undefined) missing.push(hidden);
  if (isWaitHidden) missing.push('headers (no Retry-After assumed)');
  if (target === undefined) missing.push('target');
  const isUnsure = isVague || (method === undefined && matters);
  const isGuessed =
    (isKeyNeeded && keyed === undefined) || doubt !== undefined || sentBefore !== undefined || isGuessedByWords;
  return {
    confidence: isUnsure ? 'low' : isGuessed || hidden !== undefined || isWaitHidden ? 'medium' : 'high',
    missing,
  };
}

/** Whether the log lacks the headers of an answer that often asks for a wait. What a proxy answers itself, which has no body here, seldom does. */
function hidesWait({outcome, body, protocol, format, sent}: LoggedFailure): boolean {
  if (protocol !== 'http' || outcome.kind !== 'response' || OWN_FORMATS.has(format)) return false;
  if (body === '' || sent === 'not-sent') return false;
  return (outcome.status === 429 || outcome.status === 503) && !outcome.response!.headers.isShown;
}

/** steadfetch logs the wait that the server asked for. */
const OWN_FORMATS: ReadonlySet<LoggedFailure['format']> = new Set(['steadfetch line', 'steadfetch event']);

/** What a body or a header would say, where the status alone can mean two things. */
function hiddenBy({outcome, body, protocol}: LoggedFailure): string | undefined {
  if (protocol !== 'http' || outcome.kind !== 'response' || body !== undefined) return undefined;
  if (outcome.status === 429) return 'body (a used-up account looks the same)';
  return outcome.status === 403 ? 'body (a rate limit looks the same)' : undefined;
}
