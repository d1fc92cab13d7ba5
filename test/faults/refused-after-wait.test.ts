/**
 * The retry is refused after the wait, so the caller gets the response before it, whose body was read or dropped meanwhile. In whatever way the
 * caller reads: the read settles, rejects nothing that the caller does not await, and the status is there.
 */
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {createServer, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {buffer} from 'node:stream/consumers';
import {setTimeout as sleep} from 'node:timers/promises';
import {gzipSync} from 'node:zlib';
import {expect} from 'chai';
import ky from 'ky';
import * as undici from 'undici';
import {
  createFetch,
  definePolicy,
  type PolicyHandle,
  type PolicyInput,
  type Ports,
  resilience,
} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {resilienceInterceptor} from '../../src/undici.ts';
import {errorOf} from '../support/outcome.ts';

const WAIT_MS = 5000;
/** ky waits by itself where a hook may see a retry, in real time. */
const REAL_WAIT_MS = 40;
/** The same with time for another call to be sent. */
const LONG_REAL_WAIT_MS = 400;
const DRAIN_MS = 1000;
const ATTEMPT_MS = 20_000;
const KEPT = 65_536;
const LARGE = 'x'.repeat(100_000);
/** Half of it is left after compression. */
const RANDOM = randomBytes(100_000).toString('hex');

/** Bodies, and what the caller reads: all of it, its beginning and a line that says why it ends, or an error. */
interface Kind {
  send(response: ServerResponse): unknown;
  /** As far as it comes; null: it breaks. */
  readonly text: string | null;
  /** Why the body is cut, unless the retry is refused before that. */
  readonly cut?: 'too-large' | 'too-slow';
}
const whole = (text: string): Kind => ({text, send: response => response.end(text)});
const KINDS: Readonly<Record<string, Kind>> = {
  'an empty body': whole(''),
  '4 bytes': whole('busy'),
  'JSON of 2 kB': whole(JSON.stringify({error: 'e'.repeat(2000)})),
  '100 kB with a length': {
    text: LARGE,
    cut: 'too-large',
    send: response => response.setHeader('content-length', LARGE.length).end(LARGE),
  },
  '100 kB in chunks': {
    text: LARGE,
    cut: 'too-large',
    send(response) {
      response.write(LARGE.slice(0, 50_000));
      response.end(LARGE.slice(50_000));
    },
  },
  '200 kB, compressed': {
    text: RANDOM,
    cut: 'too-large',
    send: response => response.setHeader('content-encoding', 'gzip').end(gzipSync(RANDOM, {level: 1})),
  },
  'a body that does not end': {text: 'x', cut: 'too-slow', send: response => response.write('x')},
  'a body that breaks': {
    text: null,
    send(response) {
      response.setHeader('content-length', 1000).write('x');
      setImmediate(() => response.destroy());
    },
  },
};

const lineOf = (cut: 'too-large' | 'too-slow'): string =>
  `\n[BODY_DROPPED: The body of this 503 response ${cut === 'too-large' ? 'is larger than 65536 bytes' : 'took longer than 1000 ms'}: the rest was dropped while the call waited to retry.]\n`;

// The answer of a client, as the ways below read it.

interface FetchAnswer {
  readonly status: number;
  readonly response: Response;
}
type NodeBody = undici.Dispatcher.ResponseData['body'];
interface RequestAnswer {
  readonly status: number;
  readonly body: NodeBody;
}
type Call<Answer> = (url: string) => Promise<Answer>;
interface Context {
  readonly handle: PolicyHandle;
  readonly ports: Ports;
  readonly agent: undici.Agent;
}

const given = async (promise: Promise<unknown>): Promise<FetchAnswer> => {
  const response = (await promise) as Response;
  return {status: response.status, response};
};
const composed = ({agent, handle, ports}: Context): undici.Dispatcher =>
  agent.compose(resilienceInterceptor(handle, ports) as undici.Dispatcher.DispatcherComposeInterceptor);
const kyWith =
  (hooks: object) =>
  ({handle, ports}: Context): Call<FetchAnswer> => {
    const api = ky.extend(resilience(handle, ports)).extend({hooks, throwHttpErrors: false});
    return url => given(api(url));
  };

const FETCHES: Readonly<Record<string, (context: Context) => Call<FetchAnswer>>> = {
  fetch({handle, ports}) {
    const fetch = createFetch(handle, ports);
    return url => given(fetch(url));
  },
  ky: kyWith({}),
  'ky with a beforeError hook': kyWith({beforeError: [({error}: {error: Error}) => error]}),
  'ky with an afterResponse hook': kyWith({afterResponse: [() => {}]}),
  'ky with a beforeRetry hook': kyWith({beforeRetry: [() => {}]}),
  'undici.fetch': context => {
    const dispatcher = composed(context);
    return url => given(undici.fetch(url, {dispatcher}));
  },
  'fetch of Node, by Dispatcher1Wrapper': context => {
    const dispatcher = new undici.Dispatcher1Wrapper(composed(context));
    return url => given(fetch(url, {dispatcher} as unknown as RequestInit));
  },
  'fetch of Node, by setGlobalDispatcher': context => url => {
    const before = undici.getGlobalDispatcher();
    undici.setGlobalDispatcher(composed(context));
    const answer = given(fetch(url));
    undici.setGlobalDispatcher(before);
    return answer;
  },
};
const request = (context: Context): Call<RequestAnswer> => {
  const dispatcher = composed(context);
  return async url => {
    const {statusCode, body} = await undici.request(url, {dispatcher});
    return {status: statusCode, body};
  };
};

async function chunksOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function read(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return Buffer.concat(chunks).toString();
    chunks.push(value);
  }
}

/** Each gives the text, or undefined where it reads none. */
const FETCH_WAYS: Readonly<Record<string, (response: Response) => unknown>> = {
  text: response => response.text(),
  'text, some time later': async response => {
    await sleep(5);
    return response.text();
  },
  arrayBuffer: async response => Buffer.from(await response.arrayBuffer()).toString(),
  blob: async response => (await response.blob()).text(),
  json: async response => JSON.stringify(await response.json()),
  getReader: response => read(response.body),
  'for await': response => (response.body === null ? '' : chunksOf(response.body)),
  async pipeTo(response) {
    const chunks: Uint8Array[] = [];
    await response.body?.pipeTo(new WritableStream({write: chunk => void chunks.push(chunk)}));
    return Buffer.concat(chunks).toString();
  },
  'clone, and both are read': async response => {
    const [copy, own] = await Promise.all([response.clone().text(), response.text()]);
    expect(copy).to.equal(own);
    return own;
  },
  'new Response': response => new Response(response.body, response).text(),
  'cancel, awaited': async response => {
    await response.body?.cancel();
  },
  'cancel, not awaited': response => void response.body?.cancel(),
  'cancel, not awaited, some time later': async response => {
    await sleep(5);
    void response.body?.cancel();
  },
  'not read': () => undefined,
};

const REQUEST_WAYS: Readonly<Record<string, (body: NodeBody) => unknown>> = {
  text: body => body.text(),
  'text, some time later': async body => {
    await sleep(5);
    return body.text();
  },
  arrayBuffer: async body => Buffer.from(await body.arrayBuffer()).toString(),
  json: async body => JSON.stringify(await body.json()),
  'for await': body => chunksOf(body),
  'as a stream of Node': async body => (await buffer(body)).toString(),
  dump: async body => {
    await body.dump();
  },
  'dump, not awaited': body => void body.dump(),
  'destroy, with a listener': body => void body.on('error', () => {}).destroy(),
  'not read': () => undefined,
};

/** What keeps the retry from being sent. The origin gets one more call meanwhile, to a path of its own. */
interface Cause {
  readonly policy: PolicyInput;
  refuse(handle: PolicyHandle, other: (path: string) => void, clock: VirtualClock): unknown;
}
const CAUSES: Readonly<Record<string, Cause>> = {
  'disableRetries()': {policy: {}, refuse: handle => handle.disableRetries()},
  'an open breaker': {
    policy: {breaker: {kind: 'consecutive', failures: 2, openMs: 60_000}},
    async refuse(_handle, other, clock) {
      other('/busy');
      await until(() => others === 1);
      await clock.advance(WAIT_MS);
    },
  },
  'the concurrency limit': {
    policy: {concurrency: {kind: 'fixed', max: 1, queue: 0}},
    async refuse(_handle, other, clock) {
      other('/silent');
      await until(() => others === 1);
      await clock.advance(WAIT_MS);
    },
  },
  'the quota': {
    policy: {quota: {limits: [{unit: 'requests', max: 1, perMs: 60_000}], learn: false, maxWaitMs: 10}},
    refuse: (_handle, _other, clock) => clock.advance(WAIT_MS),
  },
};

/** The requests of the call, and those of `other`. */
let sent = 0;
let others = 0;

/** True soon: events of real sockets make it true. */
async function until(done: () => boolean): Promise<void> {
  for (const endsAt = performance.now() + 4000; !done() && performance.now() < endsAt; )
    await new Promise(resolve => setImmediate(resolve));
}

const waitOf = (name: string, realMs = REAL_WAIT_MS): number => (name.startsWith('ky with') ? realMs : WAIT_MS);
/** ky reads the body of an error before it waits, for up to 10 s. */
const isSlow = (name: string, kind: Kind): boolean => name.startsWith('ky with') && kind.cut === 'too-slow';

const LONGEST_READ_MS = 5000;

/** `HANG` for a read that has not settled in time. */
async function settled(result: unknown): Promise<unknown> {
  const stop = new AbortController();
  const hang = sleep(LONGEST_READ_MS, 'HANG', {signal: stop.signal}).catch(() => {});
  try {
    return await Promise.race([result, hang]);
  } finally {
    stop.abort();
  }
}

describe('a response whose retry is refused after the wait', () => {
  let server: Server;
  let origin: string;
  let agent: undici.Agent;
  let kind: Kind;

  before(async () => {
    server = createServer((request, response) => {
      if (request.url === '/call') {
        sent++;
        response.statusCode = 503;
        kind.send(response);
        return;
      }
      others++;
      if (request.url === '/busy') response.writeHead(503).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    agent = new undici.Agent();
  });
  afterEach(() => agent.destroy());
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Calls once, refuses the retry, and gives the answer. */
  async function refused<Answer extends {readonly status: number}>(
    make: (context: Context) => Call<Answer>,
    {cause = CAUSES['disableRetries()']!, waitMs = WAIT_MS}: {cause?: Cause; waitMs?: number} = {},
  ): Promise<Answer> {
    let scheduled = 0;
    sent = 0;
    others = 0;
    const clock = new VirtualClock();
    let refusing: unknown;
    const refuse = (): void => {
      refusing = cause.refuse(handle, path => void call(origin + path).catch(() => {}), clock);
    };
    // A wait in real time may be over whenever the machine is busy, so that its retry is refused as it begins.
    const isReal = waitMs !== WAIT_MS;
    const ports: Ports = {
      clock,
      on({type}) {
        if (type !== 'retry.scheduled') return;
        scheduled++;
        if (isReal && scheduled === 1) refuse();
      },
    };
    const handle = definePolicy({
      maxAttempts: 2,
      backoff: {kind: 'constant', delayMs: waitMs, jitter: 'none'},
      attemptTimeoutMs: ATTEMPT_MS,
      budget: null,
      breaker: null,
      ...cause.policy,
    });
    const call = make({handle, ports, agent});
    const answer = call(`${origin}/call`);
    await until(() => scheduled === 1);
    if (!isReal) {
      await sleep(10);
      if (kind.cut === 'too-slow') await clock.advance(DRAIN_MS);
      refuse();
    }
    await refusing;
    const {status} = await answer;
    expect([status, sent]).to.deep.equal([503, 1]);
    return answer;
  }

  function expectText(text: unknown, name: string, isCompressed = false): void {
    const {cut, text: all} = kind;
    expect(text, name).not.to.equal('HANG');
    if (text === undefined || text === all) return;
    // Below undici a part of a compressed body is of no use.
    const beginning = isCompressed ? '' : all!.slice(0, KEPT);
    const isCut = text === beginning + lineOf(cut ?? 'too-large');
    expect(isCut, `${name}: ${String(text).length} bytes, ${String(text).slice(-150)}`).to.equal(cut !== undefined);
  }

  /** Where a body is no JSON, or breaks, a read may fail; it must not hang. */
  async function expectRead(result: () => unknown, way: string, isCompressed: boolean): Promise<void> {
    const readsNothing = /cancel|not read|dump|destroy/.test(way);
    if (kind.text === null && !readsNothing) await errorOf(async () => expectNoHang(await settled(result()), way));
    else if (kind.text === null) await settled(Promise.resolve(result()).catch(() => {}));
    else if (way === 'json' && !kind.text.startsWith('{'))
      expect(await errorOf(async () => settled(result()))).to.be.instanceOf(SyntaxError);
    else expectText(await settled(result()), way, isCompressed);
    await sleep(1); // For a rejection that nothing handles.
  }

  const expectNoHang = (text: unknown, way: string): void => void expect(text, way).not.to.equal('HANG');

  for (const [name, make] of Object.entries(FETCHES))
    for (const [body, each] of Object.entries(KINDS).filter(([, each]) => !isSlow(name, each)))
      it(`of ${body}, by ${name}, can be read in every way`, async () => {
        kind = each;
        const isBelow = !/^(fetch|ky.*)$/.test(name) && each === KINDS['200 kB, compressed'];
        for (const [way, readBy] of Object.entries(FETCH_WAYS)) {
          const {response} = await refused(make, {waitMs: waitOf(name)});
          await expectRead(() => readBy(response), way, isBelow);
        }
      });

  for (const [body, each] of Object.entries(KINDS))
    it(`of ${body}, by undici.request, can be read in every way`, async () => {
      kind = each;
      for (const [way, readBy] of Object.entries(REQUEST_WAYS)) {
        const answer = await refused(request);
        await expectRead(() => readBy(answer.body), way, each === KINDS['200 kB, compressed']);
      }
    });

  for (const [why, cause] of Object.entries(CAUSES))
    for (const body of ['4 bytes', '100 kB with a length', 'a body that does not end'])
      it(`by ${why} gives ${body} to every client`, async () => {
        kind = KINDS[body]!;
        for (const [name, make] of Object.entries(FETCHES)) {
          if (isSlow(name, kind)) continue;
          const {response} = await refused(make, {cause, waitMs: waitOf(name, LONG_REAL_WAIT_MS)});
          expectText(await settled(response.text()), name);
        }
        const answer = await refused(request, {cause});
        expectText(await settled(answer.body.text()), 'undici.request');
      });

  it('has no length among its headers where its body was cut, by every client', async () => {
    kind = KINDS['100 kB with a length']!;
    for (const [name, make] of Object.entries(FETCHES)) {
      const {response} = await refused(make, {waitMs: waitOf(name)});
      expect(response.headers.has('content-length'), name).to.equal(false);
      expect(response.headers.has('date'), name).to.equal(true);
    }
  });
});
