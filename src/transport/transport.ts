/** The interface of an adapter: how to send one attempt, and which error reports a timeout. */

import type {ResponseBodies} from '../body/response-bodies.ts';
import type {AbortSource} from '../core/abort-source.ts';
import type {Awaitable} from '../core/awaitable.ts';
import type {TimeoutError} from '../core/errors.ts';
import type {HeaderBag} from '../core/observer.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';
import type {Sent} from '../decide/classification.ts';
import type {Redirected} from '../decide/redirected.ts';

/** Receives the outcome of a call. */
export interface Caller<in R extends AttemptResponse> {
  /** Called exactly once. */
  settle(outcome: Outcome<R>): void;
}

/** The request of one attempt. */
export interface TransportRequest<out R extends AttemptResponse> {
  /** Written before the request is sent; never shared with another attempt in flight. */
  readonly headers: HeaderBag;
  /** The signal for `prepareAttempt`, which aborts when the attempt ends. Only that port reads it. */
  readonly signal: AbortSignal | undefined;
  /**
   * Called when the headers are written. The request is sent, and its time starts, once the promise has resolved; if the promise rejects,
   * the request is not sent. Without a promise the request is sent at once.
   */
  ready?(): Promise<void> | undefined;
  /**
   * Called at most once. May throw or reject with anything.
   *
   * @param endsAt When the attempt times out, on the engine's clock; NaN without a limit.
   */
  send(endsAt: number): Promise<R>;
  /** The URL to which `rewrite` sends it. */
  readonly url?: string | null | undefined;
  /**
   * The request goes elsewhere, or with another body. Called before anything is written by `prepareAttempt`.
   *
   * @param body undefined: the body stays.
   */
  rewrite?(url: string, body: string | Uint8Array | undefined): void;
  /** Cancels the request of an attempt that has ended, if `next` was called with `isAbortable`. */
  abort(reason: unknown): void;
}

/** The options of the request that asks an endpoint whether it is ready. */
export interface ReadyInit extends RequestInit {
  readonly method: 'GET';
  readonly headers: Record<string, string>;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

export interface Transport<R extends AttemptResponse> {
  /** How the bodies of responses are watched, and given up. */
  readonly bodies: ResponseBodies<R>;
  /** The caller's signal, or one that follows it. */
  readonly callerSignal: AbortSource | null;
  /** Whether the request may use the caller's signal directly, because the signal does not outlive the call. Left out: no. */
  readonly passesCallerSignal?: boolean | undefined;
  /** Ends waits and forbids further attempts, and leaves attempts in flight alone. Left out: nothing does. */
  readonly stop?: AbortSource;
  /**
   * Whether the body can be sent again: while it is being read a promise, which never rejects. Asked once an attempt has failed, or an event stream
   * begins: what has not been read of it may be read then.
   */
  readonly replayable: boolean | Promise<boolean>;
  /** One of a bounded number of calls, such as those of a batch, so that a refusal of one of them need not hold the others. Left out: no. */
  readonly isBounded?: boolean;
  /** The request body as text, where that is known without reading a stream. Left out, or undefined: it is not. */
  readonly bodyText?: string | undefined;
  /** Whether `text` may be called. Left out: no, so that a client with `translate` sends the request only where its URL says. */
  readonly isReadable?: boolean;
  /**
   * The request body for `translate`, before `next` is called; undefined without one, and if it is not text. Throws or rejects if the body
   * is larger than may be kept.
   */
  text?(): Awaitable<string | undefined>;
  /** The tokens that the next attempt takes of a quota, if the adapter knows them. What is left out is estimated from `bodyText`. */
  readonly tokens?: AskedTokens | undefined;
  /** Whether the body of a response gets the whole attempt timeout again, as ky's `timeout` means it. Left out: no. */
  readonly bodyGetsFreshTime?: boolean | undefined;
  /** How much later than due the reading of a body is ended, where the adapter ends it itself; left out: 0. */
  readonly bodyGraceMs?: number | undefined;
  /** False: no second attempt may be in flight beside the first, though the body can be sent again. Left out: it may. */
  readonly hedgeable?: boolean;
  /** The call ends with an error, and its last attempt was not sent: its request body is not needed. */
  unsent?(reason: unknown): void;
  /** The call has ended: no body is needed for another attempt. */
  ended?(): void;
  /**
   * Called once for each attempt; after the first time only where `replayable` is true.
   *
   * @param isAbortable Whether the engine may abort the request.
   * @param url Where it goes; null: where the call's own URL says.
   */
  next(isAbortable: boolean, url: string | null): TransportRequest<R>;
  /** Names of the caller's headers, in lower case. Left out, or undefined: requests can be sent only where the call's own URL says. */
  readonly headerNames?: readonly string[] | undefined;
  /** The value of a header of the caller's, by its name in lower case; null without one. Left out: headers are not known. */
  headerOf?(name: string): string | null;
  /** Names of query parameters that the transport adds to the URL of the call. Left out: none. */
  readonly queryNames?: readonly string[];
  /** Why there are no `headerNames`, as a clause that follows "because". */
  readonly confinement?: string | undefined;
  /**
   * Asks an endpoint of the call whether it is ready, as `fetch` would: with the options of the call that concern the connection, and none of its
   * headers. Left out: endpoints are not asked.
   */
  ask?(url: string, init: ReadyInit): Promise<R>;
  /**
   * Whether a redirect was followed before this outcome of the last attempt. Called only for outcomes that would prove that the server did
   * not act. Absent if the transport follows no redirects.
   *
   * @param redirectsBefore `redirectsSeen()` before the call.
   * @param sent How far the request got, by the outcome alone.
   */
  redirected?(outcome: Outcome<R>, redirectsBefore: number, sent: Sent): Redirected;
  /** Whether the fetch below has sent the request of this answer once more itself. Left out: it does not. */
  resent?(outcome: Outcome<R>): boolean;
  /** The error the caller is given when time ran out. */
  timeoutError(error: TimeoutError): unknown;
}
