/** Rounds of a call by when they start: how likely they start and succeed. */

import {LEAST_ATTEMPT_MS} from '../core/limits.ts';
import type {Round} from './round.ts';
import type {Waited} from './waited.ts';

/** Rounds that start after the same number of attempts and rounds, whose failures took the same time. */
export interface Start {
  /** The probability of these failures, without a deadline. */
  readonly weight: number;
  /** The duration of the failed rounds before it. */
  readonly atMs: number;
  readonly waited: Waited;
  readonly round: Round;
  /** The first attempt is sent even if the deadline is shorter than LEAST_ATTEMPT_MS. */
  readonly isFirst: boolean;
  /** Whether one of the failed rounds before it was hedged. */
  readonly wasHedged: boolean;
}

export function sumOver(starts: readonly Start[], share: (start: Start) => number): number {
  let sum = 0;
  for (const start of starts) sum += start.weight * share(start);
  return sum;
}

/** P(the round has started and succeeded after `ms`), over all its possible start times. */
export function answeredBy(ms: number, start: Start, plain: Round, deadlineMs: number): number {
  const {stepMs, mass} = start.waited;
  const endMs = Math.min(ms, deadlineMs);
  const latestMs = Math.min(endMs, latestStart(start, deadlineMs));
  const latestHedgeMs = latestHedge(start, deadlineMs);
  let sum = 0;
  for (let cell = 0; cell < mass.length; cell++) {
    const here = mass[cell]!;
    if (here === 0) continue;
    const startMs = start.atMs + cell * stepMs;
    if (startMs > latestMs) break;
    sum += here * (startMs <= latestHedgeMs ? start.round : plain).answeredAfter(endMs - startMs);
  }
  return sum;
}

/**
 * P(the round succeeds, and the last hedge of the call was that of the round, or one before it). Such a call returns the tokens of the hedge.
 * More attempts than rounds mean that a round before was hedged.
 */
export function keptBy(
  start: Start,
  {plain, deadlineMs}: {readonly plain: Round; readonly deadlineMs: number},
): number {
  const {round, waited, atMs, wasHedged} = start;
  if (wasHedged) return answeredBy(Infinity, start, plain, deadlineMs);
  if (round.hedgedRatio === 0) return 0;
  const {stepMs, mass} = waited;
  const latestMs = latestHedge(start, deadlineMs);
  const before = round.answeredAfter(round.hedgeMs);
  let sum = 0;
  for (let cell = 0; cell < mass.length; cell++) {
    const startMs = atMs + cell * stepMs;
    if (startMs > latestMs) break;
    sum += mass[cell]! * (round.answeredAfter(deadlineMs - startMs) - before);
  }
  return sum;
}

/** P(the round starts by `ms`), given the failures before it. */
export function startedBy({atMs, waited: {stepMs, mass}}: Start, ms: number): number {
  let sum = 0;
  for (let cell = 0; cell < mass.length && atMs + cell * stepMs <= ms; cell++) sum += mass[cell]!;
  return sum;
}

/** The last time at which the round may start. */
export const latestStart = ({isFirst}: Start, deadlineMs: number): number =>
  isFirst ? Infinity : deadlineMs - LEAST_ATTEMPT_MS;

/** The last time at which the round may start to be hedged. */
export const latestHedge = ({round}: Start, deadlineMs: number): number =>
  deadlineMs - LEAST_ATTEMPT_MS - round.hedgeMs;
