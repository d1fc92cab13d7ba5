/** Bodies, of requests and of responses. */
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import type {Place} from '../../../test/support/loopback-server.ts';
import type {Pitfall} from '../library.ts';
import {absent, ends, fail, holds, nameOf, said, sleep} from '../pitfall.ts';

const BYTES = new Uint8Array(2000).map((_, index) => index % 251);

function make(kind: string): unknown {
  if (kind === 'string') return 'grüße, '.repeat(50);
  if (kind === 'bytes') return BYTES.slice();
  if (kind === 'blob') return new Blob([BYTES]);
  if (kind === 'params') return new URLSearchParams({a: '1', b: 'ü'});
  const form = new FormData();
  form.set('field', 'value');
  form.set('file', new Blob([BYTES]), 'name.bin');
  return form;
}

/** Multipart borders may change from attempt to attempt; what they border may not. */
const content = ({body, headers}: Place['requests'][number]): string => {
  const border = /boundary="?([^";]+)/.exec(headers['content-type'] ?? '')?.[1];
  const text = body.toString('latin1');
  return border === undefined ? text : text.replaceAll(border, 'border');
};

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T13',
    title: 'A body is sent again whole: string, bytes, Blob, URLSearchParams, FormData (those the library takes)',
    async run({client, bodies}, scene) {
      if (client === undefined || bodies === undefined) return absent;
      const call = await client({attempts: 3, delayMs: 5});
      const wrong: string[] = [];
      for (const kind of bodies.filter(kind => kind !== 'stream')) {
        const place = scene.place(503, 503, 200);
        const end = await ends(
          Promise.resolve().then(() => call(place.url, {method: 'PUT', body: make(kind)})),
          4000,
        );
        const seen = place.requests.map(content);
        if (end.status !== 200 || seen.length !== 3) wrong.push(`${kind}: ${said(end)} after ${seen.length} sent`);
        else if (seen[0] === '' || new Set(seen).size > 1)
          wrong.push(`${kind}: ${place.requests.map(({body}) => body.length).join(', ')} bytes`);
      }
      return holds(wrong.length === 0, wrong.join('; '));
    },
  },
  {
    id: 'T13b',
    title: 'What the caller changes while a call waits is not sent with the retry: its URL, its headers, its body',
    async run({client, bodies}, scene) {
      if (client === undefined || bodies === undefined) return absent;
      const call = await client({attempts: 2, delayMs: 100});
      const other = scene.place(200);
      const place = scene.place(503, 200);
      const takesBytes = bodies.includes('bytes');
      const [url, headers, body] = [new URL(place.url), {'x-mine': 'first'}, new Uint8Array([97, 98])];
      const end = ends(
        Promise.resolve().then(() => call(url, {method: 'PUT', headers, ...(takesBytes ? {body} : {})})),
        3000,
      );
      await place.arrived(1);
      url.href = other.url;
      headers['x-mine'] = 'second';
      body.fill(99);
      const got = await end;
      const wrong: string[] = [];
      if (other.requests.length > 0) wrong.push('the retry went to the other URL');
      const sent = [...place.requests, ...other.requests];
      if (sent.length !== 2) return fail(`${said(got)} after ${sent.length} sent`);
      if (sent[1]!.headers['x-mine'] !== 'first') wrong.push('the retry had the other header');
      if (takesBytes && sent[1]!.body.toString() !== 'ab') wrong.push('the retry had the other body');
      return holds(wrong.length === 0, wrong.join(', '));
    },
  },
  {
    id: 'T14',
    title: "A stream as body: one attempt and the server's answer, or every attempt whole",
    async run({client, bodies}, scene) {
      if (client === undefined || !bodies?.includes('stream')) return absent;
      const place = scene.place(503, 200);
      const call = await client({attempts: 2, delayMs: 5});
      const body = new Blob(['0123456789']).stream();
      const end = await ends(
        Promise.resolve().then(() => call(place.url, {method: 'PUT', body})),
        3000,
      );
      const whole = place.bodies.every(text => text === '0123456789');
      const status =
        end.status ??
        (end.error as {response?: {status?: number}; statusCode?: number}).response?.status ??
        (end.error as {statusCode?: number}).statusCode;
      const answered = place.requests.length === 1 ? status === 503 : end.status === 200;
      return holds(
        whole && answered,
        `${said(end)} after ${place.requests.length} sent: ${place.bodies.map(text => text.length).join(', ')} of 10 bytes`,
      );
    },
  },
  {
    id: 'T15',
    title: 'A body above the limit of what is kept is sent once, and its own answer is given',
    async run({limited}, scene) {
      if (limited === undefined) return absent;
      const place = scene.place(503, 200);
      const end = await ends((await limited(1000))(place.url, {method: 'PUT', body: 'x'.repeat(2000)}), 2000);
      return holds(end.status === 503 && place.requests.length === 1, `${said(end)}, ${place.requests.length} sent`);
    },
  },
  {
    id: 'T16',
    title: 'The body of an answer that is retried is discarded: 30 of them hold no connection',
    async run({client}) {
      if (client === undefined) return absent;
      const open = new Set<unknown>();
      let sent = 0;
      const server = createServer((request, response) => {
        request.resume();
        // Every other one fails, with more than fits in the buffers of a socket that is not read.
        if (sent++ % 2 === 0) response.writeHead(503).end(Buffer.alloc(4_000_000));
        else response.end('ok');
      });
      server.on('connection', socket => open.add(socket.on('close', () => open.delete(socket)).on('error', () => {})));
      await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const call = await client({attempts: 2, delayMs: 1, whole: true});
      for (let index = 0; index < 30; index++) await (await call(url)).text();
      await sleep(200);
      return holds(open.size <= 3, `${open.size} connections held after 30 calls`);
    },
  },
  {
    id: 'T62',
    title:
      'A call that waits to retry holds no connection: a failed response of 30 MB is read or dropped before the wait',
    async run({client}, scene) {
      if (client === undefined) return absent;
      let isClosed = false;
      const place = scene.place(response => {
        response.on('close', () => {
          isClosed = true;
        });
        response.writeHead(503).end(Buffer.alloc(30_000_000));
      }, 200);
      const end = ends((await client({attempts: 2, delayMs: 1500, whole: true}))(place.url), 10_000);
      await place.arrived(1);
      await sleep(700);
      const closedInTime = isClosed;
      const {status} = await end;
      if (status !== 200 || place.requests.length !== 2)
        return fail(`${said(await end)}, ${place.requests.length} sent`);
      return holds(closedInTime, 'the connection was held 700 ms into a wait of 1500 ms');
    },
  },
  {
    id: 'T63',
    title: 'A response whose body was read by a reader is collected once it is dropped',
    async run({client}, scene) {
      if (client === undefined) return absent;
      const call = await client({attempts: 2, delayMs: 5, timeoutMs: 60_000});
      const place = scene.place({body: 'x'.repeat(10_000)});
      const {signal} = new AbortController();
      const read = async (): Promise<WeakRef<Response> | null> => {
        const {response} = await call(place.url, {signal});
        const reader = response?.body?.getReader();
        if (response === undefined || reader === undefined) return null;
        while (!(await reader.read()).done);
        return new WeakRef(response);
      };
      const refs: (WeakRef<Response> | null)[] = [];
      for (let index = 0; index < 10; index++) refs.push(await read());
      if (refs.includes(null)) return absent;
      setFlagsFromString('--expose-gc');
      const collectGarbage = runInNewContext('gc') as () => void;
      for (let round = 0; round < 5; round++) {
        await sleep(20);
        collectGarbage();
      }
      const held = refs.filter(ref => ref?.deref() !== undefined).length;
      return holds(held <= 1, `${held} of 10 responses are still held`); // The engine may keep the last one on its stack.
    },
  },
  {
    id: 'T17',
    title: 'A clone of the answer that is given up does not hang the other, nor itself',
    async run({client}, scene) {
      if (client === undefined) return absent;
      const {response} = await (await client({attempts: 2, delayMs: 5}))(
        scene.place(503, {body: 'x'.repeat(1_000_000)}).url,
      );
      if (response === undefined) return absent;
      const cancelled = response.clone().body!.cancel(); // By the standard the promise settles once both copies are done.
      const both = Promise.all([response.text(), cancelled]).then(([text]) => text.length);
      const length = await Promise.race([both, sleep(3000)]);
      return holds(length === 1_000_000, length === undefined ? 'hung for 3 s' : `${length} of 1000000 bytes`);
    },
  },
  {
    id: 'T18',
    title: 'An answer that breaks after its first bytes is not stitched to another one',
    async run({client}, scene) {
      if (client === undefined) return absent;
      const place = scene.place(
        response => {
          response.writeHead(200, {'content-length': '10'}).write('01234');
          setTimeout(() => response.socket?.destroy(), 50);
        },
        {body: 'abcdefghij'},
      );
      const call = await client({attempts: 3, delayMs: 5});
      let read = '';
      const end = await ends(
        call(place.url).then(async answer => {
          read = await answer.text();
          return answer;
        }),
        3000,
      );
      if (end.afterMs === null) return fail('did not settle');
      return holds(
        end.error !== undefined || read === 'abcdefghij',
        `gave ${JSON.stringify(read)}${end.error === undefined ? '' : nameOf(end.error)}`,
      );
    },
  },
];
