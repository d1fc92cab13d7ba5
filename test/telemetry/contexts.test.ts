/** Which context is active where: the caller's, the call's or the attempt's; and which instrumentation creates the spans of requests. */
import {context, createContextKey, isSpanContextValid, propagation, TraceFlags, trace} from '@opentelemetry/api';
import {UndiciInstrumentation} from '@opentelemetry/instrumentation-undici';
import {AlwaysOffSampler} from '@opentelemetry/sdk-trace';
import {expect} from 'chai';
import ky, {type KyInstance} from 'ky';
import {guard} from '../../src/function.ts';
import {createFetch, type Ports, resilience} from '../../src/index.ts';
import {otelObserver} from '../../src/telemetry.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {Tracing, traceparentOf} from '../support/otel.ts';
import {settle} from '../support/outcome.ts';
import {quick} from '../support/policies.ts';

const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

const spanHere = (): string | undefined => trace.getSpan(context.active())?.spanContext().spanId;
const isSuppressed = (): boolean => context.active().getValue(SUPPRESSED) === true;

/** The same call through each adapter, and through both of ky's loops. */
const adapters: Record<string, (url: string, ports?: Ports, init?: RequestInit) => Promise<Response>> = {
  fetch: (url, ports, init) => createFetch(quick, ports)(url, init),
  ky: (url, {fetch, ...ports} = {}, init) =>
    ky.extend(resilience(quick, ports)).get(url, {...init, ...(fetch && {fetch})}),
  "ky's loop, driven": (url, {fetch, ...ports} = {}, init) =>
    ky
      .extend(resilience(quick, ports))
      .get(url, {...init, ...(fetch && {fetch}), hooks: {beforeError: [({error}) => error]}}),
};

describe('telemetry: contexts', () => {
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

  for (const [adapter, call] of Object.entries(adapters)) {
    describe(adapter, () => {
      it('runs the transport in the context of its attempt, where the caller makes spans of its own', async () => {
        const place = server.place(503, 200);
        const seen: unknown[] = [];
        await call(place.url, {
          fetch: (input, init) => {
            seen.push([spanHere(), isSuppressed()]);
            return globalThis.fetch(input, init);
          },
        });
        expect(seen).to.deep.equal(tracing.attempts.map(span => [span.spanContext().spanId, false]));
      });

      it("keeps the caller's context during the waits and after the call", async () => {
        const place = server.place(503, 200);
        await trace.getTracer('mine').startActiveSpan('mine', async mine => {
          const {spanId} = mine.spanContext();
          const waiting: unknown[] = [];
          const response = await call(place.url, {
            random: () => {
              waiting.push([spanHere(), isSuppressed()]); // Asked for the jitter of the wait.
              return 0;
            },
          });
          expect(waiting.length).to.be.above(0);
          for (const seen of waiting) expect(seen).to.deep.equal([spanId, false]);
          expect([spanHere(), isSuppressed()]).to.deep.equal([spanId, false]);
          await response.text();
          expect([spanHere(), isSuppressed()]).to.deep.equal([spanId, false]);
          mine.end();
        });
      });

      it('keeps the contexts of parallel calls apart', async () => {
        const places = Array.from({length: 5}, () => server.place(503, 200));
        await Promise.all(
          places.map(({url}) =>
            trace.getTracer('mine').startActiveSpan('mine', async mine => {
              await call(url);
              mine.end();
            }),
          ),
        );
        for (const place of places) {
          const traces = place.header('traceparent').map(value => value!.split('-')[1]);
          expect(new Set(traces).size).to.equal(1);
        }
        expect(new Set(tracing.calls.map(span => span.spanContext().traceId)).size).to.equal(5);
        expect(tracing.open).to.deep.equal([]);
      });
    });
  }

  it("runs the user's hooks in the context of the call, unsuppressed", async () => {
    const place = server.place(503, 404);
    const seen: Record<string, unknown> = {};
    const note = (name: string) => (): undefined => {
      seen[name] = [spanHere(), isSuppressed()];
    };
    await settle(() =>
      ky.extend(resilience(quick)).get(place.url, {
        hooks: {
          beforeRequest: [note('beforeRequest')],
          beforeRetry: [note('beforeRetry')],
          afterResponse: [note('afterResponse')],
          beforeError: [
            ({error}) => {
              note('beforeError')();
              return error;
            },
          ],
        },
      }),
    );
    const expected = [tracing.calls[0]!.spanContext().spanId, false];
    expect(seen).to.deep.equal({
      beforeRequest: expected,
      beforeRetry: expected,
      afterResponse: expected,
      beforeError: expected,
    });
  });

  it('a beforeRequest hook of our own loop does, too', async () => {
    const seen: unknown[] = [];
    await ky.extend(resilience(quick)).get(server.place(200).url, {
      hooks: {beforeRequest: [() => void seen.push(spanHere(), isSuppressed())]},
    });
    expect(seen).to.deep.equal([tracing.calls[0]!.spanContext().spanId, false]);
  });

  it('prepareAttempt and classify make spans of their own below the call, not below a suppressed attempt', async () => {
    const seen: unknown[] = [];
    const note = async (): Promise<undefined> => {
      seen.push([spanHere(), isSuppressed()]);
      await null;
      seen.push([spanHere(), isSuppressed()]);
    };
    await createFetch(quick, {prepareAttempt: note, classify: note})(server.place(200).url);
    expect(seen).to.deep.equal(Array(4).fill([tracing.calls[0]!.spanContext().spanId, false]));
  });

  for (const [adapter, call] of Object.entries(adapters))
    it(`${adapter}: runs listeners in the context of the call, so that their log lines have its trace`, async () => {
      const seen: Record<string, unknown> = {};
      await call(server.place(503, 200).url, {
        on: ({type}) => {
          seen[type] = [spanHere(), isSuppressed()];
        },
      });
      const expected = [tracing.calls[0]!.spanContext().spanId, false];
      expect(seen).to.deep.equal({'attempt.end': expected, 'retry.scheduled': expected, 'call.end': expected});
    });

  it('sends the baggage of the caller unchanged', async () => {
    const place = server.place(200);
    const baggage = propagation.createBaggage({tenant: {value: 'a'}});
    await context.with(propagation.setBaggage(context.active(), baggage), () => createFetch(quick)(place.url));
    expect(place.header('baggage')).to.deep.equal(['tenant=a']);
    const without = server.place(200);
    await createFetch(quick)(without.url);
    expect(without.header('baggage')).to.deep.equal([undefined]);
  });

  it('propagateTo selects the servers that get trace headers, without effect on spans', async () => {
    const place = server.place(200);
    const asked: string[] = [];
    const observer = otelObserver({
      propagateTo: url => {
        asked.push(url);
        return false;
      },
    });
    await createFetch(quick, {observer})(`${place.url}?token=secret`);
    expect(asked).to.deep.equal([`${place.url}?token=REDACTED`]);
    expect(place.header('traceparent')).to.deep.equal([undefined]);
    expect(tracing.spans).to.have.length(2);
  });

  it('propagateTo may withhold the baggage, and an error of propagateTo withholds all headers', async () => {
    const place = server.place(200);
    const baggage = propagation.createBaggage({tenant: {value: 'a'}});
    const inside = propagation.setBaggage(context.active(), baggage);
    const send = (propagateTo: () => {baggage: boolean}) =>
      context.with(inside, () => createFetch(quick, {observer: otelObserver({propagateTo})})(place.url));
    await send(() => ({baggage: false}));
    await send(() => ({baggage: true}));
    await send(() => {
      throw new Error('mine');
    });
    expect(place.header('baggage')).to.deep.equal([undefined, 'tenant=a', undefined]);
    expect(place.header('traceparent').map(value => value !== undefined)).to.deep.equal([true, true, false]);
    expect(tracing.complaints.join()).to.include('propagateTo threw');
  });

  it('under endpoints propagateTo decides for the URL of each attempt, also where attempts share a request', async () => {
    const [eu, us] = [server.place(503, 200), server.place(503)];
    const asked: string[] = [];
    const propagateTo = (url: string): boolean => {
      asked.push(new URL(url).hostname);
      return url.startsWith('http://127.0.0.1');
    };
    const endpoints = [
      {name: 'eu', origin: server.origin, basePath: new URL(eu.url).pathname},
      {
        name: 'us',
        origin: server.origin.replace('127.0.0.1', 'localhost'),
        basePath: new URL(us.url).pathname,
        rank: 2,
      },
    ];
    const policy = {...quick, endpoints, maxAttempts: 3, failover: {sharedCredentials: true}};
    const baggage = propagation.createBaggage({tenant: {value: 'a'}});
    await context.with(propagation.setBaggage(context.active(), baggage), () =>
      createFetch(policy, {observer: otelObserver({propagateTo})})(new Request(eu.url)),
    );
    expect(asked).to.deep.equal(['127.0.0.1', 'localhost', '127.0.0.1']);
    expect(eu.header('baggage')).to.deep.equal(['tenant=a', 'tenant=a']);
    expect(eu.header('traceparent')).to.not.include(undefined);
    expect(us.header('baggage')).to.deep.equal([undefined]);
    expect(us.header('traceparent')).to.deep.equal([undefined]);
  });

  it('observer: null makes no spans and no trace headers, but ids', async () => {
    const place = server.place(200);
    await createFetch(quick, {observer: null})(place.url);
    expect(tracing.spans).to.have.length(0);
    expect(place.header('traceparent')).to.deep.equal([undefined]);
    expect(place.header('x-correlation-id')[0]).to.be.a('string');
  });

  it('replaces a traceparent of the caller by that of the attempt', async () => {
    const place = server.place(200);
    await createFetch(quick)(place.url, {headers: {traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`}});
    expect(place.header('traceparent')).to.deep.equal(tracing.attempts.map(traceparentOf));
  });
});

describe('telemetry: with instrumentation-undici registered', () => {
  let server: LoopbackServer;
  let tracing: Tracing;
  let instrumentation: UndiciInstrumentation;
  before(async () => {
    server = await LoopbackServer.start();
    instrumentation = new UndiciInstrumentation();
    tracing = new Tracing({instrumentations: [instrumentation]});
  });
  after(async () => {
    instrumentation.disable();
    await tracing.stop();
    await server.close();
  });
  beforeEach(() => tracing.reset());

  for (const [adapter, call] of Object.entries(adapters)) {
    it(`${adapter}: one CLIENT span per send, one traceparent in the request`, async () => {
      const place = server.place(503, 503, 200);
      await (await call(place.url)).text();
      expect(place.requests).to.have.length(3);
      expect(tracing.attempts).to.have.length(3);
      for (const {rawHeaders} of place.requests)
        expect(rawHeaders.filter(name => name.toLowerCase() === 'traceparent')).to.have.length(1);
      expect(place.header('traceparent')).to.deep.equal(tracing.attempts.map(traceparentOf));
      expect(tracing.open).to.deep.equal([]);
    });
  }

  it('makes the spans of a bare fetch, and of a fetch in a hook', async () => {
    const place = server.place(200);
    await (await globalThis.fetch(place.url)).text();
    expect(tracing.attempts).to.have.length(1);
    tracing.reset();
    const token = server.place(200);
    await ky.extend(resilience(quick)).get(place.url, {
      hooks: {
        beforeRequest: [
          async () => {
            await (await globalThis.fetch(token.url)).text();
          },
        ],
      },
    });
    const [call] = tracing.calls;
    expect(tracing.attempts).to.have.length(2);
    for (const span of tracing.attempts) expect(span.parentSpanContext?.spanId).to.equal(call!.spanContext().spanId);
  });
});

describe('telemetry: a call that is not sampled', () => {
  let server: LoopbackServer;
  let tracing: Tracing;
  before(async () => {
    server = await LoopbackServer.start();
    tracing = new Tracing({sampler: new AlwaysOffSampler()});
  });
  after(async () => {
    await tracing.stop();
    await server.close();
  });

  for (const [adapter, call] of Object.entries(adapters)) {
    it(`${adapter}: makes no spans, and sends flags 00 to the server`, async () => {
      const place = server.place(503, 200);
      await call(place.url);
      expect(tracing.spans).to.deep.equal([]);
      for (const value of place.header('traceparent')) expect(value).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
      expect(new Set(place.header('traceparent').map(value => value!.split('-')[1])).size).to.equal(1);
    });
  }

  it('propagates the decision of calls inside a guarded function, too, each with one trace header', async () => {
    const instrumentation = new UndiciInstrumentation();
    const place = server.place(200);
    try {
      await guard(quick)(async (_, {headers}) => {
        await createFetch(quick)(place.url);
        await globalThis.fetch(place.url, {headers});
      });
    } finally {
      instrumentation.disable();
    }
    const sent = place.header('traceparent');
    for (const value of sent) expect(value).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(new Set(sent.map(value => value!.split('-')[1])).size).to.equal(1);
    for (const {rawHeaders} of place.requests)
      expect(rawHeaders.filter(name => name.toLowerCase() === 'traceparent')).to.have.length(1);
  });

  it('suppresses tracing in the transport where no trace header identifies the request', async () => {
    let seen: unknown;
    await createFetch(quick, {
      observer: otelObserver({propagateTo: () => false}),
      fetch: async () => {
        seen = isSuppressed();
        return new Response();
      },
    })('http://nowhere.invalid/');
    expect(seen).to.equal(true);
  });

  it("follows a caller's decision: a parent that is not sampled", async () => {
    const place = server.place(200);
    const spanContext = {traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: TraceFlags.NONE, isRemote: true};
    expect(isSpanContextValid(spanContext)).to.equal(true);
    await context.with(trace.setSpanContext(context.active(), spanContext), () => createFetch(quick)(place.url));
    expect(place.header('traceparent')[0]).to.match(new RegExp(`^00-${'1'.repeat(32)}-[0-9a-f]{16}-00$`));
  });
});

describe('telemetry: without an SDK', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  it('returns null from startCall, so no other telemetry code runs', () => {
    expect(otelObserver().startCall({} as never)).to.equal(null);
  });

  for (const [adapter, call] of Object.entries(adapters)) {
    it(`${adapter}: sends no trace headers, even with a parent in the context, but ids`, async () => {
      const place = server.place(503, 200);
      await call(place.url);
      expect(place.header('traceparent')).to.deep.equal([undefined, undefined]);
      expect(new Set(place.header('x-correlation-id')).size).to.equal(1);
    });
  }

  it('uses an SDK that is registered later, in existing clients too', async () => {
    const place = server.place(200);
    const clients: ((url: string) => Promise<unknown>)[] = [
      createFetch(quick),
      url => (ky.extend(resilience(quick)) as KyInstance).get(url),
    ];
    for (const client of clients) await client(place.url);
    const tracing = new Tracing();
    try {
      for (const client of clients) await client(place.url);
      expect(tracing.calls).to.have.length(2);
      const [first, second, ...later] = place.header('traceparent');
      expect([first, second]).to.deep.equal([undefined, undefined]);
      // Attempts that start in one millisecond are in any order.
      expect(later).to.have.members(tracing.attempts.map(traceparentOf));
    } finally {
      await tracing.stop();
    }
    for (const client of clients) await client(place.url);
    expect(place.header('traceparent').slice(4)).to.deep.equal([undefined, undefined]);
  });
});
