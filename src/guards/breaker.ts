/** The contract of circuit breakers, which stop sending to an origin that fails. */
import type {BreakerState} from '../core/call-view.ts';
import type {Probe} from './fixed/probing.ts';
import type {ProbeLeases, RecoveryLine, Release} from './recovery-line.ts';
import type {Health, Tracked} from './trip.ts';

/** Given to an admitted attempt, which records its result with it. An adaptive breaker numbers its attempts. */
export type Ticket = Tracked | Probe | number;
/** The ticket of attempts without a breaker. */
export const UNGUARDED: Ticket = 0;

/** What a call needs of a breaker. */
export interface CircuitBreaker {
  /** The origin, or origin and route, that the breaker protects. */
  readonly guarded: string;
  /** Called on every change of state. */
  onChange: ((from: BreakerState, to: BreakerState) => void) | null;
  /** Null where a probe needs no consent of other processes. */
  readonly leases: ProbeLeases | null;
  /** The line in which refused attempts may wait; null where they fail at once. */
  readonly line: RecoveryLine | null;
  /** The current state. An open breaker whose open time has passed is half-open, even before the next attempt. */
  state(now: number): BreakerState;
  /** Milliseconds until the breaker may admit again; 0 if it may admit now, or if that depends on probes in flight. */
  retryAfterMs(now: number): number;
  /** Whether `admit` would refuse at that time, as far as can be known now. */
  refuses(at: number): boolean;
  /**
   * @param release What the attempt left the line with. Default: it did not wait.
   * @returns null if the attempt is not admitted.
   */
  admit(now: number, release?: Release | null): Ticket | null;
  record(ticket: Ticket, health: Health, now: number, beganAt: number): void;
  /** The body of an attempt that counts as a success broke off: it counts as a failure in its place. */
  bodyBroke(ticket: Ticket, now: number): void;
}
