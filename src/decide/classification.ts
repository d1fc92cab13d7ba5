/**
 * What an outcome means for a retry: whether it is transient, and whether the server may have acted.
 *
 * Green: transient, and the server certainly did not act. Yellow: transient, but the server may have acted, so only calls that
 * may be repeated are retried. Red: every other outcome.
 */

import type {Sent} from '../core/outcome.ts';
import type {ServerHint} from './server-hint.ts';

export type {Sent} from '../core/outcome.ts';

/** What an outcome means for a retry. */
export interface Classification {
  /** Whether a retry may succeed. Whether it is allowed depends on `sent`, the method and the key. */
  readonly transient: boolean;
  /** How far the request got. */
  readonly sent: Sent;
  /** Why, in a word of few different values: a status, an error code, `attempt timeout`. */
  readonly reason: string;
  /** The server asks for less load: the wait starts at `throttledBaseMs`, and the retry costs the budget less. */
  readonly throttled: boolean;
  /** Retried once at most, without a wait: on another connection (421), after the handshake (425), with a new token (401). */
  readonly once: boolean;
  /** No policy can change it: an abort by the caller, a replayed response, `x-should-retry: false`, a bad certificate. */
  readonly final: boolean;
  /**
   * Whether nothing has to be paid, though the request may not be repeated for that: in the server's own words, refused for its load or come to no
   * model. False after a redirect, whatever the answer says. Null: by what happened.
   */
  readonly unpaid: boolean | null;
  /** The wait that the body of the response asks for; null if it asks for none, or was not read. Headers take precedence. */
  readonly hint: ServerHint | null;
}

type Marks = Partial<Pick<Classification, 'throttled' | 'once' | 'final' | 'unpaid'>>;

const classification = (transient: boolean, sent: Sent, reason: string, marks: Marks = {}): Classification =>
  Object.freeze({
    transient,
    sent,
    reason,
    throttled: false,
    once: false,
    final: false,
    unpaid: null,
    hint: null,
    ...marks,
  });

export const green = (reason: string, sent: 'not-sent' | 'not-processed', marks?: Marks): Classification =>
  classification(true, sent, reason, marks);
export const yellow = (reason: string, marks?: Marks): Classification =>
  classification(true, 'maybe-processed', reason, marks);
export const red = (reason: string, sent: Sent = 'processed', marks?: Marks): Classification =>
  classification(false, sent, reason, marks);

/** A retry fails the same way, whatever the policy lists. */
export const final = (reason: string, sent: Sent = 'maybe-processed'): Classification =>
  red(reason, sent, {final: true});

/** The same classification, but for these fields. */
export const changed = (found: Classification, fields: Partial<Classification>): Classification =>
  Object.freeze({...found, ...fields});

/** The same classification, but not transient: the policy does not list it. */
export const unlisted = (found: Classification): Classification =>
  found.transient ? changed(found, {transient: false}) : found;
/** The same classification, but transient: the policy, or the server, says so. */
export const listed = (found: Classification): Classification =>
  found.transient || found.final ? found : changed(found, {transient: true});

/** The same classification, and the server asks for less load. */
export const throttled = (found: Classification): Classification =>
  found.throttled ? found : changed(found, {throttled: true});

export const SUCCESS: Classification = red('success');

/** True for an outcome that is certainly without effect on the server. */
export const harmless = (sent: Sent): boolean => sent === 'not-sent' || sent === 'not-processed';

export type Light = 'green' | 'yellow' | 'red';

/** The colour of a classification in docs/traffic-light.md. */
export function lightOf({transient, sent}: Pick<Classification, 'transient' | 'sent'>): Light {
  if (!transient) return 'red';
  return harmless(sent) ? 'green' : 'yellow';
}

/** A status of a server that is short of capacity, or is loading a model: it says nothing about the quota of an account. */
export const isOverload = (status: number): boolean => status === 503 || status === 529;

/** Refused for its rate. A used-up account throttles too, and no rate helps against that: it is not transient. */
export const isOverQuota = ({throttled, transient}: Classification, status: number): boolean =>
  throttled && transient && !isOverload(status);
