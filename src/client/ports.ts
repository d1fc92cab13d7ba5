/** Ports: the functions a policy cannot hold. Every one is optional. */
import type {Awaitable} from '../core/awaitable.ts';
import type {Listener} from '../core/events.ts';
import type {HeaderBag, Observer} from '../core/observer.ts';
import type {AttemptResponse, FailureKind} from '../core/outcome.ts';
import type {Ids, Random} from '../core/random.ts';
import type {Clock} from '../core/timer.ts';
import type {Classification, Sent} from '../decide/classification.ts';

/** What `classify` is shown. */
export interface ClassifyInput<R extends AttemptResponse = Response> {
  readonly kind: 'response' | FailureKind;
  /** Read a clone of its body, or the caller finds it used. */
  readonly response: R | null;
  readonly error: unknown;
  readonly method: string;
  readonly attempt: number;
  /** What the engine would say. */
  readonly classification: Classification;
}

/** What `classify` may answer; nothing means "as the engine says". */
export interface Reclassification {
  readonly transient: boolean;
  /** How far the request came. Default: as the engine says, for a success `processed`. */
  readonly sent?: Sent;
  /** Low in cardinality: it appears in spans and metrics. */
  readonly reason?: string;
  readonly throttled?: boolean;
}

/** An attempt before it is sent. */
export interface AttemptRequest {
  readonly method: string;
  readonly url: string;
  /** What is written here is sent with this attempt. */
  readonly headers: HeaderBag;
  /** 1 for the first. */
  readonly attempt: number;
  /** The status of the attempt before, or 0: a 401 asks for a new token. */
  readonly previousStatus: number;
  /** Aborts when the attempt is over, for whatever reason. */
  readonly signal: AbortSignal | undefined;
}

export interface Ports<R extends AttemptResponse = Response> {
  /** Sends a request. Default: `globalThis.fetch`, looked up at each send. */
  readonly fetch?: typeof globalThis.fetch;
  /** Time. Default: the system's. */
  readonly clock?: Clock;
  /** Chance, for jitter. Default: `Math.random`. */
  readonly random?: Random;
  /** Makes correlation ids, request ids and idempotency keys. */
  readonly ids?: Ids;
  /** Told of everything that happens. Read-only; what it throws is caught. */
  readonly on?: Listener;
  /** Spans. Default: OpenTelemetry, where an SDK is registered; null switches it off. */
  readonly observer?: Observer | null;
  /** Sees what the engine cannot: say, an answer of 200 that carries an error. May be asynchronous; bounded by the deadline. */
  classify?(outcome: ClassifyInput<R>): Awaitable<Reclassification | undefined>;
  /**
   * Before every attempt: sign it anew, or put a fresh token on it. With it, a 401 is retried once. May be asynchronous;
   * bounded by the attempt timeout.
   */
  readonly prepareAttempt?: (request: AttemptRequest) => Awaitable<void>;
}
