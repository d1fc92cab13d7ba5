/** What guards cost a call that they admit at once: those of the process, and those that processes share through Redis. */
import type {PolicyInput} from '../../../src/core.ts';
import type {Costs} from '../costs.ts';
import {digits, type Section} from '../section.ts';
import {entry, type Group, type SubjectDefinition} from '../subject.ts';

const URL_OF_STUB = 'http://127.0.0.1:1234/items';
const answer = new Response(null);
const stubFetch = async (): Promise<Response> => answer;

/** More than a bench sends. */
const PLENTY = 1_000_000_000;
const QUOTA: PolicyInput = {quota: {limits: [{unit: 'requests', max: PLENTY, perMs: 1000}], learn: false}};
const CONCURRENCY: PolicyInput = {concurrency: {kind: 'fixed', max: 64, queue: 100}};

/** A Redis that grants what is asked for, at once: what is measured is this process. */
const grantingRedis = async (args: string[]): Promise<unknown> => {
  const [command, , , key = ''] = args;
  if (command === 'SCRIPT') return 'sha';
  if (key.endsWith(':state')) return [0, 0, 0, 5000];
  if (key.endsWith(':settings')) return [];
  if (key.endsWith(':budget')) return [100_000, 1];
  // What the process wants to hold, of all permits.
  if (key.endsWith(':permits')) return [Number(args[10]), Number(args[7]), 1];
  return ['state', 1, 0, 1, Number(args[14]), 1];
};

const ofProcess = (name: string, policy: PolicyInput): SubjectDefinition => ({
  name,
  ours: true,
  start: async place => {
    const fetch = (await entry(place, 'core')).createFetch(policy, {fetch: stubFetch});
    return {call: () => fetch(URL_OF_STUB)};
  },
});

const shared = (name: string, policy: PolicyInput): SubjectDefinition => ({
  name,
  ours: true,
  start: async place => {
    const guards = (await entry(place, 'redis')).redisGuards({send: grantingRedis});
    const fetch = (await entry(place, 'core')).createFetch(policy, {fetch: stubFetch, guards});
    return {call: () => fetch(URL_OF_STUB)};
  },
});

const BASE = 'budget and breaker of the process';
const KINDS = [
  {name: 'budget and breaker', local: BASE, policy: {}},
  {
    name: 'budget, breaker and quota of requests',
    local: 'budget, breaker and quota of requests of the process',
    policy: QUOTA,
  },
  {
    name: 'budget, breaker and concurrency limit',
    local: 'budget, breaker and concurrency limit of the process',
    policy: CONCURRENCY,
  },
] as const;
const sharedName = (name: string): string => `${name}, shared`;

const subjects: readonly SubjectDefinition[] = [
  ofProcess(`${BASE}, again (noise)`, {}),
  ...KINDS.flatMap(({name, local, policy}) => [ofProcess(local, policy), shared(sharedName(name), policy)]),
];

function section(costs: Costs): Section {
  return {
    title: 'Shared guards',
    intro:
      'One call over a fetch that answers at once, through guards that admit it at once. Guards are shared through a Redis that grants everything, so that the costs are those of the process.',
    columns: ['', 'CPU µs', 'heap bytes'],
    rows: subjects.map(({name}) => [name, digits(costs.of(name)), digits(costs.of(name, 'allocated'), 0)]),
    goals: KINDS.map(({name, local}) => ({
      what: `${sharedName(name)}, uncontended`,
      limit: 2,
      measured: costs.of(sharedName(name)) - costs.of(local),
      unit: 'µs more than guards of the process',
    })),
  };
}

export const group: Group = {
  name: 'shared-guards',
  subjects,
  shape: {rounds: 60, callsPerRound: 2000, concurrency: 1},
  quantities: ['cpu', 'allocated'],
  base: BASE,
  section,
};
