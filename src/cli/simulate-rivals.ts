/** What stands beside the policies of a simulation: plain calls, and models of what people use. */
import {resolvePolicy} from '../policy/resolve.ts';
import type {PolicyInput} from '../policy/types.ts';
import {NO_POLICY} from '../simulate/simulate.ts';

export interface Rival {
  readonly name: string;
  /** Null: without any time limit but those of Node's fetch. */
  readonly input: PolicyInput | null;
}

/**
 * Calls without a policy: with the deadline of the first policy that has one, because an answer after the deadline is a failure, and without a deadline,
 * as Node's fetch is. An answer after minutes counts as a success only in the second.
 */
export function plainOf(policies: readonly PolicyInput[]): readonly Rival[] {
  const deadlineMs = policies.map(deadlineOf).find(ms => ms !== null);
  if (deadlineMs === undefined || deadlineMs === null) return [{name: 'no policy', input: null}];
  return [
    {name: 'no policy', input: {...NO_POLICY, deadlineMs}},
    {name: 'no deadline', input: null},
  ];
}

/** The deadline of its calls that no route changes. */
const deadlineOf = (input: PolicyInput): number | null => resolvePolicy(input).policy.deadlineMs;

const PLAIN = {
  idempotentMethods: ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY', 'POST', 'PATCH'],
  deadlineMs: null,
  attemptTimeoutMs: 300_000,
  idleTimeoutMs: 300_000,
  budget: null,
  breaker: null,
} as const satisfies PolicyInput;

/** Models of other clients in the settings of a policy, by their documented defaults. No code of theirs runs. */
export const RIVALS: readonly Rival[] = [
  {
    // A loop around fetch.
    name: 'naive',
    input: {
      ...PLAIN,
      name: 'naive',
      maxAttempts: 4,
      backoff: {kind: 'constant', delayMs: 0, throttledBaseMs: 0, jitter: 'none'},
    },
  },
  {
    // p-retry 7: 10 retries, factor 2 from 1 s, without jitter.
    name: 'p-retry',
    input: {
      ...PLAIN,
      name: 'p-retry',
      maxAttempts: 11,
      retryAfter: {honor: false},
      backoff: {kind: 'exponential', baseMs: 1000, throttledBaseMs: 1000, factor: 2, capMs: 1_024_000, jitter: 'none'},
    },
  },
  {
    // resilience4j 2: Retry with 3 attempts and 500 ms; CircuitBreaker at a half of 100 calls, open for 60 s, 10 calls half-open.
    name: 'resilience4j',
    input: {
      ...PLAIN,
      name: 'resilience4j',
      maxAttempts: 3,
      retryAfter: {honor: false},
      backoff: {kind: 'constant', delayMs: 500, throttledBaseMs: 500, jitter: 'none'},
      breaker: {
        kind: 'ratio',
        failureRatio: 0.5,
        minCalls: 100,
        windowMs: 60_000,
        openMs: 60_000,
        maxOpenMs: 60_000,
        probes: 10,
      },
    },
  },
  {
    // gRPC without a service config retries only what was never sent.
    name: 'grpc',
    input: {
      ...PLAIN,
      name: 'grpc',
      maxAttempts: 2,
      idempotentMethods: [],
      backoff: {kind: 'constant', delayMs: 0, throttledBaseMs: 0, jitter: 'none'},
      retryOn: ['network'],
    },
  },
  {
    // openai 6: 2 retries from 0.5 to 8 s, 600 s an attempt. Its jitter of a quarter is modeled as one of a half.
    name: 'openai',
    input: {
      ...PLAIN,
      name: 'openai',
      maxAttempts: 3,
      attemptTimeoutMs: 600_000,
      backoff: {kind: 'exponential', baseMs: 500, throttledBaseMs: 500, factor: 2, capMs: 8000, jitter: 'equal'},
    },
  },
];
