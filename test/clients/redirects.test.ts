/**
 * A POST without a key that a server carries out and answers with a redirect, through clients that follow it: whatever the next request gets, the
 * server has acted once.
 */
import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import axios from 'axios';
import {expect} from 'chai';
import got from 'got';
import ky from 'ky';
import nodeFetch from 'node-fetch';
import nodeFetch2 from 'node-fetch2';
import {ofetch} from 'ofetch';
import OpenAI from 'openai';
import superagent from 'superagent';
import * as undici from 'undici';
import wretch from 'wretch';
import {createFetch} from '../../src/fetch.ts';
import {guard} from '../../src/function.ts';

type Headers = Readonly<Record<string, string>>;
type Send = (url: string, headers: Headers, signal: AbortSignal) => Promise<unknown>;
type Fetch = typeof globalThis.fetch;

const POLICY = {breaker: null, budget: null, backoff: {baseMs: 0, throttledBaseMs: 0}} as const;
const POST = {method: 'POST', body: '{}'} as const;
const redirecting = new undici.Agent().compose(undici.interceptors.redirect({maxRedirections: 3}));

/** Of a Response, or of what looks like one: the error of a program that knows of no more than the status. */
function checked({status}: {readonly status: number}): void {
  if (status >= 400) throw Object.assign(new Error(`status ${status}`), {status});
}

const asText = async (response: Response | PromiseLike<Response>): Promise<void> => {
  const {status} = await response;
  checked({status});
};

const SENDS: Readonly<Record<string, Send>> = {
  fetch: (url, headers, signal) => asText(fetch(url, {...POST, headers, signal})),
  'undici.fetch': async (url, headers, signal) => checked(await undici.fetch(url, {...POST, headers, signal})),
  'undici.request': async (url, headers, signal) => {
    const {statusCode, body} = await undici.request(url, {...POST, headers, signal, dispatcher: redirecting});
    await body.dump();
    checked({status: statusCode});
  },
  got: (url, headers, signal) => got.post(url, {body: '{}', headers, signal, retry: {limit: 0}}).text(),
  'axios, http': (url, headers, signal) => axios.post(url, '{}', {headers, signal, adapter: 'http'}),
  'axios, fetch': (url, headers, signal) => axios.post(url, '{}', {headers, signal, adapter: 'fetch'}),
  'axios, fetch, the status alone': (url, headers, signal) =>
    axios.post(url, '{}', {headers, signal, adapter: 'fetch', validateStatus: () => true}).then(checked),
  'node-fetch 2': async (url, headers) => checked(await nodeFetch2(url, {...POST, headers})),
  'node-fetch 3': async (url, headers, signal) => checked(await nodeFetch(url, {...POST, headers, signal})),
  superagent: (url, headers) => superagent.post(url).set(headers).send('{}'),
  ky: (url, headers, signal) => ky.post(url, {body: '{}', headers, signal, retry: 0}).text(),
  ofetch: (url, headers, signal) => ofetch(url, {...POST, headers, signal, retry: false}),
  wretch: (url, headers, signal) => wretch(url).headers(headers).options({signal}).post({}).res(),
  openai: (url, headers, signal) =>
    new OpenAI({apiKey: 'key', baseURL: url, maxRetries: 0}).post('', {body: {}, headers, signal}),
};

const copying =
  (fetch: Fetch): Fetch =>
  async (input, init) => {
    const response = await fetch(input, init);
    return new Response(response.body, response);
  };
/** A fetch that another client is behind. */
const behindAxios =
  (adapter: string): Fetch =>
  async (input, init) => {
    const headers = Object.fromEntries(new globalThis.Headers(init?.headers));
    const method = init?.method ?? 'GET';
    const {status} = await axios(String(input), {
      method,
      data: init?.body,
      headers,
      adapter,
      validateStatus: () => true,
    });
    return new Response(null, {status});
  };
const behindGot: Fetch = async (input, init) => {
  const headers = Object.fromEntries(new globalThis.Headers(init?.headers));
  const {statusCode: status} = await got.post(String(input), {
    body: String(init?.body),
    headers,
    retry: {limit: 0},
    throwHttpErrors: false,
  });
  return new Response(null, {status});
};

const FETCHES: Readonly<Record<string, Fetch>> = {
  fetch: (...args) => fetch(...args),
  'undici.fetch': undici.fetch as unknown as Fetch,
  'node-fetch 2': nodeFetch2 as unknown as Fetch,
  'node-fetch 3': nodeFetch as unknown as Fetch,
  'a copy of fetch’s Response': copying((...args) => fetch(...args)),
  'a copy of undici.fetch’s Response': copying(undici.fetch as unknown as Fetch),
  'axios, http': behindAxios('http'),
  'axios, fetch': behindAxios('fetch'),
  got: behindGot,
};

describe('a POST that was answered with a redirect', () => {
  let server: Server;
  let origin: string;
  let refusing: string;
  let acted = 0;

  before(async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    refusing = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    await new Promise(resolve => other.close(resolve));
    server = createServer((request, response) => {
      const [, status, next] = request.url!.split('/');
      request.resume().on('end', () => {
        if (status === 'then' || status === 'direct') {
          if (status === 'direct') acted++;
          if (next === 'reset') request.socket.resetAndDestroy();
          else response.writeHead(Number(next)).end();
          return;
        }
        acted++;
        response.writeHead(Number(status), {location: next === 'refused' ? refusing : `/then/${next}`}).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    acted = 0;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const next = (status: number, what: string): string => `${origin}/${status}/${what}`;

  for (const status of [301, 302, 303, 307, 308])
    for (const what of ['429', '503', 'reset', 'refused']) {
      for (const [client, send] of Object.entries(SENDS))
        for (const [passes, title] of [
          [true, 'with our headers'],
          [false, 'without our headers'],
        ] as const)
          it(`${status} and ${what}: guard, ${client}, ${title}`, async () => {
            const run = guard(POLICY)((signal, {headers}) => send(next(status, what), passes ? headers : {}, signal));
            await run.then(
              () => expect.fail('it succeeded'),
              () => {},
            );
            expect(acted).to.equal(1);
          });

      for (const [client, fetch] of Object.entries(FETCHES))
        it(`${status} and ${what}: createFetch, ${client}`, async () => {
          await createFetch(POLICY, {fetch})(next(status, what), POST).catch(() => {});
          expect(acted).to.equal(1);
        });
    }

  for (const [client, send] of Object.entries(SENDS))
    it(`or else got 429 is sent again: guard, ${client}`, async () => {
      await guard(POLICY)((signal, {headers}) => send(`${origin}/direct/429`, headers, signal)).catch(() => {});
      expect(acted).to.equal(3);
    });
  for (const [client, fetch] of Object.entries(FETCHES))
    it(`or else got 429 is sent again: createFetch, ${client}`, async () => {
      await createFetch(POLICY, {fetch})(`${origin}/direct/429`, POST).catch(() => {});
      expect(acted).to.equal(3);
    });
});
