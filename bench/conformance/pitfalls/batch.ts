/** Many items: those that say the same, and those that go in one request. */

import type {Pitfall} from '../library.ts';
import {absent, fail, holds, pass} from '../pitfall.ts';

const items = (count: number): string[] => Array.from({length: count}, (_, index) => `i${index}`);
const upper = (chunk: readonly string[]): string[] => chunk.map(item => item.toUpperCase());

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T52',
    title: 'Equal calls are sent once, and each caller can read the response',
    async run({deduped}, scene) {
      if (deduped === undefined) return absent;
      const place = scene.place({body: 'said'});
      const call = {url: place.url, init: {method: 'POST', body: '{"a":1}'}};
      const texts = await (await deduped())([call, call]);
      return holds(
        place.requests.length === 1 && texts.every(text => text === 'said'),
        `sent ${place.requests.length} times; read: ${texts.map(text => text ?? 'nothing').join(', ')}`,
      );
    },
  },
  {
    id: 'T52b',
    title: 'Calls that are not the same are not taken for it: another Authorization, another Blob of the same size',
    async run({deduped}, scene) {
      if (deduped === undefined) return absent;
      const merged = async (first: object, second: object): Promise<boolean> => {
        const place = scene.place({body: 'said'});
        const send = await deduped();
        await send([first, second].map(init => ({url: place.url, init: {method: 'POST', ...init}}))).catch(() => {});
        return place.requests.length === 1;
      };
      const of = (user: string) => ({body: 'x', headers: {authorization: user}});
      const taken = [
        ...((await merged(of('Alice'), of('Bob'))) ? ["Bob was given Alice's answer"] : []),
        ...((await merged({body: new Blob(['ab'])}, {body: new Blob(['cd'])}))
          ? ['one Blob was taken for another']
          : []),
      ];
      return taken.length === 0 ? pass : fail(taken.join(', '));
    },
  },
  {
    id: 'T53',
    title: 'Of a chunk of 100 items with three that fail for the moment only those three are sent again',
    async run({batch}) {
      if (batch === undefined) return absent;
      const sent: number[] = [];
      const bad = new Set(['i7', 'i50', 'i99']);
      const results = await batch(items(100), 100, async chunk => {
        sent.push(chunk.length);
        return chunk.map(item => (sent.length === 1 && bad.has(item) ? 503 : item));
      });
      return holds(
        sent.join() === '100,3' && results.join() === items(100).join(),
        `requests of ${sent.join(', ')} items; ${results.filter(result => result === undefined).length} without an answer`,
      );
    },
  },
  {
    id: 'T53b',
    title: 'A chunk that is refused for one of its items does not take the others with it',
    async run({batch}) {
      if (batch === undefined) return absent;
      let requests = 0;
      const results = await batch(items(16), 16, async chunk => {
        requests++;
        return chunk.includes('i11') ? 400 : upper(chunk);
      });
      const lost = results.filter(result => result === undefined).length;
      return holds(lost === 1 && results[0] === 'I0', `${lost} of 16 items have no answer, after ${requests} requests`);
    },
  },
  {
    id: 'T54',
    title: 'An answer that is shorter than its chunk is not handed out as if it were whole',
    async run({batch}) {
      if (batch === undefined) return absent;
      const results = await batch(items(3), 3, async () => ['I0', 'I2']);
      return holds(
        results.every(result => result === undefined),
        `i1 was given ${results[1]}`,
      );
    },
  },
];
