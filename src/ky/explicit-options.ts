/**
 * What the user said to ky itself. An explicit `retry`, `timeout` or `totalTimeout`, wherever it is set, keeps its meaning
 * and wins over the policy; what ky would refuse is left to ky, so that it refuses it.
 */
import type {Options} from 'ky';
import type {CallOverrides} from '../policy/types.ts';

export interface ExplicitOptions {
  /** Laid over the policy. The `resilience` option of the call lies on top. */
  readonly overrides: CallOverrides | undefined;
  /** Names of ky's options that won. */
  readonly by: readonly string[];
  /** ky gives a body the whole `timeout` again; who set one relies on that. */
  readonly bodyGetsFreshTime: boolean;
}

type Writable<T> = {-readonly [K in keyof T]: T[K]};

/** ky's own bound on timeouts; it throws for more. */
const LONGEST_MS = 2 ** 31 - 1;

/** @param watches The policy leaves the call's loop and time limits to ky: then there is nothing to win over. */
export function explicitOptions(options: Options, watches: boolean): ExplicitOptions {
  if (watches) return {overrides: options.resilience, by: [], bodyGetsFreshTime: false};
  const {retry, timeout, totalTimeout, resilience} = options;
  const overrides: Writable<CallOverrides> = {};
  const by: string[] = [];
  const limit = typeof retry === 'object' && retry !== null ? retry.limit : retry;
  // `retry` that says more than how often: ky decides about resends, and we send, watch and guard.
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
  };
}

/** Takes over the time limits that `explicitOptions` read; the others stay for ky to refuse. */
export function takeOverTimeouts(options: Options): void {
  if (options.timeout === undefined || isDuration(options.timeout)) options.timeout = false;
  if (isDuration(options.totalTimeout)) options.totalTimeout = false;
}

const decidesMore = (retry: Options['retry']): boolean =>
  typeof retry === 'object' &&
  retry !== null &&
  Object.entries(retry).some(([key, value]) => key !== 'limit' && value !== undefined);

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
const isDuration = (value: unknown): value is number => typeof value === 'number' && value > 0 && value <= LONGEST_MS;
