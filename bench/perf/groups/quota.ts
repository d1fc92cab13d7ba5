/** What a quota costs a call: one that it admits at once, and one that leaves its queue. */
import type {PolicyInput} from '../../../src/core.ts';
import type {Costs} from '../costs.ts';
import {digits, type Section} from '../section.ts';
import {entry, type Group, type SubjectDefinition} from '../subject.ts';

const URL_OF_STUB = 'http://127.0.0.1:1234/v1/chat/completions';
const DAY = 86_400_000;
const answer = new Response(null);
const stubFetch = async (): Promise<Response> => answer;

/** More than a bench sends. */
const PLENTY = 1_000_000_000;
const REQUESTS = {unit: 'requests', max: PLENTY, perMs: 1000} as const;
const TOKENS = {unit: 'tokens', max: PLENTY, perMs: 1000} as const;
const post: RequestInit = {
  method: 'POST',
  body: JSON.stringify({messages: [{role: 'user', content: 'question '.repeat(20)}], max_tokens: 16}),
};

const admitted = (name: string, policy: PolicyInput, init?: RequestInit): SubjectDefinition => ({
  name,
  ours: true,
  start: async place => {
    const fetch = (await entry(place, 'core')).createFetch(policy, {fetch: stubFetch});
    return {call: () => fetch(URL_OF_STUB, init)};
  },
});

const PLAIN = 'GET, no quota';
const STATED = 'GET, a quota of requests';
const LEARNED = 'GET, a quota of requests that learns';
const PLAIN_POST = 'POST, no quota';
const TOKENS_POST = 'POST, a quota of requests and tokens';

/** Calls that join the queue of a quota and are aborted there, behind as many others. */
const leaving = (waiting: number): SubjectDefinition => ({
  name: `a call leaves the queue, ${waiting.toLocaleString('en-US')} in it`,
  ours: true,
  start: async place => {
    // Twenty a second are sent meanwhile, which a round does not notice.
    const policy: PolicyInput = {
      deadlineMs: DAY,
      quota: {limits: [{unit: 'requests', max: 20, perMs: 1000}], queue: 1_000_000, maxWaitMs: DAY},
    };
    const fetch = (await entry(place, 'core')).createFetch(policy, {fetch: stubFetch});
    for (let count = 0; count < waiting + 20; count++) void fetch(URL_OF_STUB);
    const call = async (): Promise<void> => {
      const controller = new AbortController();
      const called = fetch(URL_OF_STUB, {signal: controller.signal});
      controller.abort();
      await called.catch(() => {});
    };
    return {call};
  },
});

const FEW = leaving(10_000);
const MANY = [leaving(100_000), leaving(900_000)];

const subjects: readonly SubjectDefinition[] = [
  admitted(PLAIN, {}),
  admitted(`${PLAIN}, again (noise)`, {}),
  admitted(STATED, {quota: {limits: [REQUESTS], learn: false}}),
  admitted(LEARNED, {quota: {limits: [REQUESTS]}}),
  admitted(PLAIN_POST, {}, post),
  admitted(TOKENS_POST, {quota: {limits: [REQUESTS, TOKENS], learn: false}}, post),
  FEW,
  ...MANY,
];

function section(costs: Costs): Section {
  const more = (name: string, than: string): number => costs.of(name) - costs.of(than);
  return {
    title: 'A quota',
    intro:
      'One call over a fetch that answers at once: without a quota, and where a quota admits it at once. A call that leaves the queue joins it and is aborted there.',
    columns: ['', 'CPU µs', 'heap bytes'],
    rows: subjects.map(({name}) => [name, digits(costs.of(name)), digits(costs.of(name, 'allocated'), 0)]),
    goals: [
      {what: `${STATED}, admitted at once`, limit: 0.3, measured: more(STATED, PLAIN), unit: 'µs more than without'},
      {what: `${LEARNED}, admitted at once`, limit: 0.3, measured: more(LEARNED, PLAIN), unit: 'µs more than without'},
      ...MANY.map(({name}) => ({
        what: name,
        limit: 2,
        measured: costs.ratio(name, FEW.name),
        unit: '× 10,000 in it',
      })),
    ],
    headlines: [
      {
        what: 'a call that a quota admits at once, more than the same call without one',
        ours: digits(more(LEARNED, PLAIN)),
        beside: `with tokens counted in its body ${digits(more(TOKENS_POST, PLAIN_POST))}`,
      },
    ],
  };
}

export const group: Group = {
  name: 'quota',
  subjects,
  shape: {rounds: 60, callsPerRound: 2000, concurrency: 1},
  quantities: ['cpu', 'allocated'],
  base: PLAIN,
  section,
};
