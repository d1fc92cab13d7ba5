/**
 * ky's own loop, driven: for calls whose hooks may see, change or stop a retry, and for those where ky decides.
 *
 * The decision is made inside the wrapped fetch, right after the outcome, where it may be awaited; ky's callbacks only
 * read it. ky has no hook that sees every end of a call, so the user's hooks are wrapped, and each way out finishes it.
 */

import {discard} from '../body/discard.ts';
import {holdBody} from '../body/held-body.ts';
import {trackAround} from '../body/track-response.ts';
import type {CallContext} from '../call/context.ts';
import {discardDecision, reconsider, sendOnce} from '../call/external-loop.ts';
import {finishCall} from '../call/finish.ts';
import {SteadfetchError} from '../core/errors.ts';
import {answered, failed, type StreamError} from '../core/outcome.ts';
import {quietly} from '../core/quietly.ts';
import {keepScope} from '../core/scope.ts';
import {isObject} from '../core/unknown-value.ts';
import {backoffMs} from '../decide/backoff.ts';
import {RequestTransport} from '../transport/request-transport.ts';
import {restoreTimeout} from './explicit-options.ts';
import {isResponse, type KyCall, type KyOptions} from './ky-call.ts';
import {RequestBody} from './request-body.ts';
import {transportOptions} from './transport-options.ts';

/** ky calls shouldRetry only for the methods that it is given. Which of them may be retried is decided here. */
const METHODS = 'get put head delete options trace query post patch propfind report search'.split(' ');

/** @param kyDecides ky decides about retries, by its own options; we send, watch and guard. */
export function driveKyLoop(ky: KyCall, options: KyOptions, kyDecides: boolean): void {
  new KyLoop(ky, options, kyDecides);
}

class KyLoop {
  readonly #ky: KyCall;
  readonly #kyDecides: boolean;
  readonly #body: RequestBody;
  readonly #afterResponseHooks: number;
  /** The last error that ky was given, and would throw if nothing else happened. */
  #lastError: unknown;
  #lastResponse: Response | null = null;
  #lastStreamError: StreamError | null = null;
  /** A hook of the user's gave the answer: it is the answer, whatever its status. */
  #answeredByHook = false;
  /** Gives a copy of the last response, where ky reads the body of its own for an error that the user does not want. */
  #copy: (() => Response) | null = null;
  /** The copy is the answer. */
  #gaveCopy = false;
  #forgetSignal: (() => void) | null = null;

  constructor(ky: KyCall, options: KyOptions, kyDecides: boolean) {
    this.#ky = ky;
    this.#kyDecides = kyDecides;
    this.#body = new RequestBody(options);
    this.#afterResponseHooks = options.hooks.afterResponse.length;
    this.#wrapThrowHttpErrors(options);
    this.#wrapHooks(options);
    if (!kyDecides) this.#takeOverRetry(options);
    const loop = this;
    options.fetch = async function (this: unknown, input, init = {}) {
      const response = await loop.#send(input as Request, init);
      restoreTimeout(this, ky.explicit, true);
      return response;
    };
  }

  async #send(request: Request, init: RequestInit): Promise<Response> {
    const ky = this.#ky;
    this.#body.check();
    const call = ky.begin(request);
    this.#forgetSignal?.();
    this.#answeredByHook = false;
    const copy = this.#copy;
    this.#copy = null;
    if (ky.client.handle.retriesDisabled && this.#lastError !== undefined) return this.#giveUp(copy);
    const transport = this.#transport(call, request, init);
    if (this.#body.isReadFirst(call.plan)) await transport.capture();
    const outcome = await sendOnce(call, transport);
    const {response, error} = outcome;
    if (this.#retries) this.#finishIfAborted(call, request.signal);
    if (response !== null) {
      if (outcome.streamError !== null && this.#retries) throw this.#streamError(call, response);
      this.#lastResponse = response;
      this.#lastStreamError = outcome.streamError;
      if (this.#afterResponseHooks === 0) this.#finishIfGood(response);
      return response;
    }
    // Refused by a guard: the caller gets the last answer, not a new error in its place.
    if (outcome.kind === 'rejected' && this.#lastError !== undefined) return this.#giveUp(copy);
    if (!(error instanceof Error) && !this.#retries) ky.finish(outcome); // No beforeError hook runs for these.
    throw error;
  }

  #keepCopy(response: Response): void {
    quietly(() => {
      const copy = response.clone();
      const body = holdBody(copy, this.#ky.client.clock, this.#ky.signal);
      this.#copy = () => {
        body?.release();
        return copy;
      };
    });
  }

  /** @throws What ky was given last, unless the user does not want it as an error. */
  #giveUp(copy: (() => Response) | null): Response {
    if (copy === null) throw this.#lastError;
    this.#gaveCopy = true;
    this.#lastResponse = copy();
    return this.#lastResponse;
  }

  #transport(call: CallContext<Response>, request: Request, init: RequestInit): RequestTransport {
    const body = this.#body;
    // Between its attempts ky keeps the body itself. That of a Request is read beside it: it may be too large, and may have no end.
    // Under `refusals` it is read in any case: it may say that the request changes something.
    const {refusals, replayLimitBytes} = call.plan.policy;
    const fits = this.#kyDecides || (!refusals && body.fits(replayLimitBytes));
    return new RequestTransport({
      ...transportOptions(this.#ky, call, body, request, init),
      retries: !body.isStream && (call.mayHedge || !fits),
      keptElsewhere: fits && !call.mayHedge,
    });
  }

  /** The decision is to retry. */
  get #retries(): boolean {
    return !this.#kyDecides && this.#ky.call?.decision?.refusal === null;
  }

  /** ky waits by itself; an abort meanwhile ends the call without any hook. */
  #finishIfAborted(call: CallContext<Response>, signal: AbortSignal): void {
    const scope = keepScope();
    const onAbort = (): void => scope.runInAsyncScope(() => finishCall(call, failed('aborted', signal.reason)));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, {once: true});
    this.#forgetSignal = () => {
      signal.removeEventListener('abort', onAbort);
      this.#forgetSignal = null;
    };
  }

  #finishIfGood(response: Response): void {
    if (!response.ok && response.type !== 'opaque') return;
    const {call} = this.#ky;
    if (response !== this.#lastResponse && call !== null) discardDecision(call);
    this.#ky.finish(answered(response, response === this.#lastResponse ? this.#lastStreamError : null));
  }

  /** ky retries because of an error, and the response is good by its status: this error takes its place. */
  #streamError(call: CallContext<Response>, response: Response): SteadfetchError {
    discard(response, this.#ky.client.clock, this.#ky.signal);
    return new SteadfetchError('STREAM_ERROR', `The attempt failed: ${call.decision!.classification.reason}.`);
  }

  /** ky retries a status only by way of an error, so one is claimed where a retry is certain: `throwHttpErrors: false` retries too. */
  #wrapThrowHttpErrors(options: KyOptions): void {
    const users = options.throwHttpErrors ?? true;
    options.throwHttpErrors = (status: number) => {
      if (typeof users === 'function' ? users(status) : users) return true;
      const last = this.#lastResponse?.status === status ? this.#lastResponse : null;
      if (last !== null && !this.#answeredByHook && !this.#gaveCopy && this.#retries) {
        this.#keepCopy(this.#current ?? last);
        return true;
      }
      // The response of a hook is out of reach.
      this.#ky.finish(answered(last ?? {status, headers: new Headers()}));
      return false;
    };
  }

  #wrapHooks(options: KyOptions): void {
    const ky = this.#ky;
    const {beforeRequest, afterResponse, beforeRetry, beforeError} = options.hooks;
    const finishFailed = (error: unknown) => ky.finishWithError(error);
    options.hooks = {
      ...options.hooks,
      beforeRequest: beforeRequest.map(hook => ky.wrap(hook, result => this.#answered(result), null)),
      afterResponse: afterResponse.map((hook, index) =>
        ky.wrap(
          state => (this.#gaveCopy ? undefined : hook(state)), // They have seen it.
          (result, state) => this.#afterResponse(index, result, state.response),
          null,
        ),
      ),
      // Errors of beforeRetry hooks skip beforeError.
      beforeRetry: beforeRetry.map(hook => ky.wrap(hook, result => this.#beforeRetry(result), finishFailed)),
      beforeError: [...beforeError.map(hook => ky.wrap(hook, null, finishFailed)), ({error}) => this.#threw(error)],
    };
  }

  #answered(result: unknown): void {
    if (!isResponse(result)) {
      if (result !== undefined) this.#body.forget();
      return;
    }
    this.#answeredByHook = true;
    if (this.#afterResponseHooks === 0) this.#finishIfGood(result);
  }

  #current: Response | null = null;
  #afterResponse(index: number, result: unknown, response: Response): void {
    if (index === 0) this.#current = null;
    if (isResponse(result)) {
      this.#current = result;
      trackAround(result);
    }
    const asksForRetry = isObject(result) && !isResponse(result);
    if (index === this.#afterResponseHooks - 1 && !asksForRetry) this.#finishIfGood(this.#current ?? response);
  }

  #beforeRetry(result: unknown): void {
    if (typeof result === 'symbol')
      this.#ky.finish(failed('stopped', undefined)); // ky.stop
    else this.#answered(result);
  }

  #threw(error: Error): Error {
    this.#forgetSignal?.();
    return this.#ky.finishWithError(error);
  }

  #takeOverRetry(options: KyOptions): void {
    const {client, explicit} = this.#ky;
    const written =
      explicit.overrides?.maxAttempts ?? Math.max(...client.handle.plans.all.map(({maxAttempts}) => maxAttempts));
    // An invalid value is reported when the call begins.
    const maxAttempts = typeof written === 'number' && written >= 1 ? written : Infinity;
    options.retry = {
      // A stream is not cloned, or the whole body would be in memory: but for a hook that may ask for a retry, as ky does.
      limit:
        this.#body.isStream && this.#afterResponseHooks === 0 ? 0 : Math.min(maxAttempts - 1, Number.MAX_SAFE_INTEGER),
      methods: METHODS as NonNullable<Exclude<KyOptions['retry'], number | undefined>['methods']>,
      backoffLimit: Infinity,
      shouldRetry: ({error}) => this.#shouldRetry(error),
      delay: retry => this.#delay(retry),
    };
  }

  async #shouldRetry(error: Error): Promise<boolean> {
    this.#lastError = error;
    const {call} = this.#ky;
    const {response} = error as {response?: Response};
    if (call === null) return false;
    // A hook changed the response: the response that was classified is not the one that ky holds.
    if (response !== undefined && response.status !== this.#lastResponse?.status)
      await reconsider(call, answered(response));
    return this.#retries;
  }

  /** The wait of the decision; for `ky.retry()`, which no decision preceded, the plan's. */
  #delay(retry: number): number {
    const {call, client} = this.#ky;
    if (this.#retries) return call!.decision!.waitMs;
    return backoffMs(call?.plan.policy.backoff ?? client.handle.policy.backoff, retry, false, 0, client.random);
  }
}
