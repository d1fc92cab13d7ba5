/**
 * How the answers of a protocol are read. It is all that differs from one protocol to the next: the loop, the guards and the
 * budget do not know whether they send HTTP or gRPC.
 */

import type {Classification} from './classification.ts';
import type {ServerHint} from './server-hint.ts';
import type {Transients} from './transients.ts';

/** What has to be known of the call to read its answers. */
export interface AnswerContext {
  readonly transients: Transients;
  /** An idempotency key is on the call. */
  readonly keyed: boolean;
  /** An earlier attempt of the call carried that key, so the server may be busy with it. */
  readonly keySentBefore: boolean;
  /** The user can make a new token, so an answer that asks for one is worth one more attempt. */
  readonly refreshes: boolean;
}

/** @template R The response of the adapter: fetch's `Response`, or what takes its place. */
export interface Answers<in R> {
  /** What an answer says about sending again. */
  classify(answer: R, context: AnswerContext): Classification;
  /** The server's word on when to come back. `wall`: the time now, for dates. */
  hint(answer: R, wall: number): ServerHint | null;
  /** Whether the caller sees a failure. */
  isFailure(status: number): boolean;
  /** What an answer says about the health of the server that gave it. */
  health(status: number, classification: Classification): 'success' | 'failure' | 'nothing';
  /** A status as people say it: `503`, `UNAVAILABLE`. */
  nameOf(status: number): string;
}
