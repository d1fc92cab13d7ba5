/** The request of an attempt, until it is sent: created, labelled with ids, prepared by the user, and handed to the transport. */
import {runIn} from '../client/observe.ts';
import type {Ports} from '../client/ports.ts';
import {isPromise, promiseOf} from '../core/awaitable.ts';
import type {AttemptObserver, HeaderBag} from '../core/observer.ts';
import type {AttemptResponse} from '../core/outcome.ts';
import type {Guards} from '../guards/origin-guards.ts';
import {PreparedHeaders} from '../transport/prepared-headers.ts';
import type {TransportRequest} from '../transport/transport.ts';
import type {Cancellation} from './cancellation.ts';
import type {CallContext} from './context.ts';
import {translations} from './failover-port.ts';
import {writeIds} from './ids.ts';

/** The attempt, as far as its request needs it. */
export interface RequestOwner<R extends AttemptResponse> {
  readonly call: CallContext<R>;
  readonly guards: Guards;
  /** 1 for the first. */
  readonly number: number;
  readonly cancellation: Cancellation;
  /** Whether the attempt has ended: time ran out, or the caller aborted. Its request must not be sent then. */
  readonly isAnswered: boolean;
  /** The request cannot be sent. `hook`: because of the user's `prepareAttempt`. */
  unsent(kind: 'hook' | 'other', error: unknown): void;
  /** The request is not sent in this step. */
  keep(): void;
  /**
   * The request is about to be sent.
   *
   * @returns The observer of the attempt; null without one.
   */
  sending(headers: HeaderBag): AttemptObserver | null;
  /** Must not throw. */
  onResponse(response: R): void;
  /** Must not throw. */
  onError(error: unknown): void;
  /** The transport threw instead of rejecting. */
  sendFailed(error: unknown): void;
  /** Runs work that a promise starts, and catches its exceptions. */
  step(work: () => void): void;
}

/** @param isAbortable Whether something may end the attempt before its response. */
export function sendRequest<R extends AttemptResponse>(attempt: RequestOwner<R>, isAbortable: boolean): void {
  const url = urlOf(attempt);
  const {translate} = attempt.call.client;
  if (url === null || translate === null) createRequest(attempt, isAbortable, url, null);
  else translateAndSend(attempt, isAbortable, url, translate);
}

/** In a promise, because the body of a Request has to be read. Apart, so that other attempts pay for no closure. */
function translateAndSend<R extends AttemptResponse>(
  attempt: RequestOwner<R>,
  isAbortable: boolean,
  url: string,
  translate: NonNullable<Ports<R>['translate']>,
): void {
  const {transport} = attempt.call;
  attempt.keep();
  const read = new Promise<string | undefined>(resolve => resolve(transport.text?.()));
  goOnAfter(attempt, read, 'hook', text => {
    if (!attempt.isAnswered)
      createRequest(attempt, isAbortable, url, request =>
        translations.translated!(attempt, translate, request, url, text),
      );
  });
}

/** @param kind What failed if the promise rejects. */
function goOnAfter<R extends AttemptResponse, T>(
  attempt: RequestOwner<R>,
  promise: Promise<T>,
  kind: 'hook' | 'other',
  work: (value: T) => void,
): void {
  promise.then(
    value => attempt.step(() => work(value)),
    error => attempt.step(() => attempt.unsent(kind, error)),
  );
}

/**
 * @param url Null: where the call's own URL says.
 * @param translates Null: the request is sent as it is.
 */
function createRequest<R extends AttemptResponse>(
  attempt: RequestOwner<R>,
  isAbortable: boolean,
  url: string | null,
  translates: ((request: TransportRequest<R>) => TransportRequest<R>) | null,
): void {
  const {call, cancellation, guards} = attempt;
  const {transport, client} = call;
  let request: TransportRequest<R>;
  let failing: 'hook' | 'other' = 'other'; // An invalid header, or a body that is used.
  try {
    request = transport.next(isAbortable, url);
    writeIds(call, request.headers);
    call.failover?.writeHeaders(guards, request.headers, transport);
    failing = 'hook';
    if (translates !== null) request = translates(request);
  } catch (error) {
    return attempt.unsent(failing, error);
  }
  if (isAbortable) cancellation.aborts(request);
  if (client.prepareAttempt !== null) return prepareAndSend(attempt, client.prepareAttempt, request);
  const ready = request.ready?.();
  if (ready === undefined) send(attempt, request);
  else sendWhen(attempt, ready, request);
}

/** Null where that is the URL of the call. */
function urlOf<R extends AttemptResponse>({call, guards}: RequestOwner<R>): string | null {
  const {failover, transport} = call;
  return failover === null || transport.headerNames === undefined ? null : failover.urlAt(guards);
}

function prepareAndSend<R extends AttemptResponse>(
  attempt: RequestOwner<R>,
  prepare: NonNullable<Ports<R>['prepareAttempt']>,
  request: TransportRequest<R>,
): void {
  let prepared: ReturnType<typeof prepare>;
  attempt.keep(); // A signature takes its time, too.
  try {
    const headers = request.headers instanceof PreparedHeaders ? request.headers : new PreparedHeaders(request.headers);
    const {method, rawUrl, retryState} = attempt.call;
    const {previousStatus, failover} = retryState;
    const url = request.url ?? urlOf(attempt) ?? rawUrl;
    const endpoint = failover?.endpointOf(attempt.guards).name;
    retryState.prepared = headers;
    const facts = {
      method,
      url,
      endpoint,
      headers,
      attempt: attempt.number,
      previousStatus,
      signal: request.signal,
    };
    prepared = runIn(attempt.call.span, () => prepare(facts));
  } catch (error) {
    return attempt.unsent('hook', error);
  }
  if (!isPromise(prepared)) return send(attempt, request);
  goOnAfter(attempt, promiseOf(prepared), 'hook', () => send(attempt, request));
}

/** The time of the attempt begins when the transport is ready. */
function sendWhen<R extends AttemptResponse>(
  attempt: RequestOwner<R>,
  ready: Promise<void>,
  request: TransportRequest<R>,
): void {
  const {call, cancellation} = attempt;
  cancellation.pause();
  attempt.keep();
  goOnAfter(attempt, ready, 'other', () => {
    if (attempt.isAnswered) return;
    const now = call.client.clock.now();
    cancellation.start(now);
    if (now >= call.deadlineAt) cancellation.fire();
    else send(attempt, request);
  });
}

function send<R extends AttemptResponse>(attempt: RequestOwner<R>, request: TransportRequest<R>): void {
  if (attempt.isAnswered) return;
  const span = attempt.sending(request.headers);
  const {at} = attempt.cancellation;
  let sent: Promise<R>;
  try {
    // A custom fetch may answer with a thenable or with the response itself.
    sent = promiseOf(span === null ? request.send(at) : sendIn(span, request, at));
  } catch (error) {
    return attempt.sendFailed(error);
  }
  // Callbacks, because every promise between the transport and the caller costs a microtask; bound, because two closures and their context
  // take 70 bytes more per waiting call.
  sent.then(attempt.onResponse.bind(attempt), attempt.onError.bind(attempt));
}

/** A function of its own, so that only observed attempts allocate the closure and its context. */
function sendIn<R extends AttemptResponse>(
  span: AttemptObserver,
  request: TransportRequest<R>,
  at: number,
): Promise<R> {
  return runIn(span, () => request.send(at));
}
