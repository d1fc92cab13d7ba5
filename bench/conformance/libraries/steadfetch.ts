import {createFetch, type PolicyInput, RejectedError, seededRandom} from '../../../src/core.ts';
import {backoffMs} from '../../../src/decide/backoff.ts';
import {answerOf, type Guarded, initOf, type Library} from '../library.ts';

/** The peers have no guards in their retries, so here they are tried apart from them. */
const UNGUARDED = {budget: null, breaker: null} as const;

function guarded(policy: PolicyInput): Guarded {
  const works = new Map<string, Parameters<Guarded>[0]>();
  const client = createFetch(policy, {
    fetch: async (input, init) => {
      const url = String(input instanceof Request ? input.url : input);
      const work = works.get(new URL(url).pathname)!;
      const said = await work(init?.signal ?? undefined);
      return new Response(null, {status: {ok: 200, fail: 503, throttled: 429}[said]});
    },
  });
  let count = 0;
  return async (work, signal) => {
    const path = `/${++count}`;
    works.set(path, work);
    try {
      const {status} = await client(`http://127.0.0.1${path}`, signal === undefined ? {} : {signal});
      return status === 200 ? 'ok' : status === 429 ? 'throttled' : 'fail';
    } catch (error) {
      if (error instanceof RejectedError) return 'refused';
      return signal?.aborted ? 'aborted' : 'fail';
    }
  };
}

export const library: Library = {
  name: 'steadfetch',
  packages: ['steadfetch'],
  bodies: ['string', 'bytes', 'blob', 'form', 'params', 'stream'],
  readsRetryAfter: true,
  hasTimeout: true,
  knowsMethods: true,
  resendsBrokenWires: true,
  streams: true,
  hasJitter: true,
  hasCap: true,
  breakerHasWindow: true,
  breakerHalfOpens: true,
  breakerKnowsHttp: true,
  async client({attempts, delayMs, timeoutMs, maxRetryAfterMs}) {
    const client = createFetch({
      ...UNGUARDED,
      maxAttempts: attempts,
      deadlineMs: null,
      attemptTimeoutMs: timeoutMs ?? null,
      ...(delayMs === undefined ? {} : {backoff: {kind: 'constant', delayMs, throttledBaseMs: 0, jitter: 'none'}}),
      retryAfter: {maxMs: maxRetryAfterMs ?? 86_400_000},
    });
    return async (url, init) => answerOf(await client(url, initOf(init)));
  },
  async waits(attempts, jitter, capMs) {
    const backoff = {
      kind: 'exponential',
      baseMs: 100,
      throttledBaseMs: 0,
      factor: 2,
      capMs: capMs ?? 20_000,
      jitter: jitter ? 'full' : 'none',
    } as const;
    const random = seededRandom(7);
    return Array.from({length: attempts - 1}, (_, resend) => backoffMs(backoff, resend + 1, false, 0, random));
  },
  async bounded(delayMs, totalMs, url) {
    const client = createFetch({
      ...UNGUARDED,
      maxAttempts: 'unlimited',
      deadlineMs: totalMs,
      attemptTimeoutMs: null,
      backoff: {kind: 'constant', delayMs, jitter: 'none'},
    });
    const response = await client(url);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
  },
  breaker: async ({minCalls, windowMs, openMs, capacity, timeoutMs}) =>
    guarded({
      maxAttempts: 1,
      attemptTimeoutMs: timeoutMs ?? null,
      deadlineMs: null,
      breaker: {kind: 'ratio', failureRatio: 0.5, minCalls, windowMs, openMs, maxOpenMs: openMs, probes: 1},
      concurrency: capacity === undefined ? null : {max: capacity, queue: 0},
    }),
  plainBreaker: async () => guarded({maxAttempts: 1}),
  bulkhead: async (max, queue) => guarded({maxAttempts: 1, breaker: null, concurrency: {max, queue}}),
};
