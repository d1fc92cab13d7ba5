/** Inference requests that change something, in the ways in which clients hand a body over: no 500 has one of them sent twice. */
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, request, fetch as undiciFetch} from 'undici';
import {createFetch, reportOf, resilience} from '../../src/core.ts';
import {useModelEndpoints} from '../../src/features.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {AT_ONCE} from '../support/policies.ts';

useModelEndpoints();

const policy = {extends: ['steadfetch:llm'], backoff: AT_ONCE, concurrency: null, quota: null};
const bodyOf = (fields: object): string => JSON.stringify({model: 'm', input: 'ü', ...fields});

type Send = (url: string, body: string) => Promise<{readonly status: number}>;

describe('a request that changes something', () => {
  let server: LoopbackServer;
  const agent = new Agent();
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(async () => {
    await agent.destroy();
    await server.close();
  });

  const dispatcher = agent.compose(resilienceInterceptor(policy));
  const post = (body: unknown) => ({method: 'POST', body: body as string});
  const kyWith = (options: object) => ky.extend({throwHttpErrors: false, ...options}).extend(resilience(policy));
  const bytes = (body: string) => new TextEncoder().encode(body);
  async function* chunks(body: string): AsyncGenerator<Uint8Array> {
    const all = bytes(body);
    yield all.subarray(0, all.length - 3); // Within the letter of two bytes, for some bodies.
    yield all.subarray(all.length - 3);
  }
  const undici = async (url: string, body: unknown) => {
    const {statusCode, body: answer} = await request(url, {...post(body), dispatcher});
    await answer.dump();
    return {status: statusCode};
  };
  const replaced = ({request: given}: {request: Request}) => new Request(given, {headers: {'x-new': '1'}});

  const WAYS: Record<string, Send> = {
    'fetch of a text': (url, body) => createFetch(policy)(url, post(body)),
    'fetch of a Request': (url, body) => createFetch(policy)(new Request(url, post(body))),
    'fetch of a Request of bytes': (url, body) => createFetch(policy)(new Request(url, post(bytes(body)))),
    'ky, json': (url, body) => kyWith({}).post(url, {json: JSON.parse(body)}),
    'ky, bytes': (url, body) => kyWith({}).post(url, {body: bytes(body)}),
    'ky, json, a Request of a hook': (url, body) =>
      kyWith({hooks: {beforeRequest: [replaced]}}).post(url, {json: JSON.parse(body)}),
    'ky’s own loop, json': (url, body) =>
      kyWith({hooks: {beforeRetry: [() => {}]}}).post(url, {json: JSON.parse(body)}),
    'ky’s own loop, bytes': (url, body) => kyWith({hooks: {beforeRetry: [() => {}]}}).post(url, {body: bytes(body)}),
    'ky’s own loop, a Request of a hook': (url, body) =>
      kyWith({hooks: {beforeRetry: [() => {}], beforeRequest: [replaced]}}).post(url, {
        json: JSON.parse(body),
      }),
    'undici.request of a text': undici,
    'undici.request of an iterable': (url, body) => undici(url, chunks(body)),
    'undici.request of an object String': (url, body) => undici(url, Object(body)),
    'undici.fetch of a text': (url, body) => undiciFetch(url, {...post(body), dispatcher}),
  };

  for (const [way, send] of Object.entries(WAYS)) {
    it(`is sent once after a 500: ${way}`, async () => {
      const place = server.place(500, 200);
      const {status} = await send(`${place.url}/v1/responses`, bodyOf({background: true}));
      expect([status, place.requests.length]).to.deep.equal([500, 1]);
      expect(JSON.parse(place.bodies[0]!)).to.include({background: true, input: 'ü'});
    });

    it(`is sent again where it changes nothing, and after a 429: ${way}`, async () => {
      const again = server.place(500, 200);
      expect((await send(`${again.url}/v1/responses`, bodyOf({}))).status).to.equal(200);
      expect(again.bodies.map(body => JSON.parse(body))).to.deep.equal([
        {model: 'm', input: 'ü'},
        {model: 'm', input: 'ü'},
      ]);
      const refused = server.place(429, 200);
      expect((await send(`${refused.url}/v1/responses`, bodyOf({background: true}))).status).to.equal(200);
    });
  }

  for (const [way, send] of Object.entries({
    'undici.request of an iterable': undici,
    'fetch of a Request of a stream': (url: string, body: AsyncGenerator<Uint8Array>) =>
      createFetch(policy)(new Request(url, {method: 'POST', body: body as never, duplex: 'half'} as RequestInit)),
  }))
    it(`is sent once where the rest of its body comes after the answer: ${way}`, async () => {
      let requests = 0;
      const answered = Promise.withResolvers<void>();
      const early = createServer((given, response) => {
        requests++;
        given.resume();
        response.writeHead(500).end(() => answered.resolve());
      });
      early.listen(0, '127.0.0.1');
      await once(early, 'listening');
      const body = bytes(bodyOf({background: true}));
      async function* late(): AsyncGenerator<Uint8Array> {
        yield body.subarray(0, 12);
        await answered.promise;
        await new Promise(resolve => setTimeout(resolve, 20)); // The answer is on its way to the client.
        yield body.subarray(12);
      }
      const url = `http://127.0.0.1:${(early.address() as AddressInfo).port}/v1/responses`;
      try {
        const {status} = await send(url, late());
        expect([status, requests]).to.deep.equal([500, 1]);
      } finally {
        early.closeAllConnections();
        early.close();
      }
    });

  it('is a POST: a PUT is sent again', async () => {
    const place = server.place(500, 200);
    const init = {...post(bodyOf({webhook: 'https://hook.test'})), method: 'PUT'};
    expect((await createFetch(policy)(`${place.url}/v1/users/1`, init)).status).to.equal(200);
  });

  it('names what was made, also where its body is a stream and the connection breaks behind the first event', async () => {
    const made = 'event: response.created\ndata: {"response":{"id":"r1"}}\n\n';
    const place = server.place(response => {
      response.writeHead(200, {'content-type': 'text/event-stream'}).write(made, () => response.destroy());
    });
    const body = new Blob([bodyOf({background: true, stream: true})]).stream();
    const init = {method: 'POST', body, duplex: 'half'} as RequestInit;
    const reader = (await createFetch(policy)(`${place.url}/v1/responses`, init)).body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).to.equal(made);
    await reader.read().catch(() => {});
  });

  it('says why', async () => {
    const place = server.place(500, 200);
    const answer = await createFetch(policy)(
      new Request(`${place.url}/v1/responses`, post(bodyOf({background: true}))),
    );
    expect(reportOf(answer)?.reason).to.contain('may have acted');
  });
});
