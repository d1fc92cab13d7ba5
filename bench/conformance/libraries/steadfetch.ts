import {answer, runBatch} from '../../../src/batch.ts';
import {
  createFetch,
  definePolicy,
  type PolicyHandle,
  type PolicyInput,
  type Ports,
  RejectedError,
  resilience,
  seededRandom,
} from '../../../src/core.ts';
import {backoffMs} from '../../../src/decide/backoff.ts';
import {useFixedBreakers, useModelEndpoints} from '../../../src/features.ts';
import {grpcInterceptor} from '../../../src/grpc/interceptor.ts';
import {
  answerOf,
  type BreakerOptions,
  type Client,
  type Guarded,
  initOf,
  type Library,
  OfListener,
} from '../library.ts';
import {load} from '../load.ts';
import {GrpcScene} from './grpc/scene.ts';

/** The peers have no guards in their retries, so here they are tried apart from them. */
const UNGUARDED = {budget: null, breaker: null} as const;

const guarded = (policy: PolicyInput, on?: Ports['on']): Guarded => guardedAt(policy, on)('http://127.0.0.1');

function guardedAt(policy: PolicyInput | PolicyHandle, on?: Ports['on']): (origin: string) => Guarded {
  const works = new Map<string, Parameters<Guarded>[0]>();
  const client = createFetch(policy, {
    fetch: async (input, init) => {
      const url = String(input instanceof Request ? input.url : input);
      const work = works.get(new URL(url).pathname)!;
      const said = await work(init?.signal ?? undefined);
      return new Response(null, {status: {ok: 200, fail: 503, unavailable: 503, throttled: 429}[said]});
    },
    ...(on === undefined ? {} : {on}),
  });
  let count = 0;
  return origin => async (work, signal) => {
    const path = `/${++count}`;
    works.set(path, work);
    try {
      const {status} = await client(`${origin}${path}`, signal === undefined ? {} : {signal});
      return status === 200 ? 'ok' : status === 429 ? 'throttled' : 'fail';
    } catch (error) {
      if (OfListener.is(error)) return "the listener's error";
      if (error instanceof RejectedError) return 'refused';
      return signal?.aborted ? 'aborted' : 'fail';
    }
  };
}

useFixedBreakers();
useModelEndpoints();

const onlyBreaker = ({minCalls, windowMs, openMs, capacity, timeoutMs}: BreakerOptions): PolicyInput => ({
  maxAttempts: 1,
  attemptTimeoutMs: timeoutMs ?? null,
  deadlineMs: null,
  breaker: {kind: 'ratio', failureRatio: 0.5, minCalls, windowMs, openMs, maxOpenMs: null, probes: 1},
  concurrency: capacity === undefined ? null : {max: capacity, queue: 0},
});

const constant = (delayMs: number): NonNullable<PolicyInput['backoff']> => ({
  kind: 'constant',
  delayMs,
  throttledBaseMs: delayMs,
  jitter: 'none',
});

const spending = (retries: number): PolicyInput['budget'] => ({
  kind: 'token-bucket',
  capacity: 14 * retries,
  retryCost: 14,
  throttledCost: 5,
  refillPerMinute: 0,
});

function clientOf(policy: PolicyInput): Client {
  const client = createFetch({deadlineMs: null, attemptTimeoutMs: null, ...policy});
  return async (url, init) => answerOf(await client(url, initOf(init)));
}

export const library: Library = {
  name: 'steadfetch',
  packages: ['steadfetch'],
  bodies: ['string', 'bytes', 'blob', 'form', 'params', 'stream'],
  readsRetryAfter: true,
  hasTimeout: true,
  knowsMethods: true,
  retriesNetworkErrors: true,
  streams: true,
  hasJitter: true,
  hasCap: true,
  breakerHasWindow: true,
  breakerHalfOpens: true,
  breakerKnowsHttp: true,
  endpoints: {
    goOut: true,
    havePaths: true,
    readStreams: true,
    async client(urls, {attempts, delayMs, failures, openMs}) {
      return clientOf({
        maxAttempts: attempts,
        backoff: constant(delayMs),
        budget: null,
        breaker: failures === undefined ? {} : {kind: 'consecutive', failures, openMs, probes: 1},
        stream: {},
        endpoints: urls.map((url, index) => {
          const {origin, pathname} = new URL(url);
          return {name: `endpoint-${index + 1}`, origin, basePath: pathname, rank: index + 1};
        }),
        failover: {sharedCredentials: true},
      });
    },
  },
  async client({attempts, delayMs, timeoutMs, maxRetryAfterMs}) {
    return clientOf({
      ...UNGUARDED,
      maxAttempts: attempts,
      attemptTimeoutMs: timeoutMs ?? null,
      ...(delayMs === undefined ? {} : {backoff: constant(delayMs)}),
      retryAfter: {maxMs: maxRetryAfterMs ?? 86_400_000},
    });
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
    return Array.from({length: attempts - 1}, (_, retry) => backoffMs(backoff, retry + 1, false, 0, random));
  },
  grpc: (attempts, script, repeatable) =>
    GrpcScene.open({}, script, {
      interceptors: [
        grpcInterceptor({
          ...UNGUARDED,
          maxAttempts: attempts,
          backoff: constant(5),
          ...(repeatable ? {idempotentMethods: ['POST']} : {}),
        }),
      ],
    }),
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
  async jitterOf(count) {
    const backoff = {
      kind: 'exponential',
      baseMs: 100,
      throttledBaseMs: 0,
      factor: 2,
      capMs: 20_000,
      jitter: 'full',
    } as const;
    const random = seededRandom(7);
    const waits = Array.from({length: count}, () => backoffMs(backoff, 1, false, 0, random));
    return {waits, lowest: 0, highest: 100};
  },
  breaker: async options => guarded(onlyBreaker(options)),
  plainBreaker: async () => guarded({maxAttempts: 1}),
  bulkhead: async (max, queue) => guarded({maxAttempts: 1, breaker: null, concurrency: {max, queue}}),
  watchedBreaker: async (options, notify) =>
    guarded(onlyBreaker(options), ({type}) => type === 'breaker.changed' && notify()),
  async breakers(options) {
    const handle = definePolicy(onlyBreaker(options));
    return {at: guardedAt(handle), remembered: () => handle.snapshot().origins.length};
  },
  limited: async bytes => clientOf({...UNGUARDED, replayLimitBytes: bytes, backoff: constant(5)}),
  keyed: async ({attempts, delayMs = 0}) =>
    clientOf({...UNGUARDED, maxAttempts: attempts, idempotency: {}, backoff: constant(delayMs)}),
  hedged: async ({delayMs, attempts, hedges}) =>
    clientOf({
      breaker: null,
      budget: hedges === undefined ? null : spending(hedges)!,
      maxAttempts: attempts,
      hedge: {delayMs, maxLoadRatio: 1},
      backoff: constant(5),
    }),
  budgeted: async () => clientOf({breaker: null, maxAttempts: 3, backoff: constant(1)}),
  inBudget: async (retries, delayMs) =>
    clientOf({breaker: null, budget: spending(retries)!, maxAttempts: 3, backoff: constant(delayMs)}),
  async nested(attempts) {
    const {default: ky} = await load('ky');
    const inner = ky.create({retry: attempts - 1, throwHttpErrors: false});
    const api = inner.extend(resilience({...UNGUARDED, maxAttempts: attempts, backoff: constant(1)}));
    return async url => answerOf(await api(url));
  },
  async numbered(url) {
    const {Tracing} = await import('../../../test/support/otel.ts');
    const {createFetch: traced} = await import('../../../src/index.ts');
    const tracing = new Tracing();
    await (await traced({...UNGUARDED, backoff: constant(80)})(url)).text();
    const ms = ([seconds, nanos]: readonly [number, number]): number => seconds * 1000 + nanos / 1e6;
    return tracing.attempts.map(({attributes, startTime, endTime}) => ({
      retry: attributes['http.request.resend_count'] as number | undefined,
      from: ms(startTime),
      to: ms(endTime),
    }));
  },
  deduped: async () => async calls => {
    const texts: (string | undefined)[] = calls.map(() => undefined);
    await runBatch(calls, ({url, init}, {signal}) => fetch(url, {...initOf(init), signal}), {
      onResult(result) {
        if (result.ok) texts[result.index] = String(result.value);
      },
    });
    return texts;
  },
  async batch(items, chunkSize, send) {
    const answers: (string | undefined)[] = items.map(() => undefined);
    const sendChunk = async (chunk: readonly string[]): Promise<unknown> => {
      const reply = await send(chunk);
      if (typeof reply === 'number') return answer(reply, null);
      return reply.map(said => (typeof said === 'number' ? answer(said, null) : said));
    };
    await runBatch(
      items,
      {chunkSize, sendChunk},
      {
        policy: {...UNGUARDED, idempotentMethods: ['POST'], backoff: constant(1)},
        onResult(result) {
          if (result.ok) answers[result.index] = String(result.value);
        },
      },
    );
    return answers;
  },
};
