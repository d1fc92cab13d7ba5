/**
 * Real time. With event-loop.ts and after-poll.ts the only files of this package that touch `performance`, `Date`, `setTimeout` or `setImmediate`.
 *
 * Almost every call arms the same duration, the policy's attempt timeout, and disarms it a moment later. Such durations get
 * a lane: a first-in first-out list with one native timer, so that arming and disarming are a few pointer writes.
 */

import {fireDue, LateTimers} from './late-timers.ts';
import type {Clock, Timer} from './timer.ts';
import {isObject} from './unknown-value.ts';

/** Longest delay that `setTimeout` takes; longer ones would fire at once. */
const LONGEST = 2 ** 31 - 1;
/** Native timers count from the start of the tick and may fire a little early. A timer that fires earlier than this is armed again. */
const EARLY = 0.5;

type Native = ReturnType<typeof setTimeout>;

export class SystemClock implements Clock {
  readonly #lanes = new Map<number, Lane>();

  now(): number {
    return performance.now();
  }

  wall(): number {
    return Date.now();
  }

  expect(ms: number): void {
    if (ms > 0 && ms <= LONGEST && !this.#lanes.has(ms)) this.#lanes.set(ms, new Lane(ms));
  }

  arm(timer: Timer, ms: number, now: number = performance.now()): void {
    this.disarm(timer);
    timer.at = now + ms;
    const lane = this.#lanes.get(ms);
    if (lane?.add(timer)) return;
    startNative(timer, ms);
  }

  unref(timer: Timer): void {
    if (timer.unrefd) return;
    timer.unrefd = true;
    if (timer.place instanceof Lane) timer.place.unref();
    else unrefNative(timer.place);
  }

  disarm(timer: Timer): void {
    if (timer.place instanceof Lane || timer.place instanceof LateTimers) timer.place.remove(timer);
    else if (timer.place !== null) clearTimeout(timer.place as Native);
    timer.place = null;
    timer.at = NaN;
  }
}

/** The default clock. All callers share it, and so share its timer queues. */
export const systemClock: SystemClock = new SystemClock();

/** Runs the work at the end of the current tick of Node's event loop, after every answer of that tick. */
export const endOfTick = (work: () => void): void => void setImmediate(work);

function startNative(timer: Timer, ms: number): void {
  if (ms === Infinity) return;
  timer.place = setTimeout(wake, Math.min(Math.max(0, Math.ceil(ms)), LONGEST), timer);
  if (timer.unrefd) unrefNative(timer.place);
}

function unrefNative(handle: unknown): void {
  if (isReferenced(handle)) handle.unref();
}

function wake(timer: Timer): void {
  timer.place = null;
  const now = performance.now();
  const left = timer.at - now;
  if (left > EARLY) startNative(timer, left);
  else fireDue(timer, now);
}

/** The timers of one duration, in the order they were armed, which is the order they fire. */
export class Lane {
  readonly #ms: number;
  #head: Timer | null = null;
  #tail: Timer | null = null;
  #native: Native | null = null;
  /** Timers that keep the process alive. */
  #referenced = 0;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** False where the runtime has no timers that may outlive their user quietly: there each timer is its own. */
  add(timer: Timer): boolean {
    if (this.#native === null) {
      const native = setTimeout(tick, this.#ms, this);
      if (!isReferenced(native)) {
        clearTimeout(native);
        return false;
      }
      this.#native = native;
      if (timer.unrefd) native.unref();
    }
    timer.place = this;
    timer.previous = this.#tail;
    timer.next = null;
    if (this.#tail === null) this.#head = timer;
    else this.#tail.next = timer;
    this.#tail = timer;
    // Counted after it has its place, and without a call: an exception of a full stack must not leave the count wrong.
    if (!timer.unrefd && this.#referenced++ === 0) this.#native.ref();
    return true;
  }

  remove(timer: Timer): void {
    if (timer.previous === null) this.#head = timer.next;
    else timer.previous.next = timer.next;
    if (timer.next === null) this.#tail = timer.previous;
    else timer.next.previous = timer.previous;
    timer.previous = null;
    timer.next = null;
    timer.place = null;
    if (!timer.unrefd && --this.#referenced === 0) this.#native?.unref();
  }

  /** One less timer that anybody waits for. An idle lane keeps its native timer for the next call, but no process alive. */
  unref(): void {
    if (--this.#referenced === 0) this.#native?.unref();
  }

  tick(): void {
    // The native timer that fired keeps its place meanwhile, or what a firing one arms would start a whole new wait for all.
    const now = performance.now();
    try {
      while (this.#head !== null && this.#head.at - now <= EARLY) {
        const due = this.#head;
        this.remove(due);
        fireDue(due, now);
      }
    } finally {
      this.#native = this.#head === null ? null : this.#waitFor(this.#head);
    }
  }

  #waitFor(timer: Timer): Native {
    const native = setTimeout(tick, Math.max(1, Math.ceil(timer.at - performance.now())), this);
    if (this.#referenced === 0) native.unref();
    return native;
  }
}

const tick = (lane: Lane): void => lane.tick();

/** Browsers and workers give numbers, and a worker's timer belongs to the request that set it: it must not serve another. */
function isReferenced(native: unknown): native is Exclude<Native, number> {
  return isObject(native) && 'unref' in native;
}
