/** The undici door: the same call and the same loop as an interceptor of its dispatchers, below fetch and cheaper than it. */
import type {Call} from '../call/call.ts';
import {CallSignal} from '../call/call-signal.ts';
import {handleOf} from '../call/define-policy.ts';
import {Engine} from '../call/engine.ts';
import type {PolicyHandle} from '../call/handle.ts';
import {HeaderRecord, type HeaderValues} from '../call/header-record.ts';
import type {Ports} from '../call/ports.ts';
import type {Caller, Sendable, Stopper, Wire} from '../call/wire.ts';
import type {TimeoutError} from '../core/errors.ts';
import type {Outcome} from '../core/outcome.ts';
import {type BodySnapshot, snapshotBody} from '../decide/body.ts';
import type {Redirected} from '../decide/redirected.ts';
import type {Sent} from '../decide/verdict.ts';
import type {CallOverrides, PolicyInput} from '../policy/types.ts';
import {dispatchHeaders} from './dispatch-headers.ts';
import {Dispatched, type Exchange} from './dispatched.ts';
import type {Dispatch, DispatchHandler, DispatchOptions, Interceptor} from './types.ts';

/** Options of one dispatch, with what it may change of its policy. */
type Options = DispatchOptions & {readonly resilience?: CallOverrides};

/**
 * Gives an undici dispatcher a policy: `new Agent().compose(resilienceInterceptor(policy))`, for `undici.request`,
 * `undici.fetch` and everything else that takes a dispatcher. Needs undici 7 or later.
 *
 * The caller's handler sees one request and one response. Time limits of the policy hold until the headers; the body is
 * bounded by `idleTimeoutMs`, beside undici's own `bodyTimeout`. What is sent again is a string, bytes or no body.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Left out: the defaults.
 * @param ports  As for `createFetch`, but for `fetch`.
 * @throws InvalidPolicyError at once, not at the first call, naming each wrong field.
 *
 * @example
 * const agent = new Agent().compose(resilienceInterceptor({deadlineMs: 10_000}));
 * const {statusCode, body} = await request('https://example.com/users', {dispatcher: agent});
 */
export function resilienceInterceptor(
  policy?: PolicyInput | PolicyHandle,
  ports: Omit<Ports, 'fetch'> = {},
): Interceptor {
  const engine = new Engine(handleOf(policy, ports.random), ports);
  return dispatch => (options: Options, handler: DispatchHandler) => {
    // A tunnel or an upgraded connection has no response to judge.
    if (options.method === 'CONNECT' || options.upgrade) return dispatch(options, handler);
    return new DispatchCall(engine, dispatch, options, handler).start();
  };
}

class DispatchCall implements Wire, Caller, Exchange {
  readonly handler: DispatchHandler;
  readonly signalIsOurs = true;
  readonly bodyGetsFreshTime = false;
  readonly #signal = new CallSignal();
  readonly #dispatch: Dispatch;
  readonly #options: DispatchOptions;
  readonly #call: Call;
  readonly #body: BodySnapshot;
  /** Of the last attempt; null before the first. */
  #latest: DispatchAttempt | null = null;
  /** What was dispatched for the last attempt. */
  #dispatched: Dispatched | null = null;
  #answer: Dispatched | null = null;
  #paused = false;
  /** What undici said of the first dispatch: false asks the caller to wait for a drain. */
  #mayGoOn = true;

  constructor(engine: Engine, dispatch: Dispatch, given: Options, handler: DispatchHandler) {
    const {resilience} = given;
    const options = resilience === undefined ? given : withoutOurs(given);
    this.handler = handler;
    this.#dispatch = dispatch;
    this.#options = options;
    const method = options.method.toUpperCase();
    this.#call = engine.begin(method, `${options.origin ?? ''}${options.path}`, resilience);
    this.#body = snapshotBody(options.body as BodyInit | null | undefined, this.#call.plan.policy.replayLimitBytes);
  }

  start(): boolean {
    // At once, and once: from here on the caller can abort, also while nothing is on the wire.
    this.handler.onRequestStart?.(this, null);
    this.#call.run(this, this, this.#call.startedAt);
    return this.#mayGoOn;
  }

  settle({response, error}: Outcome): void {
    if (response === null) {
      this.handler.onResponseError?.(this, error as Error);
      return;
    }
    this.#answer = response as unknown as Dispatched;
    try {
      this.#answer.give();
    } catch (error) {
      this.#answer.abort(error as Error); // As undici does with what a handler throws.
    }
  }

  // As the engine's wire.

  get signal(): AbortSignal {
    return this.#signal as unknown as AbortSignal;
  }

  stopper(): Stopper {
    return new CallSignal();
  }

  get replayable(): boolean {
    return this.#body.replayable;
  }

  next(): Sendable {
    const latest = this.#latest;
    const values = latest === null ? dispatchHeaders(this.#options.headers) : {...latest.values};
    this.#latest = new DispatchAttempt(this, values);
    return this.#latest;
  }

  redirected(_outcome: Outcome, sent: Sent): Redirected {
    return this.#dispatched?.redirected(sent) ?? 'no';
  }

  timeoutError(error: TimeoutError): unknown {
    return error;
  }

  /** @internal */
  put({values, touched}: HeaderRecord, signal: AbortSignal | undefined): Promise<Response> {
    const options = this.#options;
    const {body} = this.#body;
    const own = touched || body !== (options.body ?? undefined) ? {...options, headers: values, body} : options;
    return new Promise((resolve, reject) => {
      const attempt = new Dispatched(this, resolve, reject);
      this.#dispatched = attempt;
      signal?.addEventListener('abort', attempt);
      this.#mayGoOn = this.#dispatch(own, attempt);
    });
  }

  // As the controller that the caller's handler is given.

  get aborted(): boolean {
    return this.#signal.aborted;
  }

  get reason(): Error | null {
    return (this.#signal.reason as Error | undefined) ?? null;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get rawHeaders(): unknown {
    return this.#answer?.connection?.rawHeaders ?? null;
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
    this.#answer?.connection?.resume();
  }

  abort(reason: Error): void {
    this.#signal.abort(reason);
    this.#answer?.abort(reason);
  }
}

class DispatchAttempt extends HeaderRecord implements Sendable {
  readonly #call: DispatchCall;

  constructor(call: DispatchCall, values: HeaderValues) {
    super(values);
    this.#call = call;
  }

  get headers(): HeaderRecord {
    return this;
  }

  send(signal: AbortSignal | undefined): Promise<Response> {
    return this.#call.put(this, signal);
  }
}

/** What the dispatcher below may see of the options. */
function withoutOurs({resilience: _, ...rest}: Options): DispatchOptions {
  return rest;
}
