/**
 * The question before every retry: could the server have acted?
 *
 * The traffic light, made exact. Green: transient, and certainly not acted on. Yellow: transient, but maybe acted on, so
 * only what may be repeated is sent again. Red: everything else.
 */

/** How far the request came. */
export type Sent =
  /** It never left this machine. */
  | 'not-sent'
  /** The server said, or the protocol guarantees, that it was not acted on. */
  | 'not-processed'
  /** Nobody can tell. */
  | 'maybe-processed'
  /** It was acted on. */
  | 'processed';

export interface Classification {
  /** Whether trying again may help. Whether it is allowed is another question. */
  readonly transient: boolean;
  readonly sent: Sent;
  /** Why, in a word that is low in cardinality: a status, an error code, `attempt timeout`. */
  readonly reason: string;
  /** The server is asking for less: the retry waits from `throttledBaseMs` and costs the budget less. */
  readonly throttled: boolean;
  /** Worth exactly one retry, without a wait: another connection (421), after the handshake (425), with a new token (401). */
  readonly once: boolean;
  /** No policy may see it otherwise: the caller's abort, a replayed answer, `x-should-retry: false`, a bad certificate. */
  readonly final: boolean;
}

const classification = (
  transient: boolean,
  sent: Sent,
  reason: string,
  marks: Partial<Classification> = {},
): Classification => Object.freeze({transient, sent, reason, throttled: false, once: false, final: false, ...marks});

export const green = (
  reason: string,
  sent: 'not-sent' | 'not-processed',
  marks?: Partial<Classification>,
): Classification => classification(true, sent, reason, marks);
export const yellow = (reason: string, marks?: Partial<Classification>): Classification =>
  classification(true, 'maybe-processed', reason, marks);
export const red = (reason: string, sent: Sent = 'processed', marks?: Partial<Classification>): Classification =>
  classification(false, sent, reason, marks);

/** The same finding about what the server did, but not transient: the policy does not list it. */
export const unlisted = (found: Classification): Classification =>
  found.transient ? Object.freeze({...found, transient: false}) : found;
/** The same finding, but transient: the policy, or the server, says so. */
export const listed = (found: Classification): Classification =>
  found.transient || found.final ? found : Object.freeze({...found, transient: true});

/** The same finding, and the server asks for less. */
export const throttled = (found: Classification): Classification =>
  found.throttled ? found : Object.freeze({...found, throttled: true});

export const SUCCESS: Classification = red('success');

/** True for an outcome that is certainly without effect on the server. */
export const harmless = (sent: Sent): boolean => sent === 'not-sent' || sent === 'not-processed';
