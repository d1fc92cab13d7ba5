/** A server of Hono's on Node, which replaces `globalThis.Response`, with idempotency keys. Prints the content types of first responses and of replays. */
import {once} from 'node:events';
import type {AddressInfo} from 'node:net';
import {serve} from '@hono/node-server';
import {Hono} from 'hono';
import {idempotent, memoryStore} from '../../../src/server.ts';

const headers = {'x-charge': '1'};
const bodies: Readonly<Record<string, () => Response>> = {
  text: () => new Response('m', {headers}),
  blob: () => new Response(new Blob(['%PDF'], {type: 'application/pdf'}), {headers}),
  form: () => new Response(new URLSearchParams({a: '1'}), {headers}),
  json: () => Response.json({a: 1}, {headers}),
  none: () => new Response(null, {headers}),
};
const app = new Hono();
for (const [name, make] of Object.entries(bodies)) {
  const handler = idempotent(() => make(), {store: memoryStore(), scope: 'everyone'});
  app.post(`/${name}`, context => handler(context.req.raw));
}
const server = serve({fetch: app.fetch, port: 0, hostname: '127.0.0.1'});
await once(server, 'listening');
const {port} = server.address() as AddressInfo;
const seen: Record<string, (string | null)[]> = {};
for (const name of Object.keys(bodies)) {
  seen[name] = [];
  for (let at = 0; at < 2; at++) {
    const init = {method: 'POST', headers: {'idempotency-key': 'k'}, body: '1'};
    const response = await fetch(`http://127.0.0.1:${port}/${name}`, init);
    await response.text();
    seen[name].push(response.headers.get('content-type'));
  }
}
console.log(JSON.stringify(seen));
(server as import('node:http').Server).closeAllConnections();
server.close();
