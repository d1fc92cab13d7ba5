/** State that only retried calls need; allocated when the first of it is written. */
import type {Pause} from '../core/timer.ts';
import type {PreparedHeaders} from '../transport/prepared-headers.ts';
import type {Reservation} from './reservation.ts';

export class RetryState {
  waitedMs = 0;
  hedges = 0;
  /** The last planned wait, for decorrelated jitter. */
  lastBackoffMs = 0;
  /** Of the attempt before, where the next one is to be prepared. */
  previousStatus = 0;
  /** What `prepareAttempt` wrote onto the last attempt. */
  prepared: PreparedHeaders | null = null;
  reservation: Reservation | null = null;
  /** Waits for functions of the user, which end with the call. */
  readonly waits: Set<Pause> = new Set();
}
