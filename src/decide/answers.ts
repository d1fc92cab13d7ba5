/**
 * How the answers of a protocol are read. It is all that differs from one protocol to the next: the loop, the guards and the
 * budget do not know whether they send HTTP or gRPC.
 */

import type {Classification} from './classification.ts';
import type {ServerHint} from './server-hint.ts';
import type {Transients} from './transients.ts';

/** The facts of a call that its answers are classified by. */
export interface AnswerContext {
  readonly transients: Transients;
  /** An idempotency key is on the call. */
  readonly keyed: boolean;
  /** An earlier attempt of the call carried that key, so the server may be busy with it. */
  readonly keySentBefore: boolean;
  /** Whether the user can make a new token, so that an answer that asks for one is retried once. */
  readonly refreshes: boolean;
}

/** @template R The response of the adapter: fetch's `Response`, or what takes its place. */
export interface Answers<in R> {
  /** Classifies an answer. */
  classify(answer: R, context: AnswerContext): Classification;
  /** The server's word on when to come back. `wall`: the time now, for dates. */
  hint(answer: R, wall: number): ServerHint | null;
  /** Whether the caller sees a failure. */
  isFailure(status: number): boolean;
  /** The health of the server, by an answer. */
  health(status: number, classification: Classification): 'success' | 'failure' | 'nothing';
  /** The name of a status: `503`, `UNAVAILABLE`. */
  nameOf(status: number): string;
}
