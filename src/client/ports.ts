/** Ports: functions beside a policy, which is plain data. Each is optional. */
import type {Awaitable} from '../core/awaitable.ts';
import type {Listener} from '../core/events.ts';
import type {HeaderBag, Observer} from '../core/observer.ts';
import type {AttemptResponse, FailureKind, ResponseHeaders} from '../core/outcome.ts';
import type {Ids, Random} from '../core/random.ts';
import type {Clock} from '../core/timer.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';
import type {Classification, Sent} from '../decide/classification.ts';
import type {SharedGuards} from '../guards/guard-factory.ts';

/** The outcome of an attempt, for `classify`. */
export interface ClassifyInput<R extends AttemptResponse = Response> {
  /** `response`, or why there is none. */
  readonly kind: 'response' | FailureKind;
  /** null if there is no response. Read the body of a clone: the caller reads the response itself. */
  readonly response: R | null;
  /** The thrown value; undefined with a response. */
  readonly error: unknown;
  /** In upper case. */
  readonly method: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** The classification by the policy, which applies if `classify` returns undefined. */
  readonly classification: Classification;
}

/** What `classify` may return to replace the classification by the policy. */
export interface Reclassification {
  /** Whether a retry may succeed. */
  readonly transient: boolean;
  /** How far the request got. Default: that of the classification by the policy, which is `processed` for a success. */
  readonly sent?: Sent;
  /** Why, in a few words. It becomes a label of metrics, so use few different values. */
  readonly reason?: string;
  /** Whether the server asks for less load: the wait starts at `throttledBaseMs`, and the retry costs the budget less. */
  readonly throttled?: boolean;
}

/** An attempt that is about to be sent, for `prepareAttempt`. */
export interface AttemptRequest {
  /** The HTTP method, in upper case. */
  readonly method: string;
  /** The URL, at the endpoint to which this attempt goes. */
  readonly url: string;
  /** Name of that endpoint; undefined if the policy has no `endpoints` for this call. */
  readonly endpoint: string | undefined;
  /** The headers of this attempt. Changes are sent. The caller's own credentials are not among them where they do not belong. */
  readonly headers: HeaderBag;
  /** 1 for the first, and for the request of a `readyPath`. */
  readonly attempt: number;
  /** The status of the attempt before, such as 401 if the token has expired; 0 without one. */
  readonly previousStatus: number;
  /** Aborts when the attempt ends. */
  readonly signal: AbortSignal | undefined;
}

/** A request that goes to another endpoint than the one in its URL, for `translate`. */
export interface MovedRequest {
  /** The HTTP method, in upper case. */
  readonly method: string;
  /** The URL at the other endpoint. */
  readonly url: string;
  /** The headers of this attempt, without credentials that do not belong at the other endpoint. */
  readonly headers: ResponseHeaders;
  /** The body as the caller wrote it; undefined without one, and if it is not text, such as a `Blob` or a form. */
  readonly text: string | undefined;
  /** 1 for the first. */
  readonly attempt: number;
}

/** How a request, and its response, differ at another endpoint. What is left out stays. */
export interface Translation<R extends AttemptResponse = Response> {
  /** Path and query below the origin of the endpoint: `/v1/messages?beta=1`. Its `basePath` is not added. */
  readonly path?: string;
  /** Headers of this attempt; null removes one. The idempotency key stays. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** The body. Headers that describe the caller's body, such as `content-encoding` and `content-digest`, are removed. */
  readonly body?: string | Uint8Array;
  /** Turns the response into what the caller of the addressed endpoint expects, before it is classified. Called for every status. */
  response?(response: R): Awaitable<R>;
}

/** A request whose tokens are counted, before it is sent. */
export interface WeighedRequest {
  /** The HTTP method, in upper case. */
  readonly method: string;
  /** The URL. */
  readonly url: string;
  /** The body, if it is a text or bytes; undefined if it would have to be read first. */
  readonly bodyText: string | undefined;
}

/** The functions beside a policy, which is plain data. Each is optional. */
export interface Ports<R extends AttemptResponse = Response> {
  /**
   * Sends a request. Default: `globalThis.fetch`, read at each send; if that is a fetch of createFetch, the one that was there when this client was
   * made. A wrapper returns the Response of the fetch below: a copy does not say whether a redirect was followed, see docs/semantics.md.
   */
  readonly fetch?: typeof globalThis.fetch;
  /** Time. Default: the system clock. */
  readonly clock?: Clock;
  /** Random numbers, for jitter. Default: `Math.random`. */
  readonly random?: Random;
  /**
   * Guards whose state several processes share, such as those of `redisGuards`. Default: guards of this process. A handle of
   * `definePolicy` has its guards from there.
   */
  readonly guards?: SharedGuards;
  /** Makes correlation ids, request ids and idempotency keys. Default: `SystemIds`. */
  readonly ids?: Ids;
  /** Called for each event of a call. Its errors are caught. */
  readonly on?: Listener;
  /** Makes spans and metrics. Default: OpenTelemetry, if an SDK is registered. null: no spans and metrics. */
  readonly observer?: Observer | null;
  /** Classifies what the policy cannot, such as a 200 whose body has an error. May be asynchronous; bounded by the deadline. */
  classify?(outcome: ClassifyInput<R>): Awaitable<Reclassification | undefined>;
  /**
   * Called before each attempt, to sign the request or to set a fresh token, and before an endpoint is asked by its `readyPath`. With this port a 401
   * is retried once. May be asynchronous; bounded by the attempt timeout.
   */
  readonly prepareAttempt?: (request: AttemptRequest) => Awaitable<void>;
  /**
   * Called before an attempt that goes to another endpoint than the one in the URL of the call, and before `prepareAttempt`: another model,
   * or a provider whose bodies differ. undefined: the request is sent as it is. What it throws ends the call with code TRANSLATE_FAILED.
   *
   * @param request  The request as it would be sent to the other endpoint.
   * @param endpoint The name of the other endpoint.
   */
  translate?(request: MovedRequest, endpoint: string): Translation<R> | undefined;
  /**
   * Counts the tokens that a request takes from a `quota`. A count that is missing or not a number of at least 0 is estimated: one token for
   * every 4 bytes of a JSON body, plus the output limit in the body. If the port throws, the first error is reported and the estimate counts.
   */
  readonly weigh?: (request: WeighedRequest) => AskedTokens;
}

/** The ports that a policy handle is made with. */
export type HandlePorts = Pick<Ports, 'random' | 'guards'>;
