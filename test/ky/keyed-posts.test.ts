/** POSTs with and without an idempotency key, over HTTP, with real spans. */
import {expect} from 'chai';
import ky from 'ky';
import {createFetch, type PolicyInput, reportOf, resilience} from '../../src/index.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {Tracing, traceparentOf} from '../support/otel.ts';
import {errorOf} from '../support/outcome.ts';
import {quick} from '../support/policies.ts';

describe('a POST answered 503, 503, 200', () => {
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

  const adapters = {
    ky: (place: Place, policy: PolicyInput) => ky.extend(resilience(policy)).post(place.url, {json: {amount: 1}}),
    'ky, its own loop driven': (place: Place, policy: PolicyInput) =>
      ky.extend(resilience(policy)).post(place.url, {json: {amount: 1}, hooks: {beforeError: [({error}) => error]}}),
    fetch: (place: Place, policy: PolicyInput) =>
      createFetch(policy)(place.url, {method: 'POST', body: '{"amount":1}'}),
  };

  for (const [adapter, post] of Object.entries(adapters)) {
    describe(`through ${adapter}`, () => {
      it('arrives three times with an idempotency policy: one key, one correlation id, three traceparents of one trace', async () => {
        const place = server.place(503, 503, 200);
        const response = await post(place, {...quick, idempotency: {}});

        expect(response.status).to.equal(200);
        expect(place.bodies).to.deep.equal(Array(3).fill('{"amount":1}'));
        const [key, ...moreKeys] = new Set(place.header('idempotency-key'));
        expect(key).to.match(/^[0-9a-f-]{36}$/);
        expect(moreKeys).to.deep.equal([]);
        const [id, ...moreIds] = new Set(place.header('x-correlation-id'));
        expect(id).to.match(/^[A-Za-z0-9._:-]+$/);
        expect(moreIds).to.deep.equal([]);
        const traceparents = place.header('traceparent').map(value => value!.split('-'));
        expect(new Set(traceparents.map(([, trace]) => trace)).size).to.equal(1);
        expect(new Set(traceparents.map(([, , span]) => span)).size).to.equal(3);
        expect(tracing.attempts.map(traceparentOf)).to.deep.equal(place.header('traceparent'));
        expect(tracing.calls).to.have.length(1);
      });

      it('arrives once with the defaults, without a key, and the report says why', async () => {
        const place = server.place(503, 503, 200);
        const answer = adapter === 'fetch' ? await post(place, quick) : await errorOf(() => post(place, quick));

        expect(place.requests).to.have.length(1);
        expect(place.header('idempotency-key')).to.deep.equal([undefined]);
        const report = reportOf(answer)!;
        expect(report.refusal).to.equal('may-have-acted');
        expect(report.reason).to.equal('POST without an idempotency key, and the server may have acted (503)');
        expect(report.attempts).to.equal(1);
        if (adapter !== 'fetch') expect(answer).to.have.nested.property('resilience.reason', report.reason);
        expect(tracing.calls[0]!.attributes).to.include({
          'steadfetch.call.reason': report.reason,
          'steadfetch.call.outcome': 'not_retryable',
          'steadfetch.idempotency.key_sent': false,
        });
      });
    });
  }

  it("is retried with the caller's key, which takes precedence over a generated one", async () => {
    for (const policy of [quick, {...quick, idempotency: {}}]) {
      const place = server.place(503, 200);
      await ky.extend(resilience(policy)).post(place.url, {headers: {'Idempotency-Key': 'mine'}, json: {}});
      expect(place.header('idempotency-key')).to.deep.equal(['mine', 'mine']);
    }
  });

  it('does not share its key with another call', async () => {
    const place = server.place(503, 200, 503, 200);
    const api = ky.extend(resilience({...quick, idempotency: {}}));
    await api.post(place.url);
    await api.post(place.url);
    const [a, b, c, d] = place.header('idempotency-key');
    expect([a, c]).to.deep.equal([b, d]);
    expect(a).not.to.equal(c);
  });
});
