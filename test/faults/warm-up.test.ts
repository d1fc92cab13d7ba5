/** An endpoint that warms up, over real sockets: a server that starts late, answers 503 for a while, or hangs. */
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect} from 'chai';
import ky from 'ky';
import {
  createFetch,
  definePolicy,
  type PolicyHandle,
  type PolicyInput,
  resilience,
  type SteadfetchEvent,
} from '../../src/core.ts';
import {freePort} from '../support/system-server.ts';

type Send = (url: string, init?: RequestInit) => Promise<Response>;

const CLIENTS: Readonly<Record<string, (handle: PolicyHandle, on: (event: SteadfetchEvent) => void) => Send>> = {
  fetch: (handle, on) => createFetch(handle, {observer: null, on}),
  'fetch with a Request': (handle, on) => {
    const fetch = createFetch(handle, {observer: null, on});
    return (url, init) => fetch(new Request(url, init));
  },
  ky: (handle, on) => ky.extend({...resilience(handle, {observer: null, on}), throwHttpErrors: false}),
  "ky's own loop": (handle, on) =>
    ky
      .extend(resilience(handle, {observer: null, on}))
      .extend({hooks: {beforeRetry: [() => {}]}, throwHttpErrors: false}),
};

/** Counts what arrives, and is ready when told so. */
class Warming {
  isReady = false;
  readonly questions: IncomingMessage[] = [];
  readonly calls: string[] = [];
  readonly #server: Server;
  readonly #cold: 503 | 'hang';

  constructor(cold: 503 | 'hang' = 503) {
    this.#cold = cold;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async listen(port = 0): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async end(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const isQuestion = request.url === '/healthz';
    if (isQuestion) this.questions.push(request);
    else this.calls.push(`${request.method} ${request.url}`);
    if (this.isReady) response.end(isQuestion ? 'ready' : 'ok');
    else if (this.#cold === 503) response.writeHead(503).end('loading');
  }
}

const policyFor = (origin: string, more: PolicyInput = {}): PolicyInput => ({
  endpoints: [{name: 'model', origin, readyPath: '/healthz'}],
  breaker: {kind: 'consecutive', failures: 1, openMs: 60_000},
  maxAttempts: 1,
  deadlineMs: 50_000,
  ...more,
});

const isOpen = (handle: PolicyHandle): boolean =>
  handle.snapshot().origins.some(({breakers}) => breakers.some(({state}) => state !== 'closed'));

describe('an endpoint that warms up, over sockets', () => {
  for (const [name, client] of Object.entries(CLIENTS))
    describe(name, () => {
      it('is asked without the integrity of what the call asks for', async () => {
        const server = new Warming();
        const origin = await server.listen();
        server.isReady = true;
        const send = client(definePolicy(policyFor(origin, {deadlineMs: 5000})), () => {});
        try {
          const integrity = `sha256-${createHash('sha256').update('ok').digest('base64')}`;
          expect(await (await send(`${origin}/items`, {integrity})).text()).to.equal('ok');
        } finally {
          await server.end();
        }
      });

      it('answers 503 for a while: 50 calls wait for one question at a time, and all are answered', async () => {
        const server = new Warming();
        const origin = await server.listen();
        const handle = definePolicy(policyFor(origin));
        const changes: string[] = [];
        const send = client(handle, event => {
          if (event.type === 'endpoint.changed') changes.push(`${event.isReady} ${event.reason}`);
        });
        try {
          const ends = Promise.all(
            Array.from({length: 50}, (_, n) =>
              send(`${origin}/items/${n}`, {method: 'POST', body: '{}', headers: {authorization: 'Bearer x'}}),
            ),
          );
          while (server.questions.length < 3) await new Promise(resolve => setTimeout(resolve, 10));
          expect(server.calls).to.be.empty;
          server.isReady = true;
          const answers = await ends;
          expect(answers.map(({status}) => status)).to.deep.equal(answers.map(() => 200));
          for (const answer of answers) await answer.text();
          expect(server.calls).to.have.length(50);
          expect(server.questions.length).to.be.below(10);
          expect(server.questions.map(({method, headers}) => [method, headers.authorization])).to.deep.equal(
            server.questions.map(() => ['GET', undefined]),
          );
          expect(changes).to.deep.equal(['false 503', 'true ']);
          expect(isOpen(handle)).to.equal(false);
        } finally {
          await server.end();
        }
      });

      it('starts late: connections are refused, and the call is sent once', async () => {
        const server = new Warming();
        server.isReady = true;
        const port = await freePort();
        const origin = `http://127.0.0.1:${port}`;
        const handle = definePolicy(policyFor(origin));
        let wasAway = (): void => {};
        const away = new Promise<void>(resolve => {
          wasAway = resolve;
        });
        const send = client(handle, event => event.type === 'endpoint.changed' && wasAway());
        try {
          const end = send(`${origin}/items`);
          await away;
          await server.listen(port);
          expect((await end).status).to.equal(200);
          expect(server.calls).to.deep.equal(['GET /items']);
          expect(isOpen(handle)).to.equal(false);
        } finally {
          await server.end();
        }
      });
    });

  it('does not answer: the call is refused at its deadline, and the connection is closed', async () => {
    const server = new Warming('hang');
    const origin = await server.listen();
    const handle = definePolicy(policyFor(origin, {deadlineMs: 300}));
    const send = CLIENTS.fetch!(handle, () => {});
    try {
      const error = await send(`${origin}/items`).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).to.include({code: 'NO_ENDPOINT', guarded: origin});
      await once(server.questions[0]!.socket, 'close'); // When the question has taken too long.
      expect(server.calls).to.be.empty;
      expect(isOpen(handle)).to.equal(false);
    } finally {
      await server.end();
    }
  });
});
