/** An event stream that is held until its first content, and the same without. */
import type {Costs} from '../costs.ts';
import {digits, type Section} from '../section.ts';
import {entry, type Group, type Subject, type SubjectDefinition} from '../subject.ts';

const BASE = 'bare fetch';
const PASSED = 'steadfetch, at the headers';
const HELD = 'steadfetch, held until the first content';

type Fetch = (url: string) => Promise<Response>;

const decoder = new TextDecoder();

/** @returns Microseconds until the first content. */
async function readToEnd(fetch: Fetch, url: string): Promise<number> {
  const start = performance.now();
  let contentAt = Number.NaN;
  const {body} = await fetch(new URL('/events', url).href);
  for await (const piece of body!)
    if (Number.isNaN(contentAt) && decoder.decode(piece).includes('word 0')) contentAt = performance.now();
  return (contentAt - start) * 1000;
}

function readerOf(fetch: Fetch, url: string): Subject {
  const read = (): Promise<number> => readToEnd(fetch, url);
  return {call: read, waitForContent: read};
}

const ours = (name: string, policy: {readonly stream: object | null}): SubjectDefinition => ({
  name,
  ours: true,
  start: async place => {
    const fetch = (await entry(place, 'fetch')).createFetch(policy);
    return readerOf(fetch, place.url);
  },
});

const subjects: readonly SubjectDefinition[] = [
  {name: BASE, start: ({url}) => readerOf(fetch, url)},
  {name: `${BASE}, again (noise)`, start: ({url}) => readerOf(fetch, url)},
  ours(PASSED, {stream: null}),
  ours(HELD, {stream: {}}),
];

function section(costs: Costs): Section {
  const cpu = costs.of(HELD) - costs.of(PASSED);
  const later = costs.of(HELD, 'content') - costs.of(PASSED, 'content');
  return {
    title: 'An event stream',
    intro:
      'GET of a stream with an empty chunk in one piece, and eight chunks of content and the end in another, read to its end; one at a time.',
    columns: ['', 'CPU µs', '× bare fetch', 'µs until the first content'],
    rows: subjects.map(({name}) => [
      name,
      digits(costs.of(name), 1),
      digits(costs.ratio(name, BASE)),
      digits(costs.of(name, 'content'), 0),
    ]),
    goals: [
      {
        what: 'the first content of a stream that is held until then',
        limit: 1000,
        measured: later,
        unit: 'µs later than at the headers',
      },
    ],
    headlines: [
      {
        what: 'an event stream held until its first content, CPU µs more than passed on at its headers',
        ours: `${digits(cpu, 0)}, and its first content ${digits(later, 0)} µs later`,
        beside: `a bare fetch of the stream takes ${digits(costs.of(BASE), 0)}`,
      },
    ],
  };
}

export const group: Group = {
  name: 'event-streams',
  subjects,
  shape: {rounds: 60, callsPerRound: 96, concurrency: 1},
  quantities: ['cpu', 'content'],
  base: BASE,
  server: 'server',
  section,
};
