/** A question to a connection on which a statement of the handler may be running, or that may be closed. */
import {systemClock} from '../core/system-clock.ts';
import {StepTimer} from './step-timer.ts';

const MOST_MS = 1000;

/**
 * Resolves with false where the connection does not answer within a second, and where it fails, as each statement does after one that has failed: that
 * transaction is rolled back.
 */
export function unlessSilent(answer: Promise<boolean>): Promise<boolean> {
  const timer = new StepTimer(systemClock);
  const silent = new Promise<boolean>(resolve => {
    timer.start(MOST_MS, () => resolve(false));
  });
  return Promise.race([answer, silent])
    .catch(() => false)
    .finally(() => timer.end());
}
