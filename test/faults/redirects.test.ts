/** A redirect, and what comes of the request after it: how often the server acted on the request that was redirected. */
import dns from 'node:dns';
import {once} from 'node:events';
import {createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, type Dispatcher, interceptors, request, fetch as undiciFetch} from 'undici';
import {createFetch, type PolicyInput, type Ports, resilience, type SteadfetchEvent} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {settle} from '../support/outcome.ts';

const POLICY: PolicyInput = {
  backoff: {kind: 'constant', delayMs: 0, throttledBaseMs: 0, jitter: 'none'},
  attemptTimeoutMs: 4000,
  budget: null,
  breaker: null,
};
const UNKNOWN_HOST = 'steadfetch.invalid';

type Init = {readonly method?: string; readonly body?: string; readonly headers?: Record<string, string>};
type Client = (url: string, init: Init) => Promise<unknown>;
type MakeClient = (policy: PolicyInput, ports: Ports, agent: Agent) => Client;

const throughUndici =
  (compose: (agent: Agent, policy: PolicyInput, ports: Ports) => Dispatcher): MakeClient =>
  (policy, ports, agent) => {
    const dispatcher = compose(agent, policy, ports);
    return async (url, init) => {
      const {statusCode, body} = await request(url, {...init, dispatcher} as {dispatcher: Dispatcher});
      await body.dump();
      return statusCode;
    };
  };

/** A wrapper that makes a Response of its own: it has neither `url` nor `redirected`. */
const copying: typeof globalThis.fetch = async (input, init) => {
  const response = await globalThis.fetch(input, init);
  return new Response(response.body, response);
};

/** The same over node:http, as a wrapper of axios is. */
const copyingHttp: typeof globalThis.fetch = async (input, init) => {
  const {method = 'GET', headers} = init ?? {};
  const sent = httpRequest(String(input), {method, headers: Object.fromEntries(new Headers(headers))}).end(init?.body);
  const [answer]: IncomingMessage[] = await once(sent, 'response');
  answer!.resume();
  const {
    statusCode: status = 0,
    headers: {location},
  } = answer!;
  if (location === undefined) return new Response(null, {status});
  const {body: _, ...rest} = init ?? {};
  return copyingHttp(new URL(location, String(input)), status < 307 ? {...rest, method: 'GET'} : init);
};

/** A wrapper that follows redirects itself, as those that keep cookies do: its Response is the last hop's own, and says that nothing was redirected. */
const following: typeof globalThis.fetch = async (input, init) => {
  const response = await globalThis.fetch(input, {...init, redirect: 'manual'});
  const location = response.headers.get('location');
  if (location === null) return response;
  const {body: _, ...rest} = init ?? {};
  return following(new URL(location, response.url), response.status < 307 ? {...rest, method: 'GET'} : init);
};

const CLIENTS: Readonly<Record<string, MakeClient>> = {
  fetch: (policy, ports) => createFetch(policy, ports),
  'fetch, following by itself': (policy, ports) => createFetch(policy, {...ports, fetch: following}),
  'fetch, copying': (policy, ports) => createFetch(policy, {...ports, fetch: copying}),
  'fetch, copying node:http': (policy, ports) => createFetch(policy, {...ports, fetch: copyingHttp}),
  'fetch of a Request, copying': (policy, ports) => {
    const send = createFetch(policy, {...ports, fetch: copying});
    return (url, init) => send(new Request(url, init));
  },
  'ky, our loop, copying': (policy, ports) => {
    const api = ky.extend(resilience(policy, ports)).extend({fetch: copying});
    return (url, init) => api(url, {throwHttpErrors: false, ...init});
  },
  'ky, its own loop, copying': (policy, ports) => {
    const api = ky.extend(resilience(policy, ports)).extend({fetch: copying, hooks: {beforeRetry: [() => {}]}});
    return (url, init) => api(url, {throwHttpErrors: false, ...init});
  },
  'fetch over undici.fetch': (policy, ports) =>
    createFetch(policy, {...ports, fetch: undiciFetch as unknown as typeof globalThis.fetch}),
  'ky, our loop': (policy, ports) => {
    const api = ky.extend(resilience(policy, ports));
    return (url, init) => api(url, {throwHttpErrors: false, ...init});
  },
  'ky, its own loop': (policy, ports) => {
    const api = ky.extend(resilience(policy, ports)).extend({hooks: {beforeRetry: [() => {}]}});
    return (url, init) => api(url, {throwHttpErrors: false, ...init});
  },
  'undici, redirects below': throughUndici((agent, policy, ports) =>
    agent.compose(interceptors.redirect({maxRedirections: 5}), resilienceInterceptor(policy, ports)),
  ),
  'undici, redirects above': throughUndici((agent, policy, ports) =>
    agent.compose(resilienceInterceptor(policy, ports), interceptors.redirect({maxRedirections: 5})),
  ),
};

const REDIRECTS = [302, 303, 307, 308];
const NEXT = ['429', '408', '421', '425', '503', 'refused', 'unknown host', 'reset'] as const;
type Next = (typeof NEXT)[number] | '401' | '403';

/** `/act` acts and redirects; `/next` gives the answer, or the reset, after the redirect. */
class RedirectingServer {
  /** Requests that `/act` acted on. */
  effects = 0;
  readonly #server: Server;
  readonly #closedPort: number;

  constructor(server: Server, closedPort: number) {
    this.#server = server;
    this.#closedPort = closedPort;
    server.on('request', (message: IncomingMessage, response: ServerResponse) => {
      message.resume().on('end', () => this.#answer(new URL(message.url!, this.origin), response));
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get refusing(): string {
    return `http://127.0.0.1:${this.#closedPort}`;
  }

  act(status: number, next: Next): string {
    return `${this.origin}/act?status=${status}&to=${encodeURIComponent(this.#next(next))}`;
  }

  #next(next: Next): string {
    if (next === 'refused') return `${this.refusing}/next`;
    if (next === 'unknown host') return `http://${UNKNOWN_HOST}/next`;
    return `${this.origin}/next?as=${next}`;
  }

  #answer({pathname, searchParams}: URL, response: ServerResponse): void {
    if (pathname === '/act') {
      this.effects++;
      response.writeHead(Number(searchParams.get('status')), {location: searchParams.get('to')!}).end();
      return;
    }
    const as = searchParams.get('as');
    if (as === 'reset') response.socket!.resetAndDestroy();
    else response.writeHead(Number(as), as === '403' ? {'retry-after': '0'} : {}).end();
  }
}

/** A server that acts, redirects to itself, and is gone before the redirect is followed. */
async function leavingServer(): Promise<{url: string; effects(): number}> {
  let effects = 0;
  const server = createServer((message, response) => {
    message.resume().on('end', () => {
      effects++;
      response.writeHead(303, {location: '/next', connection: 'close'});
      server.close();
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/act`, effects: () => effects};
}

describe('a redirect', () => {
  let server: RedirectingServer;
  let http: Server;
  let agent: Agent;
  const {lookup} = dns;

  before(async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const {port} = closed.address() as AddressInfo;
    closed.close();
    http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    server = new RedirectingServer(http, port);
    agent = new Agent();
    // No resolver is asked: it may take seconds where there is no network.
    dns.lookup = ((hostname: string, options: object, done: (error: unknown, ...rest: unknown[]) => void) =>
      hostname === UNKNOWN_HOST
        ? done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {code: 'ENOTFOUND', hostname}))
        : lookup(hostname, options, done as () => void)) as typeof lookup;
  });
  after(async () => {
    dns.lookup = lookup;
    await agent.destroy();
    http.closeAllConnections();
    http.close();
  });

  const send = async (
    make: MakeClient,
    url: string,
    init: Init,
    ports: Omit<Ports, 'fetch'> = {},
  ): Promise<{effects: number; retries: number; reason: string}> => {
    const events: SteadfetchEvent[] = [];
    const client = make(POLICY, {...ports, on: event => void events.push(event)}, agent);
    server.effects = 0;
    await settle(() => client(url, init));
    const retries = events.filter(({type}) => type === 'retry.scheduled').length;
    const end = events.findLast(event => event.type === 'call.end');
    return {effects: server.effects, retries, reason: end?.reason ?? ''};
  };
  const POST = {method: 'POST', body: 'work'};

  it('is not forgotten where a hook of ky replaces the response: a POST without a key has one effect', async () => {
    const make: MakeClient = (policy, ports) => {
      const afterResponse = [() => new Response(null, {status: 429})];
      const api = ky.extend(resilience(policy, ports)).extend({hooks: {afterResponse}});
      return (url, init) => api(url, init);
    };
    expect(await send(make, server.act(303, '503'), POST)).to.include({effects: 1});
    const keyed = {...POST, headers: {'idempotency-key': 'mine'}};
    expect((await send(make, `${server.origin}/next?as=503`, keyed)).retries, 'with a key').to.be.above(0);
  });

  for (const [name, make] of Object.entries(CLIENTS))
    describe(`through ${name}`, () => {
      for (const status of REDIRECTS)
        for (const next of NEXT) {
          it(`${status} then ${next}: a POST without a key has one effect`, async () => {
            expect(await send(make, server.act(status, next), POST)).to.include({effects: 1});
          });
          // fetch has sent a request that got 421 again itself.
          const isResent = next === '421' && !/undici,|copying/.test(name);
          it(`${status} then ${next}: a GET is ${isResent ? 'not ' : ''}retried`, async () => {
            const {retries} = await send(make, server.act(status, next), {});
            if (isResent) expect(retries).to.equal(0);
            else expect(retries).to.be.at.least(1);
          });
        }

      it('followed by 401 with prepareAttempt: a POST without a key has one effect', async () => {
        const sent = await send(make, server.act(303, '401'), POST, {prepareAttempt: () => {}});
        expect(sent).to.include({effects: 1});
      });

      it('followed by 403 with a hint: a POST without a key has one effect', async () => {
        expect(await send(make, server.act(303, '403'), POST)).to.include({effects: 1});
      });

      it('to an origin that closes before it is followed: a POST without a key has one effect', async () => {
        const leaving = await leavingServer();
        await send(make, leaving.url, POST);
        expect(leaving.effects()).to.equal(1);
      });

      it('is not needed for a retry: a POST that gets 429 is retried', async () => {
        expect(await send(make, `${server.origin}/next?as=429`, POST)).to.include({retries: 2});
      });

      if (name === 'fetch, copying node:http') return; // Which of its requests failed is not known.
      it('is not needed for a retry: a POST that is refused at once is retried', async () => {
        expect(await send(make, `${server.refusing}/act?a=b#c`, POST)).to.include({retries: 2});
      });

      it('is not needed for a retry: a POST to an unknown host is retried', async () => {
        expect(await send(make, `http://${UNKNOWN_HOST}/act`, POST)).to.include({retries: 2});
      });
    });
});
