/** The contract of the line in which attempts wait for the recovery of an origin. */
import type {Clock} from '../core/timer.ts';
import type {QueueMember} from './linked-queue.ts';

/** What an attempt leaves the line with: it has its room already. */
export type Release = object;

/** An attempt in the line. */
export interface RecoveryWaiter extends QueueMember<RecoveryWaiter> {
  readonly clock: Clock;
  /** It has left the line, and may begin with this release. Must not throw. */
  released(release: Release): void;
}

/** The line of attempts that wait for the recovery of an origin. */
export interface RecoveryLine {
  /** The attempts in the line. */
  readonly waiting: number;
  /** How long an attempt may wait, in ms, of a call that began then and has waited for so long; 0 if it fails at once. */
  waitableMs(waitedMs: number, startedAt: number): number;
  /** Whether a retry is bounded by the line, which admits less than a budget would. */
  readonly holdsRetries: boolean;
  /** A refused attempt does not wait: it counts as asked for all the same, or probes would become rare. */
  refused(now: number): void;
  /** The waiter stays in the line until `leave` or `released`. */
  join(waiter: RecoveryWaiter, now: number): void;
  /** Harmless if the waiter is not in the line. */
  leave(waiter: RecoveryWaiter): void;
}
