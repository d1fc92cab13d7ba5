/** Other fetches as the port `fetch`, and bodies of their own classes: each arrives as by that fetch alone, with its key in every attempt. */
import {expect} from 'chai';
import NodeForm from 'form-data';
import {HttpResponse, http} from 'msw';
import {setupServer} from 'msw/node';
import nodeFetch, {File as NodeFetchFile, FormData as NodeFetchForm, Request as NodeFetchRequest} from 'node-fetch';
import nodeFetch2 from 'node-fetch2';
import {FormData as UndiciForm, fetch as undiciFetch} from 'undici';
import {Agent as Agent7, request as request7, FormData as Undici7Form, fetch as undici7Fetch} from 'undici7';
import {createFetch, type PolicyInput} from '../../src/fetch.ts';
import {resilienceInterceptor} from '../../src/undici.ts';
import {LoopbackServer, type Seen} from '../support/loopback-server.ts';
import {AT_ONCE} from '../support/policies.ts';

type Fetch = typeof globalThis.fetch;

const POLICY: PolicyInput = {backoff: AT_ONCE, budget: null, breaker: null, idempotency: {}};

const filled = <Form extends Pick<FormData, 'set'>>(form: Form): Form => {
  form.set('amount', '100');
  form.set('file', new Blob(['bytes'], {type: 'image/png'}), 'a.png');
  return form;
};

function ownOfNodeFetch(): InstanceType<typeof NodeFetchForm> {
  const form = new NodeFetchForm();
  form.set('amount', '100');
  form.set('file', new NodeFetchFile(['bytes'], 'a.png', {type: 'image/png'}));
  return form;
}

function formData(): NodeForm {
  const form = new NodeForm();
  form.append('amount', '100');
  return form;
}

/** The body and its type, without the boundary. */
const shown = ({method, headers, body}: Seen) => {
  const type = headers['content-type'] ?? '';
  const boundary = /boundary=(\S+)/.exec(type)?.[1] ?? '\0';
  const text = body.toString('latin1');
  const lines = text.replaceAll(boundary, 'boundary').replace(/-+boundary/g, '--boundary');
  return {method, type: type.replaceAll(boundary, 'boundary'), body: lines.toLowerCase().trimEnd()};
};

/** What is sent twice of a POST with a key that is answered by 503; the rest is sent once. */
const ports: Readonly<
  Record<string, readonly [fetch: unknown, bodies: Record<string, () => unknown>, once: string[]]>
> = {
  'undici 8': [
    undiciFetch,
    {
      'its own form': () => filled(new UndiciForm()),
      parameters: () => new URLSearchParams({a: '1'}),
      'a Blob': () => new Blob(['blob']),
    },
    [],
  ],
  'undici 7': [
    undici7Fetch,
    {
      'its own form': () => filled(new Undici7Form()),
      parameters: () => new URLSearchParams({a: '1'}),
      'a Blob': () => new Blob(['blob']),
    },
    [],
  ],
  'node-fetch 3': [
    nodeFetch,
    {
      'the runtime’s form': () => filled(new FormData()),
      'its own form': () => filled(new NodeFetchForm()),
      'its own form with files of its own': ownOfNodeFetch,
      parameters: () => new URLSearchParams({a: '1'}),
      'a Blob': () => new Blob(['blob']),
    },
    ['its own form', 'its own form with files of its own'],
  ],
  'node-fetch 2': [
    nodeFetch2,
    {
      'a form of form-data': formData,
      parameters: () => new URLSearchParams({a: '1'}),
      'a text': () => 'text',
      bytes: () => new TextEncoder().encode('bytes'),
    },
    ['a form of form-data'],
  ],
};

describe('the port fetch', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  for (const [name, [port, bodies, once]] of Object.entries(ports))
    for (const [what, make] of Object.entries(bodies)) {
      const count = once.includes(what) ? 1 : 2;
      it(`${name} sends ${what} as it does alone, ${count === 1 ? 'once' : 'and again with its key'}`, async () => {
        const fetch = port as Fetch;
        const post = () => ({method: 'POST', headers: {'x-mine': '1'}, body: make() as BodyInit});
        const alone = server.place(200);
        await fetch(alone.url, post());
        const place = server.place(503, 200);
        const response = await createFetch(POLICY, {fetch})(place.url, post());
        expect([response.status, place.requests.length]).to.deep.equal([count === 1 ? 503 : 200, count]);
        const [sent] = alone.requests.map(shown);
        for (const each of place.requests) expect(shown(each)).to.deep.equal(sent);
        expect(new Set(place.bodies).size).to.equal(1);
        expect(new Set(place.header('idempotency-key')).size).to.equal(1);
        expect(place.header('idempotency-key')[0]).to.match(/^.{36}$/);
        expect(new Set(place.header('x-mine'))).to.deep.equal(new Set(['1']));
      });
    }

  it('node-fetch 3 sends a Request of its own as it does alone', async () => {
    const place = server.place(503, 200);
    const request = new NodeFetchRequest(place.url, {method: 'POST', body: 'text'}) as unknown as Request;
    const response = await createFetch(POLICY, {fetch: nodeFetch as unknown as Fetch})(request);
    expect([response.status, place.bodies]).to.deep.equal([503, ['text']]);
  });
});

describe('undici 7', () => {
  it('sends a form of its own through resilienceInterceptor again, byte for byte', async () => {
    const server = await LoopbackServer.start();
    const agent = new Agent7();
    try {
      const place = server.place(503, 200);
      const dispatcher = agent.compose(resilienceInterceptor(POLICY));
      const response = await request7(place.url, {method: 'POST', body: filled(new Undici7Form()), dispatcher});
      expect([response.statusCode, place.requests.length]).to.deep.equal([200, 2]);
      expect(place.bodies[0]).to.include('filename="a.png"');
      expect(place.bodies[1]).to.equal(place.bodies[0]);
    } finally {
      await agent.destroy();
      await server.close();
    }
  });
});

describe('msw', () => {
  it('reads a form from each attempt', async () => {
    const seen: unknown[] = [];
    const double = setupServer(
      http.post('http://shop.example/pay', async ({request}) => {
        const form = await request.formData();
        seen.push([form.get('amount'), (form.get('file') as File).name, request.headers.get('idempotency-key')]);
        return new HttpResponse(null, {status: seen.length === 1 ? 503 : 200});
      }),
    );
    double.listen();
    try {
      const body = filled(new FormData());
      const response = await createFetch(POLICY)('http://shop.example/pay', {method: 'POST', body});
      expect([response.status, seen.length]).to.deep.equal([200, 2]);
      expect(seen[0]).to.include.members(['100', 'a.png']);
      expect(seen[1]).to.deep.equal(seen[0]);
    } finally {
      double.close();
    }
  });
});
