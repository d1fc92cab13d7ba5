/** Real requests over undici.request, through interceptors of its dispatcher. */
import type {Costs} from '../costs.ts';
import {type Peer, peer} from '../peers.ts';
import {digits, type Section} from '../section.ts';
import {entry, type Group, type Place, type SubjectDefinition} from '../subject.ts';

const BASE = 'bare fetch';
const IDLE = 'undici.request, an interceptor that does nothing';
const OURS = 'undici.request, steadfetch/undici';
const RETRY = "undici.request, undici's retry interceptor";

type Dispatch = (options: unknown, handler: unknown) => boolean;

/** A subject that calls undici.request through the interceptor. */
function requested(
  name: string,
  interceptor: (undici: Peer, place: Place) => unknown | Promise<unknown>,
): SubjectDefinition {
  return {
    name,
    start: async place => {
      const undici = await peer('undici');
      const dispatcher = new undici.Agent().compose(await interceptor(undici, place));
      return {call: async () => (await undici.request(place.url, {dispatcher})).body.json()};
    },
  };
}

const idle =
  () =>
  (dispatch: Dispatch): Dispatch =>
  (options, handler) =>
    dispatch(options, handler);

const subjects: SubjectDefinition[] = [
  {name: BASE, start: ({url}) => ({call: async () => (await fetch(url)).json()})},
  {
    name: 'undici.request',
    start: async ({url}) => {
      const {request} = await peer('undici');
      return {call: async () => (await request(url)).body.json()};
    },
  },
  requested(IDLE, idle),
  requested(`${IDLE}, again (noise)`, idle),
  requested(RETRY, undici => undici.interceptors.retry({maxRetries: 2})),
  {
    ...requested(OURS, async (_, place) => (await entry(place, 'undici')).resilienceInterceptor()),
    ours: true,
  },
];

function section(costs: Costs): Section {
  const times = (name: string): string => digits(costs.ratio(name, BASE));
  return {
    title: 'Over the loopback, with undici.request',
    intro:
      'GET and .json(), 32 in flight. steadfetch/undici with its id header and OpenTelemetry wired, without an SDK.',
    columns: ['', 'CPU µs', '× bare fetch', 'above the idle interceptor'],
    rows: subjects.map(({name}) => [
      name,
      digits(costs.of(name), 1),
      times(name),
      digits(costs.above(name, IDLE, BASE)),
    ]),
    goals: [
      {
        what: 'steadfetch/undici, above an interceptor that does nothing',
        limit: 0.04,
        measured: costs.above(OURS, IDLE, BASE),
        unit: '× bare fetch',
        why: `the handler is wrapped, an id header is added, and a timer is armed; undici's own retry interceptor, without budget, breaker or deadline, is at ${digits(costs.above(RETRY, IDLE, BASE))}, and the idle one, measured again, at ${digits(costs.above(`${IDLE}, again (noise)`, IDLE, BASE))}`,
      },
    ],
    headlines: [
      {
        what: 'undici.request, × a bare fetch',
        ours: times(OURS),
        beside: `undici.request alone ${times('undici.request')} · with an idle interceptor ${times(IDLE)} · with undici's retry interceptor ${times(RETRY)}`,
      },
    ],
  };
}

export const group: Group = {
  name: 'undici',
  subjects,
  shape: {rounds: 60, callsPerRound: 96, concurrency: 32},
  quantities: ['cpu'],
  base: BASE,
  floor: IDLE,
  server: 'server',
  section,
};
