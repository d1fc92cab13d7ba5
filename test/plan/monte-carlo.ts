/**
 * Calls of one process, event by event, by the rules that docs/policy.md states: a Monte Carlo of its own, which shares no code with the
 * formulas or the engine. It knows attempts, timeouts, the deadline, backoff, hedges with their limit, and the token bucket.
 */
import type {Random} from '../../src/core/random.ts';

/** Times in milliseconds. */
export interface Trial {
  readonly attempts: number;
  readonly attemptTimeoutMs: number;
  readonly deadlineMs: number;
  readonly baseMs: number;
  readonly jitter: 'full' | 'equal' | 'decorrelated';
  readonly hedgeMs: number | null;
  /** The most hedges per call, over 10 s. */
  readonly maxLoadRatio: number;
  readonly perSecond: number;
  readonly failures: readonly {readonly ratio: number; readonly afterMs: number}[];
  readonly hangRatio: number;
  /** Draws the latency of an attempt that succeeds. */
  latency(random: Random): number;
}

/** How long each call took; Infinity where it failed. */
export interface Outcome {
  readonly endings: Float64Array;
  readonly attempts: number;
}

const LEAST_MS = 50;
const [CAPACITY, COST, REFILL_PER_MS, CAP_MS] = [100, 14, 14 / 60_000, 20_000];
const WINDOW_MS = 10_000;

interface Call {
  readonly index: number;
  readonly at: number;
  sent: number;
  retries: number;
  lastWaitMs: number;
  /** Tokens that come back if the call succeeds. */
  held: number;
  hedgeHeld: number;
  /** Attempts in flight of the round, and whether one was hedged. */
  running: number;
  round: number;
  isOver: boolean;
}

export function runTrial(trial: Trial, calls: number, random: Random): Outcome {
  const endings = new Float64Array(calls).fill(Number.POSITIVE_INFINITY);
  const queue = new EventQueue();
  const hedgedAt: number[] = [];
  const begunAt: number[] = [];
  const bucket = {tokens: CAPACITY, at: 0};
  let sent = 0;

  const withdraw = (now: number): boolean => {
    bucket.tokens = Math.min(CAPACITY, bucket.tokens + (now - bucket.at) * REFILL_PER_MS);
    bucket.at = now;
    if (bucket.tokens < COST) return false;
    bucket.tokens -= COST;
    return true;
  };
  const deposit = (tokens: number): void => {
    bucket.tokens = Math.min(CAPACITY, bucket.tokens + tokens);
  };
  /** An attempt of a round: how it ends, and when. */
  const send = (call: Call, now: number): void => {
    sent++;
    call.sent++;
    call.running++;
    const {round} = call;
    let ms = Number.POSITIVE_INFINITY;
    let isAnswer = false;
    const draw = random();
    let passed = 0;
    const failure = trial.failures.find(({ratio}) => {
      passed += ratio;
      return draw < passed;
    });
    if (failure !== undefined) ms = failure.afterMs;
    else if (draw >= passed + trial.hangRatio) {
      ms = trial.latency(random);
      isAnswer = ms <= trial.attemptTimeoutMs;
    }
    ms = Math.min(ms, trial.attemptTimeoutMs);
    if (now + ms > call.at + trial.deadlineMs) return; // The call ends at its deadline.
    queue.add(now + ms, time => ended(call, round, isAnswer, time));
  };
  const startRound = (call: Call, now: number): void => {
    call.round++;
    call.running = 0;
    const {round} = call;
    const {hedgeMs} = trial;
    send(call, now);
    if (hedgeMs !== null) queue.add(now + hedgeMs, time => hedge(call, round, time));
  };
  const hedge = (call: Call, round: number, now: number): void => {
    if (call.isOver || call.round !== round || call.running !== 1) return;
    if (call.sent >= trial.attempts || now + LEAST_MS > call.at + trial.deadlineMs) return;
    call.hedgeHeld = 0;
    while (hedgedAt.length > 0 && hedgedAt[0]! <= now - WINDOW_MS) hedgedAt.shift();
    while (begunAt.length > 0 && begunAt[0]! <= now - WINDOW_MS) begunAt.shift();
    if (!withdraw(now)) return;
    if (hedgedAt.length + 1 > begunAt.length * trial.maxLoadRatio) return deposit(COST);
    hedgedAt.push(now);
    call.hedgeHeld = COST;
    send(call, now);
  };
  const ended = (call: Call, round: number, isAnswer: boolean, now: number): void => {
    if (call.isOver || call.round !== round) return;
    call.running--;
    if (isAnswer) {
      call.isOver = true;
      endings[call.index] = now - call.at;
      deposit(call.sent === 1 ? 1 : call.held + call.hedgeHeld);
    } else if (call.running === 0) retry(call, now);
  };
  const retry = (call: Call, now: number): void => {
    call.retries++;
    const planned = Math.min(CAP_MS, trial.baseMs * 2 ** (call.retries - 1));
    const before = call.lastWaitMs === 0 ? trial.baseMs : call.lastWaitMs;
    const waitMs =
      trial.jitter === 'full'
        ? random() * planned
        : trial.jitter === 'equal'
          ? planned * (0.5 + random() / 2)
          : Math.min(CAP_MS, trial.baseMs + random() * (3 * before - trial.baseMs));
    call.lastWaitMs = waitMs;
    const isDue = call.sent < trial.attempts && now + waitMs + LEAST_MS <= call.at + trial.deadlineMs;
    if (!isDue || !withdraw(now)) {
      call.isOver = true;
      return;
    }
    call.held = COST;
    queue.add(now + waitMs, time => startRound(call, time));
  };

  let at = 0;
  let index = 0;
  const begin = (now: number): void => {
    begunAt.push(now);
    const call = {index, at: now, sent: 0, retries: 0, lastWaitMs: 0, held: 0, hedgeHeld: 0};
    startRound({...call, running: 0, round: 0, isOver: false}, now);
    index++;
    at += (-Math.log(1 - random()) * 1000) / trial.perSecond;
    if (index < calls) queue.add(at, begin);
  };
  queue.add(0, begin);
  queue.run();
  return {endings, attempts: sent};
}

type Event = (now: number) => void;

/** A binary heap of events by their time. */
class EventQueue {
  readonly #times: number[] = [];
  readonly #events: Event[] = [];

  add(time: number, event: Event): void {
    let place = this.#times.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#times[parent]! <= time) break;
      this.#times[place] = this.#times[parent]!;
      this.#events[place] = this.#events[parent]!;
      place = parent;
    }
    this.#times[place] = time;
    this.#events[place] = event;
  }

  run(): void {
    while (this.#times.length > 0) {
      const [time, event] = [this.#times[0]!, this.#events[0]!];
      this.#removeFirst();
      event(time);
    }
  }

  #removeFirst(): void {
    const [time, event] = [this.#times.pop()!, this.#events.pop()!];
    const length = this.#times.length;
    if (length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#times[child + 1]! < this.#times[child]!) child++;
      if (this.#times[child]! >= time) break;
      this.#times[place] = this.#times[child]!;
      this.#events[place] = this.#events[child]!;
      place = child;
    }
    this.#times[place] = time;
    this.#events[place] = event;
  }
}
