/** The two sides of a measurement: plain fetch with one time limit, and fetch under a policy. */
import {isRedirect} from '../batch/redirect.ts';
import {planOf} from '../batch/repeatable.ts';
import {type CallReport, reportOf} from '../call/report.ts';
import type {PolicyHandle} from '../client/policy-handle.ts';
import {RejectedError, SteadfetchError, TimeoutError} from '../core/errors.ts';
import type {SteadfetchEvent} from '../core/events.ts';
import type {Random} from '../core/random.ts';
import {type Clock, Pause} from '../core/timer.ts';
import {isNetworkFailure, readFailure} from '../decide/failure-facts.ts';
import {redactText} from '../decide/redact.ts';
import {fetchUnder} from '../fetch/fetch-under.ts';
import type {CallEnd} from './measurement.ts';

/** A request that both sides send. */
export interface MeasuredRequest {
  readonly method: string;
  readonly url: string;
  readonly init: RequestInit;
}

export interface Side {
  /** Never rejects. Resolves with null if the signal aborted: such a call is not counted. */
  send(request: MeasuredRequest, signal: AbortSignal): Promise<CallEnd | null>;
  /** How often an attempt ended with each status or error. */
  readonly attempts: ReadonlyMap<string, number>;
}

export interface SidePorts {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: Random;
  /** Called for each attempt of the policy's beyond the first of its call. */
  readonly onExtraAttempt: () => void;
}

/** @param timeoutMs Time limit of a call, its body included: without it, a server that hangs would never be counted. */
export function plainSide(ports: SidePorts, timeoutMs: number): Side {
  const attempts = new Map<string, number>();
  return {
    attempts,
    async send({url, init}, cut) {
      const end = await limited(ports.clock, cut, timeoutMs, (signal, startLimit) => {
        startLimit();
        return endOf(ports.fetch(url, {...init, signal}), null);
      });
      if (end !== null) increment(attempts, end.status === null ? String(end.failure) : String(end.status));
      return end;
    },
  };
}

/** @param timeoutMs The deadline where the policy has none, and the limit for the reading of an event stream, which no deadline bounds. */
export function policySide(handle: PolicyHandle, ports: SidePorts, timeoutMs: number): Side {
  const attempts = new Map<string, number>();
  const {fetch, clock, random, onExtraAttempt} = ports;
  const send = fetchUnder(handle, {
    fetch,
    clock,
    random,
    on(event) {
      if (event.type === 'retry.scheduled' || event.type === 'hedge.started') onExtraAttempt();
      if (event.type === 'attempt.end' && event.outcome !== 'aborted') increment(attempts, attemptReason(event));
    },
  });
  return {
    attempts,
    send({method, url, init}, cut) {
      const {deadlineMs} = planOf(handle, method, url).policy;
      const overrides = deadlineMs === null ? {resilience: {deadlineMs: timeoutMs}} : {};
      return limited(clock, cut, timeoutMs, (signal, startLimit) =>
        endOf(send(url, {...init, ...overrides, signal}), startLimit),
      );
    },
  };
}

type AttemptEnd = Extract<SteadfetchEvent, {type: 'attempt.end'}>;

/** The status of a response, unless its body says more. */
const attemptReason = ({reason, status}: AttemptEnd): string =>
  reason === 'success' && status !== undefined ? String(status) : reason;

/**
 * Makes a call that is aborted with `cut`, and a time limit that the call starts.
 *
 * @returns null if the call was cut off.
 */
async function limited(
  clock: Clock,
  cut: AbortSignal,
  limitMs: number,
  call: (signal: AbortSignal, startLimit: () => void) => Promise<CallEnd>,
): Promise<CallEnd | null> {
  const limit = new AbortController();
  let pause: Pause | undefined;
  const startLimit = (): void => {
    pause = new Pause(clock, limitMs, null, () => limit.abort(new TimeoutError('ATTEMPT_TIMEOUT', limitMs)));
  };
  const end = await call(AbortSignal.any([cut, limit.signal]), startLimit);
  pause?.end();
  return cut.aborted ? null : end;
}

/** @param onStream Called before an event stream is read, in pieces as its users do; null reads every body whole. */
async function endOf(answer: Promise<Response>, onStream: (() => void) | null): Promise<CallEnd> {
  let response: Response;
  try {
    response = await answer;
  } catch (error) {
    const report = reportOf(error);
    return {ok: false, status: null, failure: refused(error, report), message: messageOf(error), ...sent(report)};
  }
  const {status} = response;
  const report = reportOf(response);
  try {
    await readBody(response, onStream);
  } catch (error) {
    return {ok: false, status, failure: `body: ${reasonOf(error)}`, message: messageOf(error), ...sent(report)};
  }
  const ok = status < 400 && !isRedirect(status);
  return {ok, status, failure: ok ? null : withRefusal(String(status), report), message: null, ...sent(report)};
}

const sent = (report: CallReport | undefined): Pick<CallEnd, 'requests' | 'waitedMs'> => ({
  requests: report?.attempts ?? 1,
  waitedMs: Math.round(report?.waitedMs ?? 0),
});

async function readBody(response: Response, onStream: (() => void) | null): Promise<void> {
  const type = response.headers.get('content-type') ?? '';
  if (onStream === null || response.body === null || !type.startsWith('text/event-stream')) {
    await response.arrayBuffer();
    return;
  }
  onStream();
  for await (const _ of response.body);
}

/** A status, a code of Node's or undici's, or the code of an error of ours in words: `attempt timeout`, `circuit open`. */
function reasonOf(error: unknown): string {
  if (error instanceof SteadfetchError) return error.code.toLowerCase().replaceAll('_', ' ');
  const [code] = readFailure(error).codes;
  if (code !== undefined) return code;
  if (isNetworkFailure(error)) return 'network';
  return error instanceof Error ? error.name : 'error';
}

/** The errors of guards and deadlines say themselves why nothing more was sent. */
function refused(error: unknown, report: CallReport | undefined): string {
  const isFinal =
    error instanceof RejectedError || (error instanceof TimeoutError && error.code === 'DEADLINE_EXCEEDED');
  return isFinal ? reasonOf(error) : withRefusal(reasonOf(error), report);
}

function withRefusal(reason: string, report: CallReport | undefined): string {
  const refusal = report?.refusal ?? null;
  return refusal === null || refusal === 'not-transient' ? reason : `${reason}, ${refusal}`;
}

/** The message of an error that is known by no code. Messages of fetch repeat the URL, and its secrets with it. */
function messageOf(error: unknown): string | null {
  if (!(error instanceof Error) || error instanceof SteadfetchError || readFailure(error).codes.length > 0) return null;
  const {cause} = error;
  const said = cause instanceof Error && cause.message !== '' ? `${error.message}: ${cause.message}` : error.message;
  return redactText(said);
}

const increment = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
