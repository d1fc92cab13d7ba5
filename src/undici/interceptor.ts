/** The undici adapter: the same call and the same loop as an interceptor of its dispatchers, below fetch and cheaper than it. */
import type {ResponseBodies} from '../body/response-bodies.ts';
import {beginCall} from '../call/begin.ts';
import {runCall} from '../call/call.ts';
import type {CallContext} from '../call/context.ts';
import {finishCall} from '../call/finish.ts';
import {attachToError} from '../call/report.ts';
import {Client} from '../client/client.ts';
import type {PolicyArgument, PolicyHandle} from '../client/policy-handle.ts';
import type {Ports} from '../client/ports.ts';
import {CallSignal} from '../core/abort-source.ts';
import {SteadfetchError, type TimeoutError} from '../core/errors.ts';
import {type AttemptResponse, failed, type Outcome} from '../core/outcome.ts';
import {fieldOf} from '../core/unknown-value.ts';
import {httpAnswers} from '../decide/answers-http.ts';
import {type BodySnapshot, checkBody, snapshotBody, textOf} from '../decide/body.ts';
import {harmless, type Sent} from '../decide/classification.ts';
import {bodyOf, isForm} from '../decide/form.ts';
import {isBlank, mayRepeat} from '../decide/idempotency.ts';
import type {Redirected} from '../decide/redirected.ts';
import {handleOf} from '../features/everything.ts';
import type {CallOverrides, PolicyInput} from '../policy/types.ts';
import {watchFailedRequests} from '../transport/redirects.ts';
import type {Caller, Transport, TransportRequest} from '../transport/transport.ts';
import {cancelBody} from '../transport/unsent-body.ts';
import {DispatchHeaders} from './dispatch-headers.ts';
import {type CallController, Dispatched, dispatchedBodies} from './dispatched.ts';
import {isIterableBody, KeptIterable} from './kept-iterable.ts';
import {Route, targetAt} from './route.ts';
import type {DispatchHandler, DispatchOptions, Interceptor} from './types.ts';

/** The functions beside a policy. `classify` gets a response with a status and headers only. */
export type UndiciPorts = Omit<Ports<AttemptResponse>, 'fetch' | 'translate'>;

/** Options of one dispatch, with what it may change of its policy. */
type Options = DispatchOptions & {readonly resilience?: CallOverrides};

/**
 * Gives an undici dispatcher a policy: `new Agent().compose(resilienceInterceptor(policy))`, for `undici.request`,
 * `undici.fetch` and everything else that takes a dispatcher. Needs undici 7 or later.
 *
 * The caller's handler sees one request and one response. Time limits of the policy hold until the headers; the body is
 * bounded by `idleTimeoutMs`, beside undici's own `bodyTimeout`. What is sent again is a string, bytes, a Blob, a form or an iterable up to
 * `replayLimitBytes`, or no body.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Left out: the defaults.
 * @param ports  As for `createFetch`, but for `fetch`.
 * @throws InvalidPolicyError at once, not at the first call, naming each wrong field.
 *
 * @example
 * const agent = new Agent().compose(resilienceInterceptor({deadlineMs: 10_000}));
 * const {statusCode, body} = await request('https://example.com/users', {dispatcher: agent});
 */
export function resilienceInterceptor<Json>(policy?: PolicyArgument<Json>, ports?: UndiciPorts): Interceptor;
export function resilienceInterceptor(policy?: PolicyInput | PolicyHandle, ports: UndiciPorts = {}): Interceptor {
  const client = new Client<Dispatched>(handleOf(policy, ports), ports, httpAnswers);
  watchFailedRequests();
  return dispatch => {
    const route = new Route(dispatch);
    return (options: Options, handler: DispatchHandler) => {
      // A tunnel or an upgraded connection has no response to classify.
      if (options.method === 'CONNECT' || options.upgrade) return dispatch(options, handler);
      if (typeof handler.onRequestStart !== 'function') throw new TypeError(OLD_HANDLER);
      // undici refuses it before it sends anything.
      if (REQUIRED.some(name => typeof handler[name] !== 'function')) return dispatch(options, handler);
      try {
        return new DispatchCall(client, route, options, handler).start();
      } catch (error) {
        cancelBody(options.body, error); // Wrong overrides.
        throw error;
      }
    };
  };
}

/** The methods that a handler must have: without one of them its request would never end. */
const REQUIRED = ['onResponseStart', 'onResponseData', 'onResponseEnd', 'onResponseError'] as const;

/** Such a handler would never hear of the response. */
const OLD_HANDLER =
  'steadfetch/undici serves handlers with onRequestStart (undici 7 and later), and this one has none, as those of the fetch of Node: ' +
  'give the dispatcher to setGlobalDispatcher(dispatcher) of undici 8, or to this call as new Dispatcher1Wrapper(dispatcher).';

/** undici's codes of a dispatcher that was closed or destroyed. */
const CLOSED: readonly unknown[] = ['UND_ERR_CLOSED', 'UND_ERR_DESTROYED'];

const sentAgain = (method: string): string =>
  `The server answered 421 to a ${method} that may have been acted on before, and fetch would send it again as a new call.`;

class DispatchCall implements Transport<Dispatched>, Caller<Dispatched>, CallController {
  readonly #handler: DispatchHandler;
  readonly bodies: ResponseBodies<Dispatched> = dispatchedBodies;
  readonly callerSignal: CallSignal = new CallSignal();
  readonly #route: Route;
  readonly #options: DispatchOptions;
  readonly #call: CallContext<Dispatched>;
  readonly #body: BodySnapshot;
  /** Throws what is wrong with the caller's: then it is an attempt that fails by them. */
  readonly #firstHeaders: () => DispatchHeaders;
  /** Null where the body is no iterable, or one attempt is all there is. */
  readonly #kept: KeptIterable | null;
  /** The request of the last attempt; null before the first. */
  #latest: DispatchRequest | null = null;
  /** The handler of the last attempt. */
  #dispatched: Dispatched | null = null;
  /** Whether the server certainly did not act on the last attempt; and whether it may have acted on one before. */
  #isHarmless = true;
  #mayHaveActed = false;
  #answer: Dispatched | null = null;
  #paused = false;
  /** Left out until the program has closed the dispatcher: no retry can be sent by it. */
  stop?: CallSignal;
  /** The result of the first dispatch: false asks the caller to wait for a drain. */
  #mayGoOn = true;

  constructor(client: Client<Dispatched>, route: Route, given: Options, handler: DispatchHandler) {
    // Copies: what the caller, or an interceptor above, changes later is not sent.
    const {resilience, ...options} = given;
    this.#handler = handler;
    this.#route = route;
    this.#options = withOwnParts(options);
    checkBody(options.body);
    const method = options.method.toUpperCase();
    const origin = String(options.origin ?? '').replace(/\/$/, '');
    this.#call = beginCall(client, method, `${origin}${options.path}`, resilience);
    const {maxAttempts, policy} = this.#call.plan;
    const {body} = options;
    const {replayLimitBytes} = policy;
    const own = isForm(body) ? bodyOf(body, replayLimitBytes, maxAttempts > 1) : body;
    this.#body = snapshotBody(own as BodyInit | null | undefined, replayLimitBytes);
    this.#firstHeaders = readHeaders(options.headers);
    this.#kept = maxAttempts > 1 && isIterableBody(body) ? new KeptIterable(body, policy.replayLimitBytes) : null;
  }

  start(): boolean {
    // At once, and once: from here on the caller can abort, also while no request is in flight.
    try {
      this.#handler.onRequestStart?.(this, null);
    } catch (error) {
      this.#refuse(error);
      return true;
    }
    runCall(this.#call, this, this, this.#call.startedAt);
    return this.#mayGoOn;
  }

  /** The caller's handler threw before anything was sent. */
  #refuse(error: unknown): void {
    const outcome = failed('hook', error, false);
    finishCall(this.#call, outcome);
    this.unsent(error);
    this.settle(outcome);
  }

  settle({response, error}: Outcome<Dispatched>): void {
    if (response === null) {
      this.#kept?.settle(null);
      this.#handler.onResponseError?.(this, error as Error);
      return;
    }
    if (this.#isSentAgain(response)) {
      const error = new SteadfetchError('MISDIRECTED', sentAgain(this.#call.method));
      attachToError(this.#call, error);
      response.withhold(error);
      return this.settle(failed('other', error, true));
    }
    this.#answer = response;
    this.#kept?.settle(this.#answer.reader);
    try {
      this.#answer.give();
    } catch (error) {
      this.#answer.fail(error as Error);
    }
  }

  /**
   * Whether fetch would make a second effect of an answer 421: it sends the request again as a call of its own, with another key.
   */
  #isSentAgain(response: Dispatched): boolean {
    if (response.status !== 421 || !this.isFetch) return false;
    const {method, plan} = this.#call;
    if (!this.#mayHaveActed && response.redirected('not-processed') === 'no') return false;
    const key = DispatchHeaders.of(this.#options.headers).get(plan.keyHeader);
    return !mayRepeat(!isBlank(key), method, plan.idempotentMethods);
  }

  // The transport.

  get replayable(): boolean | Promise<boolean> {
    return this.#kept?.replayable ?? this.#body.replayable;
  }

  get bodyText(): string | undefined {
    return this.#kept === null ? textOf(this.#body.body) : this.#kept.text;
  }

  /** Two attempts that are in flight at once must not wait for each other's chunks. */
  get hedgeable(): boolean {
    return this.#kept?.isWhole ?? true;
  }

  get headerNames(): readonly string[] | undefined {
    if (this.confinement !== undefined) return undefined;
    try {
      return this.#firstHeaders().names;
    } catch {
      return undefined; // The attempt will say what is wrong.
    }
  }

  get confinement(): string | undefined {
    return this.#route.isByOrigin ? undefined : 'its dispatcher serves one origin';
  }

  get queryNames(): readonly string[] {
    const {query} = this.#options;
    return typeof query === 'object' && query !== null ? Object.keys(query) : [];
  }

  next(_isAbortable: boolean, url: string | null): TransportRequest<Dispatched> {
    if (!this.#isHarmless) this.#mayHaveActed = true;
    this.#isHarmless = false;
    const headers = this.#latest?.headers.copy() ?? this.#firstHeaders();
    this.#latest = new DispatchRequest(this, headers, url);
    return this.#latest;
  }

  redirected(_outcome: Outcome<Dispatched>, _redirectsBefore: number, sent: Sent): Redirected {
    const redirected = this.#dispatched?.redirected(sent) ?? 'no';
    this.#isHarmless = redirected === 'no' && harmless(sent);
    return redirected;
  }

  timeoutError(error: TimeoutError): unknown {
    return error;
  }

  unsent(reason: unknown): void {
    if (this.#kept === null) cancelBody(this.#options.body, reason);
  }

  /** @internal */
  put(headers: DispatchHeaders, url: string | null, begun: (dispatched: Dispatched) => void): Promise<Dispatched> {
    const options = this.#options;
    const reader = this.#kept?.read() ?? null;
    const body = reader ?? this.#body.body;
    const isOwn =
      url !== null || options.headers !== undefined || headers.touched || body !== (options.body ?? undefined);
    const own = isOwn ? {...options, ...targetAt(url), headers: headers.options, body} : options;
    return new Promise((resolve, reject) => {
      const dispatched = new Dispatched(this, reader, resolve, error => {
        if (CLOSED.includes(fieldOf(error, 'code'))) {
          this.stop = new CallSignal();
          this.stop.abort(error);
        }
        reject(error);
      });
      this.#dispatched = dispatched;
      begun(dispatched);
      this.#mayGoOn = this.#route.dispatch(own, dispatched);
    });
  }

  get handler(): DispatchHandler {
    return this.#handler;
  }

  /** Known by an option of dispatches that is fetch's alone. */
  get isFetch(): boolean {
    return this.#options.maxRedirections === 0;
  }

  // The controller that the caller's handler is given.

  get aborted(): boolean {
    return this.callerSignal.aborted;
  }

  get reason(): Error | null {
    return (this.callerSignal.reason as Error | undefined) ?? null;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get rawHeaders(): unknown {
    return this.#answer?.rawHeaders ?? null;
  }

  get rawTrailers(): unknown {
    return this.#answer?.connection?.rawTrailers ?? null;
  }

  pause(): void {
    this.#paused = true;
    this.#answer?.connection?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#answer?.resume();
  }

  /** @param reason As the caller gave it, maybe a falsy one, which undici's handlers would take for no error. */
  abort(reason: Error): void {
    const error = reason || new DOMException('This operation was aborted', 'AbortError');
    this.callerSignal.abort(error);
    this.#answer?.abort(error);
  }
}

class DispatchRequest implements TransportRequest<Dispatched> {
  readonly headers: DispatchHeaders;
  readonly #call: DispatchCall;
  /** Null: that of the call. */
  readonly #url: string | null;
  #dispatched: Dispatched | null = null;
  /** Created when `prepareAttempt` reads the signal. */
  #controller: AbortController | null = null;

  constructor(call: DispatchCall, headers: DispatchHeaders, url: string | null) {
    this.#call = call;
    this.#url = url;
    this.headers = headers;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  send(): Promise<Dispatched> {
    return this.#call.put(this.headers, this.#url, dispatched => {
      this.#dispatched = dispatched;
    });
  }

  abort(reason: unknown): void {
    this.#controller?.abort(reason);
    this.#dispatched?.abort(reason as Error);
  }
}

/** Parts that the caller may change later, for they are objects. */
function withOwnParts(options: DispatchOptions): DispatchOptions {
  const {origin, query} = options;
  const ownOrigin = typeof origin === 'object' ? {origin: new URL(origin)} : null;
  const ownQuery = typeof query === 'object' && query !== null ? {query: {...query}} : null;
  return ownOrigin === null && ownQuery === null ? options : {...options, ...ownOrigin, ...ownQuery};
}

function readHeaders(given: unknown): () => DispatchHeaders {
  try {
    const headers = DispatchHeaders.of(given);
    return () => headers;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
