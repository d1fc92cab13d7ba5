/** Work after the next poll of the event loop. Apart from event-loop.ts, which only virtual time and undici need and which runs code at load. */

/**
 * Runs the work after the sockets were read once more. Node runs timers, then reads every socket with data, then runs immediates; promise
 * jobs run in between. In other runtimes, a timer lets other tasks go first.
 */
export function afterPoll(work: () => void): void {
  if (typeof setImmediate === 'function') setImmediate(work);
  else setTimeout(work, 0);
}
