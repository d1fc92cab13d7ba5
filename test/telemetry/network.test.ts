/** The connection of each attempt, read from undici's diagnostics: on spans whichever the propagator, and on the conventions' own metric. */
import {once} from 'node:events';
import {createSecureServer, type Http2SecureServer} from 'node:http2';
import type {AddressInfo} from 'node:net';
import {metrics} from '@opentelemetry/api';
import {MeterProvider} from '@opentelemetry/sdk-metrics';
import {expect} from 'chai';
import {Agent, request} from 'undici';
import {createFetch} from '../../src/index.ts';
import {otelObserver} from '../../src/telemetry.ts';
import {resilienceInterceptor} from '../../src/undici.ts';
import {KEY, LOCALHOST} from '../faults/certificates.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {ManualReader, Tracing} from '../support/otel.ts';
import {quick} from '../support/policies.ts';

describe('telemetry: the connection of an attempt', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  for (const [propagators, headers] of [
    ['tracecontext,baggage', ['traceparent']],
    ['b3', ['b3']],
    ['b3multi', ['x-b3-spanid', 'x-b3-traceid']],
    ['baggage,b3multi,tracecontext', ['x-b3-spanid', 'traceparent']],
  ] as const)
    describe(`with the propagators ${propagators}`, () => {
      let tracing: Tracing;
      before(() => {
        const before = process.env.OTEL_PROPAGATORS;
        process.env.OTEL_PROPAGATORS = propagators;
        tracing = new Tracing();
        if (before === undefined) delete process.env.OTEL_PROPAGATORS;
        else process.env.OTEL_PROPAGATORS = before;
      });
      after(() => tracing.stop());

      it('is on the span of each attempt, and a redirect on that of the call', async () => {
        const place = server.place(503, {status: 307, headers: {location: '?again'}}, 200);
        await createFetch(quick)(place.url);
        for (const name of headers) expect(place.header(name), name).not.to.include(undefined);
        expect(tracing.attempts).to.have.length(2);
        for (const {attributes} of tracing.attempts)
          expect(attributes).to.include({
            'network.peer.address': '127.0.0.1',
            'network.peer.port': Number(new URL(server.origin).port),
            'network.protocol.version': '1.1',
          });
        const redirects = tracing.calls[0]!.events.filter(({name}) => name === 'steadfetch.redirect');
        expect(redirects.map(({attributes}) => attributes?.['steadfetch.attempt.number'])).to.deep.equal([2]);
      });
    });

  it('has no redirect where fetch sends the request again after 421', async () => {
    const tracing = new Tracing();
    try {
      const place = server.place(421, 200);
      await createFetch(quick)(place.url);
      expect(place.requests).to.have.length(2);
      expect(tracing.calls[0]!.events.map(({name}) => name)).not.to.include('steadfetch.redirect');
    } finally {
      await tracing.stop();
    }
  });

  describe('on http.client.request.duration', () => {
    let reader: ManualReader;
    let provider: MeterProvider;
    let h2: Http2SecureServer;
    let h2Origin: string;
    beforeEach(async () => {
      reader = new ManualReader();
      provider = new MeterProvider({readers: [reader]});
      metrics.setGlobalMeterProvider(provider);
      h2 = createSecureServer({key: KEY, cert: LOCALHOST, allowHTTP1: true}, (_, response) => response.end());
      await once(h2.listen(0, '127.0.0.1'), 'listening');
      h2Origin = `https://127.0.0.1:${(h2.address() as AddressInfo).port}`;
    });
    afterEach(async () => {
      metrics.disable();
      await provider.shutdown();
      await new Promise(closed => h2.close(closed));
    });

    const ports = {observer: otelObserver({requestDuration: true})};
    async function versions(): Promise<unknown[]> {
      const {resourceMetrics} = await reader.collect();
      const found = resourceMetrics.scopeMetrics
        .flatMap(scope => scope.metrics)
        .find(({descriptor}) => descriptor.name === 'http.client.request.duration');
      return found!.dataPoints.map(({attributes}) => attributes['network.protocol.version']);
    }
    async function call(url: string, allowH2: boolean): Promise<void> {
      const agent = new Agent({allowH2, connect: {ca: LOCALHOST}});
      await (await request(url, {dispatcher: agent.compose(resilienceInterceptor(quick, ports))})).body.dump();
      await agent.close();
    }

    it('is the version of HTTP, without any span', async () => {
      await createFetch(quick, ports)(server.place(503, 200).url);
      expect(await versions()).to.deep.equal(['1.1', '1.1']);
    });

    it('is 2 for HTTP/2', async () => {
      await call(h2Origin, true);
      expect(await versions()).to.deep.equal(['2']);
    });

    it('is left out where one origin is called over both versions, because that of a single attempt is unknown', async () => {
      await call(h2Origin, true);
      await call(h2Origin, false);
      expect(await versions()).to.deep.equal(['2', undefined]);
    });

    it('is left out where no response came', async () => {
      await createFetch({...quick, maxAttempts: 1}, ports)(server.place('reset').url).catch(() => {});
      expect(await versions()).to.deep.equal([undefined]);
    });

    it('is left out where a fetch of the user sends the request', async () => {
      const fetch = createFetch(quick, {...ports, fetch: async () => new Response('here')});
      await fetch('https://elsewhere.invalid/');
      expect(await versions()).to.deep.equal([undefined]);
    });
  });
});
