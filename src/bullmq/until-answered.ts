/** Repeats a command until Redis answers. */
import {type Clock, sleep} from '../core/timer.ts';

/** How long to wait before Redis is asked again. */
const PAUSE_MS = 1000;

/**
 * @param command May run twice, so a lost reply must do no harm.
 * @param onError Called each time that Redis fails and is asked again.
 * @throws what Redis, or a script of BullMQ, refused.
 */
export async function untilAnswered<T>(
  command: () => Promise<T>,
  clock: Clock,
  onError: (error: Error) => void,
): Promise<T> {
  for (;;) {
    try {
      return await command();
    } catch (error) {
      if (isRefusal(error) || isJobRefusal(error)) throw error;
      onError(error as Error);
      await sleep(clock, PAUSE_MS);
    }
  }
}

/** Redis answered, and will answer the same another time. Not so while it loads its data, is full, or is a replica for now. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && /^(?:ERR|NOAUTH|NOPERM|WRONGPASS|WRONGTYPE)\b/.test(error.message);

/** A script of BullMQ found that the worker does not have the job. Its errors have numbers; those of the system have names. */
export const isJobRefusal = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && typeof error.code === 'number';
