/** A call of the engine to a server that never answers, or always refuses, on a virtual clock. */

import {createFetch} from '../../../src/core.ts';
import type {Policy, PolicyInput} from '../../../src/policy/types.ts';
import {ScriptedFetch, VirtualClock} from '../../../src/testing.ts';

export interface Run {
  /** When each attempt was sent, in ms from the start of the call. */
  readonly sentAt: readonly number[];
  readonly endedAt: number;
}

/**
 * @param answer What the server does with each attempt.
 * @param random The number from which each jitter is taken.
 */
export async function runCall(policy: Policy, answer: 'hang' | 503 | 429, random: number): Promise<Run> {
  const {maxAttempts, deadlineMs, attemptTimeoutMs, backoff, retryOn, retryAfter} = policy;
  const clock = new VirtualClock();
  const server = new ScriptedFetch(clock, [answer]);
  const input = {
    maxAttempts,
    deadlineMs,
    attemptTimeoutMs,
    backoff,
    retryOn,
    retryAfter,
    budget: null,
    breaker: null,
  } as PolicyInput;
  const fetch = createFetch(input, {clock, fetch: server.fetch, random: () => random});
  const startedAt = clock.now();
  await clock.run(() => fetch('https://server.example/items').catch(() => undefined));
  return {sentAt: server.arrivals.map(at => at - startedAt), endedAt: clock.now() - startedAt};
}
