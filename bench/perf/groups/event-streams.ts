/** An event stream that is held until its first content, and the same without. */
import type {Costs} from '../costs.ts';
import {digits, type Section} from '../section.ts';
import {entry, type Group, type SubjectDefinition} from '../subject.ts';

const BASE = 'bare fetch';
const PASSED = 'steadfetch, at the headers';
const HELD = 'steadfetch, held until the first content';

type Fetch = (url: string) => Promise<Response>;

async function readToEnd(fetch: Fetch, url: string): Promise<void> {
  const {body} = await fetch(new URL('/events', url).href);
  const reader = body!.getReader();
  while (!(await reader.read()).done);
}

const ours = (name: string, policy: {readonly stream: object | null}): SubjectDefinition => ({
  name,
  ours: true,
  start: async place => {
    const fetch = (await entry(place, 'fetch')).createFetch(policy);
    return {call: () => readToEnd(fetch, place.url)};
  },
});

const subjects: readonly SubjectDefinition[] = [
  {name: BASE, start: ({url}) => ({call: () => readToEnd(fetch, url)})},
  {name: `${BASE}, again (noise)`, start: ({url}) => ({call: () => readToEnd(fetch, url)})},
  ours(PASSED, {stream: null}),
  ours(HELD, {stream: {}}),
];

function section(costs: Costs): Section {
  const held = costs.of(HELD) - costs.of(PASSED);
  return {
    title: 'An event stream',
    intro:
      'GET of a stream with an empty chunk, eight chunks of content and the end, in two pieces, read to its end; one at a time, so that CPU time is time the reader waits.',
    columns: ['', 'CPU µs', '× bare fetch'],
    rows: subjects.map(({name}) => [name, digits(costs.of(name), 1), digits(costs.ratio(name, BASE))]),
    goals: [
      {
        what: 'a stream that is held, and given out again',
        limit: 1000,
        measured: held,
        unit: 'µs more than at the headers',
      },
    ],
    headlines: [
      {
        what: 'an event stream held until its first content, CPU µs more than passed on at its headers',
        ours: digits(held, 0),
        beside: `a bare fetch of the stream takes ${digits(costs.of(BASE), 0)}`,
      },
    ],
  };
}

export const group: Group = {
  name: 'event-streams',
  subjects,
  shape: {rounds: 60, callsPerRound: 96, concurrency: 1},
  quantities: ['cpu'],
  base: BASE,
  server: 'server',
  section,
};
