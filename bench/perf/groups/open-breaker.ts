/** Calls refused by an open breaker: an error that thousands of calls a second may get. */
import type {Costs} from '../costs.ts';
import {peer} from '../peers.ts';
import {digits, type Section} from '../section.ts';
import {entry, type Group, type Subject, type SubjectDefinition} from '../subject.ts';

const URL_OF_STUB = 'http://127.0.0.1:1234/items/1';
const DAY = 86_400_000;

const down = async (): Promise<Response> => new Response(null, {status: 503});
const fails = async (): Promise<never> => {
  throw new Error('down');
};

/** Opens the breaker, then gives a call that takes its error. */
async function refused(call: () => Promise<unknown>): Promise<Subject> {
  const settled = (): Promise<unknown> => call().catch((error: unknown) => error);
  for (let count = 0; count < 30; count++) await settled();
  return {call: settled};
}

const ours: SubjectDefinition['start'] = async place => {
  const breaker = {kind: 'consecutive', failures: 1, openMs: DAY, maxOpenMs: DAY} as const;
  const {createFetch} = await entry(place, 'fetch');
  const fetch = createFetch({maxAttempts: 1, breaker}, {fetch: down});
  return refused(() => fetch(URL_OF_STUB));
};

const subjects: SubjectDefinition[] = [
  {name: 'steadfetch', ours: true, start: ours},
  {name: 'steadfetch again (noise)', start: ours},
  {
    name: 'cockatiel',
    start: async () => {
      const {ConsecutiveBreaker, circuitBreaker, handleAll} = await peer('cockatiel');
      const breaker = circuitBreaker(handleAll, {halfOpenAfter: DAY, breaker: new ConsecutiveBreaker(1)});
      return refused(() => breaker.execute(fails));
    },
  },
  {
    name: 'opossum',
    start: async () => {
      const Opossum = (await peer('opossum')).default;
      const breaker = new Opossum(fails, {resetTimeout: DAY, errorThresholdPercentage: 1});
      return refused(() => breaker.fire());
    },
  },
];

function section(costs: Costs): Section {
  return {
    title: 'An open breaker',
    intro: 'One refused call, with its own error.',
    columns: ['', 'CPU µs'],
    rows: subjects.map(({name}) => [name, digits(costs.of(name))]),
    goals: [
      {
        what: 'steadfetch',
        limit: 1,
        measured: costs.ratio('steadfetch', 'cockatiel'),
        unit: '× cockatiel',
      },
    ],
    headlines: [
      {
        what: 'a call refused by an open breaker, CPU',
        ours: `${digits(costs.of('steadfetch'), 1)} µs`,
        beside: `cockatiel ${digits(costs.of('cockatiel'), 1)} µs · opossum ${digits(costs.of('opossum'), 1)} µs`,
      },
    ],
  };
}

export const group: Group = {
  name: 'open-breaker',
  subjects,
  shape: {rounds: 60, callsPerRound: 960, concurrency: 1},
  quantities: ['cpu'],
  section,
};
