/** Policies whose numbers and lists say something that cannot be meant. */

import type {FieldPolicy} from './policy.ts';

export const limitPolicies: readonly FieldPolicy[] = [
  {
    name: 'a success is listed',
    policy: {retryOn: [200, 429, 503, 'timeout']},
    finds: ['RL102 warning retryOn[0]'],
    not: [],
  },
  {
    name: 'a 202 is listed, to wait for a job',
    policy: {retryOn: [202, 304, 429, 503, 'timeout']},
    finds: ['RL102 warning retryOn[0]', 'RL102 warning retryOn[1]'],
    not: [],
  },
  {
    name: 'one attempt without a limit',
    policy: {maxAttempts: 1, attemptTimeoutMs: null, deadlineMs: null},
    finds: ['RL302 warning deadlineMs'],
    not: ['RL301'],
  },
  {
    name: 'one attempt, bounded by its timeout',
    policy: {maxAttempts: 1, attemptTimeoutMs: 5000, deadlineMs: null},
    finds: [],
    not: ['RL301', 'RL302'],
  },
  {
    name: 'observed only: the loop of the caller has its own limits',
    policy: {extends: ['steadfetch:neutral']},
    finds: [],
    not: ['RL301', 'RL302'],
  },
  {
    name: 'a median above the 99th percentile',
    policy: {objective: {latencyMs: {p50: 900, p99: 300}}},
    finds: ['RL401 error objective.latencyMs.p50'],
    not: [],
  },
  {
    name: 'assumed latencies that fall',
    policy: {objective: {assume: {latencyMs: {p50: 100, p95: 800, p99: 700, max: 5000}}}},
    finds: ['RL401 error objective.assume.latencyMs.p95'],
    not: [],
  },
  {
    name: 'latencies that rise, or stay the same',
    policy: {attemptTimeoutMs: 900, objective: {assume: {latencyMs: {p50: 100, p95: 300, p99: 300, max: 5000}}}},
    finds: [],
    not: ['RL401'],
  },
  {
    name: 'few calls under the default breaker',
    policy: {objective: {assume: {rps: 0.01}}},
    finds: [],
    not: ['RL212'],
  },
  {
    name: 'few calls under a breaker that was chosen',
    policy: {breaker: {minCalls: 100}, objective: {assume: {rps: 0.01}}},
    finds: ['RL212 error breaker.minCalls'],
    not: [],
  },
  {
    name: 'few calls under a breaker with the default window and minimum',
    policy: {breaker: {openMs: 5000}, objective: {assume: {rps: 0.01}}},
    finds: ['RL212 warning breaker'],
    not: [],
  },
];
