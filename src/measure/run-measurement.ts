/** Sends the same requests through both sides, in turn, at a bounded rate. */
import type {Random} from '../core/random.ts';
import {type Clock, sleep} from '../core/timer.ts';
import {
  type CallEnd,
  type MeasuredCall,
  type Measurement,
  type MeasurementFacts,
  measurementOf,
  type SideCalls,
} from './measurement.ts';
import type {MeasuredRequest, Side} from './sides.ts';

export interface MeasurementPlan
  extends Pick<MeasurementFacts, 'target' | 'policyName' | 'count' | 'ratePerSecond' | 'timeoutMs'> {
  /** At least one. With fewer requests than pairs, they are sent again from the first one on. */
  readonly requests: readonly MeasuredRequest[];
}

export interface MeasurementRun {
  readonly plain: Side;
  readonly policy: Side;
  /** Each sends the first request once before the pairs, uncounted: that opens connections, and compiles what runs. */
  readonly warmUp: readonly Side[];
  readonly pace: Pace;
  readonly clock: Clock;
  readonly random: Random;
  /** No call begins after it aborts; calls in flight end. */
  readonly stop: AbortSignal;
  /** Aborts the calls in flight. They are not counted. */
  readonly cut: AbortSignal;
  /** Called for each call that is counted. */
  readonly onEnd?: (end: CallEnd) => void;
}

/** Timers are late by milliseconds. So much of the delay the next calls make up for, so that the rate holds on average. */
const CATCH_UP_MS = 50;

/** Spaces requests evenly. A retry is sent when its policy says so; the next call begins later by one interval. */
export class Pace {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #nextAt: number;

  constructor(clock: Clock, ratePerSecond: number) {
    this.#clock = clock;
    this.#intervalMs = 1000 / ratePerSecond;
    this.#nextAt = clock.now();
  }

  /** Resolves when the next call may begin: with true, or with false as soon as `stop` aborts. */
  async mayBegin(stop: AbortSignal): Promise<boolean> {
    try {
      stop.throwIfAborted();
      // Retries that are sent during the wait make it longer.
      for (let left = this.#leftMs; left > 0; left = this.#leftMs) await sleep(this.#clock, left, stop);
    } catch {
      return false;
    }
    this.add();
    return true;
  }

  /** A request is sent. */
  add(): void {
    this.#nextAt = Math.max(this.#nextAt, this.#clock.now() - CATCH_UP_MS) + this.#intervalMs;
  }

  get #leftMs(): number {
    return this.#nextAt - this.#clock.now();
  }
}

/**
 * Makes the calls of all pairs. Which side begins is drawn for each pair, so that neither side always meets what the other one left behind.
 */
export async function runMeasurement(plan: MeasurementPlan, run: MeasurementRun): Promise<Measurement> {
  const {requests, ...facts} = plan;
  const {clock, pace, stop, cut} = run;
  const startedAt = new Date(clock.wall()).toISOString();
  const start = clock.now();
  const isOver = new AbortController();
  const uncounted = AbortSignal.any([cut, isOver.signal]);
  const warmUps: Promise<unknown>[] = [];
  for (const side of run.warmUp) if (await pace.mayBegin(stop)) warmUps.push(side.send(requests[0]!, uncounted));
  const [plain, policy] = [new Recorder(run.plain, run, start), new Recorder(run.policy, run, start)];
  const begun: Promise<void>[] = [];
  for (let pair = 0; pair < plan.count && !stop.aborted; pair++) {
    const request = requests[pair % requests.length]!;
    for (const side of run.random() < 0.5 ? [plain, policy] : [policy, plain])
      if (await pace.mayBegin(stop)) begun.push(side.make(pair, request));
  }
  await Promise.all(begun);
  isOver.abort();
  await Promise.all(warmUps);
  return measurementOf({...facts, startedAt, durationMs: rounded(clock.now() - start)}, plain, policy);
}

/** Makes the calls of one side, and keeps how they ended. */
class Recorder implements SideCalls {
  readonly calls: MeasuredCall[] = [];
  cutOff = 0;
  readonly #side: Side;
  readonly #run: MeasurementRun;
  readonly #start: number;

  constructor(side: Side, run: MeasurementRun, start: number) {
    this.#side = side;
    this.#run = run;
    this.#start = start;
  }

  get attempts(): ReadonlyMap<string, number> {
    return this.#side.attempts;
  }

  async make(pair: number, request: MeasuredRequest): Promise<void> {
    const {clock, cut, onEnd} = this.#run;
    const startedAt = clock.now();
    const end = await this.#side.send(request, cut);
    if (end === null) {
      this.cutOff++;
      return;
    }
    const [startedAtMs, durationMs] = [rounded(startedAt - this.#start), rounded(clock.now() - startedAt)];
    this.calls.push({pair, startedAtMs, durationMs, ...end});
    onEnd?.(end);
  }
}

/** To microseconds. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
