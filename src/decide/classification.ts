/**
 * What an outcome means for a retry: whether it is transient, and whether the server may have acted.
 *
 * Green: transient, and the server certainly did not act. Yellow: transient, but the server may have acted, so only calls that
 * may be repeated are retried. Red: every other outcome.
 */

import type {ServerHint} from './server-hint.ts';

/** How far the request came. */
export type Sent =
  /** The request never left this machine. */
  | 'not-sent'
  /** The server said, or the protocol guarantees, that the server did not act on the request. */
  | 'not-processed'
  /** Unknown: the server may have acted. */
  | 'maybe-processed'
  /** The server acted on the request. */
  | 'processed';

export interface Classification {
  /** Whether a retry may succeed. Whether a retry is allowed is decided in call/decide-retry.ts. */
  readonly transient: boolean;
  readonly sent: Sent;
  /** Why, in a word that is low in cardinality: a status, an error code, `attempt timeout`. */
  readonly reason: string;
  /** The server asks for less load: the retry waits from `throttledBaseMs` and costs the budget less. */
  readonly throttled: boolean;
  /** Worth exactly one retry, without a wait: another connection (421), after the handshake (425), with a new token (401). */
  readonly once: boolean;
  /** No policy can change it: the caller's abort, a replayed answer, `x-should-retry: false`, a bad certificate. */
  readonly final: boolean;
  /** When the body of the error asks for the retry; null where it says nothing, or was not read. Headers come first. */
  readonly hint: ServerHint | null;
}

type Marks = Partial<Pick<Classification, 'throttled' | 'once' | 'final'>>;

const classification = (transient: boolean, sent: Sent, reason: string, marks: Marks = {}): Classification =>
  Object.freeze({transient, sent, reason, throttled: false, once: false, final: false, hint: null, ...marks});

export const green = (reason: string, sent: 'not-sent' | 'not-processed', marks?: Marks): Classification =>
  classification(true, sent, reason, marks);
export const yellow = (reason: string, marks?: Marks): Classification =>
  classification(true, 'maybe-processed', reason, marks);
export const red = (reason: string, sent: Sent = 'processed', marks?: Marks): Classification =>
  classification(false, sent, reason, marks);

/** The same classification, but not transient: the policy does not list it. */
export const unlisted = (found: Classification): Classification =>
  found.transient ? Object.freeze({...found, transient: false}) : found;
/** The same classification, but transient: the policy, or the server, says so. */
export const listed = (found: Classification): Classification =>
  found.transient || found.final ? found : Object.freeze({...found, transient: true});

/** The same classification, and the server asks for less load. */
export const throttled = (found: Classification): Classification =>
  found.throttled ? found : Object.freeze({...found, throttled: true});

export const SUCCESS: Classification = red('success');

/** True for an outcome that is certainly without effect on the server. */
export const harmless = (sent: Sent): boolean => sent === 'not-sent' || sent === 'not-processed';
