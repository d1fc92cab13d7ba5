/** Calls that wait for their answer: the heap that each of them keeps. */
import ky from 'ky';
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
    intro: 'Heap per call while 20,000 wait for their answer, after a collection.',
    columns: ['', 'bytes each'],
    rows: subjects.map(({name}) => [name, digits(bytes(name), 0)]),
    goals: [{what: 'steadfetch', limit: 1300, measured: bytes('steadfetch'), unit: 'bytes'}],
    headlines: [
      {
        what: 'heap of a call while it waits for its answer',
        ours: `${digits(bytes('steadfetch'), 0)} B, with ky ${digits(bytes('ky with steadfetch'), 0)} B`,
        beside: `p-retry ${digits(bytes('p-retry'), 0)} B · plain ky ${digits(bytes('plain ky'), 0)} B`,
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
