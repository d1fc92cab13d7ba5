/** How an attempt or a call ended: a value that the engine passes on and never throws. */

/** The part of a response's headers that the engine reads. */
export type ResponseHeaders = Pick<Headers, 'get' | 'has'>;

/** The part of a response that the engine reads: a `Response` of fetch, or an adapter's own object. */
export interface AttemptResponse {
  /** The HTTP status, or the gRPC code. */
  readonly status: number;
  /** The headers; over gRPC, the metadata. */
  readonly headers: ResponseHeaders;
}

/** How far a request got. */
export type Sent =
  /** The request never left this machine. */
  | 'not-sent'
  /** The server said, or the protocol guarantees, that the server did not act on the request. */
  | 'not-processed'
  /** Unknown: the server may have acted. */
  | 'maybe-processed'
  /** The server acted on the request. */
  | 'processed';

/** Why an attempt has no response. */
export type FailureKind =
  /** The connection broke or was never made: DNS, TLS, reset. */
  | 'network'
  /** The attempt timeout passed. */
  | 'attempt-timeout'
  /** The headers of an event stream came, and no content within `stream.firstContentMs`. */
  | 'content-timeout'
  /** The deadline of the call passed. */
  | 'deadline'
  /** The caller's signal aborted. */
  | 'aborted'
  /** A guard refused to send. */
  | 'rejected'
  /** A function of the user threw: a hook, `prepareAttempt`, `classify`. */
  | 'hook'
  /** A hook of the user ended the call without an answer (`ky.stop`). */
  | 'stopped'
  /** Anything else that was thrown, such as a mistake in the request. */
  | 'other';

/** An error that an event stream began with, before any content. */
export interface StreamError {
  /** The HTTP status that the vendor sends with this error. */
  readonly status: number;
  /** The JSON of the error, in the format of the body of an error response. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** How an attempt, or a call, ended. */
export class Outcome<out R extends AttemptResponse = AttemptResponse> {
  /** `response`, or why there is none. */
  readonly kind: 'response' | FailureKind;
  /** The response; null after a failure. */
  readonly response: R | null;
  /** The thrown value, unchanged; undefined with a response. */
  readonly error: unknown;
  /** false if the attempt ended before it was handed to the transport. */
  readonly reachedTransport: boolean;
  /** A time limit passed while the process was busy. This says nothing about the server, so guards ignore the outcome. */
  readonly isLate: boolean;
  /** The response is successful by its status, and its body begins with an error. */
  readonly streamError: StreamError | null;

  constructor(
    kind: 'response' | FailureKind,
    response: R | null,
    error: unknown,
    reachedTransport = true,
    isLate = false,
    streamError: StreamError | null = null,
  ) {
    this.kind = kind;
    this.response = response;
    this.error = error;
    this.reachedTransport = reachedTransport;
    this.isLate = isLate;
    this.streamError = streamError;
  }

  /** The HTTP status, or that of the error with which the stream began; 0 without a response. */
  get status(): number {
    if (this.streamError !== null) return this.streamError.status;
    return this.response === null ? 0 : this.response.status;
  }
}

export const answered = <R extends AttemptResponse>(response: R, streamError: StreamError | null = null): Outcome<R> =>
  new Outcome('response', response, undefined, true, false, streamError);
/** Of null callers, and clients below them, think that there was no error. */
export const failed = (kind: FailureKind, error: unknown, reachedTransport = true, isLate = false): Outcome<never> =>
  new Outcome<never>(
    kind,
    null,
    kind === 'hook' ? (error ?? new TypeError(NO_ERROR)) : error,
    reachedTransport,
    isLate,
  );

const NO_ERROR = 'a function of the user threw null';
