/** The runs of ky's suite, and what it shows when a test that fails in one passes in another. */
import type {PolicyInput} from '../../../src/core.ts';

export interface Run {
  readonly name: string;
  /** Left out: ky alone. */
  readonly policy?: PolicyInput;
  /** The guards (breaker, budget, holds) of an origin are not shared by the calls. */
  readonly freshHandle?: true;
  /** What chance always says; left out: chance. */
  readonly random?: number;
}

export const ALONE: Run = {name: 'ky alone'};
export const NEUTRAL: Run = {name: 'with the neutral preset', policy: {extends: ['steadfetch:neutral']}};
export const DEFAULT: Run = {name: 'with the default preset', policy: {}};
export const FRESH: Run = {
  name: 'with the default preset, no guard shared by two calls',
  policy: {},
  freshHandle: true,
};

/** What ky 2.1 does by itself, as a policy. */
const KYS_NUMBERS: PolicyInput = {
  maxAttempts: 3,
  deadlineMs: null,
  attemptTimeoutMs: 10_000,
  retryOn: [408, 413, 429, 500, 502, 503, 504, 'network'],
  backoff: {kind: 'exponential', baseMs: 300, throttledBaseMs: 0, factor: 2, capMs: 3_600_000, jitter: 'none'},
  retryAfter: {maxMs: 86_400_000},
};
export const MIRRORED: Run = {
  name: "with ky's own numbers as the policy, no guard shared by two calls, no jitter",
  policy: KYS_NUMBERS,
  freshHandle: true,
  random: 0,
};

export const runs: readonly Run[] = [ALONE, NEUTRAL, DEFAULT, FRESH, MIRRORED];
