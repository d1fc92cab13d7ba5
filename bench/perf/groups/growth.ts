/** What must not grow with the number of calls, timers, variants, origins and routes. */
import type {PolicyInput} from '../../../src/core.ts';
import type {Costs} from '../costs.ts';
import {digits, type Headline, type Section} from '../section.ts';
import {entry, type Group, type Place, type Subject, type SubjectDefinition} from '../subject.ts';

const ORIGIN = 'http://127.0.0.1:1234';
const URL_OF_STUB = `${ORIGIN}/items/1`;
const DAY = 86_400_000;
const answer = new Response(null);
const stubFetch = async (): Promise<Response> => answer;

const ours = (name: string, start: (place: Place) => Promise<Subject>): SubjectDefinition => ({
  name,
  ours: true,
  start,
});

const routed = (count: number) => async (place: Place) => {
  const routes = Array.from({length: count}, (_, n) => ({match: {path: `/api/v1/r${n}/*`}, name: `r${n}`}));
  const fetch = (await entry(place, 'core')).createFetch({routes}, {fetch: stubFetch});
  return {call: () => fetch(`${ORIGIN}/api/v1/r${count - 1}/7`)};
};

const varied = (count: number) => async (place: Place) => {
  const fetch = (await entry(place, 'core')).createFetch({}, {fetch: stubFetch});
  let n = 0;
  return {call: () => fetch(URL_OF_STUB, {resilience: {deadlineMs: 1000 + (n++ % count)}})};
};

const hedged = async (place: Place) => {
  const fetch = (await entry(place, 'core')).createFetch({}, {fetch: stubFetch});
  let n = 0;
  return {call: () => fetch(URL_OF_STUB, {resilience: {hedge: {delayMs: 1000 + n++}}})};
};

const toNewOrigins = (open: number) => async (place: Place) => {
  const breaker = {kind: 'consecutive', failures: 1, openMs: DAY, maxOpenMs: DAY} as const;
  const server = {status: 503};
  const {createFetch} = await entry(place, 'core');
  const fetch = createFetch(
    {maxAttempts: 1, breaker},
    {fetch: async () => new Response(null, {status: server.status})},
  );
  for (let n = 0; n < open; n++) await fetch(`http://open${n}.test/`);
  server.status = 200;
  let n = 0;
  return {call: () => fetch(`http://new${n++}.test/`)};
};

/** A call while others of its client wait for their answer, each with its timers. */
const besidePending = (pending: number) => async (place: Place) => {
  const policy: PolicyInput = {attemptTimeoutMs: DAY, deadlineMs: DAY};
  const never = new Promise<Response>(() => {});
  const fetch = (await entry(place, 'core')).createFetch(policy, {
    fetch: input => (input === `${ORIGIN}/never` ? never : stubFetch()),
  });
  for (let n = 0; n < pending; n++) fetch(`${ORIGIN}/never`);
  return {call: () => fetch(URL_OF_STUB)};
};

/** Calls that wait in the queue for one place; the cost of each, from its start to its end. */
const queued = (calls: number) => async (place: Place) => {
  const policy: PolicyInput = {deadlineMs: DAY, attemptTimeoutMs: DAY, concurrency: {max: 1, queue: calls}};
  const fetch = (await entry(place, 'core')).createFetch(policy, {fetch: stubFetch});
  return {call: () => Promise.all(Array.from({length: calls}, () => fetch(URL_OF_STUB))), requests: calls};
};

/** A call with a response after 10 ms, on a virtual clock that advances by itself. */
const simulated = (sleepers: number) => async (place: Place) => {
  const {createFetch} = await entry(place, 'core');
  const {ScriptedFetch, VirtualClock} = await entry(place, 'testing');
  const clock = new VirtualClock();
  for (let count = 0; count < sleepers; count++) clock.sleep(1e12 + count);
  let server = new ScriptedFetch(clock, [200], 10);
  const fetch = createFetch({}, {clock, fetch: (input, init) => server.fetch(input, init)});
  const call = (): Promise<unknown> => {
    if (server.requests.length >= 2000) server = new ScriptedFetch(clock, [200], 10);
    return clock.run(() => fetch(URL_OF_STUB));
  };
  return {call};
};

/** The same call where little has gathered, and where much has. */
const PAIRS = [
  ['a call, 5 routes with one prefix', routed(5), '200 routes', routed(200)],
  ['a call, 4 variants of overrides in turn', varied(4), '5,000 variants', varied(5000)],
  ['a call to a new origin', toNewOrigins(0), '1,000 breakers open', toNewOrigins(1000)],
  ['a call, no other waits for its answer', besidePending(0), '10,000 wait', besidePending(10_000)],
  ['a queued call, 100 in the queue', queued(100), '2,000 in the queue', queued(2000)],
  ['a call on a virtual clock', simulated(0), '10,000 timers armed', simulated(10_000)],
] as const;
const HEDGED = 'a call with a hedge delay of its own';

const subjects: SubjectDefinition[] = [
  ...PAIRS.flatMap(([few, startFew, many, startMany]) => [ours(few, startFew), ours(`${few}: ${many}`, startMany)]),
  ours(HEDGED, hedged),
];

function section(costs: Costs): Section {
  const headlines: Headline[] = PAIRS.map(([few, , many]) => ({
    what: few,
    ours: `${digits(costs.of(few), 1)} µs`,
    beside: `${many}: ${digits(costs.of(`${few}: ${many}`), 1)} µs`,
  }));
  return {
    title: 'Growth',
    intro: 'One successful call over a fetch that answers at once, where little and where much has gathered.',
    columns: ['', 'CPU µs', 'bytes left behind'],
    rows: subjects.map(({name}) => [name, digits(costs.of(name)), digits(costs.of(name, 'left'), 0)]),
    goals: [
      ...PAIRS.map(([few, , many]) => ({
        what: `${few}: ${many}`,
        limit: 2,
        measured: costs.ratio(`${few}: ${many}`, few),
        unit: '× few',
      })),
      {what: `bytes left behind by ${HEDGED}`, limit: 20, measured: costs.of(HEDGED, 'left'), unit: 'bytes'},
    ],
    headlines: [
      ...headlines,
      {
        what: HEDGED,
        ours: `${digits(costs.of(HEDGED), 1)} µs`,
        beside: `leaves ${digits(costs.of(HEDGED, 'left'), 0)} bytes behind`,
      },
    ],
  };
}

export const group: Group = {
  name: 'growth',
  subjects,
  shape: {rounds: 30, callsPerRound: 960, concurrency: 1},
  quantities: ['cpu', 'left'],
  section,
};
