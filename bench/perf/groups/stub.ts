/** The engine alone: a fetch that answers at once. */
import type {PolicyInput} from '../../../src/core.ts';
import type {Costs} from '../costs.ts';
import {peer} from '../peers.ts';
import {digits, type Section} from '../section.ts';
import {entry, type Group, type SubjectDefinition} from '../subject.ts';

const URL_OF_STUB = 'http://127.0.0.1:1234/items/1';
const answer = new Response(null);
const stubFetch = async (): Promise<Response> => answer;

function ours(name: string, from: 'core' | 'fetch', policy: PolicyInput, init?: RequestInit): SubjectDefinition {
  return {
    name,
    ours: true,
    start: async place => {
      const {createFetch} = await entry(place, from);
      const fetch = createFetch(policy, {fetch: stubFetch});
      return {call: () => fetch(URL_OF_STUB, init)};
    },
  };
}

async function cockatielPolicy() {
  const {ConsecutiveBreaker, circuitBreaker, ExponentialBackoff, handleAll, retry, TimeoutStrategy, timeout, wrap} =
    await peer('cockatiel');
  return wrap(
    retry(handleAll, {maxAttempts: 2, backoff: new ExponentialBackoff()}),
    circuitBreaker(handleAll, {halfOpenAfter: 5000, breaker: new ConsecutiveBreaker(5)}),
    timeout(10_000, TimeoutStrategy.Aggressive),
  );
}

const subjects: SubjectDefinition[] = [
  {name: 'bare', start: () => ({call: stubFetch})},
  {name: 'bare again (noise)', start: () => ({call: stubFetch})},
  ours('steadfetch', 'fetch', {}),
  ours('steadfetch/core', 'core', {}),
  ours('steadfetch/core, no ids', 'core', {correlation: null}),
  ours('steadfetch, a signal of the user', 'fetch', {}, {signal: new AbortController().signal}),
  ours('steadfetch, POST with a key', 'fetch', {idempotency: {}}, {method: 'POST', body: '{}'}),
  {
    name: 'p-retry',
    start: async () => {
      const pRetry = (await peer('p-retry')).default;
      return {call: () => pRetry(stubFetch, {retries: 2})};
    },
  },
  {
    name: 'opossum',
    start: async () => {
      const Opossum = (await peer('opossum')).default;
      const breaker = new Opossum(stubFetch, {timeout: 10_000});
      return {call: () => breaker.fire()};
    },
  },
  {
    name: 'cockatiel (retry, breaker, timeout)',
    start: async () => {
      const policy = await cockatielPolicy();
      return {call: () => policy.execute(stubFetch)};
    },
  },
  {
    name: 'ffetch (timeout, retries, circuit)',
    start: async () => {
      const {createClient} = await peer('@fetchkit/ffetch');
      const circuit = {threshold: 5, reset: 30_000};
      const ffetch = createClient({fetchHandler: stubFetch, timeout: 10_000, retries: 2, circuit});
      return {call: () => ffetch(URL_OF_STUB)};
    },
  },
];

function section(costs: Costs): Section {
  const cell = (name: string): string =>
    `${name.split(' (')[0]} ${digits(costs.of(name))} µs, ${digits(costs.of(name, 'allocated'), 0)} B`;
  return {
    title: 'The engine alone',
    intro:
      'One successful call over a fetch that answers at once. p-retry and opossum do less: no classification, no budget.',
    columns: ['', 'CPU µs', 'heap bytes'],
    rows: subjects.map(({name}) => [name, digits(costs.of(name)), digits(costs.of(name, 'allocated'), 0)]),
    goals: [
      {
        what: 'steadfetch',
        limit: 2000,
        measured: costs.of('steadfetch', 'allocated'),
        unit: 'bytes',
        why: `the call and its attempt, an AbortController, the promises and their callbacks; without ids and OpenTelemetry it is ${digits(costs.of('steadfetch/core, no ids', 'allocated'), 0)}`,
      },
    ],
    headlines: [
      {
        what: 'the library alone: a call over a fetch that answers at once',
        ours: cell('steadfetch').replace('steadfetch ', ''),
        beside: ['p-retry', 'opossum', 'cockatiel (retry, breaker, timeout)', 'ffetch (timeout, retries, circuit)']
          .map(cell)
          .join(' · '),
      },
    ],
  };
}

export const group: Group = {
  name: 'stub',
  subjects,
  shape: {rounds: 60, callsPerRound: 2000, concurrency: 1},
  quantities: ['cpu', 'allocated'],
  section,
};
