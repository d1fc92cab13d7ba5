/** An endpoint that warms up behind a real HAProxy, which answers 503 by itself until the server behind it is there. */
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import {join} from 'node:path';
import {expect} from 'chai';
import {createFetch, definePolicy, type SteadfetchEvent} from '../../src/core.ts';
import {
  folderFor,
  freePort,
  identityOf,
  programAt,
  removeFolder,
  ServerProcess,
  startOnFreePort,
} from '../support/system-server.ts';

/** HAProxy checks the server ten times a second. */
const LONGEST_CHECK_MS = 30_000;

/** HAProxy's own page of readiness, and a path that it passes to the server. */
const READY_PATHS = ['/haproxy-ready', '/healthz'];

const configFor = (port: number, backendPort: number): string => `
defaults
  mode http
  timeout connect 1s
  timeout client 20s
  timeout server 20s
frontend model
  bind 127.0.0.1:${port}
  monitor-uri /haproxy-ready
  acl gone nbsrv(servers) lt 1
  monitor fail if gone
  default_backend servers
backend servers
  server one 127.0.0.1:${backendPort} check inter 100ms fall 1 rise 2
`;

class HaProxy {
  readonly origin: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #backendPort: number;
  #process: ServerProcess | null = null;

  constructor(port: number, backendPort: number) {
    this.#port = port;
    this.#backendPort = backendPort;
    this.origin = `http://127.0.0.1:${port}`;
    this.#folder = folderFor(identityOf(), 'haproxy-');
  }

  async start(): Promise<void> {
    const file = join(this.#folder, 'haproxy.cfg');
    writeFileSync(file, configFor(this.#port, this.#backendPort), {mode: 0o644});
    const program = programAt('haproxy', ['/usr/sbin'])!;
    const ready = /Using \w+\(\) as the polling mechanism/;
    this.#process = await ServerProcess.start(program, ['-db', '-V', '-f', file], identityOf(), ready);
  }

  async stop(): Promise<void> {
    await this.#process?.end('SIGKILL');
    removeFolder(this.#folder);
  }
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

describe('an endpoint that warms up behind HAProxy', () => {
  before(function () {
    if (programAt('haproxy', ['/usr/sbin']) !== undefined) return;
    console.log('    skipped: haproxy is not installed');
    this.skip();
  });

  for (const readyPath of READY_PATHS)
    it(`is called once by each call when it is ready, by ${readyPath}`, async () => {
      const backendPort = await freePort();
      const haproxy = await startOnFreePort(
        port => new HaProxy(port, backendPort),
        proxy => proxy.start(),
      );
      const calls: string[] = [];
      const backend: Server = createServer((request, response) => {
        if (request.url !== '/healthz') calls.push(request.url!);
        response.end('ok');
      });
      try {
        const handle = definePolicy({
          endpoints: [{name: 'model', origin: haproxy.origin, readyPath}],
          breaker: {kind: 'consecutive', failures: 1, openMs: 60_000},
          maxAttempts: 1,
          deadlineMs: 60_000,
        });
        let wasAway = (_reason: string): void => {};
        const away = new Promise<string>(resolve => {
          wasAway = resolve;
        });
        const on = (event: SteadfetchEvent): void => {
          if (event.type === 'endpoint.changed' && !event.isReady) wasAway(event.reason);
        };
        // HAProxy believes a server to be up until its first check. Another program may have taken its port: then it stays up.
        const until = Date.now() + LONGEST_CHECK_MS;
        while ((await statusOf(`${haproxy.origin}${readyPath}`)) !== 503)
          if (Date.now() > until) throw new Error(`Something answers on port ${backendPort}.`);
        const send = createFetch(handle, {observer: null, on});
        const paths = Array.from({length: 20}, (_, n) => `/items/${n}`);
        const ends = Promise.all(
          paths.map(async path => {
            const response = await send(haproxy.origin + path, {method: 'POST', body: '{}'});
            return `${response.status} ${await response.text()}`;
          }),
        );
        expect(await away).to.equal('503');
        expect(calls).to.be.empty;
        backend.listen(backendPort, '127.0.0.1');
        await once(backend, 'listening');
        expect(await ends).to.deep.equal(paths.map(() => '200 ok'));
        expect(calls.toSorted()).to.deep.equal(paths.toSorted());
        const states = handle.snapshot().origins.flatMap(({breakers}) => breakers.map(({state}) => state));
        expect(states).to.deep.equal(['closed']);
      } finally {
        backend.closeAllConnections();
        backend.close();
        await haproxy.stop();
      }
    });
});
