/** An endpoint whose bodies break after the headers: it counts as failing, although its status was 200. */
import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, fetch as undiciFetch} from 'undici';
import {type PolicyInput, type SteadfetchEvent, seededRandom} from '../../src/core.ts';
import {createFetch} from '../../src/fetch.ts';
import {resilience} from '../../src/ky.ts';
import {VirtualClock} from '../../src/testing.ts';
import {resilienceInterceptor} from '../../src/undici.ts';

const broken = (): ReadableStream =>
  new ReadableStream({pull: controller => controller.error(new TypeError('terminated'))});

const POLICY = {
  maxAttempts: 1,
  breaker: {kind: 'ratio', failureRatio: 0.5, minCalls: 6, windowMs: 60_000, openMs: 60_000},
} as const;

describe('a body that breaks', () => {
  let server: Server;
  let url: string;
  before(async () => {
    server = createServer((request, response) => {
      response.writeHead(200, {'content-length': '100'}).write('ten bytes.');
      if (request.url !== '/hangs') setImmediate(() => response.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  after(() => server.close().closeAllConnections());

  type Get = (url: string, init?: RequestInit) => Promise<Response>;
  const clients: Readonly<Record<string, (on: (event: SteadfetchEvent) => void) => Get>> = {
    fetch: on => createFetch(POLICY, {on}),
    ky: on => ky.create(resilience(POLICY, {on})) as unknown as Get,
    undici: on => {
      const dispatcher = new Agent().compose(resilienceInterceptor(POLICY, {on}));
      return (to, init) => undiciFetch(to, {...(init as object), dispatcher}) as unknown as Promise<Response>;
    },
  };
  for (const [name, make] of Object.entries(clients)) {
    it(`opens the breaker of its origin: ${name}`, async () => {
      const opened: SteadfetchEvent[] = [];
      const get = make(event => event.type === 'breaker.changed' && opened.push(event));
      for (let n = 0; n < 6; n++) await (await get(url)).text().catch(() => {});
      expect(opened).to.have.length(1);
    });

    it(`is no failure where the caller left it: ${name}`, async () => {
      const opened: SteadfetchEvent[] = [];
      const get = make(event => event.type === 'breaker.changed' && opened.push(event));
      for (let n = 0; n < 8; n++) {
        const controller = new AbortController();
        const response = await get(`${url}hangs`, {signal: controller.signal});
        const read = response.text().catch(() => {});
        controller.abort();
        await read;
        await (await get(`${url}hangs`)).body!.cancel();
      }
      expect(opened).to.have.length(0);
    });
  }

  const failovers: Readonly<Record<string, NonNullable<PolicyInput['failover']>>> = {
    'p2c-ewma': {balance: 'p2c-ewma'},
    ejection: {ejection: {maxEjectedShare: 0.5, minCalls: 20}},
  };
  for (const [name, failover] of Object.entries(failovers))
    it(`takes its share from the endpoint: ${name}`, async () => {
      const clock = new VirtualClock();
      const asked: Record<string, number> = {a: 0, b: 0};
      const endpoints = ['a', 'b'].map(name => ({name, origin: `https://${name}.test`}));
      const get = createFetch(
        {endpoints, failover, maxAttempts: 1, breaker: null},
        {
          clock,
          random: seededRandom(7),
          fetch: async input => {
            await clock.sleep(10);
            const {host} = new URL((input as Request).url ?? String(input));
            asked[host[0]!]!++;
            return new Response(host === 'a.test' ? broken() : 'whole');
          },
        },
      );
      await clock.run(async () => {
        for (let n = 0; n < 400; n++) await (await get('https://a.test/')).text().catch(() => {});
      });
      expect(asked.a).to.be.within(1, 60);
    });

  it('is no failure where the program reads it wrongly', async () => {
    const opened: SteadfetchEvent[] = [];
    const get = createFetch(POLICY, {
      on: event => event.type === 'breaker.changed' && opened.push(event),
      fetch: async () => new Response('no form'),
    });
    for (let n = 0; n < 8; n++) await (await get(url)).formData().catch(() => {});
    expect(opened).to.have.length(0);
  });
});
