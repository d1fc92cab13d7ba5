/** Event streams that end without their end mark, over real sockets, through every adapter. */
import type {ServerResponse} from 'node:http';
import {gzipSync} from 'node:zlib';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, request, fetch as undiciFetch} from 'undici';
import {createFetch, type PolicyInput, resilience} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {type Answer, LoopbackServer} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';
import {AT_ONCE} from '../support/policies.ts';
import {DONE, PING, ROLE, text} from '../support/streamed-fetch.ts';

const policy: PolicyInput = {stream: {}, idempotentMethods: ['POST'], backoff: AT_ONCE, budget: null, maxAttempts: 2};
const HI = text('Hi');

type Body = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;
const agent = new Agent();
const dispatcher = () => agent.compose(resilienceInterceptor(policy));
const init = {method: 'POST', body: '{}'} as const;

const adapters: Readonly<Record<string, (url: string) => Promise<Body>>> = {
  fetch: async url => (await createFetch(policy)(url, init)).body!,
  ky: async url => (await ky.extend(resilience(policy)).post(url, {body: '{}'})).body!,
  "ky's loop": async url =>
    (await ky.extend(resilience(policy)).post(url, {body: '{}', hooks: {beforeRetry: [() => undefined]}})).body!,
  'undici.request': async url => (await request(url, {...init, dispatcher: dispatcher()})).body,
  'undici.fetch': async url => (await undiciFetch(url, {...init, dispatcher: dispatcher()})).body as Body,
};

const pause = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 5));

const stream =
  (parts: readonly (string | Uint8Array)[], headers = {}): Answer =>
  async (response: ServerResponse) => {
    response.writeHead(200, {'content-type': 'text/event-stream', ...headers}).flushHeaders();
    for (const [index, part] of parts.entries()) {
      if (index > 0) await pause();
      if (index === parts.length - 1) response.end(part);
      else response.write(part);
    }
    if (parts.length === 0) response.end();
  };

/** @param isSlow The reader waits after each chunk. */
async function readAll(body: Body, isSlow = false): Promise<{all: string; error: unknown}> {
  const chunks: Uint8Array[] = [];
  const all = () => Buffer.concat(chunks).toString();
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      if (isSlow) await pause();
    }
    return {all: all(), error: null};
  } catch (error) {
    return {all: all(), error};
  }
}

/** undici's fetch has it as the cause of its own error. */
const codeOf = (error: unknown): unknown => {
  const {code, cause} = error as {code?: string; cause?: {code?: string}};
  return code ?? cause?.code;
};

for (const [adapter, send] of Object.entries(adapters)) {
  describe(`an event stream without its end mark, through ${adapter}`, () => {
    let server: LoopbackServer;
    before(async () => {
      server = await LoopbackServer.start();
    });
    after(() => server.close());

    for (const [title, parts] of [
      ['of a role', [PING, ROLE]],
      ['of pings', [PING, PING]],
      ['of nothing', []],
    ] as const)
      it(`is retried where it is a stream ${title}`, async () => {
        const place = server.place(stream(parts), stream([ROLE, HI, DONE]));
        expect(await readAll(await send(place.url))).to.deep.equal({all: ROLE + HI + DONE, error: null});
        expect(place.requests).to.have.length(2);
      });

    it('rejects where no attempt is left', async () => {
      const place = server.place(stream([ROLE]));
      expect(codeOf(await errorOf(() => send(place.url)))).to.equal('STREAM_INCOMPLETE');
      expect(place.requests).to.have.length(2);
    });

    for (const [title, parts] of [
      ['in parts', [PING, ROLE, HI, HI, HI]],
      ['of many parts', [HI, ...Array.from({length: 30}, (_, index) => text('x'.repeat(index * 500)))]],
      ['of single bytes', Array.from(Buffer.from(ROLE + HI), byte => Uint8Array.of(byte))],
    ] as const)
      it(`gives every byte, and then the error, ${title}`, async () => {
        const place = server.place(stream(parts));
        const {all, error} = await readAll(await send(place.url));
        expect(all).to.equal(Buffer.concat(parts.map(part => Buffer.from(part))).toString());
        expect(codeOf(error)).to.equal('STREAM_INCOMPLETE');
        expect(place.requests).to.have.length(1);
      });

    it('ends as the server ended it with an end mark', async () => {
      for (const parts of [[HI, DONE], [HI + DONE], [HI, DONE, PING]])
        expect(await readAll(await send(server.place(stream(parts)).url), true)).to.deep.equal({
          all: parts.join(''),
          error: null,
        });
    });

    it('leaves its connection to later calls', async () => {
      const before = server.connections;
      for (let call = 0; call < 3; call++) await readAll(await send(server.place(stream([HI, HI])).url));
      expect(server.connections - before).to.be.at.most(1);
    });
  });
}

describe('an event stream without its end mark, through fetch, in other ways', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());
  const send = createFetch(policy);

  it('gives every byte to a slow reader', async () => {
    const {url} = server.place(stream([HI, HI, HI + HI]));
    const {all, error} = await readAll((await send(url, init)).body!, true);
    expect(all).to.equal(HI.repeat(4));
    expect(codeOf(error)).to.equal('STREAM_INCOMPLETE');
  });

  it('is noticed where it is compressed', async () => {
    const gzip = {'content-encoding': 'gzip'};
    const place = server.place(stream([gzipSync(HI)], gzip));
    const {all, error} = await readAll((await send(place.url, init)).body!);
    expect([all, codeOf(error)]).to.deep.equal([HI, 'STREAM_INCOMPLETE']);
    const whole = server.place(stream([gzipSync(HI + DONE)], gzip));
    expect(await (await send(whole.url, init)).text()).to.equal(HI + DONE);
  });

  it('gives every byte to a BYOB reader', async () => {
    const {url} = server.place(stream([HI, HI]));
    const reader = (await send(url, init)).body!.getReader({mode: 'byob'});
    let all = '';
    const error = await errorOf(async () => {
      for (;;) {
        const {value, done} = await reader.read(new Uint8Array(10));
        if (done) return;
        all += Buffer.from(value!).toString();
      }
    });
    expect([all, codeOf(error)]).to.deep.equal([HI + HI, 'STREAM_INCOMPLETE']);
  });

  it('fails what its body is piped into', async () => {
    const {url} = server.place(stream([HI, HI]));
    const decoder = new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>;
    let all = '';
    const error = await errorOf(async () => {
      for await (const part of (await send(url, init)).body!.pipeThrough(decoder)) all += part;
    });
    expect([all, codeOf(error)]).to.deep.equal([HI + HI, 'STREAM_INCOMPLETE']);
  });

  it('is the error of two clients, one above the other, once', async () => {
    const place = server.place(stream([HI]));
    const above = createFetch(policy, {fetch: send});
    const {all, error} = await readAll((await above(place.url, init)).body!);
    expect([all, codeOf(error), place.requests.length]).to.deep.equal([HI, 'STREAM_INCOMPLETE', 1]);
  });
});
