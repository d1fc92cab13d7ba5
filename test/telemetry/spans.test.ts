/** Spans: names, kinds, attributes, events, status and links, without secrets. */
import {SpanKind, SpanStatusCode, trace} from '@opentelemetry/api';
import {expect} from 'chai';
import ky from 'ky';
import {createFetch, definePolicy, type PolicyInput, type Ports, reportOf, resilience} from '../../src/index.ts';
import {type Answer, deadUrl, LoopbackServer} from '../support/loopback-server.ts';
import {Tracing} from '../support/otel.ts';
import {errorOf, settle} from '../support/outcome.ts';
import {quick} from '../support/policies.ts';
import {DONE, OVERLOADED, PING, text} from '../support/streamed-fetch.ts';

describe('telemetry: spans', () => {
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

  const fetched = (url: string, policy: PolicyInput = quick, init: RequestInit = {}, ports: Ports = {}) =>
    createFetch(policy, ports)(url, init);

  describe('names and kinds', () => {
    it('the call is INTERNAL and named for the library and the method, the attempt CLIENT and named for the method', async () => {
      await fetched(server.place(200).url, quick, {method: 'put'});
      expect(tracing.spans.map(({name, kind}) => [name, kind])).to.deep.equal([
        ['PUT', SpanKind.CLIENT],
        ['steadfetch PUT', SpanKind.INTERNAL],
      ]);
    });

    it('a matched route adds its path pattern, never the path itself', async () => {
      const policy: PolicyInput = {...quick, routes: [{match: {path: '/*/users/*'}, name: 'user'}]};
      const place = server.place(200);
      await fetched(`${place.url}/users/4711`, policy);
      const names = tracing.spans.map(({name}) => name);
      expect(names).to.deep.equal(['GET /*/users/*', 'steadfetch GET /*/users/*']);
      for (const {attributes} of tracing.spans) expect(attributes['url.template']).to.equal('/*/users/*');
      expect(tracing.calls[0]!.attributes['steadfetch.policy.name']).to.equal('user');
    });

    it('an unknown method is named HTTP, and kept in an attribute', async () => {
      await fetched(server.place(200).url, quick, {method: 'PURGE'});
      expect(tracing.spans.map(({name}) => name)).to.deep.equal(['HTTP', 'steadfetch HTTP']);
      for (const {attributes} of tracing.spans)
        expect(attributes).to.include({'http.request.method': '_OTHER', 'http.request.method_original': 'PURGE'});
    });

    it('have the scope of the package and its version', async () => {
      await fetched(server.place(200).url);
      const {default: pack} = await import('../../package.json', {with: {type: 'json'}});
      expect(tracing.spans).to.have.length(2);
      for (const {instrumentationScope} of tracing.spans)
        expect(instrumentationScope).to.include({name: pack.name, version: pack.version});
    });

    it('the call is a child of the span of the caller', async () => {
      const url = server.place(200).url;
      const tracer = trace.getTracer('mine');
      await tracer.startActiveSpan('mine', async mine => {
        await fetched(url);
        mine.end();
        expect(tracing.calls.find(({name}) => name !== 'mine')!.parentSpanContext?.spanId).to.equal(
          mine.spanContext().spanId,
        );
      });
    });
  });

  describe('attributes', () => {
    it('of an attempt whose event stream was held say when its first content came', async () => {
      const events: Answer = response => {
        response.writeHead(200, {'content-type': 'text/event-stream'}).end(`${PING}${text('Hi')}${DONE}`);
      };
      const overload: Answer = response => {
        response.writeHead(200, {'content-type': 'text/event-stream'}).end(OVERLOADED);
      };
      const policy: PolicyInput = {...quick, stream: {}};
      const response = await fetched(server.place(overload, events).url, policy);
      await response.text();
      const [failed, answered] = tracing.attempts.map(({attributes}) => attributes);
      expect(failed).to.include({'http.response.status_code': 200, 'error.type': '529'});
      expect(failed).not.to.have.property('steadfetch.attempt.time_to_first_content');
      const seconds = answered!['steadfetch.attempt.time_to_first_content'];
      expect(seconds).to.be.a('number').that.is.within(0, 60);
      expect(reportOf(response)?.firstContentMs).to.be.closeTo(Number(seconds) * 1000, 1e-6);
    });

    it('of a call count an attempt that prepareAttempt kept from being sent, which has no span', async () => {
      const place = server.place(200);
      const prepareAttempt = (): never => {
        throw new Error('mine');
      };
      await settle(() => createFetch(quick, {prepareAttempt})(place.url));
      expect(tracing.calls[0]!.attributes).to.include({'steadfetch.call.attempts': 1, 'steadfetch.call.retries': 0});
      expect(tracing.attempts).to.deep.equal([]);
    });

    it('of an attempt follow the HTTP conventions to the letter', async () => {
      const place = server.place(503, 200);
      await fetched(`${place.url}?q=1`);
      const {port} = new URL(server.origin);
      const common = {
        'http.request.method': 'GET',
        'url.full': `${place.url}?q=REDACTED`,
        'server.address': '127.0.0.1',
        'server.port': Number(port),
        'network.peer.address': '127.0.0.1',
        'network.peer.port': Number(port),
        'network.protocol.version': '1.1',
        'steadfetch.call.id': place.header('x-correlation-id')[0],
      };
      expect(tracing.attempts.map(({attributes}) => attributes)).to.deep.equal([
        {
          ...common,
          'http.response.status_code': 503,
          'error.type': '503',
          'steadfetch.attempt.number': 1,
          'steadfetch.attempt.kind': 'initial',
          'steadfetch.attempt.outcome': 'failure',
        },
        {
          ...common,
          'http.response.status_code': 200,
          'http.request.resend_count': 1,
          'steadfetch.attempt.number': 2,
          'steadfetch.attempt.kind': 'retry',
          'steadfetch.attempt.outcome': 'success',
        },
      ]);
    });

    it('of a call describe its outcome', async () => {
      const place = server.place(503, 200);
      await fetched(place.url, {...quick, name: 'mine', idempotency: {}}, {method: 'POST'});
      const {attributes} = tracing.calls[0]!;
      expect(attributes).to.include({
        'http.request.method': 'POST',
        'server.address': '127.0.0.1',
        'http.response.status_code': 200,
        'steadfetch.policy.name': 'mine',
        'steadfetch.call.id': place.header('x-correlation-id')[0],
        'steadfetch.call.outcome': 'success',
        'steadfetch.call.attempts': 2,
        'steadfetch.call.retries': 1,
        'steadfetch.call.hedges': 0,
        'steadfetch.idempotency.key_sent': true,
      });
      expect(attributes['steadfetch.call.retry_delay']).to.be.a('number').within(0, 0.5);
      expect(attributes).not.to.have.any.keys('url.full', 'error.type');
    });

    it('exist when the sampler is called: method and server, and the URL of an attempt', async () => {
      const asked: object[] = [];
      const sampler = {
        shouldSample: (...args: unknown[]) => {
          asked.push(args[4] as object);
          return {decision: 2};
        },
        toString: () => 'asking',
      };
      await tracing.stop();
      tracing = new Tracing({sampler});
      await fetched(server.place(200).url);
      expect(asked[0]).to.include.keys('http.request.method', 'server.address', 'server.port');
      expect(asked[1]).to.include.keys('http.request.method', 'server.address', 'server.port', 'url.full');
    });

    it('have an IPv6 address without the brackets of its URL, and no server without a URL', async () => {
      await settle(() => fetched('http://[::1]:1/', {...quick, maxAttempts: 1}));
      expect(tracing.calls[0]!.attributes).to.include({'server.address': '::1', 'server.port': 1});
      tracing.reset();
      await settle(() => fetched('http://[/', {...quick, maxAttempts: 1}));
      expect(tracing.calls[0]!.attributes).not.to.have.any.keys('server.address', 'server.port');
    });

    it('have the default port of the scheme if the URL has none', async () => {
      await settle(() => fetched('https://example.invalid/', {...quick, maxAttempts: 1}));
      expect(tracing.calls[0]!.attributes).to.include({'server.address': 'example.invalid', 'server.port': 443});
    });
  });

  describe('events of a call', () => {
    const eventsOf = (call = 0) => tracing.calls[call]!.events.map(({name, attributes}) => ({name, ...attributes}));

    it('retry.scheduled has the next attempt, the reason and the wait', async () => {
      await fetched(server.place({status: 503, headers: {'retry-after-ms': '3'}}, 200).url, {
        ...quick,
        backoff: {kind: 'constant', delayMs: 1, throttledBaseMs: 0, jitter: 'none'},
      });
      const [event, ...more] = eventsOf();
      expect(more).to.deep.equal([]);
      expect(event).to.include({
        name: 'steadfetch.retry.scheduled',
        'steadfetch.attempt.number': 2,
        'steadfetch.reason': '503',
        'steadfetch.wait.source': 'retry-after-ms',
      });
      expect((event as unknown as Record<string, unknown>)['steadfetch.wait'])
        .to.be.a('number')
        .within(0.003, 0.0034);
    });

    it('retry.abandoned is added if a transient failure is not retried', async () => {
      await fetched(server.place(503).url, quick, {method: 'POST'});
      expect(eventsOf()).to.deep.equal([{name: 'steadfetch.retry.abandoned', 'steadfetch.reason': 'may-have-acted'}]);
    });

    it('are not added for a final response', async () => {
      await fetched(server.place(404).url);
      expect(eventsOf()).to.deep.equal([]);
    });

    it('breaker.rejected is added to a call without attempts', async () => {
      const handle = definePolicy({
        ...quick,
        maxAttempts: 1,
        breaker: {kind: 'consecutive', failures: 1, openMs: 60_000},
      });
      const url = server.place(503).url;
      await createFetch(handle)(url);
      tracing.reset();
      const error = await errorOf(() => createFetch(handle)(url));
      expect(error.code).to.equal('CIRCUIT_OPEN');
      expect(tracing.attempts).to.have.length(0);
      expect(eventsOf()[0]).to.include({name: 'steadfetch.breaker.rejected', 'steadfetch.reason': 'CIRCUIT_OPEN'});
      expect(tracing.calls[0]!.attributes).to.include({
        'steadfetch.call.outcome': 'circuit_open',
        'steadfetch.call.attempts': 0,
        'error.type': 'circuit_open',
      });
    });

    it('policy.overridden is added if ky’s own options take precedence', async () => {
      await ky.extend(resilience(quick)).get(server.place(200).url, {retry: 0, timeout: 1000});
      expect(eventsOf()).to.deep.equal([{name: 'steadfetch.policy.overridden', 'steadfetch.reason': 'retry, timeout'}]);
    });

    it('retry.nested is added if the client above has retried', async () => {
      const {warn} = console;
      console.warn = () => {};
      try {
        await createFetch(quick)(server.place(200).url, {headers: {'x-stainless-retry-count': '2'}});
      } finally {
        console.warn = warn;
      }
      expect(eventsOf()).to.deep.equal([
        {name: 'steadfetch.retry.nested', 'steadfetch.reason': 'x-stainless-retry-count'},
      ]);
      expect(tracing.calls[0]!.attributes).to.include({'steadfetch.call.outer_retries': 2});
    });

    it('paid attempts are counted where the policy has `paid`', async () => {
      const place = server.place(500, 429, 200);
      const policy = {...quick, paid: {}, idempotentMethods: ['POST']};
      await fetched(place.url, policy, {method: 'POST'});
      await fetched(server.place(500, 200).url, policy);
      await fetched(server.place(200).url, quick);
      expect(tracing.calls.map(({attributes}) => attributes['steadfetch.call.paid_attempts'])).to.deep.equal([
        2,
        0,
        undefined,
      ]);
    });

    it('call.queued has the expected wait for the quota, and the call has the time in its queue', async () => {
      const quota = {limits: [{unit: 'requests', max: 1, perMs: 100}], learn: false} as const;
      const fetch = createFetch({...quick, quota});
      const {url} = server.place(200);
      await Promise.all([fetch(url), fetch(url)]);
      const queueTimes = tracing.calls.map(({attributes}) => attributes['steadfetch.call.queue_time']);
      const [queued] = eventsOf(queueTimes.findIndex(time => time !== undefined)) as Record<string, unknown>[];
      expect(queued).to.include({name: 'steadfetch.call.queued', 'steadfetch.attempt.number': 1});
      expect(queued!['steadfetch.wait']).to.be.within(0.001, 0.11);
      const waited = queueTimes.filter(time => time !== undefined);
      expect([queueTimes.length, waited.length]).to.deep.equal([2, 1]);
      expect(waited[0]).to.be.above(0);
    });

    it('hedge.started', async () => {
      const place = server.place(response => setTimeout(() => response.end('{}'), 150), 200);
      await fetched(place.url, {...quick, hedge: {delayMs: 10, maxLoadRatio: 1}, budget: null});
      expect(eventsOf()[0]).to.include({
        name: 'steadfetch.hedge.started',
        'steadfetch.attempt.number': 2,
        'steadfetch.wait': 0.01,
      });
    });
  });

  describe('a hedge', () => {
    it('is linked to the first attempt; the slower one is superseded, without a status', async () => {
      const place = server.place('hang', 200);
      await fetched(place.url, {...quick, hedge: {delayMs: 10, maxLoadRatio: 1}, budget: null});
      const [first, hedge] = tracing.attempts;
      expect(tracing.attempts).to.have.length(2);
      expect(hedge!.links.map(({context, attributes}) => [context.spanId, attributes])).to.deep.equal([
        [first!.spanContext().spanId, {'steadfetch.link.type': 'hedge_of'}],
      ]);
      expect(hedge!.attributes).to.include({'steadfetch.attempt.kind': 'hedge', 'steadfetch.attempt.number': 2});
      expect(first!.attributes).to.include({'steadfetch.attempt.outcome': 'superseded'});
      expect(first!.attributes).not.to.have.property('error.type');
      expect(first!.status.code).to.equal(SpanStatusCode.UNSET);
      expect(tracing.calls[0]!.attributes).to.include({
        'steadfetch.call.attempts': 2,
        'steadfetch.call.hedges': 1,
        'steadfetch.call.retries': 0,
        'steadfetch.call.outcome': 'success',
      });
      expect(new Set(place.header('traceparent')).size).to.equal(2);
    });
  });

  it('has attempts and events within the time of its call: 100 retried calls', async () => {
    const place = server.place(...Array.from({length: 100}, () => [503, 200]).flat());
    for (let call = 0; call < 100; call++) await fetched(place.url);
    const nanoseconds = ([seconds, rest]: readonly [number, number]): bigint =>
      BigInt(seconds) * 10n ** 9n + BigInt(rest);
    const calls = new Map(tracing.calls.map(span => [span.spanContext().spanId, span]));
    expect(calls.size).to.equal(100);
    const outside = [
      ...tracing.attempts.map(span => ({
        ...span,
        from: span.startTime,
        to: span.endTime,
        id: span.parentSpanContext?.spanId,
      })),
      ...tracing.calls.flatMap(span =>
        span.events.map(({time}) => ({from: time, to: time, id: span.spanContext().spanId})),
      ),
    ].filter(({from, to, id}) => {
      const call = calls.get(id!)!;
      return nanoseconds(from) < nanoseconds(call.startTime) || nanoseconds(to) > nanoseconds(call.endTime);
    });
    expect(outside).to.have.length(0);
  });

  describe('status', () => {
    const codes = () => ({
      calls: tracing.calls.map(({status}) => status.code),
      attempts: tracing.attempts.map(({status}) => status.code),
    });
    const {ERROR, UNSET} = SpanStatusCode;

    it('is unset for a call that succeeds after a failed attempt', async () => {
      await fetched(server.place(503, 200).url);
      expect(codes()).to.deep.equal({calls: [UNSET], attempts: [ERROR, UNSET]});
    });

    it('is that of the last attempt for a call that fails', async () => {
      await fetched(server.place(503).url);
      expect(codes()).to.deep.equal({calls: [ERROR], attempts: [ERROR, ERROR, ERROR]});
      expect(tracing.calls[0]!.attributes['error.type']).to.equal('503');
    });

    it('is unset for a redirect that is not followed, and for a 304', async () => {
      await fetched(server.place({status: 302, headers: {location: '/'}}).url, quick, {redirect: 'manual'});
      await fetched(server.place({status: 304, body: ''}).url);
      expect(codes()).to.deep.equal({calls: [UNSET, UNSET], attempts: [UNSET, UNSET]});
    });

    it("is unset after the caller's abort, without error.type", async () => {
      const place = server.place('hang');
      const controller = new AbortController();
      place.arrived(1).then(() => controller.abort(new Error('mine')));
      await errorOf(() => fetched(place.url, quick, {signal: controller.signal}));
      expect(codes()).to.deep.equal({calls: [UNSET], attempts: [UNSET]});
      for (const {attributes} of tracing.spans) expect(attributes).not.to.have.property('error.type');
      expect(tracing.calls[0]!.attributes['steadfetch.call.outcome']).to.equal('cancelled');
      expect(tracing.attempts[0]!.attributes['steadfetch.attempt.outcome']).to.equal('cancelled');
    });

    it("is unset after a TimeoutError of the caller's signal, which is an abort too", async () => {
      const place = server.place('hang');
      const controller = new AbortController();
      place.arrived(1).then(() => controller.abort(new DOMException('The operation timed out.', 'TimeoutError')));
      await errorOf(() => fetched(place.url, quick, {signal: controller.signal}));
      expect(codes()).to.deep.equal({calls: [UNSET], attempts: [UNSET]});
      expect(place.requests).to.have.length(1);
    });

    it('differs between a deadline and an attempt timeout', async () => {
      await errorOf(() => fetched(server.place('hang').url, {...quick, deadlineMs: 80, attemptTimeoutMs: 5000}));
      expect(tracing.calls[0]!.attributes).to.include({
        'error.type': 'deadline_exceeded',
        'steadfetch.call.outcome': 'timeout',
      });
    });

    it('has no description, because messages contain URLs', async () => {
      await fetched(server.place(503).url);
      await errorOf(async () => fetched(await deadUrl()));
      for (const {status, events} of tracing.spans) {
        expect(status.message ?? '').to.equal('');
        expect(events.map(({name}) => name)).not.to.include('exception');
      }
    });
  });
});
