/** Calls beside OpenTelemetry's instrumentations of http, undici and grpc-js, all at once, as auto-instrumentations-node sets them up. */
import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {createRequire} from 'node:module';
import {trace} from '@opentelemetry/api';
import {GrpcInstrumentation} from '@opentelemetry/instrumentation-grpc';
import {HttpInstrumentation} from '@opentelemetry/instrumentation-http';
import {UndiciInstrumentation} from '@opentelemetry/instrumentation-undici';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, request} from 'undici';
import {type FunctionPorts, guard} from '../../src/function.ts';
import {createFetch, type Ports, resilience} from '../../src/index.ts';
import {otelObserver, undiciHooks} from '../../src/telemetry.ts';
import {resilienceInterceptor} from '../../src/undici.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {Tracing, traceparentOf} from '../support/otel.ts';
import {quick} from '../support/policies.ts';

const require = createRequire(import.meta.url);
const OURS = 'steadfetch';
const UNDICI = '@opentelemetry/instrumentation-undici';

const adapters: Record<string, (url: string, ports: Ports) => Promise<unknown>> = {
  fetch: async (url, ports) => (await createFetch(quick, ports)(url)).text(),
  ky: (url, ports) => ky.extend(resilience(quick, ports)).get(url).text(),
  'undici.request': async (url, ports) => {
    const agent = new Agent();
    const {body} = await request(url, {dispatcher: agent.compose(resilienceInterceptor(quick, ports))});
    await body.dump();
    await agent.close();
  },
};

describe('telemetry: beside the instrumentations of http, undici and grpc-js', () => {
  let server: LoopbackServer;
  let tracing: Tracing;
  let enabled: {disable(): void}[] = [];
  /** Instrumentations patch modules when they are required. */
  function start(undici: UndiciInstrumentation): void {
    const all = [new HttpInstrumentation(), new GrpcInstrumentation(), undici];
    enabled = all;
    for (const name of ['node:http', '@grpc/grpc-js']) require(name);
    tracing = new Tracing({instrumentations: all});
  }
  before(async () => {
    server = await LoopbackServer.start();
  });
  afterEach(async () => {
    await tracing.quiet();
    expect(tracing.open, 'spans left open').to.deep.equal([]);
    for (const each of enabled) each.disable();
    await tracing.stop();
  });
  after(() => server.close());

  const makers = () => tracing.attempts.map(({instrumentationScope}) => instrumentationScope.name);

  for (const [name, call] of Object.entries(adapters)) {
    it(`a call of two attempts by ${name} has two CLIENT spans of ours, each sent as the traceparent of its attempt`, async () => {
      start(new UndiciInstrumentation());
      const place = server.place(503, 200);
      await call(place.url, {});
      await tracing.quiet();
      expect(makers()).to.deep.equal([OURS, OURS]);
      expect(place.header('traceparent')).to.deep.equal(tracing.attempts.map(traceparentOf));
      expect(tracing.calls.map(span => span.name)).to.deep.equal(['steadfetch GET']);
    });

    it(`a call of two attempts by ${name} has two CLIENT spans of instrumentation-undici, if they are delegated to it`, async () => {
      start(new UndiciInstrumentation({...undiciHooks()}));
      const place = server.place(503, 200);
      await call(place.url, {observer: otelObserver({attemptSpans: 'delegate'})});
      await tracing.quiet();
      expect(makers()).to.deep.equal([UNDICI, UNDICI]);
      expect(place.header('traceparent')).to.deep.equal(tracing.attempts.map(traceparentOf));
      expect(tracing.calls.map(span => span.name)).to.deep.equal(['steadfetch GET']);
    });
  }

  it('delegated spans have the URL without its secrets', async () => {
    start(new UndiciInstrumentation({...undiciHooks()}));
    const place = server.place(200);
    const observer = otelObserver({attemptSpans: 'delegate'});
    await (await createFetch(quick, {observer})(`${place.url}?api_key=sk-1234&page=2`)).text();
    await tracing.quiet();
    const [span] = tracing.attempts;
    expect(span!.attributes['url.full']).to.equal(`${place.url}?api_key=REDACTED&page=REDACTED`);
    expect(span!.attributes['url.query']).to.equal('api_key=REDACTED&page=REDACTED');
  });

  describe('a guarded function that sends a request by fetch', () => {
    const guarded = async (ports: FunctionPorts): Promise<Place> => {
      const place = server.place(503, 200);
      await guard(quick, ports)(
        async (signal, {headers}) => {
          const response = await fetch(place.url, {signal, headers});
          await response.body?.cancel();
          if (!response.ok) throw Object.assign(new Error('busy'), {status: response.status});
        },
        {idempotent: true},
      );
      await tracing.quiet();
      return place;
    };

    it('has two CLIENT spans of ours, and gets their trace headers in its context', async () => {
      start(new UndiciInstrumentation());
      const place = await guarded({});
      expect(makers()).to.deep.equal([OURS, OURS]);
      expect(place.header('traceparent')).to.deep.equal(tracing.attempts.map(traceparentOf));
    });

    it('has the CLIENT spans that instrumentations make in it, if attempts are delegated', async () => {
      start(new UndiciInstrumentation({...undiciHooks()}));
      const place = await guarded({observer: otelObserver({attemptSpans: 'delegate'})});
      expect(makers()).to.deep.equal([UNDICI, UNDICI]);
      expect(place.header('traceparent')).to.deep.equal(tracing.attempts.map(traceparentOf));
    });
  });

  describe("the caller's own code in an attempt", () => {
    const mine = <T>(work: () => T): T =>
      trace.getTracer('mine').startActiveSpan('mine', span => {
        try {
          return work();
        } finally {
          span.end();
        }
      });
    const ofMine = () => tracing.spans.filter(({name}) => name === 'mine');

    it('a guarded function keeps its own spans, those of a client in it, and those of a timer that it starts', async () => {
      start(new UndiciInstrumentation());
      const place = server.place(200);
      let later: Promise<unknown> | undefined;
      await guard(quick)(async () => {
        mine(() => {});
        later = new Promise<void>(done => setTimeout(() => done(mine(() => {})), 1));
        await (await createFetch(quick)(place.url)).text();
        await (await fetch(place.url)).text();
      });
      await later;
      await tracing.quiet();
      const guarded = tracing.attempts.filter(({name}) => name === 'POST');
      const requests = tracing.attempts.filter(({name}) => name === 'GET');
      expect(ofMine().map(({parentSpanContext}) => parentSpanContext?.spanId)).to.deep.equal(
        Array(2).fill(guarded[0]!.spanContext().spanId),
      );
      // Attempts that start in one millisecond are in any order.
      expect(makers()).to.have.members([OURS, OURS, UNDICI]);
      expect(place.header('traceparent')).to.have.members(requests.map(traceparentOf));
    });

    it('a fetch of the caller keeps its own spans and requests, and the request of the attempt has one traceparent', async () => {
      start(new UndiciInstrumentation());
      const place = server.place(200);
      const token = server.place(200);
      const own: typeof fetch = async (...request) => {
        mine(() => {});
        await (await fetch(token.url)).text();
        return fetch(...request);
      };
      await (await createFetch(quick, {fetch: own})(place.url)).text();
      await tracing.quiet();
      expect(ofMine()).to.have.length(1);
      const by = (scope: string) =>
        tracing.attempts.filter(({instrumentationScope}) => instrumentationScope.name === scope);
      expect(tracing.attempts).to.have.length(2);
      expect(token.header('traceparent')).to.deep.equal(by(UNDICI).map(traceparentOf));
      expect(place.header('traceparent')).to.deep.equal(by(OURS).map(traceparentOf));
    });

    describe('that goes on after it', () => {
      /** Work that is started once, and goes on with a timer when it is told to; its span comes when `goOn` has resolved. */
      function starting(): {readonly start: () => void; readonly goOn: () => Promise<void>} {
        const told = Promise.withResolvers<void>();
        const later = Promise.withResolvers<void>();
        let isStarted = false;
        const start = (): void => {
          if (!isStarted) void told.promise.then(() => setTimeout(() => later.resolve(mine(() => {})), 0));
          isStarted = true;
        };
        const goOn = (): Promise<void> => {
          told.resolve();
          return later.promise;
        };
        return {start, goOn};
      }

      it("keeps its spans if a listener of undici's diagnostics has started it", async () => {
        start(new UndiciInstrumentation());
        const {start: listener, goOn} = starting();
        subscribe('undici:request:create', listener);
        try {
          await (await createFetch(quick)(server.place(200).url)).text();
          await goOn();
        } finally {
          unsubscribe('undici:request:create', listener);
        }
        await tracing.quiet();
        expect(makers()).to.deep.equal([OURS]);
        expect(ofMine()).to.have.length(1);
      });

      it('keeps its spans if an attempt that sends no trace header has started it', async () => {
        start(new UndiciInstrumentation());
        const {start: begin, goOn} = starting();
        const own: typeof fetch = (...request) => {
          begin();
          mine(() => {});
          return fetch(...request);
        };
        const observer = otelObserver({propagateTo: () => false});
        await (await createFetch(quick, {fetch: own, observer})(server.place(200).url)).text();
        expect(ofMine(), 'spans in the attempt').to.have.length(0);
        await goOn();
        await tracing.quiet();
        expect(makers()).to.deep.equal([OURS]);
        expect(ofMine()).to.have.length(1);
      });
    });
  });

  it('instrumentation-http makes the spans of node:http, and of nothing of ours', async () => {
    start(new UndiciInstrumentation());
    const http: typeof import('node:http') = require('node:http');
    const {url} = server.place(200);
    await new Promise(ended => http.get(url, response => response.resume().once('end', ended)));
    await createFetch(quick)(url);
    await tracing.quiet();
    expect(makers()).to.deep.equal(['@opentelemetry/instrumentation-http', OURS]);
  });
});
