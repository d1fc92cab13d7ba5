/** Traffic of thousands of calls in simulated time. */
import type {SimulationClock} from '../../src/core/simulation-clock.ts';

/**
 * Runs work of timers and promises alone to its end, in less time than `VirtualClock` takes, which also waits for work of other kinds.
 *
 * @throws What `work` throws; Error if the work neither ends nor waits for a timer.
 */
export async function simulated<T>(clock: SimulationClock, work: () => Promise<T>): Promise<T> {
  let isOver = false;
  const end = work().finally(() => {
    isOver = true;
  });
  end.catch(() => {}); // The caller meets it below.
  await clock.run(() => isOver);
  if (!isOver) throw new Error('The work neither ended nor waits for a timer.');
  return end;
}
