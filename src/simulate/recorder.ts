/** Counts what happens in a simulation, in memory that does not grow with the calls. */
import type {BreakerState} from '../core/call-view.ts';
import type {Outcome} from '../core/outcome.ts';
import type {Clock} from '../core/timer.ts';
import {Histogram} from './histogram.ts';
import {recoveryOf} from './recovery.ts';
import type {EndReason, Interval, Percentiles, SimulationResult} from './result.ts';
import type {Scenario} from './scenario/types.ts';
import type {CallListener, EndedCall, SimulatedResponse} from './simulated-client.ts';

/** Parts of the time of a scenario that are counted apart. */
export const INTERVALS = 120;

type Counted = {-readonly [Key in keyof Interval]: Interval[Key]};

/** What the run itself knows. */
export interface RunFacts extends Pick<SimulationResult, 'policy' | 'seed' | 'interrupted' | 'endpoints' | 'samples'> {
  readonly paidRequests: number;
}

export class Recorder {
  readonly #scenario: Scenario;
  readonly #clock: Clock;
  readonly #intervals: Counted[];
  readonly #successful = new Histogram();
  readonly #ends = new Map<EndReason, number>();
  #calls = 0;
  #ended = 0;
  #attempts = 0;
  #moves = 0;
  #requests = 0;
  #hedges = 0;
  #queuedCalls = 0;
  #queuedMs = 0;
  #waitedCalls = 0;
  #waitedMs = 0;
  #rejectedCalls = 0;
  #opened = 0;
  #openNow = 0;
  #openSince = 0;

  constructor(scenario: Scenario, clock: Clock) {
    this.#scenario = scenario;
    this.#clock = clock;
    this.#intervals = Array.from({length: INTERVALS}, (_, index) => ({
      atMs: (index * scenario.durationMs) / INTERVALS,
      calls: 0,
      succeeded: 0,
      answered: 0,
      requests: 0,
      openBreakers: 0,
      waiting: 0,
    }));
  }

  /** A call begins. */
  began(ended: () => void): CallListener {
    this.#calls++;
    const interval = this.#intervalAt(this.#clock.now());
    if (interval !== undefined) interval.calls++;
    return {
      sent: isMove => {
        this.#attempts++;
        if (isMove) this.#moves++;
      },
      ended: (call, outcome) => {
        this.#callEnded(call, outcome);
        ended();
      },
    };
  }

  /** The number of the present interval; `INTERVALS` or more after the end of the traffic. */
  get intervalNow(): number {
    return this.#indexAt(this.#clock.now());
  }

  /** A request is sent to a service. */
  requested(): void {
    this.#requests++;
    const interval = this.#intervalAt(this.#clock.now());
    if (interval !== undefined) interval.requests++;
  }

  breakerChanged(from: BreakerState, to: BreakerState): void {
    this.#noteOpenTime(this.#clock.now());
    if (to === 'open') {
      this.#opened++;
      this.#openNow++;
    } else if (from === 'open') this.#openNow--;
  }

  /** The interval that ends now. @param waiting Attempts in the queues of all clients. */
  intervalEnded(waiting: number): void {
    this.#intervals[Math.round((this.#clock.now() * INTERVALS) / this.#scenario.durationMs) - 1]!.waiting = waiting;
  }

  #callEnded(call: EndedCall, outcome: Outcome<SimulatedResponse>): void {
    this.#hedges += call.hedges;
    const queuedMs = call.queuedMs - call.recoveryMs;
    if (queuedMs > 0) this.#queuedCalls++;
    this.#queuedMs += queuedMs;
    if (call.recoveryMs > 0) this.#waitedCalls++;
    this.#waitedMs += call.recoveryMs;
    if (call.ending?.result !== 'success') {
      if (call.attempts === 0 && call.decision?.refusal === 'breaker-open') this.#rejectedCalls++;
      return this.#count(reasonOf(call, outcome));
    }
    const latencyMs = call.ending.durationMs;
    const {stream, slowBody} = outcome.response!;
    const {startedAt} = call;
    if (slowBody !== undefined)
      slowBody.onEnd(isWhole =>
        isWhole ? this.#succeeded(startedAt, this.#clock.now() - startedAt) : this.#count('body-timeout'),
      );
    else if (stream === undefined) this.#succeeded(startedAt, latencyMs);
    else
      stream.onEnd(isComplete => (isComplete ? this.#succeeded(startedAt, latencyMs) : this.#count('stream-broken')));
  }

  #succeeded(startedAt: number, latencyMs: number): void {
    this.#count('success');
    this.#successful.add(latencyMs);
    const begun = this.#intervalAt(startedAt);
    if (begun !== undefined) begun.succeeded++;
    const ended = this.#intervalAt(this.#clock.now());
    if (ended !== undefined) ended.answered++;
  }

  #count(reason: EndReason): void {
    this.#ended++;
    this.#ends.set(reason, (this.#ends.get(reason) ?? 0) + 1);
  }

  /** Undefined after the end of the traffic. */
  #intervalAt(now: number): Counted | undefined {
    return this.#intervals[this.#indexAt(now)];
  }

  #indexAt(now: number): number {
    return Math.floor((now * INTERVALS) / this.#scenario.durationMs);
  }

  /** Adds the time since the last change to the intervals that it lies in. */
  #noteOpenTime(now: number): void {
    const widthMs = this.#scenario.durationMs / INTERVALS;
    if (this.#openNow > 0) {
      for (let index = Math.floor(this.#openSince / widthMs); index < INTERVALS && index * widthMs < now; index++) {
        const fromMs = Math.max(index * widthMs, this.#openSince);
        const toMs = Math.min((index + 1) * widthMs, now);
        this.#intervals[index]!.openBreakers += (this.#openNow * (toMs - fromMs)) / widthMs;
      }
    }
    this.#openSince = now;
  }

  result({policy, seed, interrupted, paidRequests, endpoints, samples}: RunFacts): SimulationResult {
    this.#noteOpenTime(interrupted ? this.#clock.now() : this.#scenario.durationMs);
    const calls = this.#calls;
    const ends = new Map(this.#ends);
    if (this.#ended < calls) ends.set('unfinished', calls - this.#ended);
    const count = (reason: EndReason): number => ends.get(reason) ?? 0;
    const succeeded = count('success');
    const timeline = this.#intervals;
    return {
      scenario: this.#scenario.name,
      policy,
      seed,
      durationMs: interrupted ? Math.min(this.#clock.now(), this.#scenario.durationMs) : this.#scenario.durationMs,
      interrupted,
      calls,
      succeeded,
      successRatio: calls === 0 ? 1 : succeeded / calls,
      latencyMs: {
        all: percentilesOf(this.#successful, calls),
        successful: percentilesOf(this.#successful, succeeded),
        distribution: distributionOf(this.#successful, calls),
      },
      attempts: this.#attempts,
      requests: this.#requests,
      requestsPerCall: calls === 0 ? 0 : this.#requests / calls,
      paidRequests,
      ends: Object.fromEntries([...ends].sort(([, a], [, b]) => b - a)),
      breaker: {
        opened: this.#opened,
        rejectedCalls: this.#rejectedCalls,
        refusedRetries: count('breaker-open') - this.#rejectedCalls,
        waitedCalls: this.#waitedCalls,
        waitedMs: this.#waitedMs,
      },
      budget: {refusedRetries: count('budget-exhausted')},
      quota: {queuedCalls: this.#queuedCalls, queuedMs: this.#queuedMs, refused: count('quota-exceeded')},
      hedges: this.#hedges,
      moves: this.#moves,
      endpoints,
      recovery: recoveryOf(this.#scenario, timeline),
      timeline,
      samples,
    };
  }
}

function reasonOf({decision}: EndedCall, {kind}: Outcome<SimulatedResponse>): EndReason {
  if (kind === 'deadline') return 'deadline';
  return decision?.refusal ?? 'not-transient';
}

function percentilesOf(successful: Histogram, calls: number): Percentiles {
  const at = (share: number): number => quantileOf(successful, calls, share);
  return {p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), p999: at(0.999)};
}

const distributionOf = (successful: Histogram, calls: number): number[] =>
  Array.from({length: 99}, (_, index) => quantileOf(successful, calls, (index + 1) / 100));

/** @param calls Those that are not in the histogram took infinitely long. */
function quantileOf(successful: Histogram, calls: number, share: number): number {
  return calls === 0 ? Number.NaN : successful.atRank(Math.max(1, Math.ceil(share * calls - 1e-9)));
}
