/** A clock for simulations of millions of calls: the time jumps from one timer to the next. */
import {afterPoll} from './after-poll.ts';
import {afterPromiseJobs} from './event-loop.ts';
import type {Clock, Timer} from './timer.ts';
import {TimerHeap} from './timer-heap.ts';

/** Timers that fire before other work of the process gets a turn: a signal of the operating system, a progress line. */
const TIMERS_PER_TURN = 10_000;

/**
 * A clock that fires its timers in order, and before each of them lets all promise jobs run.
 *
 * Why not `VirtualClock`? It waits for work of every kind, a Blob or a stream of another thread, which takes an iteration of the event
 * loop for each timer. Here all work is timers and promises, so that only promise jobs have to be waited for.
 */
export class SimulationClock implements Clock {
  #now = 0;
  readonly #wallStart: number;
  readonly #timers = new TimerHeap();

  /** @param wall The wall time at the start, in ms since 1970. Default: 2026-01-01, 00:00 UTC. */
  constructor(wall: number = Date.UTC(2026, 0, 1)) {
    this.#wallStart = wall;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wallStart + this.#now;
  }

  /** How many timers are armed. */
  get pending(): number {
    return this.#timers.size;
  }

  arm(timer: Timer, ms: number): void {
    this.disarm(timer);
    if (ms === Infinity) return;
    timer.at = this.#now + Math.max(0, ms);
    this.#timers.add(timer);
  }

  disarm(timer: Timer): void {
    this.#timers.remove(timer);
    timer.at = NaN;
  }

  expect(): void {}

  unref(): void {}

  /**
   * Fires timers in order until none is left.
   *
   * @param isStopped Asked before each timer; true ends the run early.
   * @throws What a timer throws.
   */
  run(isStopped: () => boolean = () => false): Promise<void> {
    return new Promise((resolve, reject) => {
      let fired = 0;
      const step = (): void => {
        try {
          if (this.#timers.size === 0 || isStopped()) return resolve();
          this.#fireFirst();
        } catch (error) {
          return reject(error);
        }
        fired++;
        if (fired % TIMERS_PER_TURN === 0) afterPoll(step);
        else afterPromiseJobs(step);
      };
      afterPromiseJobs(step);
    });
  }

  #fireFirst(): void {
    const timer = this.#timers.shift();
    this.#now = timer.at;
    timer.at = NaN;
    timer.fire();
  }
}
