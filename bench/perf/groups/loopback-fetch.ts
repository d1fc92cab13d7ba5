/** Real requests: what each client adds to a bare fetch. */
import type {PolicyInput} from '../../../src/core.ts';
import type {Costs} from '../costs.ts';
import {peer} from '../peers.ts';
import {digits, type Section} from '../section.ts';
import {entry, type Group, type SubjectDefinition} from '../subject.ts';

const BASE = 'bare fetch';
const FLOOR = 'floor: fetch with a timeout, a latency and an id header';

const json = async (sent: Promise<Response>): Promise<unknown> => (await sent).json();

/** Each subject has its own process, so the last latency and the count of calls are its own. */
const seen = {calls: 0, latencyMs: 0};

/** The least that a client with a timeout has to do. The timer stays until the body is read, so that a body that stalls ends, too. */
async function floorCall(url: string): Promise<unknown> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 10_000);
  const start = performance.now();
  try {
    const headers = {'x-correlation-id': `abcdefghij-${seen.calls++}`};
    const response = await fetch(url, {signal: controller.signal, headers});
    const value = await response.json();
    seen.latencyMs = performance.now() - start;
    return value;
  } finally {
    clearTimeout(timer);
  }
}

function ours(name: string, from: 'core' | 'fetch', policy: PolicyInput, init?: RequestInit): SubjectDefinition {
  return {
    name,
    ours: true,
    start: async place => {
      const {createFetch} = await entry(place, from);
      const resilient = createFetch(policy);
      return {call: () => json(resilient(place.url, init))};
    },
  };
}

const peers: SubjectDefinition[] = [
  {
    name: 'p-retry',
    start: async ({url}) => {
      const pRetry = (await peer('p-retry')).default;
      return {call: () => json(pRetry(() => fetch(url), {retries: 2}))};
    },
  },
  {
    name: 'opossum',
    start: async ({url}) => {
      const Opossum = (await peer('opossum')).default;
      const breaker = new Opossum((target: string) => fetch(target), {timeout: 10_000});
      return {call: () => json(breaker.fire(url))};
    },
  },
  {
    name: 'ofetch',
    start: async ({url}) => {
      const {ofetch} = await peer('ofetch');
      return {call: () => ofetch(url, {retry: 2, timeout: 10_000})};
    },
  },
  {
    name: 'ffetch',
    start: async ({url}) => {
      const {createClient} = await peer('@fetchkit/ffetch');
      const ffetch = createClient({timeout: 10_000, retries: 2, circuit: {threshold: 5, reset: 30_000}});
      return {call: () => json(ffetch(url))};
    },
  },
  {
    name: 'got',
    start: async ({url}) => {
      const got = (await peer('got')).default;
      return {call: () => got(url, {timeout: {request: 10_000}}).json()};
    },
  },
];

const subjects: SubjectDefinition[] = [
  {name: BASE, start: ({url}) => ({call: () => json(fetch(url))})},
  {name: 'bare fetch again (noise)', start: ({url}) => ({call: () => json(fetch(url))})},
  {name: FLOOR, start: ({url}) => ({call: () => floorCall(url)})},
  ours('steadfetch', 'fetch', {}),
  ours('steadfetch/core', 'core', {}),
  ours('steadfetch, a signal of the user', 'fetch', {}, {signal: new AbortController().signal}),
  ...peers,
];

function section(costs: Costs): Section {
  const times = (name: string): string => digits(costs.ratio(name, BASE));
  const above = costs.above('steadfetch', FLOOR, BASE);
  return {
    title: 'Over the loopback, against a bare fetch',
    intro:
      'GET and .json(), 32 in flight, the server in another process. The floor is a hand-written fetch with an AbortController, a timer that is ' +
      'kept until .json() ends, a latency and one header.',
    columns: ['', 'CPU µs', '× bare fetch', 'above the floor'],
    rows: subjects.map(({name}) => [
      name,
      digits(costs.of(name), 1),
      times(name),
      digits(costs.above(name, FLOOR, BASE)),
    ]),
    goals: [
      {
        what: 'steadfetch, above the floor',
        limit: 0.09,
        measured: above,
        unit: '× bare fetch',
        why: `own methods on the Response, which keep the timeout until the body is read, are the largest part; a bare fetch, measured again, is at ${times('bare fetch again (noise)')} of itself`,
      },
    ],
    headlines: [
      {
        what: 'fetch, × a bare fetch',
        ours: times('steadfetch'),
        beside: `by hand, with a timeout and one header ${times(FLOOR)} · ${['p-retry', 'opossum', 'ofetch', 'ffetch', 'got'].map(name => `${name} ${times(name)}`).join(' · ')}`,
      },
    ],
  };
}

export const group: Group = {
  name: 'loopback-fetch',
  subjects,
  shape: {rounds: 60, callsPerRound: 96, concurrency: 32},
  quantities: ['cpu'],
  base: BASE,
  floor: FLOOR,
  server: 'server',
  section,
};
