/** Calls that wait for their answer: the heap that each of them keeps. */
import ky from 'ky';
import type {PolicyInput} from '../../../src/core.ts';
import type {Costs} from '../costs.ts';
import {peer} from '../peers.ts';
import {digits, type Section} from '../section.ts';
import {entry, type Group, type Subject, type SubjectDefinition} from '../subject.ts';

const URL_OF_STUB = 'http://127.0.0.1:1234/items/1';
/** A slow machine takes seconds to begin all calls. */
const patient = {attemptTimeoutMs: 120_000, deadlineMs: 600_000};

/** A fetch whose answers wait while it is held. */
const answer = new Response(null);
const gate = {opens: Promise.resolve(answer)};
const gatedFetch = (): Promise<Response> => gate.opens.then(response => response);

function hold(): () => void {
  let release = (): void => {};
  gate.opens = new Promise(resolve => {
    release = () => resolve(answer);
  });
  return release;
}

const QUEUED = 'steadfetch, a million in the queue of a quota';
/** Nothing ends a wait before the bench does. */
const QUEUE: PolicyInput = {
  maxAttempts: 1,
  attemptTimeoutMs: 86_400_000,
  deadlineMs: 86_400_000,
  quota: {
    limits: [{unit: 'tokens', max: 1_000_000_000, perMs: 43_200_000}],
    learn: false,
    queue: 1_000_000,
    maxWaitMs: 86_400_000,
  },
};
const refused = new TypeError('fetch failed', {cause: Object.assign(new Error('refused'), {code: 'ECONNREFUSED'})});

const held = (call: () => Promise<unknown>): Subject => ({call, hold});

const subjects: SubjectDefinition[] = [
  {name: 'bare', start: () => held(gatedFetch)},
  {
    name: 'steadfetch',
    ours: true,
    start: async place => {
      const fetch = (await entry(place, 'fetch')).createFetch(patient, {fetch: gatedFetch});
      return held(() => fetch(URL_OF_STUB));
    },
  },
  {
    name: QUEUED,
    ours: true,
    start: async place => {
      const {createFetch} = await entry(place, 'fetch');
      let fetch = createFetch(patient, {fetch: gatedFetch});
      return {
        waiting: 1_000_000,
        call: () => fetch(URL_OF_STUB),
        // One call takes all of the quota. It gives all of it back, once its connection is refused.
        hold() {
          let refuse = (): void => {};
          const first = new Promise<Response>((_, reject) => {
            refuse = () => reject(refused);
          });
          const answers = [first];
          const weights = [1_000_000_000];
          fetch = createFetch(QUEUE, {
            fetch: async () => answers.pop() ?? answer,
            weigh: () => ({inputTokens: weights.pop() ?? 1, outputTokens: 0}),
          });
          void fetch(URL_OF_STUB).catch(() => {});
          return refuse;
        },
      };
    },
  },
  {
    name: 'ky with steadfetch',
    ours: true,
    start: async place => {
      const api = ky.extend({fetch: gatedFetch}).extend((await entry(place, 'ky')).resilience(patient));
      return held(() => api(URL_OF_STUB));
    },
  },
  {
    name: 'p-retry',
    start: async () => {
      const pRetry = (await peer('p-retry')).default;
      return held(() => pRetry(gatedFetch, {retries: 2}));
    },
  },
  {name: 'plain ky', start: () => held(() => ky(URL_OF_STUB, {fetch: gatedFetch}))},
];

function section(costs: Costs): Section {
  const bytes = (name: string): number => costs.of(name, 'pending');
  return {
    title: 'Calls that wait',
    intro: 'Heap per call while 20,000 wait for their answer, or a million for a quota, after a collection.',
    columns: ['', 'bytes each'],
    rows: subjects.map(({name}) => [name, digits(bytes(name), 0)]),
    goals: [
      {what: 'steadfetch', limit: 1300, measured: bytes('steadfetch'), unit: 'bytes'},
      {what: QUEUED, limit: 1400, measured: bytes(QUEUED), unit: 'bytes'},
    ],
    headlines: [
      {
        what: 'heap of a call while it waits for its answer',
        ours: `${digits(bytes('steadfetch'), 0)} B, with ky ${digits(bytes('ky with steadfetch'), 0)} B`,
        beside: `p-retry ${digits(bytes('p-retry'), 0)} B · plain ky ${digits(bytes('plain ky'), 0)} B`,
      },
      {
        what: 'heap of a call while it waits in the queue of a quota, a million in it',
        ours: `${digits(bytes(QUEUED), 0)} B`,
        beside: '',
      },
    ],
  };
}

export const group: Group = {
  name: 'pending',
  subjects,
  shape: {rounds: 1, callsPerRound: 96, concurrency: 1},
  quantities: ['pending'],
  section,
};
