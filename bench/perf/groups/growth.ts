/** What must not grow with the number of timers, variants, origins and routes. */
import {createFetch} from '../../../src/core.ts';
import {ScriptedFetch, VirtualClock} from '../../../src/testing.ts';
import {type Candidate, measure} from '../measure.ts';
import {digits, find, type Section} from '../section.ts';

const URL_OF_STUB = 'http://127.0.0.1:1234/items/1';

export async function growth(): Promise<Section> {
  const candidates: Candidate[] = [
    {name: 'a call on a virtual clock', call: simulated(0)},
    {name: 'the same, 10,000 timers armed', call: simulated(10_000)},
  ];
  const costs = await measure(candidates, {rounds: 21, callsPerRound: 2000, concurrency: 1});
  return {
    title: 'Growth',
    intro: 'One successful call where much has gathered.',
    columns: ['', 'CPU µs'],
    rows: costs.map(({name, us}) => [name, digits(us)]),
    goals: [
      {
        what: 'a call on a virtual clock (50,000 calls/s)',
        limit: 20,
        measured: find(costs, 'a call on a virtual clock'),
        unit: 'µs',
      },
    ],
  };
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
