/** Event streams whose beginning was read before the caller got them: on a real wire, read in every way, as plain fetch is read. */
import type {ServerResponse} from 'node:http';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, fetch as undiciFetch} from 'undici';
import {createFetch, type PolicyInput, resilience} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';
import {DONE, PING, ROLE, text} from '../support/streamed-fetch.ts';

const policy: PolicyInput = {stream: {}, attemptTimeoutMs: 20_000};
const ALL =
  PING + ROLE + Array.from({length: 40}, (_, index) => text(`日本 🚀 ${'x'.repeat(index * 37)}`)).join('') + DONE;
const BYTES = Buffer.from(ALL);

/** The bytes in pieces of odd sizes, which end inside of characters. */
async function write(response: ServerResponse): Promise<void> {
  response.writeHead(200, {'content-type': 'text/event-stream; charset=utf-8', 'x-kind': 'stream'});
  let size = 1;
  for (let at = 0; at < BYTES.length; at += size) {
    size = (size * 7) % 1009;
    response.write(BYTES.subarray(at, at + size));
    await new Promise(resolve => setImmediate(resolve));
  }
  response.end();
}

type Send = (url: string, init?: RequestInit) => Promise<Response>;
const agent = new Agent();

const adapters: Readonly<Record<string, Send>> = {
  'plain fetch': (url, init) => fetch(url, init),
  fetch: createFetch(policy),
  'fetch at the headers': createFetch({...policy, stream: {commit: 'headers'}}),
  "undici's fetch in fetch": createFetch(policy, {fetch: undiciFetch as unknown as typeof fetch}),
  "undici's fetch over the interceptor": (url, init) =>
    undiciFetch(url, {
      ...(init as object),
      dispatcher: agent.compose(resilienceInterceptor(policy)),
    }) as unknown as Promise<Response>,
  ky: (url, init) => ky.extend(resilience(policy)).get(url, init),
  "ky's loop": (url, init) =>
    ky.extend(resilience(policy)).get(url, {...init, hooks: {afterResponse: [() => undefined]}}),
};

const joined = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString();

async function readAll(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return joined(chunks);
    chunks.push(value);
  }
}

/** What each way gives, as text. */
const WAYS: Readonly<Record<string, (response: Response) => Promise<string>>> = {
  'text()': response => response.text(),
  'arrayBuffer()': async response => Buffer.from(await response.arrayBuffer()).toString(),
  'bytes()': async response => Buffer.from(await response.bytes()).toString(),
  'blob()': async response => {
    const blob = await response.blob();
    expect(blob.type).to.equal('text/event-stream;charset=utf-8');
    return blob.text();
  },
  'a reader': response => readAll(response.body!),
  'a BYOB reader': async response => {
    const reader = response.body!.getReader({mode: 'byob'});
    const chunks: Uint8Array[] = [];
    for (;;) {
      const {done, value} = await reader.read(new Uint8Array(100));
      if (value !== undefined) chunks.push(value);
      if (done) return joined(chunks);
    }
  },
  'for await': async response => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body!) chunks.push(chunk);
    return joined(chunks);
  },
  'values(), then a reader': async response => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body!.values({preventCancel: true})) {
      chunks.push(chunk);
      break;
    }
    return joined(chunks) + (await readAll(response.body!));
  },
  'pipeTo()': async response => {
    const chunks: Uint8Array[] = [];
    await response.body!.pipeTo(new WritableStream({write: chunk => void chunks.push(chunk)}));
    return joined(chunks);
  },
  'pipeThrough()': async response => {
    let all = '';
    const decoder = new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>;
    for await (const part of response.body!.pipeThrough(decoder)) all += part;
    return all;
  },
  'tee()': async response => {
    const [one, other] = await Promise.all(response.body!.tee().map(readAll));
    expect(one).to.equal(other);
    return one!;
  },
  'clone(), both': async response => {
    const [copy, own] = await Promise.all([response.clone().text(), response.text()]);
    expect(copy).to.equal(own);
    return copy;
  },
  'a clone of a clone': async response => {
    const copy = response.clone();
    const [first, second, own] = await Promise.all([copy.clone().text(), copy.text(), response.text()]);
    expect([first, second]).to.deep.equal([own, own]);
    return own;
  },
  'new Response(body)': response => new Response(response.body).text(),
};

for (const [adapter, send] of Object.entries(adapters)) {
  describe(`an event stream under a policy for streams, through ${adapter}`, () => {
    let server: LoopbackServer;
    let place: Place;
    before(async () => {
      server = await LoopbackServer.start();
      place = server.place(write);
    });
    after(() => server.close());

    for (const [way, read] of Object.entries(WAYS))
      it(`is read whole by ${way}`, async () => expect(await read(await send(place.url))).to.equal(ALL));

    it('has the properties of the response, and so has its clone', async () => {
      const response = await send(place.url);
      const copy = response.clone();
      const copies = [response, copy, copy.clone()];
      for (const each of copies) {
        expect(each.status).to.equal(200);
        expect(each.statusText).to.equal('OK');
        expect(each.ok).to.equal(true);
        expect(each.url).to.equal(place.url);
        expect(each.type).to.equal('basic');
        expect(each.redirected).to.equal(false);
        expect(each.headers.get('x-kind')).to.equal('stream');
        expect(each.constructor.name).to.equal('Response');
        expect(each.bodyUsed).to.equal(false);
      }
      for (const each of await Promise.all(copies.map(one => one.text()))) expect(each).to.equal(ALL);
    });

    it('is used once it is read', async () => {
      const response = await send(place.url);
      const reading = response.text();
      expect(response.bodyUsed).to.equal(true);
      await reading;
      expect(await errorOf(() => response.text())).to.be.instanceOf(TypeError);
      expect(await errorOf(() => response.clone())).to.be.instanceOf(TypeError);
      expect(
        await errorOf(() =>
          response
            .body!.getReader()
            .read()
            .then(({done}) => done || Promise.reject()),
        ),
      ).to.be.instanceOf(Error);
    });

    it('is locked by its reader, like any stream', async () => {
      const {body} = await send(place.url);
      expect(body!.locked).to.equal(false);
      const reader = body!.getReader();
      expect(body!.locked).to.equal(true);
      await reader.cancel();
    });
  });
}
