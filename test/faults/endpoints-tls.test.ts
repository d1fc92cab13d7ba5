/** Endpoints without a TLS connection to offer, over real sockets: nothing was sent, so another endpoint may have the call. */
import {once} from 'node:events';
import {createServer as createHttpServer} from 'node:http';
import {type AddressInfo, createServer as createNetServer, type Server} from 'node:net';
import {createServer as createTlsServer} from 'node:tls';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, request} from 'undici';
import {createFetch, type PolicyInput, type Ports, reportOf, resilience, type SteadfetchEvent} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {AT_ONCE} from '../support/policies.ts';
import {EXPIRED, KEY, OTHER_NAME} from './certificates.ts';

/** How a server has none, and the code of the error. */
const BROKEN: Readonly<Record<string, readonly [code: string, make: () => Server]>> = {
  'its certificate is of an authority that is not trusted': [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    () => createTlsServer({key: KEY, cert: OTHER_NAME}),
  ],
  'its certificate has expired': ['CERT_HAS_EXPIRED', () => createTlsServer({key: KEY, cert: EXPIRED})],
  'it has no certificate': ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', () => createTlsServer({})],
  'it speaks plain HTTP': ['ERR_SSL_WRONG_VERSION_NUMBER', () => createHttpServer((_, response) => response.end())],
  'it closes the connection': ['ECONNRESET', () => createNetServer(socket => void socket.destroy())],
  'it resets the connection after the first bytes of the client': [
    'ECONNRESET',
    () => createNetServer(socket => void socket.once('data', () => socket.resetAndDestroy())),
  ],
};

type Send = (url: string, init?: {method: string; body: string}) => Promise<number>;
const CLIENTS: Readonly<Record<string, (policy: PolicyInput, ports: Pick<Ports, 'on'>, agent: Agent) => Send>> = {
  fetch: (policy, ports) => {
    const fetch = createFetch(policy, {observer: null, ...ports});
    return async (url, init) => (await fetch(url, init)).status;
  },
  'fetch with a Request': (policy, ports) => {
    const fetch = createFetch(policy, {observer: null, ...ports});
    return async (url, init) => (await fetch(new Request(url, init))).status;
  },
  ky: (policy, ports) => {
    const api = ky.extend(resilience(policy, {observer: null, ...ports}));
    return async (url, init) => (await api(url, init)).status;
  },
  'undici.request': (policy, ports, agent) => {
    const dispatcher = agent.compose(resilienceInterceptor(policy, {observer: null, ...ports}));
    return async (url, init) => {
      const {statusCode, body} = await request(url, {...init, dispatcher} as Parameters<typeof request>[1]);
      await body.dump();
      return statusCode;
    };
  },
};

describe('an endpoint without a TLS connection to offer', () => {
  const agent = new Agent();
  const servers: Server[] = [];
  let up: LoopbackServer;
  before(async () => {
    up = await LoopbackServer.start();
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  after(() => Promise.all([up.close(), agent.destroy()]));

  async function listen(server: Server): Promise<string> {
    servers.push(server);
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `https://localhost:${(server.address() as AddressInfo).port}`;
  }

  const policyOf = (origins: readonly string[], more: PolicyInput = {}): PolicyInput => ({
    endpoints: origins.map((origin, n) => ({name: `e${n}`, origin, rank: n + 1})),
    backoff: AT_ONCE,
    maxAttempts: 4,
    breaker: null,
    ...more,
  });
  const POST = {method: 'POST', body: '{"amount":1}'};

  for (const [client, make] of Object.entries(CLIENTS))
    for (const [how, [, broken]] of Object.entries(BROKEN))
      it(`${client}: ${how}: a POST goes to the next one, once`, async () => {
        const origin = await listen(broken());
        const there = up.place(200);
        const base = new URL(there.url).pathname;
        const reasons: string[] = [];
        const on = (event: SteadfetchEvent): void => {
          if (event.type === 'attempt.end') reasons.push(event.reason);
        };
        const policy = policyOf([]);
        const endpoints = [
          {name: 'eu', origin},
          {name: 'us', origin: up.origin, basePath: base, rank: 2},
        ];
        expect(await make({...policy, endpoints}, {on}, agent)(`${origin}/charge`, POST)).to.equal(200);
        expect(there.bodies).to.deep.equal([POST.body]);
        expect(reasons).to.have.length(2);
      });

  const failing = async (policy: PolicyInput, url: string, init: RequestInit = POST) => {
    const error = await createFetch(policy, {observer: null})(url, init).catch((caught: unknown) => caught);
    return {error: error as {cause?: {code?: string}}, report: reportOf(error)!};
  };

  for (const [how, [code, broken]] of Object.entries(BROKEN).slice(0, 4))
    it(`${how}: where all are so, each is asked once, and the error of the last is the answer`, async () => {
      const origins = [await listen(broken()), await listen(broken())];
      const {error, report} = await failing(policyOf(origins), `${origins[0]}/charge`);
      expect(report).to.include({attempts: 2, endpoint: 'e1', refusal: 'not-transient'});
      expect(error.cause?.code).to.equal(code);
    });

  it('is not asked again by a call that failed elsewhere, too', async () => {
    const origin = await listen(createTlsServer({key: KEY, cert: OTHER_NAME}));
    const there = up.place(503);
    const endpoints = [
      {name: 'eu', origin},
      {name: 'us', origin: up.origin, basePath: new URL(there.url).pathname, rank: 2},
    ];
    const response = await createFetch(policyOf([], {endpoints}), {observer: null})(`${origin}/items`);
    expect([response.status, there.requests.length, reportOf(response)?.attempts]).to.deep.equal([503, 3, 4]);
  });

  it('keeps its calls, if failover.on does not list "network"', async () => {
    const origin = await listen(createTlsServer({key: KEY, cert: OTHER_NAME}));
    const policy = policyOf([origin, up.origin], {failover: {on: ['overloaded']}});
    expect((await failing(policy, `${origin}/charge`)).report).to.include({attempts: 1, refusal: 'not-transient'});
  });

  /** As node-fetch does: its error has the code, and is not the one that undici told of. */
  const untold: typeof fetch = async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (error) {
      const {message, code} = (error as {cause: {message: string; code: string}}).cause;
      throw Object.assign(new Error(message), {name: 'FetchError', type: 'system', code});
    }
  };

  for (const [title, init, went] of [
    ['a GET moves', {}, 1],
    ['a POST stays, because a redirect may have led to that server', POST, 0],
    ['a POST that follows no redirect moves', {...POST, redirect: 'manual'}, 1],
  ] as readonly [string, RequestInit, number][])
    it(`by a fetch that does not tell of redirects: ${title}`, async () => {
      const origin = await listen(createTlsServer({key: KEY, cert: OTHER_NAME}));
      const there = up.place(200);
      const endpoints = [
        {name: 'eu', origin},
        {name: 'us', origin: up.origin, basePath: new URL(there.url).pathname, rank: 2},
      ];
      await createFetch(policyOf([], {endpoints}), {observer: null, fetch: untold})(`${origin}/a`, init).catch(
        () => {},
      );
      expect(there.requests).to.have.length(went);
    });

  it('by a fetch that does not tell of redirects: a POST with a key of ours stays, if its endpoint may have acted before a redirect', async () => {
    const gone = createNetServer();
    const origin = await listen(gone);
    gone.close();
    const first = up.place({status: 307, headers: {location: `${origin}/charge`}});
    const other = await LoopbackServer.start();
    try {
      const there = other.place(200);
      const endpoints = [
        {name: 'eu', origin: up.origin},
        {name: 'us', origin: other.origin, basePath: new URL(there.url).pathname, rank: 2},
      ];
      const policy = policyOf([], {endpoints, idempotency: {}, maxAttempts: 3});
      await createFetch(policy, {observer: null, fetch: untold})(first.url, POST).catch(() => {});
      expect([first.requests.length, there.requests.length]).to.deep.equal([3, 0]);
    } finally {
      await other.close();
    }
  });

  it('without others gets one request, as before', async () => {
    const origin = await listen(createTlsServer({key: KEY, cert: OTHER_NAME}));
    expect((await failing({backoff: AT_ONCE}, `${origin}/charge`)).report).to.include({
      attempts: 1,
      refusal: 'not-transient',
    });
  });

  for (const method of ['POST', 'GET'])
    it(`is not the one whose redirect led to such a server: a ${method} stays`, async () => {
      const broken = await listen(createTlsServer({key: KEY, cert: OTHER_NAME}));
      const first = up.place({status: 307, headers: {location: `${broken}/charge`}});
      const other = await LoopbackServer.start();
      try {
        const there = other.place(200);
        const endpoints = [
          {name: 'eu', origin: up.origin},
          {name: 'us', origin: other.origin, rank: 2},
        ];
        const init = method === 'GET' ? {} : POST;
        const {report} = await failing(policyOf([], {endpoints}), first.url, init);
        expect(report).to.include({attempts: 1, endpoint: 'eu'});
        expect([first.requests.length, there.requests.length]).to.deep.equal([1, 0]);
      } finally {
        await other.close();
      }
    });
});
