/**
 * A call, as the files of this floor see it. They import this, and only call.ts imports them: nobody looks back.
 */

import type {EngineParts} from '../client/client.ts';
import type {Plan} from '../client/plan.ts';
import type {AttemptRequest} from '../client/ports.ts';
import type {CallView} from '../core/call-view.ts';
import type {CallObserver, HeaderBag} from '../core/observer.ts';
import type {Pause} from '../core/timer.ts';
import type {AnswerContext} from '../decide/answers.ts';
import type {Guards} from '../guards/origin-guards.ts';
import type {Wire} from '../transport/transport.ts';
import type {Judgement} from './decision.ts';

export interface CallState extends CallView, AnswerContext {
  readonly engine: EngineParts;
  readonly plan: Plan;
  readonly guards: Guards;
  readonly startedAt: number;
  /** The policy's deadline, or less where the caller has less time; Infinity without one. */
  readonly deadlineMs: number;
  readonly deadlineAt: number;
  readonly trace: CallObserver | null;
  readonly wire: Wire;
  /** Whether the call may be repeated although the server may have acted. */
  readonly mayRepeat: boolean;
  readonly mayHedge: boolean;
  /** What was decided after the last attempt; null before. */
  readonly judgement: Judgement | null;
  /** Those that are not over. */
  waits: readonly Pause[];
  attempts: number;
  hedges: number;
  waitedMs: number;
  /** The last planned wait, for decorrelated jitter. */
  lastBackoffMs: number;
  /** A step of the call threw: the call ends with an error that has it as its cause. */
  broke(error: unknown): void;
  /** Ids, key and remaining time, written onto an attempt. */
  label(headers: HeaderBag): void;
  /** What `prepareAttempt` is shown. */
  describe(headers: HeaderBag, attempt: number, signal: AbortSignal | undefined): AttemptRequest;
}
