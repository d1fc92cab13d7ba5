/** What a call has been through, where that was more than one plain attempt. Most calls have no past, so it is made when one is due. */
import type {PreparedHeaders} from '../transport/prepared-headers.ts';
import type {Reservation} from './reservation.ts';

export class Past {
  waitedMs = 0;
  hedges = 0;
  /** The last planned wait, for decorrelated jitter. */
  lastBackoffMs = 0;
  /** Of the attempt before, where the next one is to be prepared. */
  previousStatus = 0;
  /** What `prepareAttempt` wrote onto the last attempt. */
  prepared: PreparedHeaders | null = null;
  reservation: Reservation | null = null;
}
