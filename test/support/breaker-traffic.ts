/** Traffic through a breaker alone, on simulated time: attempts begin at random, and end after a latency that their outcome has. */
import type {Random} from '../../src/core/random.ts';
import type {Breaker, Ticket} from '../../src/guards/breaker.ts';
import type {Health} from '../../src/guards/trip.ts';

/** Draws a latency in ms. */
export type Law = (random: Random) => number;

/** The default policy's attempt timeout: no attempt takes longer. */
export const LIMIT_MS = 8000;

export const constant =
  (ms: number): Law =>
  () =>
    ms;
export const exponential =
  (meanMs: number): Law =>
  random =>
    -meanMs * Math.log(1 - random());
export const lognormal =
  (medianMs: number, sigma: number): Law =>
  random =>
    medianMs * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
/** Infinite variance. */
export const pareto =
  (leastMs: number, alpha: number): Law =>
  random =>
    leastMs * (1 - random()) ** (-1 / alpha);
export const either =
  (share: number, one: Law, other: Law): Law =>
  random =>
    (random() < share ? one : other)(random);

/** How attempts that fail and attempts that succeed take their time. */
export const LAWS: Readonly<Record<string, {readonly failure: Law; readonly success: Law}>> = {
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
  readonly breaker: Breaker;
  readonly random: Random;
  readonly perSecond: number;
  readonly law: {readonly failure: Law; readonly success: Law};
  /** The share of the attempts that fail which begin at that time. */
  failureShare(at: number): number;
  /** Asked after each millisecond; the run ends when it says so, or after `forMs`. */
  ends?(now: number): boolean;
  /** An attempt was admitted. */
  began?(now: number): void;
  readonly forMs: number;
}

interface Ending {
  readonly ticket: Ticket;
  readonly health: Health;
}

/** @returns When it ended. */
export function drive(traffic: Traffic): number {
  const {breaker, random, perSecond, law, forMs} = traffic;
  // A slot for each ms; the longest latency is shorter than a turn of the wheel.
  const wheel: (Ending[] | undefined)[] = Array.from({length: LIMIT_MS + 1});
  const between = exponential(1000 / perSecond);
  let next = between(random);
  let now = 0;
  for (; now < forMs; now++) {
    settle(wheel, breaker, now);
    if (traffic.ends?.(now)) break;
    for (; next < now + 1; next += between(random)) {
      const fails = random() < traffic.failureShare(now);
      const latencyMs = Math.min(LIMIT_MS, Math.round((fails ? law.failure : law.success)(random)));
      const ticket = breaker.admit(now);
      if (ticket === null) continue;
      traffic.began?.(now);
      const ending: Ending = {ticket, health: fails ? 'failure' : 'success'};
      if (latencyMs === 0) breaker.record(ticket, ending.health, now);
      else (wheel[(now + latencyMs) % wheel.length] ??= []).push(ending);
    }
  }
  return now;
}

function settle(wheel: (Ending[] | undefined)[], breaker: Breaker, now: number): void {
  const ended = wheel[now % wheel.length];
  if (ended === undefined) return;
  wheel[now % wheel.length] = undefined;
  for (const {ticket, health} of ended) breaker.record(ticket, health, now);
}
