/** Random policies with several endpoints, against servers that break at random: every call ends, and no server works twice for one. */
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {buffer} from 'node:stream/consumers';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, request} from 'undici';
import {createFetch, type PolicyInput, type Ports, type Random, resilience, seededRandom} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici.ts';

const SEEDS = 24;
const CALLS = 150;
/** Between two calls. */
const GAP_MS = 3;

/** Sends a POST and reads its answer. */
type Send = (url: string, headers: Record<string, string>) => Promise<unknown>;

const BODY = '{"amount":1}';
const POST = {method: 'POST', body: BODY} as const;

const CLIENTS: readonly ((policy: PolicyInput, ports: Ports, agent: Agent) => Send)[] = [
  (policy, ports) => {
    const fetch = createFetch(policy, ports);
    return async (url, headers) => (await fetch(url, {...POST, headers})).text();
  },
  (policy, ports) => {
    const fetch = createFetch(policy, ports);
    return async (url, headers) => (await fetch(new Request(url, {...POST, headers}))).text();
  },
  (policy, ports) => {
    const api = ky.extend(resilience(policy, ports));
    return (url, headers) => api(url, {...POST, headers}).text();
  },
  (policy, ports) => {
    const api = ky.extend(resilience(policy, ports)).extend({hooks: {beforeRetry: [() => {}]}});
    return (url, headers) => api(url, {...POST, headers}).text();
  },
  (policy, {translate: _, fetch: __, ...ports}, agent) => {
    const dispatcher = agent.compose(resilienceInterceptor(policy, ports));
    return async (url, headers) => (await request(url, {...POST, headers, dispatcher})).body.text();
  },
];

/** A server that deduplicates by key, and says how often it has worked for a call. */
class Ledger {
  /** By key, or by call where there is none. */
  readonly done: Map<string, number>;
  readonly #random: Random;
  readonly #trouble: number;
  readonly #server: Server;
  origin = '';

  /**
   * @param done    The ledger, which servers can share.
   * @param trouble The share of requests that do not just get an answer.
   */
  constructor(random: Random, done: Map<string, number>, trouble: number) {
    this.#random = random;
    this.done = done;
    this.#trouble = trouble;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async start(): Promise<void> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  end(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    await buffer(request).catch(() => null);
    await new Promise(resolve => setTimeout(resolve, this.#random() * (this.#random() < 0.2 ? 60 : 5)));
    if (request.url === '/ready') return void response.writeHead(this.#random() < 0.7 ? 200 : 503).end();
    // 0 to 1 in times of trouble, else above.
    const fate = this.#random() / this.#trouble;
    if (fate < 0.3) return void request.socket.destroy();
    if (fate < 0.5)
      return void response.writeHead(fate < 0.4 ? 503 : 429, fate < 0.45 ? {} : {'retry-after': '0'}).end();
    if (fate < 0.55 && request.url !== '/elsewhere')
      return void response.writeHead(307, {location: '/elsewhere'}).end();
    this.#work(request);
    if (fate < 0.7) return void request.socket.destroy();
    if (fate < 0.8) return void response.writeHead(500).end();
    if (fate < 0.9) return; // It hangs.
    response.end('{}');
  }

  #work({headers}: IncomingMessage): void {
    const key = headers['idempotency-key'];
    const id = String(key ?? headers['x-call']);
    if (key === undefined || !this.done.has(id)) this.done.set(id, (this.done.get(id) ?? 0) + 1);
  }
}

/** A policy whose parts are chosen at random. */
function policyOf(random: Random, ledgers: readonly Ledger[], sharedKeys: boolean): PolicyInput {
  const one = <T>(...of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  return {
    attemptTimeoutMs: 80,
    deadlineMs: one(500, 1500),
    maxAttempts: one(2, 3, 5),
    backoff: {kind: 'constant', delayMs: 1, throttledBaseMs: 1, jitter: 'none'},
    ...(random() < 0.7 && {budget: null}),
    breaker: one(null, {minCalls: 5, openMs: 30}),
    concurrency: one(null, {kind: 'fixed', max: 6, queue: 30}),
    quota: one(null, {limits: [{unit: 'requests', max: 15, perMs: 200}]}),
    hedge: one(
      null,
      {delayMs: 10, maxLoadRatio: 1},
      {delayMs: 15, maxLoadRatio: 1, to: 'other'},
      {quantile: 0.9, maxLoadRatio: 1, to: 'other'},
    ),
    ...(random() < 0.6 && {idempotency: {}}),
    endpoints: ledgers.map(({origin}, n) => ({
      name: `e${n}`,
      origin,
      rank: one(1, 1, 2),
      weight: one(1, 3),
      ...(random() < 0.2 && {readyPath: '/ready'}),
    })),
    failover: {
      balance: one('weighted', 'least-pending', 'p2c-ewma'),
      ejection: {maxEjectedShare: one(0, 0.5), minCalls: 5, ejectMs: 100},
      stickyMs: one(0, 100),
      sharedKeys,
    },
  };
}

describe('random policies with endpoints', function () {
  // A call that was worked for twice is none the better for a second try.
  this.retries(0);
  for (let seed = 1; seed <= SEEDS; seed++)
    it(`every call ends, and none is worked for twice: seed ${seed}`, async () => {
      const random = seededRandom(seed);
      const sharedKeys = random() < 0.5;
      const shared = new Map<string, number>();
      const ledgers = Array.from(
        {length: random() < 0.5 ? 2 : 3},
        () => new Ledger(random, sharedKeys ? shared : new Map(), random() * 0.8),
      );
      const agent = new Agent();
      try {
        for (const ledger of ledgers) await ledger.start();
        const policy = policyOf(random, ledgers, sharedKeys);
        const ports: Ports = {
          observer: null,
          ...(random() < 0.4 && {translate: ({text}) => (text === undefined ? undefined : {body: `${text} `})}),
          ...(random() < 0.3 && {prepareAttempt: () => Promise.resolve()}),
        };
        const send = CLIENTS[Math.floor(random() * CLIENTS.length)]!(policy, ports, agent);
        const url = `${ledgers[0]!.origin}/payments`;
        const calls: Promise<unknown>[] = [];
        for (let n = 0; n < CALLS; n++) {
          calls.push(send(url, {'x-call': `call-${n}`}).catch((error: unknown) => error));
          await new Promise(resolve => setTimeout(resolve, GAP_MS));
        }
        const defects = (await Promise.all(calls)).filter(end => (end as {code?: unknown}).code === 'INTERNAL');
        expect(defects).to.deep.equal([]);
        expect(workedTwice(ledgers), JSON.stringify(policy)).to.deep.equal([]);
      } finally {
        for (const ledger of ledgers) ledger.end();
        await agent.destroy();
      }
    });
});

/** The calls that one ledger has twice, or two of them once. */
function workedTwice(ledgers: readonly Ledger[]): string[] {
  const times = new Map<string, number>();
  for (const done of new Set(ledgers.map(({done}) => done)))
    for (const [id, count] of done) times.set(id, (times.get(id) ?? 0) + count);
  return [...times].filter(([, count]) => count > 1).map(([id]) => id);
}
