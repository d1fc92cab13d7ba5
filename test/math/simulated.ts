/** Calls, one by one, with the client's own waits: what the formulas of src/math are held against. */

import {LEAST_ATTEMPT_MS} from '../../src/core/limits.ts';
import type {Random} from '../../src/core/random.ts';
import {backoffMs} from '../../src/decide/backoff.ts';
import type {Backoff} from '../../src/policy/types.ts';

export interface Simulated {
  readonly attempts: number;
  readonly attemptTimeoutMs: number;
  readonly deadlineMs: number;
  readonly hedgeMs?: number;
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
  let attempts = 0;
  for (let round = 1; ; round++) {
    const sent = sendRound(call, now, attempts, random);
    attempts += sent.attempts;
    if (sent.isAnswered && now + sent.ms <= call.deadlineMs) return {ms: now + sent.ms, attempts};
    now += sent.ms;
    previousMs = backoffMs(call.backoff, round, call.throttled, previousMs, random);
    if (attempts === call.attempts || now + previousMs + LEAST_ATTEMPT_MS > call.deadlineMs) {
      return {ms: Number.POSITIVE_INFINITY, attempts};
    }
    now += previousMs;
  }
}

interface Sent {
  readonly ms: number;
  readonly isAnswered: boolean;
  readonly attempts: number;
}

/** An attempt, and a hedge beside it if it is slow. The first answer counts, and else the last failure. */
function sendRound(call: Simulated, startMs: number, before: number, random: Random): Sent {
  const {hedgeMs = Number.POSITIVE_INFINITY, attempts, deadlineMs} = call;
  const first = sendAttempt(call, random);
  const isHedged = first.ms > hedgeMs && before + 1 < attempts && startMs + hedgeMs + LEAST_ATTEMPT_MS <= deadlineMs;
  if (!isHedged) return {...first, attempts: 1};
  const hedge = sendAttempt(call, random);
  const ends = [first, {...hedge, ms: hedge.ms + hedgeMs}];
  const answers = ends.filter(({isAnswered}) => isAnswered).map(({ms}) => ms);
  if (answers.length > 0) return {ms: Math.min(...answers), isAnswered: true, attempts: 2};
  return {ms: Math.max(...ends.map(({ms}) => ms)), isAnswered: false, attempts: 2};
}

function sendAttempt(call: Simulated, random: Random): Omit<Sent, 'attempts'> {
  const draw = random();
  const isFailure = draw < call.failureRatio;
  const hangs = !isFailure && draw < call.failureRatio + call.hangRatio;
  const ms = isFailure ? call.failureMs : hangs ? Number.POSITIVE_INFINITY : lognormal(call, random);
  return {ms: Math.min(ms, call.attemptTimeoutMs), isAnswered: !isFailure && ms <= call.attemptTimeoutMs};
}

const lognormal = ({medianMs, sigma}: Simulated, random: Random): number =>
  medianMs * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));

export const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** The relative error is at most 1 %. */
export const isNear = (actual: number, expected: number): boolean =>
  actual === expected || Math.abs(actual - expected) <= 0.01 * Math.abs(expected);
