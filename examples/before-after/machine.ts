/**
 * Whether the machine had time for the demonstration.
 *
 * Server and clients are one process. If that process has to wait for a processor, answers come late and calls end at their timeouts: the
 * figures then show the machine, and not the clients.
 */
import {monitorEventLoopDelay, performance} from 'node:perf_hooks';

/** How the event loop fared. */
export interface LoopTime {
  /** The share of the time in which it had work, 0 to 1. On an idle machine the demonstration takes less than half. */
  readonly utilization: number;
  /** The longest time for which it stood still, in milliseconds. */
  readonly longestMs: number;
}

const MOST_UTILIZATION = 0.8;
/** The timeout of an attempt. A process that stands still for longer ends attempts that were answered. */
const MOST_MS = 1000;

/** @returns A function that measures what has passed since. */
export function watchLoop(): () => LoopTime {
  const before = performance.eventLoopUtilization();
  const delay = monitorEventLoopDelay({resolution: 10});
  delay.enable();
  return () => {
    delay.disable();
    return {utilization: performance.eventLoopUtilization(before).utilization, longestMs: delay.max / 1e6};
  };
}

/** @returns Why the figures show the machine; null where it had time. */
export function tooBusy({utilization, longestMs}: LoopTime): string | null {
  if (utilization <= MOST_UTILIZATION && longestMs <= MOST_MS) return null;
  const share = Math.round(100 * utilization);
  return `This machine was too busy for these figures: the process had work for ${share} % of the time
and stood still for up to ${Math.round(longestMs)} ms. Run it again when less runs beside it.`;
}
