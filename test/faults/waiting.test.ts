/** A call that waits to retry holds no connection: all of these run on four connections that other calls need, too. */
import {once} from 'node:events';
import {createServer, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect} from 'chai';
import ky from 'ky';
import * as undici from 'undici';
import {createFetch, definePolicy, type PolicyHandle, type Ports, resilience} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {resilienceInterceptor} from '../../src/undici.ts';

const CONNECTIONS = 4;
const WAITING = 8;
const OTHERS = 24;
const WAIT_MS = 5000;

const KINDS = {
  'is small': (response: ServerResponse) => response.end('x'.repeat(20_000)),
  'is large and has a length': (response: ServerResponse) =>
    response.setHeader('content-length', 70_000).end('x'.repeat(70_000)),
  'is large and has no length': (response: ServerResponse) => {
    response.write('x'.repeat(35_000));
    response.end('x'.repeat(35_000));
  },
  'does not end': (response: ServerResponse) => response.write('x'),
};

interface Answer {
  readonly status: number;
  text(): Promise<string>;
}
type Client = (handle: PolicyHandle, agent: undici.Agent, ports: Ports) => (url: string) => Promise<Answer>;

const over = (agent: undici.Agent): typeof fetch =>
  ((input: string | Request, init?: undici.RequestInit) => {
    const [url, signal] = typeof input === 'string' ? [input, init?.signal] : [input.url, init?.signal ?? input.signal];
    return undici.fetch(url, {signal: signal ?? null, dispatcher: agent});
  }) as unknown as typeof fetch;
const CLIENTS: Record<string, Client> = {
  fetch: (handle, agent, ports) => createFetch(handle, {...ports, fetch: over(agent)}),
  ky: (handle, agent, ports) => {
    const api = ky.extend(resilience(handle, ports)).extend({fetch: over(agent), throwHttpErrors: false});
    return async url => api(url);
  },
  undici: (handle, agent, ports) => {
    const dispatcher = agent.compose(resilienceInterceptor(handle, ports));
    return async url => {
      const {statusCode, body} = await undici.request(url, {dispatcher});
      return {status: statusCode, text: () => body.text()};
    };
  },
};

/** What is there whenever `done` says so; events of real sockets make it true. */
async function until(done: () => boolean): Promise<void> {
  for (const endsAt = performance.now() + 4000; !done() && performance.now() < endsAt; )
    await new Promise(resolve => setImmediate(resolve));
}

describe('a call that waits to retry @T62', () => {
  let server: Server;
  let agent: undici.Agent;
  let clock: VirtualClock;
  let handle: PolicyHandle;
  let seen: string[];
  let scheduled: number;
  let fail: (response: ServerResponse) => unknown;
  let url: string;
  const ports = (): Ports => ({clock, on: ({type}) => void (type === 'retry.scheduled' && scheduled++)});

  beforeEach(async () => {
    seen = [];
    scheduled = 0;
    clock = new VirtualClock();
    agent = new undici.Agent({connections: CONNECTIONS});
    handle = definePolicy({
      maxAttempts: 2,
      backoff: {kind: 'constant', delayMs: WAIT_MS, jitter: 'none'},
      budget: null,
      breaker: null,
    });
    server = createServer((request, response) => {
      const path = request.url!;
      const isFirst = !seen.includes(path);
      seen.push(path);
      if (isFirst && path.startsWith('/busy')) {
        response.statusCode = 503;
        fail(response);
      } else response.end('well');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    await agent.destroy();
    server.closeAllConnections();
    server.close();
  });

  for (const [name, client] of Object.entries(CLIENTS))
    for (const [kind, answer] of Object.entries(KINDS))
      it(`leaves its connection to others where the body of the failed response ${kind}: ${name}`, async () => {
        fail = answer;
        const call = client(handle, agent, ports());
        const calls = Array.from({length: WAITING}, (_, index) => call(`${url}/busy/${index}`));
        if (kind === 'does not end') {
          await until(() => scheduled === CONNECTIONS);
          await clock.advance(1000);
        }
        await until(() => scheduled === WAITING);
        if (kind === 'does not end') await clock.advance(1000);
        const others = Array.from({length: OTHERS}, () => undici.fetch(`${url}/other`, {dispatcher: agent}));
        for (const other of await Promise.all(others)) expect(await other.text()).to.equal('well');
        expect(seen).to.have.length(WAITING + OTHERS);
        await clock.advance(WAIT_MS);
        for (const response of await Promise.all(calls)) expect(await response.text()).to.equal('well');
        expect(seen).to.have.length(WAITING + OTHERS + WAITING);
      });

  /** The last answer of a call whose retry was refused while it waited. */
  async function refused(name: string, kind: keyof typeof KINDS, readMs = 0): Promise<Answer> {
    fail = KINDS[kind];
    const answer = CLIENTS[name]!(handle, agent, ports())(`${url}/busy`);
    await until(() => scheduled === 1);
    await sleep(readMs);
    handle.disableRetries();
    return answer;
  }

  for (const name of Object.keys(CLIENTS)) {
    it(`still has the body of its answer where the retry is refused: ${name}`, async () => {
      const answer = await refused(name, 'is small');
      expect(answer.status).to.equal(503);
      expect(await answer.text()).to.equal('x'.repeat(20_000));
    });

    for (const kind of ['is large and has a length', 'is large and has no length'] as const)
      it(`gives the beginning of the body, and says why it ends, where it ${kind} and the retry is refused: ${name}`, async () => {
        const answer = await refused(name, kind, 100);
        expect(answer.status).to.equal(503);
        expect(await answer.text()).to.equal(
          `${'x'.repeat(65_536)}\n[BODY_DROPPED: The body of this 503 response is larger than 65536 bytes: the rest was dropped while the call waited to retry.]\n`,
        );
      });
  }
});
