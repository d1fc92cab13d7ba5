/** Lists the attempts of a call: the wait before each, its latest start and end, and what the deadline cuts. */

import {shortestMs} from '../../src/math/schedule.ts';
import {type Cut, timelineOf, undisturbedMs} from '../../src/math/timeline.ts';
import {formatNumber} from '../analysis/format.ts';
import {mayRetry, retriesOf, retriesThrottled, retriesTimeouts} from '../analysis/retryability.ts';
import type {Words} from '../dialects/words.ts';
import type {Scope} from '../model/scope.ts';
import {type Block, table, text} from './blocks.ts';

/** One attempt after attempts that took their whole timeout, with the longest waits. */
export interface AttemptPlan {
  readonly shortestWaitMs: number;
  readonly longestWaitMs: number;
  readonly startsAtMs: number;
  /** By its timeout or the deadline; Infinity without both. */
  readonly endsAtMs: number;
  readonly cut: Cut;
}

export interface AttemptRow {
  /** 1 for the first. */
  readonly attempt: number;
  readonly plain: AttemptPlan;
  /** If every response is throttled: the waits start with `throttledBaseMs`. Undefined if no throttled response is retried. */
  readonly throttled: AttemptPlan | undefined;
}

export interface AttemptTable {
  readonly rows: readonly AttemptRow[];
  /** Attempts after the rows; Infinity if unlimited. */
  readonly more: number;
  readonly deadlineMs: number | null;
  /** Duration of all attempts and waits without the deadline: plain, and the longer of plain and throttled. */
  readonly neededMs: number;
  readonly longestNeededMs: number;
  /** Longest duration of a call without Retry-After: the deadline, or all attempts and waits. */
  readonly worstMs: number;
  /** Whether a timeout is retried. */
  readonly retriesTimeouts: boolean;
  /** Longest Retry-After that the client waits for; undefined if it ignores Retry-After. */
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
    worstMs: Math.min(policy.deadlineMs ?? Infinity, longestNeededMs),
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

/** The table for plain failures, and the table for throttled responses if it differs. */
export function attemptBlocks(scope: Scope): Block[] {
  const plan = attemptTable(scope);
  const plain = plan.rows.map(row => row.plain);
  const throttled = plan.rows.flatMap(row => row.throttled ?? []);
  const isSame = throttled.every(({longestWaitMs}, index) => longestWaitMs === plain[index]!.longestWaitMs);
  return [
    ...planBlocks(plain, plan, plan.neededMs, scope.words),
    ...(throttled.length === 0 || isSame
      ? []
      : [
          text('If every response is throttled (429, 529, or 503 with Retry-After):'),
          ...planBlocks(throttled, plan, plan.longestNeededMs, scope.words),
        ]),
    ...formatRest(plan, scope).map(text),
  ];
}

function planBlocks(
  plans: readonly AttemptPlan[],
  {more, deadlineMs}: AttemptTable,
  neededMs: number,
  words: Words,
): Block[] {
  const rows = plans.map((plan, index) => cells(plan, index + 1, words));
  const isCut = plans.some(({cut}) => cut !== 'whole');
  const head = ['attempt', 'waits', 'starts by', 'ends by', ...(isCut ? ['cut off'] : [])];
  const rest = more === 0 ? [] : [['…', Number.isFinite(more) ? `${formatNumber(more)} more` : 'unlimited']];
  const sum = Number.isFinite(neededMs)
    ? `All attempts and waits need at most ${words.ms(neededMs)}`
    : 'All attempts and waits have no limit';
  return [table(head, [...rows, ...rest]), text(`${sum}; ${formatDeadline(plans, more, deadlineMs, words)}.`)];
}

function cells(
  {shortestWaitMs, longestWaitMs, startsAtMs, endsAtMs, cut}: AttemptPlan,
  attempt: number,
  words: Words,
): string[] {
  const waits =
    attempt === 1
      ? ''
      : shortestWaitMs === longestWaitMs
        ? words.ms(longestWaitMs)
        : words.rangeMs(shortestWaitMs, longestWaitMs);
  if (cut === 'never') return [String(attempt), waits, '', '', 'never sent'];
  const ends = Number.isFinite(endsAtMs) ? words.ms(endsAtMs) : 'no end';
  const what = cut === 'short' ? [`after ${words.ms(endsAtMs - startsAtMs)}`] : [];
  return [String(attempt), waits, words.ms(startsAtMs), ends, ...what];
}

function formatDeadline(plans: readonly AttemptPlan[], more: number, deadlineMs: number | null, words: Words): string {
  if (deadlineMs === null) return 'there is no deadline';
  const name = `the deadline of ${words.ms(deadlineMs)}`;
  const whole = plans.filter(({cut}) => cut === 'whole').length;
  if (whole === plans.length) return more > 0 ? `${name} ends the call after these` : `${name} is long enough`;
  return `${name} is long enough for ${whole === 0 ? '0 attempts' : whole === 1 ? '1 attempt' : `${whole} attempts`}`;
}

function formatRest(
  {longestHintMs, rows, retriesTimeouts: retried, deadlineMs}: AttemptTable,
  {policy, words}: Scope,
): string[] {
  const said = [];
  if (rows.length > 1 && !retried && policy.attemptTimeoutMs !== null)
    said.push('Timeouts are not retried here: later attempts start only after earlier failures.');
  if (longestHintMs !== undefined)
    said.push(
      `Retry-After replaces a wait, up to ${words.ms(longestHintMs)}${deadlineMs === null ? '' : ' and never beyond the deadline'}.`,
    );
  if (rows.length > 1 && !policy.retryAfter.honor) said.push('Retry-After is ignored.');
  return said;
}
