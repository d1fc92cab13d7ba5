/** The first seconds of a learned quota, while its rate is below the traffic. */

import {LEAST_ATTEMPT_MS} from '../../src/core/limits.ts';
import {isSetHere, type Scope} from '../model/scope.ts';
import {heldPlaceOf} from './held-place.ts';

export interface LearnedStart {
  /** Calls per second that come. */
  readonly rps: number;
  /** Requests per second that the quota admits at first. */
  readonly perSecond: number;
  /** From a request to its answer: assumed by the file, or the usual time. */
  readonly answerMs: number;
  readonly isUsual: boolean;
  /** The most that wait at once, and the longest wait. Both would be so without a bound. */
  readonly calls: number;
  readonly waitMs: number;
  /** What ends their wait, for a message; '' where all of them may wait. */
  readonly bound: string;
}

/** The latency if the file assumes none. */
const USUAL_MS = 100;

/** @returns undefined where the file sets no such quota, the traffic is not known or spread over accounts, or all wait for less than a second. */
export function learnedStart(scope: Scope): LearnedStart | undefined {
  const {quota, objective, deadlineMs} = scope.policy;
  const rps = objective?.assume?.rps;
  if (quota === null || rps === undefined || !quota.learn || !isSetHere(scope, 'quota')) return undefined;
  const {maxWaitMs, per, queue, startPerSecond: perSecond} = quota;
  if (perSecond === null || per.length > 0) return undefined;
  const held = heldPlaceOf(scope);
  const answerMs = held?.ms ?? USUAL_MS;
  const {calls, waitMs, knownMs} = growingLine(rps, perSecond, answerMs);
  const mostMs = Math.min(maxWaitMs, (deadlineMs ?? Infinity) - LEAST_ATTEMPT_MS);
  const bound =
    calls > queue
      ? `the queue holds ${queue}`
      : knownMs > mostMs
        ? `no call may wait longer than ${scope.words.ms(mostMs)}`
        : '';
  if (bound === '' && waitMs < 1000) return undefined;
  return {
    rps,
    perSecond,
    answerMs,
    isUsual: held === undefined,
    calls,
    waitMs,
    bound: bound && `, but ${bound}: others are refused`,
  };
}

/** A line that does not end by then is reported as it is. */
const MOST_MS = 600_000;
const SECOND = 1000;

/** The line before a learned rate. */
export interface GrowingLine {
  /** The most that wait at once. */
  readonly calls: number;
  /** The longest wait. */
  readonly waitMs: number;
  /** The longest wait that the quota foresees for a call when it comes. */
  readonly knownMs: number;
}

/** The routes of a policy ask for the same line. */
let last: {readonly asked: string; readonly line: GrowingLine} | undefined;

/**
 * What src/guards/learned-rate.ts does until the first throttled answer, by the millisecond, for calls that come evenly: each answer adds one to the rate while
 * calls wait, no second has more requests than the rate, and what is not sent is saved up to those of one second.
 */
export function growingLine(rps: number, perSecond: number, answerMs: number): GrowingLine {
  const asked = `${rps} ${perSecond} ${answerMs}`;
  if (last?.asked !== asked) last = {asked, line: lineOf(rps, perSecond, Math.max(1, Math.round(answerMs)))};
  return last.line;
}

function lineOf(rps: number, perSecond: number, answerMs: number): GrowingLine {
  let [calls, waitMs, knownMs] = [0, 0, 0];
  let [rate, level, oldest] = [perSecond, perSecond, 0];
  /** Sent by the end of each millisecond. */
  const sent = [0];
  const sentBy = (ms: number): number => (ms < 0 ? 0 : sent[ms]!);
  for (let ms = 1; ms <= MOST_MS; ms++) {
    const now = ms - 1;
    const before = sent[now]!;
    const due = Math.floor((rps * now) / SECOND + 1e-9) + 1 - before;
    const left = sentBy(ms - SECOND);
    if (now > 0) level = Math.min(shareOf(rate), level + rate / SECOND);
    let count = fitting(due, level, shareOf(rate) - before + left);
    if (count < due) {
      // A call asks how long it would wait before the next answer comes.
      while (oldest < now && sent[oldest]! <= left) oldest++;
      const fullMs = before - left < shareOf(rate) ? 0 : oldest + SECOND - ms;
      knownMs = Math.max(knownMs, fullMs, savedMs(due - level, rate));
      rate += sentBy(ms - answerMs) - sentBy(ms - answerMs - 1);
      count = fitting(due, level, shareOf(rate) - before + left);
    }
    if (count > 0) waitMs = Math.max(waitMs, Math.floor(now - (before * SECOND) / rps));
    calls = Math.max(calls, due - count);
    level -= count;
    sent.push(before + count);
    if (due === count && rate >= rps) break;
  }
  return {calls, waitMs, knownMs};
}

const fitting = (due: number, level: number, room: number): number =>
  Math.max(0, Math.floor(Math.min(due, level, room) + 1e-9));

const shareOf = (rate: number): number => Math.max(1, Math.ceil(rate));

/** As the engine has it: the rate doubles each second. */
const savedMs = (missing: number, rate: number): number =>
  missing > 1 ? Math.log2(1 + (missing * Math.LN2) / rate) * SECOND : (missing / rate) * SECOND;
