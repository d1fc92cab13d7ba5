/** A server of Hono's on Node, which replaces `globalThis.Response`, calls another server through steadfetch. Prints what its client read. */
import {once} from 'node:events';
import type {AddressInfo} from 'node:net';
import {serve} from '@hono/node-server';
import {Hono} from 'hono';
import {createFetch} from '../../../src/fetch.ts';
import {FastClock} from '../fast-clock.ts';
import {FaultServer, json, parts, status} from '../fault-server.ts';

const original = globalThis.Response;
const upstream = await FaultServer.start();
const steady = createFetch({attemptTimeoutMs: 1_000_000, deadlineMs: null}, {clock: new FastClock()});
const app = new Hono()
  .get('/json', async context => {
    upstream.failNext(status(503), json({name: 'ok'}));
    return context.json((await (await steady(upstream.url)).json()) as object);
  })
  .get('/text', async context => {
    upstream.failNext(json('ok'));
    return context.text(await (await steady(upstream.url)).text());
  })
  .get('/stream', () => {
    upstream.failNext(parts(['one ', 'two'], 10, 'text/plain'));
    return steady(upstream.url);
  });
const server = serve({fetch: app.fetch, port: 0, hostname: '127.0.0.1'});
await once(server, 'listening');
const {port} = server.address() as AddressInfo;
const read: string[] = [];
for (const path of ['json', 'text', 'stream'])
  read.push(await (await fetch(`http://127.0.0.1:${port}/${path}`)).text());
console.log(JSON.stringify({replaced: globalThis.Response !== original, read}));
(server as import('node:http').Server).closeAllConnections();
server.close();
await upstream.close();
