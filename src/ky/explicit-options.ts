/**
 * The options that the user passed to ky itself. An explicit `retry`, `timeout` or `totalTimeout`, wherever it is set, keeps its meaning
 * and wins over the policy; what ky would refuse is left to ky, so that it refuses it.
 */

import type {Options} from 'ky';
import {isObject} from '../core/unknown-value.ts';
import type {CallOverrides} from '../policy/types.ts';

export interface ExplicitOptions {
  /** Merged into the policy, below the `resilience` option of the call. */
  readonly overrides: CallOverrides | undefined;
  /** Names of ky's options that won. */
  readonly by: readonly string[];
  /** ky gives a body the whole `timeout` again; users that set `timeout` rely on that. */
  readonly bodyGetsFreshTime: boolean;
  /**
   * ky ends the reading of bodies at these limits, and notifies its hooks. The engine's limit is for bodies that are not read by ky's
   * methods.
   */
  readonly bodyGraceMs: number;
}

type Writable<T> = {-readonly [K in keyof T]: T[K]};

/** ky's own bound on timeouts; it throws for more. */
const LONGEST_MS = 2 ** 31 - 1;
/** By how much ky's limit comes after the engine's, so that the engine's ends first and its error says which limit passed. */
const KY_LATER_MS = 10;

/** @param watches The policy leaves the call's loop and time limits to ky: then there is nothing to win over. */
export function explicitOptions(options: Options, watches: boolean): ExplicitOptions {
  if (watches) return {overrides: options.resilience, by: [], bodyGetsFreshTime: false, bodyGraceMs: 0};
  const {retry, timeout, totalTimeout, resilience} = options;
  const overrides: Writable<CallOverrides> = {};
  const by: string[] = [];
  const limit = isObject(retry) ? retry.limit : retry;
  // A `retry` with more than a number: ky decides about retries, and the engine sends, observes and guards.
  if (decidesMore(retry)) overrides.maxAttempts = null;
  else if (isCount(limit)) overrides.maxAttempts = limit + 1;
  if (retry !== undefined) by.push('retry');
  if (timeout === false || isDuration(timeout)) {
    overrides.attemptTimeoutMs = timeout === false ? null : Math.ceil(timeout);
    by.push('timeout');
  }
  if (totalTimeout === false || isDuration(totalTimeout)) {
    overrides.deadlineMs = totalTimeout === false ? null : Math.ceil(totalTimeout);
    by.push('totalTimeout');
  }
  const isEmpty = Object.keys(overrides).length === 0;
  return {
    overrides: isEmpty ? resilience : resilience === undefined ? overrides : {...overrides, ...resilience},
    by,
    bodyGetsFreshTime: isDuration(timeout),
    bodyGraceMs: isDuration(timeout) || isDuration(totalTimeout) ? 2 * KY_LATER_MS : 0,
  };
}

/**
 * Takes over the time limits that `explicitOptions` read; the others stay for ky to refuse. An explicit `totalTimeout` stays in
 * force in ky, too: it bounds hooks, parsers and schemas of the user's there, of which we do not know.
 */
export function takeOverTimeouts(options: Options, {overrides}: ExplicitOptions): void {
  if (options.timeout === undefined || isDuration(options.timeout)) options.timeout = false;
  const deadlineMs = overrides?.deadlineMs;
  if (isDuration(options.totalTimeout)) options.totalTimeout = isDuration(deadlineMs) ? later(deadlineMs) : false;
}

/**
 * Puts an explicit `timeout` back in force once the response is there: in ky it bounds bodies, and the data of errors.
 *
 * @param kys What ky called `fetch` on: the options it goes by, unless a `totalTimeout` has it wrap the call.
 * @param mayFetchAgain ky does not call `fetch` once only: then it would bound the next attempt, too, and sooner than we do.
 */
export function restoreTimeout(kys: unknown, explicit: ExplicitOptions, mayFetchAgain: boolean): void {
  const ms = explicit.overrides?.attemptTimeoutMs;
  if (!explicit.bodyGetsFreshTime || !isDuration(ms) || !isKyOptions(kys)) return;
  kys.timeout = mayFetchAgain ? later(ms) : ms;
}

const later = (ms: number): number => Math.min(ms + KY_LATER_MS, LONGEST_MS);

const isKyOptions = (kys: unknown): kys is Options => isObject(kys) && 'throwHttpErrors' in kys && 'timeout' in kys;

const decidesMore = (retry: Options['retry']): boolean =>
  typeof retry === 'object' &&
  retry !== null &&
  Object.entries(retry).some(([key, value]) => key !== 'limit' && value !== undefined);

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
const isDuration = (value: unknown): value is number => typeof value === 'number' && value > 0 && value <= LONGEST_MS;
