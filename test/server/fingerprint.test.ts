/** Two requests are the same if their bytes are, wherever the bytes come from. */
import {text} from 'node:stream/consumers';
import {expect} from 'chai';
import {idempotencyMiddleware, idempotent, memoryStore} from '../../src/server.ts';
import {withServers} from './node-server.ts';
import {told} from './requests.ts';

const options = {store: memoryStore(), scope: 'everyone', on: () => {}} as const;
let keys = 0;
const newKey = (): string => `fingerprint-${++keys}`;

describe('the fingerprint', () => {
  const handler = idempotent(() => new Response('done'), options);
  const original = {url: 'https://shop.example/charges?a=1', method: 'POST', type: 'application/json', body: '{}'};
  const send = (key: string, {url, method, type, body}: typeof original): Promise<Response> =>
    handler(new Request(url, {method, body, headers: {'idempotency-key': key, 'content-type': type}}));
  const changes: [string, Partial<typeof original>][] = [
    ['method', {method: 'PATCH'}],
    ['host', {url: 'https://other.example/charges?a=1'}],
    ['port', {url: 'https://shop.example:8443/charges?a=1'}],
    ['path', {url: 'https://shop.example/refunds?a=1'}],
    ['query', {url: 'https://shop.example/charges?a=2'}],
    ['content type', {type: 'text/plain'}],
    ['body, by one space', {body: '{ }'}],
  ];
  for (const [what, change] of changes)
    it(`has the ${what}`, async () => {
      const key = newKey();
      await send(key, original);
      expect(await told(await send(key, {...original, ...change}))).to.equal('422 IDEMPOTENCY_KEY_REUSED');
      expect(await told(await send(key, original))).to.equal('200 done');
    });
});

describe('the bytes of a request of Node', () => {
  const serve = withServers();
  /** @param parse What stands before the middleware. */
  async function behind(parse: (request: import('node:http').IncomingMessage) => unknown) {
    const keyed = idempotencyMiddleware(options);
    const url = await serve(async (request, response) => {
      await parse(request);
      keyed(request, response, error => response.end(error === undefined ? 'done' : String(error)));
    });
    const key = newKey();
    return async (body: string, type = 'application/xml'): Promise<string> =>
      told(await fetch(url, {method: 'POST', body, headers: {'idempotency-key': key, 'content-type': type}}));
  }

  it('are read where a parser has left the body and set an empty object, as express.json of Express 4 does for XML', async () => {
    const send = await behind(request => Object.assign(request, {body: {}}));
    expect(await send('<amount>1</amount>')).to.equal('200 done');
    expect(await send('<amount>1</amount>')).to.equal('200 done');
    expect(await send('<amount>2</amount>')).to.equal('422 IDEMPOTENCY_KEY_REUSED');
  });

  it('are those that a parser has kept as rawBody', async () => {
    const send = await behind(async request => {
      const rawBody = Buffer.from(await text(request));
      Object.assign(request, {rawBody, body: JSON.parse(String(rawBody))});
    });
    expect(await send('{"amount":1}')).to.equal('200 done');
    expect(await send('{"amount":1}')).to.equal('200 done');
    expect(await send('{"amount": 1}')).to.equal('422 IDEMPOTENCY_KEY_REUSED');
  });

  it('are those of express.raw', async () => {
    const send = await behind(async request => Object.assign(request, {body: Buffer.from(await text(request))}));
    expect(await send('one')).to.equal('200 done');
    expect(await send('two')).to.equal('422 IDEMPOTENCY_KEY_REUSED');
  });

  for (const [what, body] of [
    ['nothing', undefined],
    ['an object, as multer does', {}],
  ] as const)
    it(`cannot be had where a parser has read the body and kept ${what}: the handler does not run, and the error says what to do`, async () => {
      const send = await behind(async request => {
        await text(request);
        Object.assign(request, {body});
      });
      expect(await send('x')).to.match(
        /put the middleware before the body parsers, or keep the bytes as request.rawBody/,
      );
    });

  it('are none without a body, whatever a parser has set', async () => {
    const send = await behind(request => Object.assign(request, {body: {}}));
    expect(await send('')).to.equal('200 done');
  });
});
