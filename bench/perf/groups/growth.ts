/** What must not grow with the number of timers, variants, origins and routes. */
import {createFetch, type PolicyInput} from '../../../src/core.ts';
import {ScriptedFetch, VirtualClock} from '../../../src/testing.ts';
import {type Candidate, measure} from '../measure.ts';
import {digits, find, type Section} from '../section.ts';

const ORIGIN = 'http://127.0.0.1:1234';
const URL_OF_STUB = `${ORIGIN}/items/1`;
const DAY = 86_400_000;

export async function growth(): Promise<Section> {
  const plain = createFetch({correlation: null}, {fetch: async () => answer});
  const candidates: Candidate[] = [
    {name: 'a call', call: () => plain(URL_OF_STUB)},
    {name: 'of 200 routes with one prefix, the last', call: routed(200)},
    {name: 'of 5 routes with one prefix, the last', call: routed(5)},
    {name: 'under overrides, 4 in turn', call: varied(4)},
    {name: 'under overrides, 5,000 in turn', call: varied(5000)},
    {name: 'with a hedge delay of its own', call: hedged()},
    {name: 'to a new origin, few known', call: await toNewOrigins(0)},
    {name: 'to a new origin, 1,000 breakers open', call: await toNewOrigins(1000)},
    {name: 'on a virtual clock', call: simulated(0)},
    {name: 'on a virtual clock, 10,000 timers armed', call: simulated(10_000)},
  ];
  const costs = await measure(candidates, {rounds: 11, callsPerRound: 2000, concurrency: 1});
  const bytes = await bytesPerDelay();
  const over = (name: string, base: string): number => find(costs, name) - find(costs, base);
  return {
    title: 'Growth',
    intro: `One successful call where much has gathered. 20,000 distinct hedge delays leave ${digits(bytes, 0)} bytes each.`,
    columns: ['', 'CPU µs'],
    rows: costs.map(({name, us}) => [name, digits(us)]),
    goals: [
      {
        what: 'a call on a virtual clock (50,000 calls/s)',
        limit: 20,
        measured: find(costs, 'on a virtual clock'),
        unit: 'µs',
      },
      {
        what: '200 routes over 5',
        limit: 1,
        measured: over('of 200 routes with one prefix, the last', 'of 5 routes with one prefix, the last'),
        unit: 'µs',
      },
      {
        what: 'a new origin, 1,000 breakers open over few known',
        limit: 5,
        measured: over('to a new origin, 1,000 breakers open', 'to a new origin, few known'),
        unit: 'µs',
      },
      {what: 'bytes left by a hedge delay', limit: 20, measured: bytes, unit: 'bytes'},
    ],
  };
}

const answer = new Response(null);

function routed(count: number): () => Promise<unknown> {
  const routes = Array.from({length: count}, (_, n) => ({match: {path: `/api/v1/r${n}/*`}, name: `r${n}`}));
  const fetch = createFetch({correlation: null, routes}, {fetch: async () => answer});
  return () => fetch(`${ORIGIN}/api/v1/r${count - 1}/7`);
}

function varied(count: number): () => Promise<unknown> {
  const fetch = createFetch({correlation: null}, {fetch: async () => answer});
  let n = 0;
  return () => fetch(URL_OF_STUB, {resilience: {deadlineMs: 1000 + (n++ % count)}});
}

function hedged(): () => Promise<unknown> {
  const fetch = createFetch({correlation: null}, {fetch: async () => answer});
  let n = 0;
  return () => fetch(URL_OF_STUB, {resilience: {hedge: {delayMs: 1000 + n++}}});
}

async function toNewOrigins(open: number): Promise<() => Promise<unknown>> {
  const policy: PolicyInput = {
    correlation: null,
    maxAttempts: 1,
    breaker: {kind: 'consecutive', failures: 1, openMs: DAY, maxOpenMs: DAY},
  };
  let status = 503;
  const fetch = createFetch(policy, {fetch: async () => new Response(null, {status})});
  for (let n = 0; n < open; n++) await fetch(`http://open${n}.test/`);
  status = 200;
  let n = 0;
  return () => fetch(`http://new${n++}.test/`);
}

/** A call that is answered after 10 ms of a clock that moves by itself. */
function simulated(sleepers: number): () => Promise<unknown> {
  const clock = new VirtualClock();
  for (let count = 0; count < sleepers; count++) clock.sleep(1e12 + count);
  let server = new ScriptedFetch(clock, [200], 10);
  const fetch = createFetch({}, {clock, fetch: (input, init) => server.fetch(input, init)});
  return () => {
    if (server.requests.length >= 2000) server = new ScriptedFetch(clock, [200], 10);
    return clock.run(() => fetch(URL_OF_STUB));
  };
}

async function bytesPerDelay(): Promise<number> {
  const call = hedged();
  const round = async (): Promise<number> => {
    for (let count = 0; count < 20_000; count++) await call();
    globalThis.gc!();
    return process.memoryUsage().heapUsed;
  };
  const before = await round();
  return Math.max(0, ((await round()) - before) / 20_000);
}
