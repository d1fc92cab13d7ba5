/** What may be sent twice. */

import type {AddressInfo} from 'node:net';
import {createServer} from 'node:net';
import type {Pitfall} from '../library.ts';
import {absent, ends, holds, said, sleep} from '../pitfall.ts';

export const pitfalls: readonly Pitfall[] = [
  {
    id: 'T20',
    title:
      "One idempotency key for all attempts of a call, another for the next: the library's, or else the caller's own",
    async run({client, keyed}, scene) {
      if (client === undefined) return absent;
      const place = scene.place(503, 503, 200, 503, 200);
      const call = await (keyed ?? client)({attempts: 3, delayMs: 5});
      for (const key of ['"first"', '"second"']) {
        const init = keyed === undefined ? {method: 'PUT', headers: {'idempotency-key': key}} : {method: 'POST'};
        await ends(call(place.url, init), 2000);
      }
      const keys = place.header('idempotency-key');
      const [first, second] = [new Set(keys.slice(0, 3)), new Set(keys.slice(3))];
      const one = keys.length === 5 && first.size === 1 && second.size === 1;
      return holds(
        one && !first.has(undefined) && !second.has(keys[0]),
        `keys of two calls: ${keys.map(key => key ?? 'none').join(', ')}`,
      );
    },
  },
  {
    id: 'T21',
    title: 'A POST without a key is not sent again after 503, whose work may have been done',
    async run({client, knowsMethods}, scene) {
      if (client === undefined || !knowsMethods) return absent;
      const place = scene.place(503, 200);
      await ends((await client({attempts: 3, delayMs: 5}))(place.url, {method: 'POST', body: '{}'}), 2000);
      return holds(place.requests.length === 1, `sent ${place.requests.length} times`);
    },
  },
  {
    id: 'T21b',
    title: 'A POST without a key is not sent again after a reset, whose work may have been done',
    async run({client, retriesNetworkErrors}, scene) {
      if (client === undefined || !retriesNetworkErrors) return absent;
      const place = scene.place('reset', 200);
      await ends((await client({attempts: 3, delayMs: 5}))(place.url, {method: 'POST', body: '{}'}), 2000);
      return holds(place.requests.length === 1, `sent ${place.requests.length} times`);
    },
  },
  {
    id: 'T21c',
    title: 'A POST that was refused before it was sent is sent again',
    async run({client, retriesNetworkErrors, name}) {
      if (client === undefined || !retriesNetworkErrors) return absent;
      if (/^(ky|got|undici)$/.test(name)) return absent; // Their list of methods is documented to come first.
      const port = await closedPort();
      const call = await client({attempts: 3, delayMs: 300});
      const end = ends(call(`http://127.0.0.1:${port}/`, {method: 'POST', body: '{}'}), 3000);
      await sleep(120);
      const server = createServer(socket => {
        socket.on('error', () => {});
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok'));
      });
      await new Promise<void>(done => server.listen(port, '127.0.0.1', done));
      const got = await end;
      return holds(got.status === 200, `${said(got)}: ECONNREFUSED was not retried`);
    },
  },
  {
    id: 'T21d',
    title:
      'A POST without a key that was answered by a redirect is not sent again because of what the next request gets',
    async run({client, knowsMethods}, scene) {
      if (client === undefined || !knowsMethods) return absent;
      const wrong: string[] = [];
      for (const status of [303, 307])
        for (const next of [429, 'refused'] as const) {
          const last = scene.place(next === 'refused' ? 200 : {status: next, headers: {'retry-after': '0'}});
          const location = next === 'refused' ? `http://127.0.0.1:${await closedPort()}/` : last.url;
          const acts = scene.place({status, headers: {location}});
          await ends((await client({attempts: 3, delayMs: 5}))(acts.url, {method: 'POST', body: '{}'}), 2000);
          if (acts.requests.length !== 1) wrong.push(`${status}, then ${next}: sent ${acts.requests.length} times`);
        }
      return holds(wrong.length === 0, wrong.join('; '));
    },
  },
  {
    id: 'T22',
    title: 'A method in lower case is the same method: `post` is not sent again after 503',
    async run({client, knowsMethods}, scene) {
      if (client === undefined || !knowsMethods) return absent;
      const place = scene.place(503, 200);
      await ends(
        Promise.resolve().then(async () =>
          (await client({attempts: 3, delayMs: 5}))(place.url, {method: 'post', body: '{}'}),
        ),
        2000,
      );
      return holds(place.requests.length <= 1, `sent ${place.requests.length} times`);
    },
  },
];

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const {port} = server.address() as AddressInfo;
  await new Promise(done => server.close(done));
  return port;
}
