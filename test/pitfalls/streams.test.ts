/** Pitfalls of event streams, over real sockets, through every adapter: T110 to T123 of docs/conformance-models.md. */
import {execFile} from 'node:child_process';
import type {ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import {promisify} from 'node:util';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {gunzipSync, gzipSync} from 'node:zlib';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, request} from 'undici';
import {createFetch, type PolicyInput, resilience} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {type Answer, LoopbackServer} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';
import {AT_ONCE} from '../support/policies.ts';
import {DONE, OVERLOADED, PING, ROLE, text} from '../support/streamed-fetch.ts';

const base: PolicyInput = {
  stream: {firstContentMs: 10_000},
  idempotentMethods: ['POST'],
  backoff: AT_ONCE,
  budget: null,
  breaker: null,
  maxAttempts: 2,
};
const HI = text('Hi') + DONE;

type Body = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;
interface Init {
  readonly signal?: AbortSignal;
  readonly policy?: PolicyInput;
}
type Send = (url: string, init?: Init) => Promise<Body>;

const agent = new Agent();

const adapters: Readonly<Record<string, Send>> = {
  fetch: async (url, {policy, ...init} = {}) =>
    (await createFetch({...base, ...policy})(url, {...init, method: 'POST', body: '{}'})).body!,
  ky: async (url, {policy, ...init} = {}) =>
    (await ky.extend(resilience({...base, ...policy})).post(url, {...init, body: '{}'})).body!,
  "ky's loop": async (url, {policy, ...init} = {}) => {
    const hooks = {beforeRetry: [() => undefined]};
    return (await ky.extend(resilience({...base, ...policy})).post(url, {...init, body: '{}', hooks})).body!;
  },
  undici: async (url, {policy, ...init} = {}) => {
    const dispatcher = agent.compose(resilienceInterceptor({...base, ...policy}));
    return (await request(url, {...init, method: 'POST', body: '{}', dispatcher})).body;
  },
};

async function read(body: Body, encoding: BufferEncoding = 'utf8'): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString(encoding);
}

/** Sends the parts one after another, one iteration of the event loop apart; then ends, unless the stream stays open. */
const stream =
  (parts: readonly (string | Uint8Array)[], {staysOpen = false} = {}): Answer =>
  async (response: ServerResponse) => {
    response.writeHead(200, {'content-type': 'text/event-stream'}).flushHeaders();
    for (const part of parts) {
      response.write(part);
      await new Promise(resolve => setImmediate(resolve));
    }
    if (!staysOpen) response.end();
  };

const everyByte = (all: string): Uint8Array[] => Array.from(Buffer.from(all), byte => Uint8Array.of(byte));

/** A ping every few milliseconds, for ever. */
const pings: Answer = response => {
  response.writeHead(200, {'content-type': 'text/event-stream'}).flushHeaders();
  const timer = setInterval(() => response.write(PING), 10);
  response.on('close', () => clearInterval(timer));
};

/** An answer that also says when its connection was closed. */
function watched(answer: Answer): {answer: Answer; closes: Promise<unknown>} {
  const {promise, resolve} = Promise.withResolvers<unknown>();
  return {
    closes: promise,
    answer: (response, seen) => {
      response.on('close', resolve);
      if (typeof answer === 'function') answer(response, seen);
    },
  };
}

for (const [adapter, send] of Object.entries(adapters)) {
  describe(`pitfalls: event streams through ${adapter}`, () => {
    let server: LoopbackServer;
    before(async () => {
      server = await LoopbackServer.start();
    });
    after(() => server.close());

    it('a stream of nothing but pings ends in time, and its connection with it @T110', async () => {
      const {answer, closes} = watched(pings);
      const place = server.place(answer, stream([HI]));
      const policy = {stream: {firstContentMs: 300}};
      expect(await read(await send(place.url, {policy}))).to.equal(HI);
      expect(place.requests).to.have.length(2);
      await closes;
    });

    it('an overload before any content is retried @T111', async () => {
      const place = server.place(stream([PING, ROLE, OVERLOADED]), stream([ROLE, HI, DONE]));
      expect(await read(await send(place.url))).to.equal(ROLE + HI + DONE);
      expect(place.requests).to.have.length(2);
    });

    it('an overload in every attempt is given as the server sent it @T111', async () => {
      const place = server.place(stream([PING, OVERLOADED]));
      expect(await read(await send(place.url))).to.equal(PING + OVERLOADED);
      expect(place.requests).to.have.length(2);
    });

    for (const [end, name] of [
      ['\n', 'LF'],
      ['\r\n', 'CRLF'],
      ['\r', 'CR'],
    ] as const)
      it(`an error event in pieces of one byte is understood, with ${name} at its line ends @T112`, async () => {
        const place = server.place(stream(everyByte(OVERLOADED.replaceAll('\n', end))), stream([HI]));
        expect(await read(await send(place.url))).to.equal(HI);
        expect(place.requests).to.have.length(2);
      });

    it('a character that is split over two pieces arrives whole @T113', async () => {
      const all = `\uFEFF${ROLE}${text('日本 🚀')}${DONE}`;
      expect(await read(await send(server.place(stream(everyByte(all))).url))).to.equal(all);
    });

    it('a byte order mark hides no error @T114', async () => {
      const place = server.place(stream(['\uFEFF', OVERLOADED.slice('event: error\n'.length)]), stream([HI]));
      expect(await read(await send(place.url))).to.equal(HI);
      expect(place.requests).to.have.length(2);
    });

    it('an abort while nothing but pings came ends the call and the connection, and nothing is sent again @T115', async () => {
      const {answer, closes} = watched(pings);
      const place = server.place(answer);
      const controller = new AbortController();
      const policy = {stream: {firstContentMs: null}};
      const sending = errorOf(() => send(place.url, {signal: controller.signal, policy}));
      await place.arrived(1);
      await new Promise(resolve => setTimeout(resolve, 50));
      controller.abort();
      expect((await sending).name).to.equal('AbortError');
      await closes;
      expect(place.requests).to.have.length(1);
    });

    it('a stream that is given up after its first content closes its connection @T116', async () => {
      const {answer, closes} = watched(stream([PING, HI], {staysOpen: true}));
      let chunks = 0;
      for await (const _ of await send(server.place(answer).url)) {
        chunks++;
        break;
      }
      await closes;
      expect(chunks).to.equal(1);
    });

    it('a connection that breaks before any content is retried, one that breaks after it is not @T117', async () => {
      const breaking =
        (part: string): Answer =>
        response => {
          response.writeHead(200, {'content-type': 'text/event-stream'}).write(part);
          setTimeout(() => (response.socket as Socket).resetAndDestroy(), 20);
        };
      const early = server.place(breaking(ROLE), stream([HI]));
      expect(await read(await send(early.url))).to.equal(HI);
      expect(early.requests).to.have.length(2);
      const late = server.place(breaking(ROLE + HI), stream([HI]));
      const body = await send(late.url);
      expect(await errorOf(() => read(body))).to.be.instanceOf(Error);
      expect(late.requests).to.have.length(1);
    });

    it('an error after the first content is passed on, and nothing is sent again @T118', async () => {
      const place = server.place(stream([ROLE, HI, OVERLOADED]));
      expect(await read(await send(place.url))).to.equal(ROLE + HI + OVERLOADED);
      expect(place.requests).to.have.length(1);
    });

    it('a stream that is larger than holdBytes without content is passed on, whole @T119', async () => {
      const filler = `: ${'x'.repeat(998)}\n\n`;
      const place = server.place(stream([...Array.from({length: 100}, () => filler), HI]));
      const policy = {stream: {holdBytes: 5000, firstContentMs: null}};
      expect(await read(await send(place.url, {policy}))).to.equal(filler.repeat(100) + HI);
    });

    it('a stream without a reader is not read ahead @T120', async () => {
      let written = 0;
      const chunk = Buffer.alloc(65_536, 120);
      const place = server.place(response => {
        response.writeHead(200, {'content-type': 'text/event-stream'}).write(HI);
        const fill = (): void => {
          do written += chunk.length;
          while (response.write(chunk) && written < 100_000_000);
        };
        response.on('drain', fill);
        fill();
      });
      const body = await send(place.url);
      await new Promise(resolve => setTimeout(resolve, 300));
      expect(written).to.be.below(30_000_000); // The buffers of the two sockets, which the system sizes.
      for await (const _ of body) break;
    });

    it('a compressed stream is not held for ever @T121', async () => {
      const compressed: Answer = response => {
        response.writeHead(200, {'content-type': 'text/event-stream', 'content-encoding': 'gzip'});
        response.end(gzipSync(PING + HI));
      };
      const isRaw = adapter === 'undici'; // undici.request gives the bytes as they came.
      const all = await read(await send(server.place(compressed).url), isRaw ? 'latin1' : 'utf8');
      expect(isRaw ? gunzipSync(Buffer.from(all, 'latin1')).toString() : all).to.equal(PING + HI);
    });
  });
}

describe('pitfalls: event streams that are dropped', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  it('a response that is dropped unread is collected, and its connection is closed @T122', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const {answer, closes} = watched(stream([PING, HI], {staysOpen: true}));
    const place = server.place(answer);
    let isClosed = false;
    void closes.then(() => {
      isClosed = true;
    });
    const ref = await (async () => new WeakRef(await createFetch({...base, idleTimeoutMs: null})(place.url)))();
    for (let round = 0; round < 50 && !isClosed; round++) {
      await new Promise(resolve => setTimeout(resolve, 20));
      collectGarbage();
    }
    expect(ref.deref()).to.equal(undefined);
    expect(isClosed).to.equal(true);
  });

  it('no timer of an open stream without a pending read keeps the process alive @T123', async () => {
    const script = `
      import {createFetch} from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)};
      const endless = async () => new Response(
        new ReadableStream({start: c => c.enqueue(new TextEncoder().encode(${JSON.stringify(HI)}))}),
        {headers: {'content-type': 'text/event-stream'}},
      );
      const never = {attemptTimeoutMs: 600_000, idleTimeoutMs: 600_000, deadlineMs: null};
      const response = await createFetch({stream: {}, ...never}, {fetch: endless})('http://nowhere.invalid/');
      await response.body.getReader().read();
      console.log('read');`;
    const args = ['--no-warnings', '--input-type=module', '-e', script];
    const {stdout} = await promisify(execFile)(process.execPath, args);
    expect(stdout).to.equal('read\n');
  });
});
