/** Traffic through a breaker alone, on simulated time: attempts begin at random, and end after a latency that their outcome has. */
import type {BreakerState} from '../../src/core/call-view.ts';
import {type Random, seededRandom} from '../../src/core/random.ts';
import type {Ticket} from '../../src/guards/breaker.ts';
import {Breaker} from '../../src/guards/fixed/breaker.ts';
import {Probe} from '../../src/guards/fixed/probing.ts';
import type {Health} from '../../src/guards/trip.ts';
import {defaultsByKind} from '../../src/policy/defaults.ts';
import type {OpenTimeBreaker} from '../../src/policy/trip-rule.ts';
import type {RatioBreaker} from '../../src/policy/types.ts';

/** Draws a latency in ms. */
export type Latencies = (random: Random) => number;

/** The default policy's attempt timeout: no attempt takes longer. */
export const LIMIT_MS = 8000;

export const constant =
  (ms: number): Latencies =>
  () =>
    ms;
export const exponential =
  (meanMs: number): Latencies =>
  random =>
    -meanMs * Math.log(1 - random());
export const lognormal =
  (medianMs: number, sigma: number): Latencies =>
  random =>
    medianMs * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
/** Infinite variance. */
export const pareto =
  (leastMs: number, alpha: number): Latencies =>
  random =>
    leastMs * (1 - random()) ** (-1 / alpha);
export const either =
  (share: number, one: Latencies, other: Latencies): Latencies =>
  random =>
    (random() < share ? one : other)(random);

/** How attempts that fail and attempts that succeed take their time. */
export const LAWS: Readonly<Record<string, {readonly failure: Latencies; readonly success: Latencies}>> = {
  'failures of 20 ms, successes lognormal around 180': {failure: constant(20), success: lognormal(180, 0.5)},
  'failures of 5 ms, successes lognormal with a long tail': {failure: constant(5), success: lognormal(400, 1.5)},
  'failures exponential, successes exponential and ten times slower': {
    failure: exponential(30),
    success: exponential(300),
  },
  'failures at once, successes of 3 s': {failure: constant(0), success: constant(3000)},
  'failures of 20 ms, successes with a heavy tail': {failure: constant(20), success: pareto(50, 1.1)},
  'successes of 20 ms, or of 4 s': {failure: exponential(50), success: either(0.7, constant(20), constant(4000))},
  'both of 100 ms': {failure: constant(100), success: constant(100)},
  'both lognormal around 250': {failure: lognormal(250, 1), success: lognormal(250, 1)},
  'failures twice as slow': {failure: lognormal(360, 0.5), success: lognormal(180, 0.5)},
  'failures that run into the timeout': {failure: constant(LIMIT_MS), success: lognormal(180, 0.5)},
};

export interface Traffic {
  readonly seed: number;
  /** The default policy's, if none is given. */
  readonly policy?: OpenTimeBreaker;
  readonly perSecond: number;
  readonly latencies: {readonly failure: Latencies; readonly success: Latencies};
  /** The share of the attempts that fail, of those that begin at that time. */
  failureShare(at: number): number;
  readonly forMs: number;
  /** Ends at the first change of state. */
  readonly untilChange?: boolean;
}

export interface Change {
  readonly at: number;
  readonly to: BreakerState;
}

export interface Course {
  readonly changes: readonly Change[];
  /** When attempts were admitted that were probes. */
  readonly probes: readonly number[];
  /** Calls that were refused. */
  readonly refused: readonly number[];
}

interface Ending {
  readonly ticket: Ticket;
  readonly health: Health;
}

const RATIO = defaultsByKind.breaker!.ratio as RatioBreaker;

/** A breaker that starts cold, under that traffic. */
export function simulate(traffic: Traffic): Course {
  const {perSecond, latencies, forMs, untilChange = false} = traffic;
  const random = seededRandom(traffic.seed);
  const breaker = new Breaker(traffic.policy ?? RATIO, 'https://h.test', random);
  const changes: Change[] = [];
  const probes: number[] = [];
  const refused: number[] = [];
  let now = 0;
  breaker.onChange = (_, to) => changes.push({at: now, to});
  // One slot per millisecond; the longest latency is shorter than one rotation of the wheel.
  const wheel = new Array<Ending[] | undefined>(LIMIT_MS + 1).fill(undefined);
  const between = exponential(1000 / perSecond);
  let next = between(random);
  for (; now < forMs && !(untilChange && changes.length > 0); now++) {
    const slot = now % wheel.length;
    const ended = wheel[slot];
    if (ended !== undefined) {
      for (const {ticket, health} of ended) breaker.record(ticket, health, now);
      wheel[slot] = undefined;
    }
    for (; next < now + 1; next += between(random)) {
      const fails = random() < traffic.failureShare(now);
      const latencyMs = Math.min(LIMIT_MS, Math.round((fails ? latencies.failure : latencies.success)(random)));
      const ticket = breaker.admit(now);
      if (ticket === null) {
        refused.push(now);
        continue;
      }
      if (ticket instanceof Probe) probes.push(now);
      const health = fails ? 'failure' : 'success';
      if (latencyMs === 0) breaker.record(ticket, health, now);
      else {
        const end = (now + latencyMs) % wheel.length;
        wheel[end] ??= [];
        wheel[end].push({ticket, health});
      }
    }
  }
  return {changes, probes, refused};
}

/** When the breaker first opens, in milliseconds; Infinity if it does not. */
export const opensAt = (traffic: Traffic): number =>
  simulate({...traffic, untilChange: true}).changes[0]?.at ?? Number.POSITIVE_INFINITY;
