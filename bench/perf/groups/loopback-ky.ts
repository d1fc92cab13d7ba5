/** Real requests through ky, with ky's own retry or with steadfetch. */
import ky, {type KyInstance} from 'ky';
import type {Costs} from '../costs.ts';
import {digits, type Section} from '../section.ts';
import {entry, type Group, type Place, type SubjectDefinition} from '../subject.ts';

type Method = 'GET' | 'POST';
type Client = (place: Place) => KyInstance | Promise<KyInstance>;

const PLAIN = 'plain ky';
const HEADER = 'plain ky, with the same header';
const OURS = 'ky with steadfetch';
const DRIVEN = "ky with steadfetch, ky's own loop kept";

const withOurs: Client = async place => ky.extend((await entry(place, 'ky')).resilience({idempotency: {}}));
const sameHeaders = (method: Method): Client => {
  const id = {'x-correlation-id': 'abcdefghij-1'};
  const headers = method === 'GET' ? id : {...id, 'idempotency-key': '6c2f1d0e-6a3b-4c57-9a11-2f0a7f1c9b3e'};
  return () => ky.extend({headers});
};

const clients: readonly (readonly [name: string, client: (method: Method) => Client, ours?: true])[] = [
  [PLAIN, () => () => ky],
  [HEADER, sameHeaders],
  [`${HEADER}, again (noise)`, sameHeaders],
  [OURS, () => withOurs, true],
  [DRIVEN, () => async place => (await withOurs(place)).extend({hooks: {beforeError: [({error}) => error]}}), true],
];

const subjects: SubjectDefinition[] = (['GET', 'POST'] as const).flatMap(method =>
  clients.map(([name, client, ours]) => ({
    name: `${name}, ${method}`,
    ...(ours === undefined ? {} : {ours}),
    start: async (place: Place) => {
      const api = await client(method)(place);
      const {url} = place;
      if (method === 'GET') return {call: () => api.get(url).json()};
      return {call: () => api.post(url, {json: {id: 1, name: 'widget'}}).json()};
    },
  })),
);

function section(costs: Costs): Section {
  const against = (name: string, method: Method): number => costs.ratio(`${name}, ${method}`, `${HEADER}, ${method}`);
  const noise = (method: Method): string => digits(against(`${HEADER}, again (noise)`, method));
  return {
    title: 'Over the loopback, against plain ky with its own retry',
    intro:
      '32 in flight, .json() of the answer. The POST has a JSON body and an idempotency key, plain ky a fixed one.',
    columns: ['', 'GET, CPU µs', '× the same header', 'POST, CPU µs', '× the same headers'],
    rows: clients.map(([name]) => [
      name,
      ...(['GET', 'POST'] as const).flatMap(method => [
        digits(costs.of(`${name}, ${method}`), 1),
        digits(against(name, method)),
      ]),
    ]),
    goals: [
      {
        what: 'GET',
        limit: 1.04,
        measured: against(OURS, 'GET'),
        unit: '× plain ky with the same header',
        why: `the id is written onto the Request that ky has made, through the checks of Headers, where plain ky has its header before there is a Request; plain ky, measured again, is at ${noise('GET')} of itself`,
      },
      {
        what: 'POST',
        limit: 1,
        measured: against(OURS, 'POST'),
        unit: '× plain ky with the same headers',
        why: `plain ky, measured again, is at ${noise('POST')} of itself`,
      },
      {
        what: "GET, ky's own loop kept",
        limit: 1.25,
        measured: against(DRIVEN, 'GET'),
        unit: '× plain ky with the same header',
        why: `ky clones each Request for its own loop; plain ky, measured again, is at ${noise('GET')} of itself`,
      },
    ],
    headlines: [
      {
        what: 'ky, × plain ky with the same headers',
        ours: `GET ${digits(against(OURS, 'GET'))}, POST ${digits(against(OURS, 'POST'))}`,
        beside: `plain ky without the header: GET ${digits(against(PLAIN, 'GET'))}, POST ${digits(against(PLAIN, 'POST'))}`,
      },
    ],
  };
}

export const group: Group = {
  name: 'loopback-ky',
  subjects,
  shape: {rounds: 60, callsPerRound: 96, concurrency: 32},
  quantities: ['cpu'],
  base: `${HEADER}, GET`,
  server: 'server',
  section,
};
