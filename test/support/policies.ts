/** Policies that many suites use. */
import type {PolicyInput} from '../../src/core.ts';
import type {ConstantBackoffInput} from '../../src/policy/types.ts';

/** A backoff without waits, for suites that test something else. */
export const AT_ONCE: ConstantBackoffInput = {
  kind: 'constant',
  delayMs: 0,
  throttledBaseMs: 0,
  jitter: 'none',
};

/** Waits of at most a few milliseconds, for suites in real time. */
export const quick: PolicyInput = {backoff: {baseMs: 1, throttledBaseMs: 1}};
