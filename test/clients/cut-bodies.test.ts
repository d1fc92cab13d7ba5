/** A retry is refused after the wait, and the body of the 503 was cut: each client reports the status, as with plain fetch. */
import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import axios from 'axios';
import {expect} from 'chai';
import {GraphQLClient} from 'graphql-request';
import OpenAI from 'openai';
import createClient from 'openapi-fetch';
import {createFetch, definePolicy} from '../../src/fetch.ts';
import {VirtualClock} from '../../src/testing.ts';

type Fetch = typeof globalThis.fetch;

/** Each gives the status that its user sees. */
const CLIENTS: Readonly<Record<string, (fetch: Fetch, url: string) => Promise<unknown>>> = {
  axios: (fetch, url) => axios.create({adapter: 'fetch', env: {fetch}}).get(url),
  'openapi-fetch': async (fetch, url) => {
    const {response, error} = await createClient<Record<string, never>>({baseUrl: url, fetch}).GET('/' as never);
    expect(error).to.be.a('string');
    throw response;
  },
  'graphql-request': (fetch, url) => new GraphQLClient(url, {fetch, method: 'GET'}).request('{a}'),
  openai: (fetch, url) => new OpenAI({apiKey: 'key', baseURL: url, maxRetries: 0, fetch}).get('/'),
};

describe('a 503 whose body was cut', () => {
  let server: Server;
  let url: string;
  before(async () => {
    server = createServer((_request, response) => {
      response.writeHead(503, {'content-type': 'application/json'});
      response.end(JSON.stringify({error: 'e'.repeat(100_000)}));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  for (const [name, call] of Object.entries(CLIENTS))
    it(`is a 503 to ${name}`, async () => {
      const handle = definePolicy({backoff: {kind: 'constant', delayMs: 5000, jitter: 'none'}});
      const fetch = createFetch(handle, {
        clock: new VirtualClock(),
        on: ({type}) => void (type === 'retry.scheduled' && setTimeout(() => handle.disableRetries(), 100)),
      });
      const seen: {status?: number; response?: {status?: number}} = await call(fetch as Fetch, url).then(
        () => ({}),
        error => error,
      );
      expect(seen.status ?? seen.response?.status).to.equal(503);
    });
});
