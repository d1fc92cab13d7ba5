/** Timers that fire late, because the process was busy when they were due, and wait until the sockets were read. */
import {afterPoll} from './after-poll.ts';
import type {Timer} from './timer.ts';

/** Native timers are a millisecond or two late in a process that does nothing else. */
const ON_TIME_MS = 5;

/** Fires a timer that is due: at once, or after the next poll where it is late and limits work that sockets answer. */
export function fireDue(timer: Timer, now: number): void {
  const lateMs = now - timer.at;
  if (lateMs < ON_TIME_MS || !timer.waitsForSockets) {
    timer.at = NaN;
    timer.fire();
    return;
  }
  if (collecting === null) {
    const batch = new LateTimers();
    collecting = batch;
    afterPoll(() => batch.fire());
  }
  collecting.add(timer, lateMs);
}

/** The timers that fired late in the same tick; null where none has yet. */
let collecting: LateTimers | null = null;

/** Armed timers of one tick, in the order in which they were due. */
export class LateTimers {
  readonly #lateMs = new Map<Timer, number>();

  add(timer: Timer, lateMs: number): void {
    timer.place = this;
    this.#lateMs.set(timer, lateMs);
  }

  remove(timer: Timer): void {
    this.#lateMs.delete(timer);
    timer.place = null;
  }

  fire(): void {
    collecting = null;
    try {
      for (const [timer, lateMs] of this.#lateMs) {
        this.remove(timer);
        timer.at = NaN;
        timer.fire(lateMs);
      }
    } finally {
      if (this.#lateMs.size > 0) afterPoll(() => this.fire()); // One of them threw.
    }
  }
}
