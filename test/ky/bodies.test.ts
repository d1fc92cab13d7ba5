/** Request bodies of every kind are sent again byte by byte, or not at all; responses are read as ky reads them. */
import {Readable} from 'node:stream';
import {expect} from 'chai';
import ky, {type KyInstance, type Options} from 'ky';
import {type PolicyInput, reportOf, resilience} from '../../src/index.ts';
import {VirtualClock} from '../../src/testing.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';
import {AT_ONCE, quick} from '../support/policies.ts';

const loops = {
  'our own loop': {},
  "ky's loop, driven": {hooks: {beforeError: [({error}: {error: Error}) => error]}},
} satisfies Record<string, Options>;

const text = 'zażółć\u0000 gęślą';
const bytes = new TextEncoder().encode(text);
const form = (): FormData => {
  const data = new FormData();
  data.append('name', text);
  data.append('file', new Blob([bytes, new Uint8Array(20_000)]), 'file.bin');
  return data;
};

const bodies: Record<string, {options?: Options; request?: (url: string) => Request; sent?: string}> = {
  json: {options: {json: {a: [1, text]}}, sent: JSON.stringify({a: [1, text]})},
  'a string': {options: {body: text}, sent: text},
  'an empty string': {options: {body: ''}, sent: ''},
  'a typed array': {options: {body: bytes}, sent: text},
  'an ArrayBuffer': {options: {body: bytes.slice().buffer}, sent: text},
  'a Blob': {options: {body: new Blob([bytes], {type: 'text/x'})}, sent: text},
  'a search string': {options: {body: new URLSearchParams({q: text})}, sent: `${new URLSearchParams({q: text})}`},
  'a form': {options: {body: form()}},
  'a Request with a text': {request: url => new Request(url, {method: 'PUT', body: text}), sent: text},
  'a Request with a text, beside null': {
    request: url => new Request(url, {method: 'PUT', body: text}),
    options: {body: null},
    sent: text,
  },
  'a Request with a form': {request: url => new Request(url, {method: 'PUT', body: form()})},
  'a Request with bytes, and headers of the call': {
    request: url => new Request(url, {method: 'PUT', body: bytes}),
    options: {headers: {'content-type': 'application/x-mine'}},
    sent: text,
  },
};

for (const [loop, extension] of Object.entries(loops)) {
  describe(`ky: bodies, ${loop}`, () => {
    let server: LoopbackServer;
    before(async () => {
      server = await LoopbackServer.start();
    });
    after(() => server.close());
    const client = (policy: PolicyInput = quick): KyInstance => ky.extend(resilience(policy)).extend(extension);

    for (const [what, {options, request, sent}] of Object.entries(bodies)) {
      it(`${what} is sent three times, byte for byte`, async () => {
        const place = server.place(503, 503, 200);
        await client().put(request?.(place.url) ?? place.url, options);
        expect(place.requests).to.have.length(3);
        const [first, second, third] = place.requests.map(({body}) => body.toString('base64'));
        expect([second, third]).to.deep.equal([first, first]);
        expect(new Set(place.header('content-type')).size).to.equal(1);
        if (sent === undefined) expect(place.requests[0]!.body.length).to.be.above(20_000);
        else expect(place.bodies[0]).to.equal(sent);
      });
    }

    it('a stream gets one attempt, and its own error with the reason', async () => {
      const place = server.place(503);
      const body = new Blob(['streamed']).stream();
      const error = await errorOf(() => client().put(place.url, {body}));
      expect(place.bodies).to.deep.equal(['streamed']);
      expect(error.response?.status).to.equal(503);
      expect(error.resilience).to.include({refusal: 'body-not-replayable', attempts: 1});
      expect(error.resilience?.reason).to.match(/^the request body is a stream, or larger than \d+ bytes \(503\)$/);
    });

    for (const [what, body] of [
      ['a stream of Node', () => Readable.from([Buffer.from('streamed')])],
      [
        'a generator',
        async function* () {
          yield Buffer.from('streamed');
        },
      ],
    ] as const)
      for (const failure of [503, 'reset'] as const)
        it(`${what} gets one attempt, as through fetch: ${failure}`, async () => {
          const place = server.place(failure, 200);
          // The types of fetch do not know it; Node's fetch sends it.
          const options: Options = {body: body() as unknown as BodyInit, duplex: 'half'} as Options;
          const error = await errorOf(() => client().put(place.url, options));
          expect(place.bodies).to.deep.equal(['streamed']);
          expect(error.resilience).to.include({refusal: 'body-not-replayable', attempts: 1});
        });

    it('a stream that the server accepts is a success', async () => {
      const place = server.place(200);
      const response = await client().put(place.url, {body: new Blob(['streamed']).stream()});
      expect(response.status).to.equal(200);
      expect(place.bodies).to.deep.equal(['streamed']);
    });

    for (const body of ['whole', new Blob(['whole'])])
      it(`a fetch that takes the Request alone sends all of it each time: ${body.constructor.name}`, async () => {
        const place = server.place(503, 503, 200);
        const fetch = (request: RequestInfo | URL) => globalThis.fetch(request);
        const response = await client().put(place.url, {body, fetch});
        expect(response.status).to.equal(200);
        expect(place.bodies).to.deep.equal(['whole', 'whole', 'whole']);
      });

    it('a Request of another class, which a hook returned, is passed on unchanged', async () => {
      const fetch = async (request: RequestInfo | URL) => new Response((request as Request).headers.get('x-of-hook'));
      const foreign = (request: Request) => ({
        [Symbol.toStringTag]: 'Request',
        method: request.method,
        url: request.url,
        headers: new Headers({'x-of-hook': 'yes'}),
        signal: request.signal,
        body: null,
        clone: () => foreign(request),
      });
      const hooks = {beforeRequest: [({request}: {request: Request}) => foreign(request) as unknown as Request]};
      expect(await client().get('http://nowhere.invalid/', {fetch, hooks}).text()).to.equal('yes');
    });

    it('a body above replayLimitBytes gets one attempt', async () => {
      const place = server.place(503);
      const error = await errorOf(() =>
        client({...quick, replayLimitBytes: 10}).put(place.url, {body: 'x'.repeat(11)}),
      );
      expect(place.requests).to.have.length(1);
      expect(error.resilience).to.include({refusal: 'body-not-replayable'});
    });

    it('a Request with a body above replayLimitBytes gets one attempt', async () => {
      const place = server.place(503, 200);
      const request = new Request(place.url, {method: 'PUT', body: 'x'.repeat(11)});
      const error = await errorOf(() => client({...quick, replayLimitBytes: 10})(request));
      expect(place.bodies).to.deep.equal(['x'.repeat(11)]);
      expect(error.resilience).to.include({refusal: 'body-not-replayable', attempts: 1});
    });

    /** A call of a Request whose body gives one piece at first, to a server that answers 503 at the headers, then 200; the policy's time stands still. */
    const late = () => {
      const bodies: Promise<string>[] = [];
      const {promise: isScheduled, resolve} = Promise.withResolvers<void>();
      const clock = new VirtualClock();
      const {readable, writable} = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      const own = ky.extend(
        resilience({backoff: AT_ONCE}, {clock, on: ({type}) => type === 'retry.scheduled' && setImmediate(resolve)}),
      );
      const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
        bodies.push(new Request(input, init).text());
        return new Response('busy', {status: bodies.length === 1 ? 503 : 200});
      };
      void writer.write(new TextEncoder().encode('first'));
      const request = new Request('http://early.test/', {method: 'PUT', body: readable, duplex: 'half'} as RequestInit);
      const end = own.extend(extension)(request, {fetch, throwHttpErrors: false, timeout: false});
      return {bodies, clock, writer, isScheduled, end};
    };

    it('a Request whose body goes on is sent again once all of it is there', async () => {
      const {bodies, writer, isScheduled, end} = late();
      await isScheduled;
      expect(bodies).to.have.length(1);
      await writer.write(new TextEncoder().encode(' second'));
      await writer.close();
      expect((await end).status).to.equal(200);
      expect(await Promise.all(bodies)).to.deep.equal(['first second', 'first second']);
    });

    it('a Request whose body goes on and on gets the answer of its attempt', async () => {
      const {bodies, clock, writer, isScheduled, end} = late();
      await isScheduled;
      await clock.advance(500);
      const response = await end;
      expect([response.status, await response.text(), bodies.length]).to.deep.equal([503, 'busy', 1]);
      expect(reportOf(response)).to.include({refusal: 'body-not-replayable', attempts: 1});
      await writer.close();
    });

    it('a custom stringifyJson writes the body, once per call', async () => {
      const place = server.place(503, 200);
      let calls = 0;
      await client().put(place.url, {
        json: {a: 1},
        stringifyJson: value => {
          calls++;
          return `/**/${JSON.stringify(value)}`;
        },
      });
      expect(place.bodies).to.deep.equal(['/**/{"a":1}', '/**/{"a":1}']);
      expect(calls).to.equal(1);
    });

    it('a custom parseJson reads the response, from the promise and from the Response', async () => {
      const place = server.place(503, 200);
      const parseJson = (json: string) => ({parsed: JSON.parse(json)});
      expect(await client().get(place.url, {parseJson}).json()).to.deep.equal({parsed: {ok: true}});
      const response = await client().get(place.url, {parseJson});
      expect(await response.json()).to.deep.equal({parsed: {ok: true}});
    });

    it('the response is the object of fetch, with url, type and headers', async () => {
      const place = server.place(503, {headers: {'x-answer': '1'}});
      const response = await client().get(`${place.url}/a?b=1`);
      expect(response.url).to.equal(`${place.url}/a?b=1`);
      expect(response.type).to.equal('basic');
      expect(response.headers.get('x-answer')).to.equal('1');
      expect(reportOf(response)).to.include({result: 'success', attempts: 2});
    });

    it('onDownloadProgress reports the response, after the retries', async () => {
      const place = server.place(503, {body: 'x'.repeat(1000), headers: {'content-length': '1000'}});
      const seen: number[] = [];
      const body = await client()
        .get(place.url, {onDownloadProgress: ({transferredBytes}) => void seen.push(transferredBytes)})
        .text();
      expect(body).to.have.length(1000);
      expect(seen.at(-1)).to.equal(1000);
    });

    it('onUploadProgress reports every attempt', async () => {
      const place = server.place(503, 200);
      const ends: number[] = [];
      await client().put(place.url, {
        body: 'x'.repeat(1000),
        onUploadProgress: ({percent, transferredBytes}) => void (percent === 1 && ends.push(transferredBytes)),
      });
      expect(place.bodies.map(({length}) => length)).to.deep.equal([1000, 1000]);
      expect(new Set(ends)).to.deep.equal(new Set([1000]));
    });

    it('a HEAD request and a 204 response have no body to wait for', async () => {
      const place = server.place(204);
      expect((await client().head(place.url)).status).to.equal(204);
      expect(await client().get(place.url).text()).to.equal('');
    });
  });
}
