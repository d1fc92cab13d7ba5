/** Calls that settle, and what they leave behind where nothing was sent. */
import {once} from 'node:events';
import {createReadStream, existsSync, readdirSync, readlinkSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {Pitfall} from '../library.ts';
import {absent, ends, fail, holds, pass, said, sleep} from '../pitfall.ts';

const FILE = fileURLToPath(import.meta.url);

/** Descriptors of this process that are open on this file. */
const openFiles = (): number =>
  readdirSync('/proc/self/fd').filter(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === FILE;
    } catch {
      return false; // The descriptor of the listing itself.
    }
  }).length;

/** How a fetch of the user's may answer, as `await` takes it. */
const WAYS = [
  ['a Response instead of a promise', (response: Response) => response],
  [
    'a thenable',
    (response: Response) => ({
      // biome-ignore lint/suspicious/noThenProperty: the thenable under test.
      then: (settle: (value: Response) => void) => settle(response),
    }),
  ],
] as const;

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T70',
    title: 'A fetch may answer with a Response or a thenable instead of a promise',
    async run({client}, scene) {
      if (client === undefined) return absent;
      const {fetch} = globalThis;
      for (const [what, way] of WAYS) {
        let sends = 0;
        globalThis.fetch = (() => {
          sends++;
          return way(new Response('ok'));
        }) as unknown as typeof fetch;
        try {
          const call = await client({attempts: 2, delayMs: 1});
          const end = await ends((async () => call(scene.place(200).url))(), 2000);
          if (sends === 0) return absent;
          if (end.status !== 200) return fail(`${what}: ${said(end)}`);
        } finally {
          globalThis.fetch = fetch;
        }
      }
      return pass;
    },
  },
  {
    id: 'T71',
    title: 'An upload of a file that is aborted before it is sent leaves no file open',
    async run({client, bodies}, scene) {
      if (client === undefined || !bodies?.includes('stream') || !existsSync('/proc/self/fd')) return absent;
      const place = scene.place(200);
      const call = await client({attempts: 2, delayMs: 1});
      for (let count = 0; count < 10; count++) {
        const body = createReadStream(FILE);
        await once(body, 'open');
        await ends((async () => call(place.url, {method: 'PUT', body, signal: AbortSignal.abort()}))(), 2000);
      }
      await sleep(200);
      const left = openFiles();
      return holds(left === 0, `${left} of 10 files still open`);
    },
  },
];
