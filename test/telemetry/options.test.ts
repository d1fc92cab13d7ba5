/** What users can ask for: headers, peers and redirects, bodies, and other instrumentations' spans. */
import type {ServerResponse} from 'node:http';
import {SpanStatusCode} from '@opentelemetry/api';
import {expect} from 'chai';
import {Agent, request} from 'undici';
import {createFetch, type PolicyInput, type Ports} from '../../src/index.ts';
import {type OtelOptions, otelObserver} from '../../src/telemetry.ts';
import {VirtualClock} from '../../src/testing.ts';
import {resilienceInterceptor} from '../../src/undici.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {Tracing} from '../support/otel.ts';
import {settle} from '../support/outcome.ts';
import {quick} from '../support/policies.ts';

/** The beginning of a body, and then nothing. */
const dripping = (response: ServerResponse): void => void response.writeHead(200).write('{');
describe('telemetry: options', () => {
  let server: LoopbackServer;
  let tracing: Tracing;
  before(async () => {
    server = await LoopbackServer.start();
    tracing = new Tracing();
  });
  after(async () => {
    await tracing.stop();
    await server.close();
  });
  beforeEach(() => tracing.reset());
  afterEach(() => {
    expect(tracing.open, 'spans left open').to.deep.equal([]);
    expect(tracing.complaints).to.deep.equal([]);
  });

  const fetching = (options: OtelOptions, policy: PolicyInput = quick, ports: Ports = {}) =>
    createFetch(policy, {...ports, observer: otelObserver(options)});

  describe('captureHeaders', () => {
    it('records only the configured headers, by their names in lower case', async () => {
      const place = server.place({headers: {'X-Request-Cost': '7', 'x-other': 'b'}});
      const fetch = fetching({captureHeaders: {request: ['Accept', 'x-absent'], response: ['x-request-cost']}});
      await fetch(place.url, {headers: {accept: 'text/plain', authorization: 'Bearer secret'}});
      const {attributes} = tracing.attempts[0]!;
      const headers = Object.entries(attributes).filter(([name]) => name.includes('.header.'));
      expect(headers).to.deep.equal([
        ['http.request.header.accept', ['text/plain']],
        ['http.response.header.x-request-cost', ['7']],
      ]);
    });

    it('redacts secrets in URLs, relative ones too', async () => {
      const place = server.place({status: 302, headers: {location: '/cb?token=secret', link: '<https://u:p@h/>'}});
      const fetch = fetching({captureHeaders: {request: ['referer', 'x-from'], response: ['location', 'link']}});
      const headers = {'x-from': 'see https://u:p@h/?sig=secret', referer: 'https://u:p@h/'};
      await fetch(place.url, {redirect: 'manual', headers});
      expect(tracing.attempts[0]!.attributes).to.deep.include({
        'http.response.header.location': ['/cb?token=REDACTED'],
        'http.request.header.x-from': ['see https://REDACTED:REDACTED@h/?sig=REDACTED'],
      });
      expect(JSON.stringify(tracing.attempts[0]!.attributes)).not.to.match(/secret|u:p/);
    });

    it('redacts every header, because any may have a URL', async () => {
      const place = server.place({headers: {'hx-redirect': '/cb?code=secret', 'operation-location': '/op?sig=secret'}});
      const sent = {
        'x-original-url': '/a?token=secret',
        'x-proto-relative': '//u:secret@h/?a=secret',
        'x-upstream': 'https:u:secret@h/?t=secret',
        'x-json': '{"url":"http:\\/\\/u:secret@h\\/?token=secret"}',
        'x-quoted': 'https://h/?q="secret"',
      };
      const captureHeaders = {request: Object.keys(sent), response: ['hx-redirect', 'operation-location']};
      await fetching({captureHeaders})(place.url, {headers: sent});
      const {attributes} = tracing.attempts[0]!;
      expect(attributes['http.response.header.hx-redirect']).to.deep.equal(['/cb?code=REDACTED']);
      expect(Object.keys(attributes).filter(name => name.includes('.header.'))).to.have.length(7);
      expect(JSON.stringify(attributes)).not.to.include('secret');
    });

    const refused = ['Authorization', 'cookie', 'Set-Cookie', 'x-api-key', 'Idempotency-Key', 'proxy-authorization'];
    const byPart = ['apikey', 'X-Secret', 'x-password', 'cf-access-client-secret', 'x-shopify-access-token'];
    for (const name of [...refused, ...byPart, 'x-api-key-2', 'x-token-value', 'ocp-apim-subscription-key', 'x-passwd'])
      it(`refuses ${name} at once`, () => {
        expect(() => otelObserver({captureHeaders: {request: [name]}})).to.throw(TypeError, name.toLowerCase());
        expect(() => otelObserver({captureHeaders: {response: [name]}})).to.throw(TypeError, 'which carries secrets');
      });

    it('accepts counts of tokens', () => {
      const response = ['x-ratelimit-remaining-tokens', 'anthropic-ratelimit-input-tokens-remaining'];
      expect(() => otelObserver({captureHeaders: {response}})).to.not.throw();
    });

    it('does not break a call with invalid headers', async () => {
      const fetch = fetching({captureHeaders: {response: ['x-a']}}, quick, {
        fetch: async () => ({status: 200, body: null}) as unknown as Response,
      });
      expect((await fetch('http://nowhere.invalid/')).status).to.equal(200);
    });
  });

  describe('network', () => {
    it('names the peer of each attempt, and can be disabled', async () => {
      await fetching({})(server.place(503, 200).url);
      for (const {attributes} of tracing.attempts)
        expect(attributes).to.include({'network.peer.address': '127.0.0.1', 'network.protocol.version': '1.1'});
      tracing.reset();
      await fetching({network: false})(server.place(200).url);
      expect(tracing.attempts[0]!.attributes).not.to.have.any.keys('network.peer.address', 'network.peer.port');
    });

    it('adds an event for a redirect, with its origin and its target', async () => {
      const target = server.place(200);
      const place = server.place({status: 307, headers: {location: `${target.url}?token=secret`}});
      await fetching({})(place.url);
      expect(tracing.attempts).to.have.length(1);
      expect(tracing.calls[0]!.events.map(({name, attributes}) => [name, attributes])).to.deep.equal([
        [
          'steadfetch.redirect',
          {
            'steadfetch.attempt.number': 1,
            'server.address': '127.0.0.1',
            'server.port': Number(new URL(server.origin).port),
            'http.response.status_code': 307,
          },
        ],
      ]);
    });

    it('names the own peer of each attempt, even with a busy pool', async () => {
      const agent = new Agent({connections: 1}).compose(resilienceInterceptor(quick, {observer: otelObserver({})}));
      const places = [server.place(200), server.place(503, 200), server.place(200)];
      await Promise.all(places.map(async ({url}) => (await request(url, {dispatcher: agent})).body.dump()));
      expect(tracing.attempts).to.have.length(4);
      for (const {attributes} of tracing.attempts)
        expect(attributes).to.include({'network.peer.address': '127.0.0.1', 'network.protocol.version': '1.1'});
      for (const {events} of tracing.calls) expect(events.map(({name}) => name)).not.to.include('steadfetch.redirect');
      await agent.close();
    });
  });

  describe('bodySpans', () => {
    const bodies = () => tracing.spans.filter(({name}) => name === 'steadfetch body');
    const ends = () =>
      bodies().map(({attributes, status}) => [
        attributes['steadfetch.body.outcome'],
        attributes['error.type'],
        status.code === SpanStatusCode.ERROR,
      ]);

    it('are off by default', async () => {
      await (await fetching({})(server.place(200).url)).text();
      expect(bodies()).to.deep.equal([]);
    });

    it('last from the response to the end of the body, as a child of the call', async () => {
      await (await fetching({bodySpans: true})(server.place(503, 200).url)).json();
      expect(ends()).to.deep.equal([['read', undefined, false]]);
      const [body] = bodies();
      expect(body!.parentSpanContext?.spanId).to.equal(calls()[0]!.spanContext().spanId);
      expect(body!.attributes['steadfetch.attempt.number']).to.equal(2);
    });

    const endings: Record<string, [(response: Response) => Promise<unknown>, unknown[]]> = {
      'read as a stream': [response => response.body!.pipeTo(new WritableStream()), ['read', undefined, false]],
      'no JSON, but read': [response => response.json(), ['read', undefined, false]],
      cancelled: [response => response.body!.cancel(), ['left', undefined, false]],
    };
    for (const [what, [read, end]] of Object.entries(endings)) {
      it(what, async () => {
        const response = await fetching({bodySpans: true})(server.place({body: 'no json'}).url);
        await settle(() => read(response));
        expect(ends()).to.deep.equal([end]);
      });
    }

    it('end with the attempt timeout', async () => {
      const response = await fetching({bodySpans: true}, {...quick, attemptTimeoutMs: 60})(server.place(dripping).url);
      await settle(() => response.text());
      expect(ends()).to.deep.equal([['timeout', 'timeout', true]]);
    });

    it('do not end while the caller has not read', async () => {
      const clock = new VirtualClock();
      const policy = {...quick, attemptTimeoutMs: 60};
      const response = await fetching({bodySpans: true}, policy, {clock})(server.place({body: 'all'}).url);
      await clock.advance(60_000);
      expect(ends()).to.deep.equal([]);
      expect(await response.text()).to.equal('all');
      expect(ends()).to.deep.equal([['read', undefined, false]]);
    });

    it('end when the caller aborts', async () => {
      const controller = new AbortController();
      const response = await fetching({bodySpans: true})(server.place(dripping).url, {signal: controller.signal});
      const read = settle(() => response.text());
      controller.abort();
      await read;
      expect(ends()).to.deep.equal([['cancelled', undefined, false]]);
    });

    it('end with a network error', async () => {
      const place = server.place(response => {
        response.writeHead(200, {'content-length': 100}).write('{');
        setTimeout(() => response.destroy(), 10);
      });
      const response = await fetching({bodySpans: true})(place.url);
      await settle(() => response.text());
      expect(ends()).to.deep.equal([['failure', 'UND_ERR_SOCKET', true]]);
    });

    const calls = () => tracing.calls.filter(({name}) => name !== 'steadfetch body');
  });
});
