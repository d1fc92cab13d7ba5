/** A retried call: a 503, a wait of 1 ms, then 200. */
import ky from 'ky';
import type {PolicyInput} from '../../../src/core.ts';
import type {Costs} from '../costs.ts';
import {peer} from '../peers.ts';
import {digits, type Section} from '../section.ts';
import {entry, type Group, type SubjectDefinition} from '../subject.ts';

const LOOP = 'a hand-written loop that reads its 503';
const policy: PolicyInput = {
  budget: {kind: 'token-bucket', retryCost: 0},
  breaker: {kind: 'consecutive', failures: 1000},
  backoff: {kind: 'constant', delayMs: 1, throttledBaseMs: 1, jitter: 'none'},
};

/** Calls in flight have URLs of their own, so the stub knows which of them it has failed once. */
const urls = Array.from({length: 256}, (_, index) => `http://127.0.0.1:1234/items/${index}`);
const next = {call: 0};
const nextUrl = (): string => urls[next.call++ % urls.length]!;
const failedOnce = new Set<string>();

async function flaky(input: string | URL | Request): Promise<Response> {
  const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
  if (failedOnce.delete(url)) return new Response('{"a":1}');
  failedOnce.add(url);
  return new Response('{"a":1}', {status: 503});
}

async function handLoop(): Promise<Response> {
  const url = nextUrl();
  for (;;) {
    const response = await flaky(url);
    if (response.status < 500) return response;
    await response.arrayBuffer();
    await new Promise(resolve => setTimeout(resolve, 1));
  }
}

async function orThrow(url: string): Promise<Response> {
  const response = await flaky(url);
  if (response.status >= 500) throw new Error(String(response.status));
  return response;
}

const subjects: SubjectDefinition[] = [
  {name: LOOP, start: () => ({call: handLoop})},
  {name: `${LOOP}, again (noise)`, start: () => ({call: handLoop})},
  {
    name: 'steadfetch',
    ours: true,
    start: async place => {
      const fetch = (await entry(place, 'fetch')).createFetch(policy, {fetch: flaky});
      return {call: () => fetch(nextUrl())};
    },
  },
  {
    name: 'ky with steadfetch',
    ours: true,
    start: async place => {
      const api = ky.extend({fetch: flaky}).extend((await entry(place, 'ky')).resilience(policy));
      return {call: () => api(nextUrl())};
    },
  },
  {
    name: 'p-retry',
    start: async () => {
      const pRetry = (await peer('p-retry')).default;
      const options = {retries: 2, minTimeout: 1, factor: 1};
      return {
        call: () => {
          const url = nextUrl();
          return pRetry(() => orThrow(url), options);
        },
      };
    },
  },
  {
    name: 'cockatiel (retry, breaker)',
    start: async () => {
      const retrying = await cockatielPolicy();
      return {
        call: () => {
          const url = nextUrl();
          return retrying.execute(() => flaky(url));
        },
      };
    },
  },
  {
    name: 'plain ky',
    start: () => {
      const api = ky.extend({fetch: flaky, retry: {limit: 2, delay: () => 1}});
      return {call: () => api(nextUrl())};
    },
  },
];

async function cockatielPolicy() {
  const {ConstantBackoff, ConsecutiveBreaker, circuitBreaker, handleWhenResult, retry, wrap} = await peer('cockatiel');
  const failed = (response: unknown): boolean => response instanceof Response && response.status >= 500;
  return wrap(
    retry(handleWhenResult(failed), {maxAttempts: 2, backoff: new ConstantBackoff(1)}),
    circuitBreaker(handleWhenResult(failed), {halfOpenAfter: 5000, breaker: new ConsecutiveBreaker(1000)}),
  );
}

function section(costs: Costs): Section {
  const over = (name: string): number => costs.of(name) - costs.of(LOOP);
  return {
    title: 'A retried call',
    intro: 'A 503 with a small body, a wait of 1 ms, then 200, over a fetch that answers at once; 32 in flight.',
    columns: ['', 'CPU µs', 'over the loop'],
    rows: subjects.map(({name}) => [name, digits(costs.of(name), 1), digits(over(name), 1)]),
    goals: [
      {what: 'steadfetch', limit: 20, measured: over('steadfetch'), unit: 'µs over the loop'},
      {
        what: 'ky with steadfetch',
        limit: 45,
        measured: over('ky with steadfetch'),
        unit: 'µs over the loop',
        why: `ky's own options, hooks and Request are most of it: plain ky is at ${digits(over('plain ky'), 1)}`,
      },
    ],
    headlines: [
      {
        what: 'a call retried once, CPU µs more than a loop by hand',
        ours: `${digits(over('steadfetch'), 0)}, with ky ${digits(over('ky with steadfetch'), 0)}`,
        beside: `p-retry ${digits(over('p-retry'), 0)} · cockatiel ${digits(over('cockatiel (retry, breaker)'), 0)} · plain ky ${digits(over('plain ky'), 0)}`,
      },
    ],
  };
}

export const group: Group = {
  name: 'retried',
  subjects,
  shape: {rounds: 60, callsPerRound: 96, concurrency: 32},
  quantities: ['cpu'],
  base: LOOP,
  section,
};
