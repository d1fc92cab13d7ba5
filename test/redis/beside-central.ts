/** Processes that share a small quota, beside one limiter that all of their calls go through: the same arrivals, in virtual time. */

import {seededRandom} from '../../src/core/random.ts';
import {type Clock, sleep, Timer} from '../../src/core/timer.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {createFetch} from '../../src/core.ts';
import {redisGuards} from '../../src/redis/redis-guards.ts';
import {RedisDouble} from '../support/redis-double.ts';

export interface Load {
  /** Requests are spaced; tokens are not. */
  readonly unit: 'requests' | 'inputTokens';
  readonly max: number;
  readonly perMs: number;
  readonly processes: number;
  /** When each call comes, in ms, and to which process. In order. */
  readonly calls: readonly {readonly at: number; readonly process: number}[];
  /** Round trip of a command sent at that time, in ms. */
  readonly roundTripMs: (now: number) => number;
  /** Processes that are killed, each replaced by a new one at once. */
  readonly kills: readonly {readonly at: number; readonly process: number}[];
  /** Processes that stand still, their timers and answers included. */
  readonly stops: readonly {readonly at: number; readonly ms: number; readonly process: number}[];
}

export interface Result {
  /** Calls that were answered, in the order of the load. */
  readonly answered: readonly boolean[];
  readonly sentAt: readonly number[];
  readonly longestWaitMs: number;
}

/** A clock of one process, which may stand still: its timers fire when the process goes on. */
class ProcessClock implements Clock {
  readonly #clock: VirtualClock;
  readonly #inner = new Map<Timer, Forwarded>();
  #until = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  stop(ms: number): void {
    this.#until = this.now() + ms;
  }

  /** Resolves once the process goes on. Answers come before timers. */
  async goesOn(): Promise<void> {
    if (this.now() < this.#until) await this.#clock.sleep(this.#until - this.now());
  }

  now(): number {
    return this.#clock.now();
  }

  wall(): number {
    return this.#clock.wall();
  }

  expect(): void {}

  unref(): void {}

  arm(timer: Timer, ms: number): void {
    const inner = this.#inner.get(timer) ?? new Forwarded(() => this.#fire(timer));
    this.#inner.set(timer, inner);
    this.#clock.arm(inner, ms);
    timer.at = inner.at;
  }

  disarm(timer: Timer): void {
    const inner = this.#inner.get(timer);
    if (inner !== undefined) this.#clock.disarm(inner);
    this.#inner.delete(timer);
    timer.at = NaN;
  }

  #fire(timer: Timer): void {
    const leftMs = this.#until - this.now();
    if (leftMs > 0) return this.#clock.arm(this.#inner.get(timer)!, leftMs + 0.1);
    this.#inner.delete(timer);
    timer.at = NaN;
    timer.fire();
  }
}

class Forwarded extends Timer {
  readonly #fired: () => void;

  constructor(fired: () => void) {
    super();
    this.#fired = fired;
  }

  override fire(): void {
    this.#fired();
  }
}

/** Runs a load. @param isShared False for one limiter that all calls go through. */
export async function run(load: Load, isShared: boolean): Promise<Result> {
  const {unit, max, perMs} = load;
  const clock = new VirtualClock();
  const redis = new RedisDouble(() => clock.wall());
  const answered: boolean[] = load.calls.map(() => false);
  const sentAt: number[] = [];
  let longestWaitMs = 0;
  const start = () => {
    const own = new ProcessClock(clock);
    const state = {isDead: false, clock: own, call: (_index: number): void => {}};
    const send = async (args: readonly string[]): Promise<unknown> => {
      const halfMs = load.roundTripMs(clock.now()) / 2;
      await sleep(clock, halfMs);
      const reply = redis.run(args);
      await sleep(clock, halfMs);
      await own.goesOn();
      return state.isDead ? new Promise<never>(() => {}) : reply;
    };
    const guards = redisGuards({send, clock: own, instances: load.processes});
    const limits = [{unit, max, perMs}] as const;
    const fetch = createFetch(
      {
        quota: {limits, learn: false, startPerSecond: null, queue: 10_000, maxWaitMs: 0},
        maxAttempts: 1,
        budget: null,
        breaker: null,
        deadlineMs: null,
      },
      {
        ...(isShared ? {guards} : {}),
        clock: own,
        observer: null,
        random: () => 0.5,
        weigh: () => ({inputTokens: 1}),
        fetch: async () => {
          if (!state.isDead) sentAt.push(clock.now());
          return new Response('ok');
        },
      },
    );
    state.call = index => {
      const since = clock.now();
      void fetch('https://api.test/').then(
        () => {
          if (state.isDead) return;
          answered[index] = true;
          longestWaitMs = Math.max(longestWaitMs, clock.now() - since);
        },
        () => {},
      );
    };
    return state;
  };
  const processes = Array.from({length: isShared ? load.processes : 1}, start);
  const of = (process: number): number => process % processes.length;
  const events = [
    ...load.calls.map(({at, process}, index) => ({
      at,
      run: async () => {
        const {clock: own} = processes[of(process)]!;
        await own.goesOn();
        processes[of(process)]!.call(index);
      },
    })),
    ...(isShared ? load.kills : []).map(({at, process}) => ({
      at,
      run: async () => {
        processes[of(process)]!.isDead = true;
        processes[of(process)] = start();
      },
    })),
    ...(isShared ? load.stops : []).map(({at, ms, process}) => ({
      at,
      run: async () => processes[of(process)]!.clock.stop(ms),
    })),
  ].sort((one, other) => one.at - other.at);
  for (const event of events) {
    if (event.at > clock.now()) await clock.advance(event.at - clock.now());
    void event.run();
  }
  await clock.advance(4000);
  return {answered, sentAt, longestWaitMs};
}

/** Calls at random times, `rate` of them in a window on average, at random processes. */
export function atRandom(rate: number, perMs: number, windows: number, processes: number, seed: number): Load['calls'] {
  const random = seededRandom(seed);
  const calls: {at: number; process: number}[] = [];
  for (let at = 0; at < windows * perMs; at += (-Math.log(1 - random()) * perMs) / rate)
    calls.push({at, process: Math.floor(random() * processes)});
  return calls;
}

/** Bursts of `count` calls within 100 ms, one every `everyMs`; each process has the same number of calls, or one more. */
export function inBursts(count: number, everyMs: number, bursts: number, processes: number): Load['calls'] {
  return Array.from({length: bursts}, (_, burst) =>
    Array.from({length: count}, (_, index) => ({
      at: burst * everyMs + (100 * index) / count,
      process: (index * processes) / count + burst * 7,
    })),
  )
    .flat()
    .map(({at, process}) => ({at, process: Math.floor(process) % processes}));
}

/** The largest number sent in a window. */
export function mostIn(perMs: number, sentAt: readonly number[]): number {
  let [most, first] = [0, 0];
  for (const [index, at] of sentAt.entries()) {
    while (sentAt[first]! <= at - perMs) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
