/** The attempts of a call, one by one: how long each waits, when it starts and ends at the latest, and what the deadline cuts. */

import {formatMs, formatNumber} from '../analysis/format.ts';
import {mayRetry, retriesOf, retriesThrottled, retriesTimeouts} from '../analysis/retryability.ts';
import {shortestMs} from '../math/schedule.ts';
import {type Cut, timelineOf, undisturbedMs} from '../math/timeline.ts';
import type {Scope} from '../model/scope.ts';
import {type Block, table, text} from './blocks.ts';

/** One attempt, if every attempt before it took all its time and every wait was the longest. */
export interface AttemptPlan {
  readonly shortestWaitMs: number;
  readonly longestWaitMs: number;
  readonly startsAtMs: number;
  /** By its timeout or by the deadline; Infinity where neither is there. */
  readonly endsAtMs: number;
  readonly cut: Cut;
}

export interface AttemptRow {
  /** 1 for the first. */
  readonly attempt: number;
  readonly plain: AttemptPlan;
  /** If every answer asks for less: the waits begin with `throttledBaseMs`. Undefined where no such answer is retried. */
  readonly throttled: AttemptPlan | undefined;
}

export interface AttemptTable {
  readonly rows: readonly AttemptRow[];
  /** Attempts past the rows; Infinity where nothing counts them. */
  readonly more: number;
  readonly deadlineMs: number | null;
  /** All attempts and waits, were there no deadline: plain, and the longer of both. */
  readonly neededMs: number;
  readonly longestNeededMs: number;
  /** What a call takes at the worst: the deadline, or all of it. Hints of the server are extra, but for the deadline. */
  readonly worstMs: number;
  /** Whether an attempt that times out is sent again at all. */
  readonly retriesTimeouts: boolean;
  /** Longest hint that is waited for; undefined where none is heard. */
  readonly longestHintMs: number | undefined;
}

const MOST_ROWS = 10;

export function attemptTable(scope: Scope): AttemptTable {
  const {policy} = scope;
  const attempts = mayRetry(scope) ? retriesOf(policy) + 1 : 1;
  const isThrottled = retriesThrottled(policy) && attempts > 1;
  const plain = plansOf(scope, Math.min(attempts, MOST_ROWS), false);
  const throttled = isThrottled ? plansOf(scope, plain.length, true) : [];
  const neededMs = undisturbedMs(policy, attempts, false);
  const longestNeededMs = isThrottled ? Math.max(neededMs, undisturbedMs(policy, attempts, true)) : neededMs;
  return {
    rows: plain.map((plan, index) => ({attempt: index + 1, plain: plan, throttled: throttled[index]})),
    more: attempts - plain.length,
    deadlineMs: policy.deadlineMs,
    neededMs,
    longestNeededMs,
    worstMs: Math.min(policy.deadlineMs ?? Number.POSITIVE_INFINITY, longestNeededMs),
    retriesTimeouts: retriesTimeouts(scope),
    longestHintMs: isThrottled && policy.retryAfter.honor ? policy.retryAfter.maxMs : undefined,
  };
}

function plansOf({policy}: Scope, attempts: number, throttled: boolean): AttemptPlan[] {
  return timelineOf(policy, attempts, throttled).map(({attempt, waitMs, startsAtMs, endsAtMs, cut}) => ({
    shortestWaitMs: attempt === 1 ? 0 : shortestMs(policy.backoff, attempt - 1, throttled),
    longestWaitMs: waitMs,
    startsAtMs,
    endsAtMs,
    cut,
  }));
}

/** The table as people read it: once as it is, and once if every answer asks for less. */
export function attemptBlocks(scope: Scope): Block[] {
  const plan = attemptTable(scope);
  const plain = plan.rows.map(row => row.plain);
  const throttled = plan.rows.flatMap(row => row.throttled ?? []);
  const isSame = throttled.every(({longestWaitMs}, index) => longestWaitMs === plain[index]!.longestWaitMs);
  return [
    ...planBlocks(plain, plan, plan.neededMs),
    ...(throttled.length === 0 || isSame
      ? []
      : [
          text('If every answer asks for less (429, 529, a 503 with a hint):'),
          ...planBlocks(throttled, plan, plan.longestNeededMs),
        ]),
    ...formatRest(plan, scope).map(text),
  ];
}

function planBlocks(plans: readonly AttemptPlan[], {more, deadlineMs}: AttemptTable, neededMs: number): Block[] {
  const rows = plans.map((plan, index) => cells(plan, index + 1));
  const isCut = plans.some(({cut}) => cut !== 'whole');
  const head = ['attempt', 'waits', 'starts by', 'ends by', ...(isCut ? ['cut off'] : [])];
  const rest = more === 0 ? [] : [['…', Number.isFinite(more) ? `${formatNumber(more)} more` : 'without end']];
  const sum = Number.isFinite(neededMs)
    ? `All attempts and waits need at most ${formatMs(neededMs)}`
    : 'Nothing bounds the sum of all attempts and waits';
  return [table(head, [...rows, ...rest]), text(`${sum}; ${formatDeadline(plans, more, deadlineMs)}.`)];
}

function cells({shortestWaitMs, longestWaitMs, startsAtMs, endsAtMs, cut}: AttemptPlan, attempt: number): string[] {
  const longest = formatMs(longestWaitMs);
  const waits =
    attempt === 1 ? '' : shortestWaitMs === longestWaitMs ? longest : `${formatNumber(shortestWaitMs)} to ${longest}`;
  if (cut === 'never') return [String(attempt), waits, '', '', 'never sent'];
  const ends = Number.isFinite(endsAtMs) ? formatMs(endsAtMs) : 'no end';
  const what = cut === 'short' ? [`after ${formatMs(endsAtMs - startsAtMs)}`] : [];
  return [String(attempt), waits, formatMs(startsAtMs), ends, ...what];
}

function formatDeadline(plans: readonly AttemptPlan[], more: number, deadlineMs: number | null): string {
  if (deadlineMs === null) return 'there is no deadline';
  const name = `the deadline of ${formatMs(deadlineMs)}`;
  const whole = plans.filter(({cut}) => cut === 'whole').length;
  if (whole === plans.length)
    return more > 0 ? `${name} ends the call past these` : `${name} leaves room for all of it`;
  return `${name} leaves room for ${whole === 0 ? 'none of them' : whole === 1 ? 'the first' : `the first ${whole}`}`;
}

function formatRest(
  {longestHintMs, rows, retriesTimeouts: retried, deadlineMs}: AttemptTable,
  {policy}: Scope,
): string[] {
  const said = [];
  if (rows.length > 1 && !retried && policy.attemptTimeoutMs !== null)
    said.push(
      'An attempt that times out is not sent again here: the later ones start only after failures that come sooner.',
    );
  if (longestHintMs !== undefined)
    said.push(
      `A hint of the server’s takes the place of a wait, up to ${formatMs(longestHintMs)}${deadlineMs === null ? '' : ' and never past the deadline'}.`,
    );
  if (rows.length > 1 && !policy.retryAfter.honor) said.push('Hints of the server are not heard.');
  return said;
}
