/** An abort ends the reading of the failed bodies of its call: no connection stays open for them, and no timer. */
import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, fetch as fetchOfUndici, request} from 'undici';
import {createFetch} from '../../src/fetch.ts';
import {type PolicyInput, type Ports, resilience} from '../../src/index.ts';
import {createFetch as createLiteFetch} from '../../src/lite.ts';
import {VirtualClock} from '../../src/testing.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {errorOf} from '../support/outcome.ts';

type Send = (url: string, signal: AbortSignal) => Promise<unknown>;

const agents: Agent[] = [];
const agentOf = (policy: PolicyInput, ports: Ports) => {
  const agent = new Agent();
  agents.push(agent);
  return agent.compose(resilienceInterceptor(policy, ports as object));
};

const clients: Record<string, (policy: PolicyInput, ports: Ports) => Send> = {
  fetch: (policy, ports) => {
    const fetch = createFetch(policy, ports);
    return (url, signal) => fetch(url, {signal});
  },
  'fetch of lite': (policy, ports) => {
    const fetch = createLiteFetch(policy, ports);
    return (url, signal) => fetch(url, {signal});
  },
  ky: (policy, ports) => {
    const client = ky.extend(resilience(policy, ports));
    return (url, signal) => client(url, {signal, timeout: false});
  },
  'undici.request': (policy, ports) => {
    const dispatcher = agentOf(policy, ports);
    return (url, signal) => request(url, {signal, dispatcher});
  },
  'undici.fetch': (policy, ports) => {
    const dispatcher = agentOf(policy, ports);
    return (url, signal) => fetchOfUndici(url, {signal, dispatcher});
  },
};

const POLICY: PolicyInput = {
  backoff: {kind: 'constant', delayMs: 100, throttledBaseMs: 0, jitter: 'none'},
  breaker: null,
  budget: null,
};

describe('an abort', () => {
  let server: Server;
  let sockets: Socket[];
  let url: string;
  beforeEach(async () => {
    sockets = [];
    server = createServer((_, response) => response.writeHead(503).write('a body that does not end'));
    server.on('connection', socket => sockets.push(socket.on('error', () => {})));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    for (const agent of agents.splice(0)) await agent.destroy();
  });

  for (const [name, make] of Object.entries(clients))
    it(`ends the reading of failed bodies: ${name}`, async () => {
      const clock = new VirtualClock(); // In its time a body that does not end is never too slow.
      let retries = 0;
      const controller = new AbortController();
      const on: Ports['on'] = ({type}) => void (type === 'retry.scheduled' && retries++);
      const send = make(POLICY, {clock, on});
      const error = errorOf(() => send(url, controller.signal));
      await until(() => retries === 1);
      await clock.advance(100);
      await until(() => retries === 2);
      expect(sockets).to.have.length(2);
      controller.abort();
      expect((await error).name).to.equal('AbortError');
      await until(() => sockets.every(({closed}) => closed));
      expect(clock.pending).to.equal(0);
    });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}
