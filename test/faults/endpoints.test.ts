/** Several endpoints over real sockets: one that is down, and two that break at random, whose ledgers say what was done. */
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {type AddressInfo, createServer as createNetServer} from 'node:net';
import {text} from 'node:stream/consumers';
import {expect} from 'chai';
import ky from 'ky';
import OpenAI from 'openai';
import {Agent, type Dispatcher, request, fetch as undiciFetch} from 'undici';
import {runBatch} from '../../src/batch.ts';
import {
  createFetch,
  type PolicyInput,
  type Ports,
  type Random,
  reportOf,
  resilience,
  type SteadfetchEvent,
  seededRandom,
} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {runs} from '../support/runs.ts';

/** One call; a GET where there are no headers, else a POST. */
type Send = (path: string, headers: Record<string, string> | null) => Promise<{readonly status: number}>;
type Make = (policy: PolicyInput, origin: string, ports: Pick<Ports, 'on'>) => Send;

/** How users send: each makes its client once. */
const CLIENTS: Readonly<Record<string, Make>> = {
  fetch(policy, origin, ports) {
    const fetch = createFetch(policy, {observer: null, ...ports});
    return (path, headers) => fetch(origin + path, initOf(headers));
  },
  'fetch with a Request'(policy, origin, ports) {
    const fetch = createFetch(policy, {observer: null, ...ports});
    return (path, headers) => fetch(new Request(origin + path, initOf(headers)));
  },
  ky(policy, origin, ports) {
    const api = ky.extend({...resilience(policy, {observer: null, ...ports}), throwHttpErrors: false});
    return (path, headers) => api(origin + path, initOf(headers));
  },
  "ky's own loop"(policy, origin, ports) {
    const hooks = {beforeRetry: [() => {}]};
    const api = ky.extend(resilience(policy, {observer: null, ...ports})).extend({hooks, throwHttpErrors: false});
    return (path, headers) => api(origin + path, initOf(headers));
  },
  'undici.request'(policy, origin, ports) {
    const dispatcher = agentUnder(policy, ports);
    return async (path, headers) => {
      const {statusCode, body} = await request(origin + path, {...initOf(headers), dispatcher});
      await body.dump();
      return {status: statusCode};
    };
  },
  'undici.fetch'(policy, origin, ports) {
    const dispatcher = agentUnder(policy, ports);
    return (path, headers) => undiciFetch(origin + path, {...initOf(headers), dispatcher});
  },
};

function agentUnder(policy: PolicyInput, ports: Pick<Ports, 'on'>): Dispatcher {
  const agent = new Agent();
  agents.push(agent);
  return agent.compose(resilienceInterceptor(policy, {observer: null, ...ports}));
}

const agents: Agent[] = [];
after(() => Promise.all(agents.splice(0).map(agent => agent.destroy())));

const initOf = (headers: Record<string, string> | null) =>
  headers === null ? {} : {method: 'POST', body: '{"amount":1}', headers};

/** A server with a ledger: for which calls it has worked, and how often. It deduplicates by key. */
class Ledger {
  readonly done: Map<string, number>;
  received = 0;
  readonly #random: Random;
  readonly #server: Server;

  /** @param done The ledger, which servers can share. */
  constructor(random: Random, done: Map<string, number> = new Map()) {
    this.#random = random;
    this.done = done;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async start(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  end(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.received++;
    response.on('error', () => {});
    await text(request).catch(() => '');
    const chance = this.#random();
    if (chance < 0.1) return void request.socket.destroy(); // Before the work.
    if (chance < 0.2) return void response.writeHead(503).end();
    this.#work(request);
    if (chance < 0.3) return void request.socket.destroy(); // After the work.
    response.end('{}');
  }

  #work({headers}: IncomingMessage): void {
    const id = String(headers['idempotency-key'] ?? headers['x-call']);
    const times = this.done.get(id) ?? 0;
    if (times === 0 || headers['idempotency-key'] === undefined) this.done.set(id, times + 1);
  }
}

const POLICY: PolicyInput = {
  backoff: {kind: 'constant', delayMs: 1, throttledBaseMs: 1, jitter: 'none'},
  budget: null,
  breaker: null,
  maxAttempts: 6,
};

const CALLS = runs(80, 200);

for (const [name, clientOf] of Object.entries(CLIENTS))
  describe(`${name} with two endpoints`, () => {
    it('one refuses connections: every call is answered, and nearly none is sent twice', async () => {
      const up = new Ledger(() => 0.5);
      const [down, origin] = [await closedPort(), await up.start()];
      try {
        const endpoints = [
          {name: 'down', origin: down},
          {name: 'up', origin},
        ];
        let sends = 0;
        const on = ({type}: SteadfetchEvent): void => {
          if (type === 'attempt.end') sends++;
        };
        const send = clientOf({endpoints, breaker: {minCalls: 5}}, down, {on});
        const statuses: number[] = [];
        for (let n = 0; n < 20; n++) statuses.push((await send(`/items/${n}`, null)).status);
        sends = 0;
        for (let n = 0; n < 2 * CALLS; n++) statuses.push((await send(`/items/${n}`, null)).status);
        expect(statuses.filter(status => status !== 200)).to.deep.equal([]);
        expect(sends / (2 * CALLS), 'sends a call').to.be.at.most(1.05);
      } finally {
        up.end();
      }
    });

    it('a key that its caller repeats is worked for at one of them', async () => {
      let chance = 0.25; // The answer is lost after the work.
      const [eu, us] = [new Ledger(() => chance), new Ledger(() => chance)];
      const [one, two] = [await eu.start(), await us.start()];
      try {
        const endpoints = [
          {name: 'eu', origin: one},
          {name: 'us', origin: two},
        ];
        const send = clientOf({...POLICY, maxAttempts: 2, endpoints}, one, {});
        for (const answered of [0, 20]) {
          const calls = Array.from({length: 20}, (_, n) => send('/charge', {'idempotency-key': `call-${n}`}));
          const ends = await Promise.allSettled(calls);
          expect(ends.filter(({status}) => status === 'fulfilled')).to.have.length(answered);
          chance = 0.5;
        }
        expect([...eu.done.keys()].filter(id => us.done.has(id))).to.deep.equal([]);
        expect([eu.done.size, us.received]).to.deep.equal([20, 0]);
      } finally {
        eu.end();
        us.end();
      }
    });

    for (const [keys, header, fewest, idempotency] of [
      ['shared', 'idempotency-key', 0.95, null],
      ['not shared', 'idempotency-key', 0.95, null],
      ['not shared, of ours', 'x-call', 0.95, {}],
      ['no', 'x-call', 0.5, null],
    ] as const)
      it(`both break at random, ${keys} keys: every call ends, and none is worked for twice`, async () => {
        const random = seededRandom(11);
        const [eu, us] = keys === 'shared' ? sharing(random) : [new Ledger(random), new Ledger(random)];
        const [one, two] = [await eu.start(), await us.start()];
        try {
          const endpoints = [
            {name: 'eu', origin: one},
            {name: 'us', origin: two},
          ];
          const failover = {sharedKeys: keys === 'shared'};
          const send = clientOf({...POLICY, idempotency, endpoints, failover}, one, {});
          const ends = await Promise.allSettled(
            Array.from({length: CALLS}, (_, n) => send('/charge', {[header]: `call-${n}`})),
          );
          const answered = ends.filter(end => end.status === 'fulfilled' && end.value.status === 200).length;
          expect(answered / CALLS, 'answered').to.be.at.least(fewest);
          const both = [...eu.done.keys()].filter(id => eu.done !== us.done && us.done.has(id));
          expect(both, 'worked for at both').to.deep.equal([]);
          expect([...eu.done.values(), ...us.done.values()].every(times => times === 1)).to.equal(true);
          expect(eu.received, 'requests at eu').to.be.at.least(CALLS / 4);
          // A key of the caller's own may come again in another call.
          if (keys === 'not shared') expect(us.received, 'requests at us').to.equal(0);
          else expect(us.received, 'requests at us').to.be.at.least(CALLS / 4);
        } finally {
          eu.end();
          us.end();
        }
      });
  });

describe('runBatch with two endpoints', () => {
  for (const isShared of [true, false])
    it(`both break at random, ${isShared ? 'shared' : 'not shared'} keys: no item is worked for twice`, async () => {
      const random = seededRandom(11);
      const [eu, us] = isShared ? sharing(random) : [new Ledger(random), new Ledger(random)];
      const [one, two] = [await eu.start(), await us.start()];
      try {
        const endpoints = [
          {name: 'eu', origin: one},
          {name: 'us', origin: two},
        ];
        const report = await runBatch(
          Array.from({length: CALLS}, (_, n) => n),
          (item, {url, headers, signal}) =>
            fetch(url, {method: 'POST', body: `{"item":${item}}`, headers, signal, redirect: 'manual'}),
          {
            policy: {...POLICY, endpoints, idempotency: {}, failover: {sharedKeys: isShared}},
            target: {url: `${one}/charge`},
            movable: true,
            observer: null,
          },
        );
        expect(report.succeeded).to.be.at.least(0.95 * CALLS);
        expect([...eu.done.values(), ...us.done.values()].every(times => times === 1)).to.equal(true);
        const counts = report.requestsByEndpoint;
        expect(Object.values(counts).reduce((sum, requests) => sum + requests, 0)).to.equal(report.requests);
        expect(Object.keys(counts).sort()).to.deep.equal(isShared ? ['eu', 'us'] : ['eu']);
        if (!isShared) expect(us.received).to.equal(0);
      } finally {
        eu.end();
        us.end();
      }
    });
});

describe('two endpoints, of which one is ten times as slow', () => {
  /** A tenth of the calls come first, and teach. */
  const CALLS = 200;
  let fast: LoopbackServer;
  let slow: LoopbackServer;
  before(async () => {
    [fast, slow] = await Promise.all([LoopbackServer.start(), LoopbackServer.start()]);
  });
  after(() => Promise.all([fast.close(), slow.close()]));

  /** How many calls the slow one answered, of those after the first, and requests per call. The P99 is asserted in virtual time: a busy machine has no short one. */
  async function measure(balance: 'weighted' | 'p2c-ewma') {
    const takes =
      (ms: number) =>
      (response: ServerResponse): void =>
        void setTimeout(() => response.end('{}'), ms);
    const [one, two] = [fast.place(takes(20)), slow.place(takes(200))];
    const endpoints = [
      {name: 'fast', origin: fast.origin, basePath: new URL(one.url).pathname},
      {name: 'slow', origin: slow.origin, basePath: new URL(two.url).pathname},
    ];
    const policy: PolicyInput = {endpoints, failover: {balance}, hedge: {quantile: 0.95, to: 'other'}};
    const fetch = createFetch(policy, {observer: null, random: seededRandom(5)});
    let begun = 0;
    let bySlow = 0;
    const caller = async (): Promise<void> => {
      while (begun < CALLS) {
        const isSettled = begun++ >= CALLS / 10;
        const response = await fetch(one.url);
        await response.text();
        if (isSettled && response.url.startsWith(slow.origin)) bySlow++;
      }
    };
    await Promise.all(Array.from({length: 8}, caller));
    return {bySlow, perCall: (one.requests.length + two.requests.length) / CALLS};
  }

  it('p2c-ewma and hedges take few answers of the slow one, for 5 % more load', async () => {
    const weighted = await measure('weighted');
    expect(weighted.bySlow, 'weighted').to.be.at.least(0.3 * CALLS);
    const found = await measure('p2c-ewma');
    expect(found.bySlow).to.be.at.most(weighted.bySlow / 3);
    expect(found.perCall).to.be.at.most(1.06);
  });
});

describe('two endpoints, of which one redirects to the other', () => {
  let eu: LoopbackServer;
  let us: LoopbackServer;
  before(async () => {
    [eu, us] = await Promise.all([LoopbackServer.start(), LoopbackServer.start()]);
  });
  after(() => Promise.all([eu.close(), us.close()]));

  it('a POST that broke off behind the redirect is sent nowhere else', async () => {
    const target = us.place('reset', 200);
    const first = eu.place({status: 307, headers: {location: target.url}});
    const endpoints = [
      {name: 'eu', origin: eu.origin},
      {name: 'us', origin: us.origin, rank: 2},
    ];
    const fetch = createFetch({...POLICY, endpoints}, {observer: null});
    const error = await fetch(first.url, {method: 'POST', body: '{}'}).catch((caught: unknown) => caught);
    expect(reportOf(error)).to.include({refusal: 'may-have-acted', attempts: 1});
    expect([first.requests.length, target.requests.length]).to.deep.equal([1, 1]);
  });
});

describe('a body in memory whose first attempt goes to another endpoint than its URL names', () => {
  const form = (): FormData => {
    const made = new FormData();
    made.set('file', new Blob(['all of it']), 'a.txt');
    return made;
  };
  for (const [name, bodyOf] of [
    ['a form', form],
    ['a Blob', () => new Blob(['all of it'])],
    ['a text', () => 'all of it'],
  ] as const)
    for (const [client, send] of [
      [
        'fetch',
        (policy: PolicyInput, url: string, init: RequestInit) => createFetch(policy, {observer: null})(url, init),
      ],
      [
        'ky',
        (policy: PolicyInput, url: string, init: RequestInit) =>
          ky.extend(resilience(policy, {observer: null}))(url, init),
      ],
    ] as const)
      for (const maxAttempts of [1, 3])
        it(`${client} sends ${name} with its length, and after a redirect, of ${maxAttempts}`, async () => {
          const [eu, us] = await Promise.all([LoopbackServer.start(), LoopbackServer.start()]);
          try {
            const target = eu.place(200);
            const best = eu.place({status: 307, headers: {location: target.url}});
            const endpoints = [
              {name: 'eu', origin: eu.origin, basePath: '/p2'},
              {name: 'us', origin: us.origin, rank: 2},
            ];
            const url = us.place(500).url.replace(/\/p1$/, '');
            const policy: PolicyInput = {...POLICY, maxAttempts, endpoints, failover: {sharedKeys: true}};
            const response = await send(policy, url, {method: 'PUT', body: bodyOf()});
            expect([response.status, best.requests.length, target.requests.length]).to.deep.equal([200, 1, 1]);
            for (const {headers, body} of [...best.requests, ...target.requests]) {
              expect(headers['content-length']).to.equal(String(body.length));
              expect(body.toString()).to.include('all of it');
            }
          } finally {
            await Promise.all([eu.close(), us.close()]);
          }
        });
});

/** The client of OpenAI sends its key in a header of its own, and its calls are POSTs. */
it('the client of OpenAI goes to the next endpoint with the key of that endpoint', async () => {
  const us = await LoopbackServer.start();
  try {
    const down = await closedPort();
    const answers = us.place({
      body: '{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}',
    });
    const endpoints = [
      {name: 'eu', origin: down, basePath: '/v1'},
      {name: 'us', origin: us.origin, basePath: new URL(answers.url).pathname, rank: 2},
    ];
    const fetch = createFetch(
      {...POLICY, endpoints},
      {
        observer: null,
        prepareAttempt: ({endpoint, headers}) => headers.set('authorization', `Bearer key of ${endpoint}`),
      },
    );
    const client = new OpenAI({apiKey: 'key of eu', baseURL: `${down}/v1`, fetch, maxRetries: 0});
    const {choices} = await client.chat.completions.create({model: 'm', messages: [{role: 'user', content: 'Hello'}]});
    expect(choices[0]!.message.content).to.equal('Hi');
    expect(answers.header('authorization')).to.deep.equal(['Bearer key of us']);
    expect(answers.requests.map(({path}) => path)).to.deep.equal([`${new URL(answers.url).pathname}/chat/completions`]);
  } finally {
    await us.close();
  }
});

it('the client of OpenAI repeats a call with one key: it is worked for at one endpoint', async () => {
  const [eu, us] = [new Ledger(() => 0.25), new Ledger(() => 0.25)];
  const [one, two] = [await eu.start(), await us.start()];
  try {
    const endpoints = [
      {name: 'eu', origin: one},
      {name: 'us', origin: two},
    ];
    const policy: PolicyInput = {...POLICY, endpoints, nested: 'yield', failover: {sharedCredentials: true}};
    const client = new OpenAI({apiKey: 'k', baseURL: one, fetch: createFetch(policy, {observer: null}), maxRetries: 2});
    const headers = {'idempotency-key': 'charge-1'};
    const error = await client.post('/charges', {body: {amount: 1}, headers}).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(OpenAI.APIConnectionError);
    expect([eu.received, us.received]).to.deep.equal([3, 0]);
  } finally {
    eu.end();
    us.end();
  }
});

function sharing(random: Random): [Ledger, Ledger] {
  const done = new Map<string, number>();
  return [new Ledger(random, done), new Ledger(random, done)];
}

/** An origin on which nothing listens. */
async function closedPort(): Promise<string> {
  const server = createNetServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
