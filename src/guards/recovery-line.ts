/** The contract of the line in which attempts wait for the recovery of an origin. */
import type {Clock} from '../core/timer.ts';
import type {QueueMember} from './linked-queue.ts';

/** What an attempt leaves the line with: it has its room already. */
export type Release = object;

/** An attempt in the line. */
export interface RecoveryWaiter extends QueueMember<RecoveryWaiter> {
  readonly clock: Clock;
  /** It has left the line, and asks for admission anew, with the release if it has one. Must not throw. */
  released(release: Release | null): void;
}

/** What decides how long a call may wait. */
export interface WaitingCall {
  readonly startedAt: number;
  readonly recoveryMs: number;
}

/** Where attempts wait. A waiter stays there until `leave` or `released`. */
export interface WaitingLine {
  join(waiter: RecoveryWaiter, now: number): void;
  /** Harmless if the waiter is not in the line. */
  leave(waiter: RecoveryWaiter): void;
}

/** The line of attempts that wait for the recovery of an origin. */
export interface RecoveryLine extends WaitingLine {
  /** The attempts in the line. */
  readonly waiting: number;
  /** How long an attempt of the call may wait, in ms; 0 or less if it fails at once. */
  waitableMs(call: WaitingCall): number;
  /** A refused attempt does not wait: it counts as asked for all the same, or probes would become rare. */
  asked(now: number): void;
}

/** Leases of probes, of which several processes together send no more than the policy says: an attempt waits for the answer to its request. */
export interface ProbeLeases extends WaitingLine {
  /** How long an attempt waits for a lease, at most. */
  readonly timeoutMs: number;
  /** Whether an attempt has to ask for a lease before it is admitted or refused. */
  needed(now: number): boolean;
}
