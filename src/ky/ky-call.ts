/** The part that both loops share: the call of one use of ky, created as soon as its Request is known. */

import type {AfterResponseHook, BeforeErrorHook, BeforeRequestHook, BeforeRetryHook, InitHook, Options} from 'ky';
import {beginCall} from '../call/begin.ts';
import type {CallContext} from '../call/context.ts';
import {finishCall} from '../call/finish.ts';
import {notifyOverridden} from '../call/notify.ts';
import {attachToError} from '../call/report.ts';
import type {Client} from '../client/client.ts';
import {runIn} from '../client/observe.ts';
import {answered, failed, type Outcome} from '../core/outcome.ts';
import {isTagged} from '../core/unknown-value.ts';
import type {ExplicitOptions} from './explicit-options.ts';

type Fetch = NonNullable<Options['fetch']>;

/** ky's options as its init hooks see them: merged, with every list of hooks present. */
export interface KyOptions extends Options {
  hooks: {
    init: InitHook[];
    beforeRequest: BeforeRequestHook[];
    beforeRetry: BeforeRetryHook[];
    beforeError: BeforeErrorHook[];
    afterResponse: AfterResponseHook[];
  };
}

const NOTHING = Symbol('nothing was thrown');

export class KyCall {
  readonly client: Client<Response>;
  readonly explicit: ExplicitOptions;
  /** That of the last Request, which follows the signal of the caller. */
  signal: AbortSignal | null = null;
  /** The user's fetch, or the global one of the moment. */
  readonly #fetch: Fetch;
  #call: CallContext<Response> | null = null;
  #thrownByHook: unknown = NOTHING;

  constructor(client: Client<Response>, {fetch}: KyOptions, explicit: ExplicitOptions) {
    this.client = client;
    this.explicit = explicit;
    this.#fetch = fetch ?? ((input, init) => globalThis.fetch(input, init));
  }

  /** null while ky has not come far enough to have a Request. */
  get call(): CallContext<Response> | null {
    return this.#call;
  }

  /** @throws InvalidPolicyError for overrides that are wrong. */
  begin(request: Request): CallContext<Response> {
    this.signal = request.signal;
    if (this.#call === null) {
      this.#call = beginCall(this.client, request.method, request.url, this.explicit.overrides);
      if (this.explicit.by.length > 0) notifyOverridden(this.#call, this.explicit.by);
    }
    return this.#call;
  }

  finish(outcome: Outcome): void {
    if (this.#call !== null) finishCall(this.#call, outcome);
  }

  /** ky is about to throw this to the user; it stays what it is, but for the report. */
  finishWithError<E>(error: E): E {
    if (this.#call === null) return error;
    const outcome = error === this.#thrownByHook ? failed('hook', error) : this.#outcomeOf(error);
    finishCall(this.#call, outcome);
    // The reason of an abort is the caller's own, and may be shared.
    if (outcome.kind !== 'aborted' && !this.#call.plan.observesOnly) attachToError(this.#call, error);
    return error;
  }

  /** The outcome for an error of ky. */
  #outcomeOf(error: unknown): Outcome {
    const {name, response, cause} = (error ?? {}) as {name?: string; response?: Response; cause?: {code?: string}};
    if (this.signal?.aborted && error === this.signal.reason) return failed('aborted', error);
    switch (name) {
      case 'HTTPError':
        return response === undefined ? failed('other', error) : answered(response);
      case 'TimeoutError':
        if (cause?.code === 'CONTENT_TIMEOUT') return failed('content-timeout', error);
        return failed(cause?.code === 'ATTEMPT_TIMEOUT' || !this.#isLate ? 'attempt-timeout' : 'deadline', error);
      case 'NetworkError':
        return failed('network', error);
      case 'AbortError':
        return failed('aborted', error);
      case 'ForceRetryError': // A hook asked for more retries than there are attempts.
        return failed('hook', error);
      case 'RejectedError':
        return failed('rejected', error);
      default:
        return failed('other', error);
    }
  }

  get #isLate(): boolean {
    return this.client.clock.now() >= this.#call!.deadlineAt;
  }

  /** Sends a Request. `init` has the options that ky does not know; the option of steadfetch is removed. */
  send(
    request: Request,
    init: RequestInit & {resilience?: unknown},
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const {resilience: _, ...rest} = init;
    if (signal === undefined || signal === request.signal) return this.#fetch(request, rest);
    // A fetch of the user's that takes the Request alone would not hear that its attempt is over.
    if (this.#fetch.length === 1 && request instanceof Request)
      return this.#fetch(new Request(request, {signal}), rest);
    return this.#fetch(request, {...rest, signal});
  }

  /** Runs a hook of the user inside the call. Reports what the hook returns or throws, and returns or throws the same. */
  wrap<State extends {request: Request}, Result>(
    hook: (state: State) => Result | Promise<Result>,
    returned: ((result: Result, state: State) => void) | null,
    threw: ((error: unknown) => void) | null,
  ): (state: State) => Promise<Result> {
    return async state => {
      const {span} = this.begin(state.request);
      let result: Result;
      try {
        result = await runIn(span, () => hook(state));
      } catch (error) {
        // ky runs no beforeError hook for a thrown value that is not an Error: nothing else would end the call.
        this.#thrownByHook = error;
        if (!(error instanceof Error)) this.finish(failed('hook', error));
        else threw?.(error);
        throw error;
      }
      returned?.(result, state);
      return result;
    };
  }
}

/** Responses of other classes are welcome to ky; so they are here. */
export const isResponse = (value: unknown): value is Response =>
  value instanceof Response || isTagged(value, 'Response');
