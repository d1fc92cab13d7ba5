/** Calls, one by one, with the client's own waits: what the formulas of src/math are held against. */

import {LEAST_ATTEMPT_MS} from '../../src/core/limits.ts';
import type {Random} from '../../src/core/random.ts';
import {backoffMs} from '../../src/decide/backoff.ts';
import type {Backoff} from '../../src/policy/types.ts';

export interface Simulated {
  readonly attempts: number;
  readonly attemptTimeoutMs: number;
  readonly deadlineMs: number;
  readonly backoff: Backoff;
  readonly throttled: boolean;
  readonly failureRatio: number;
  /** How long an attempt takes that fails. */
  readonly failureMs: number;
  readonly hangRatio: number;
  readonly medianMs: number;
  readonly sigma: number;
}

export interface Ending {
  /** When it succeeded; Infinity where it did not. */
  readonly ms: number;
  readonly attempts: number;
}

/** One call. An attempt fails after a fixed time, hangs, or answers after a lognormal time. */
export function simulate(call: Simulated, random: Random): Ending {
  let now = 0;
  let previousMs = 0;
  for (let attempt = 1; ; attempt++) {
    const draw = random();
    const answerMs = draw < call.failureRatio + call.hangRatio ? Number.POSITIVE_INFINITY : lognormal(call, random);
    const endMs = Math.min(draw < call.failureRatio ? call.failureMs : answerMs, call.attemptTimeoutMs);
    if (answerMs <= call.attemptTimeoutMs && now + answerMs <= call.deadlineMs)
      return {ms: now + answerMs, attempts: attempt};
    now += endMs;
    previousMs = backoffMs(call.backoff, attempt, call.throttled, previousMs, random);
    if (attempt === call.attempts || now + previousMs + LEAST_ATTEMPT_MS > call.deadlineMs) {
      return {ms: Number.POSITIVE_INFINITY, attempts: attempt};
    }
    now += previousMs;
  }
}

const lognormal = ({medianMs, sigma}: Simulated, random: Random): number =>
  medianMs * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));

export const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** The relative error is at most 1 %. */
export const isNear = (actual: number, expected: number): boolean =>
  actual === expected || Math.abs(actual - expected) <= 0.01 * Math.abs(expected);
