/** `maxAttempts: null`: ky does what it always did; the policy only watches. */
import {expect} from 'chai';
import ky, {HTTPError, type KyInstance, TimeoutError} from 'ky';
import {type PolicyInput, resilience, type SteadfetchEvent} from '../../src/index.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {Tracing, traceparentOf} from '../support/otel.ts';
import {errorOf, settle} from '../support/outcome.ts';

const neutral: PolicyInput = {
  maxAttempts: null,
  deadlineMs: null,
  attemptTimeoutMs: null,
  idleTimeoutMs: null,
  budget: null,
  breaker: null,
  correlation: null,
};
const soon = {delay: () => 1};

describe('ky: a neutral policy', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  const watched = ky.extend(resilience(neutral));
  const headersOf = (place: Place): string[][] =>
    place.requests.map(({rawHeaders}) =>
      rawHeaders.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase()),
    );

  const same = (
    title: string,
    run: (client: KyInstance, place: Place) => unknown,
    ...script: Parameters<LoopbackServer['place']>
  ) =>
    it(title, async () => {
      const [plainPlace, watchedPlace] = [server.place(...script), server.place(...script)];
      const plain = await settle(() => run(ky, plainPlace));
      const ours = await settle(() => run(watched, watchedPlace));
      expect(watchedPlace.requests.length).to.equal(plainPlace.requests.length);
      expect(headersOf(watchedPlace)).to.deep.equal(headersOf(plainPlace));
      expect(watchedPlace.bodies).to.deep.equal(plainPlace.bodies);
      expect(ours.threw).to.equal(plain.threw);
      expect((ours.error as Error | undefined)?.name).to.equal((plain.error as Error | undefined)?.name);
      if (plain.error !== undefined)
        expect(Object.keys(ours.error as Error)).to.have.members(Object.keys(plain.error as Error));
    });

  same(
    'a 503 is retried as ky retries it',
    (api, {url}) => api.get(url, {retry: {limit: 2, ...soon}}).json(),
    503,
    200,
  );
  same('and gives up as ky does', (api, {url}) => api.get(url, {retry: {limit: 1, ...soon}}), 503);
  same('a POST is not retried', (api, {url}) => api.post(url, {json: {a: 1}, retry: {limit: 1, ...soon}}), 503);
  same('a 404 is not retried', (api, {url}) => api.get(url), 404);
  same('throwHttpErrors: false keeps ky from retrying', (api, {url}) => api.get(url, {throwHttpErrors: false}), 503);
  same('a timeout is ky’s own', (api, {url}) => api.get(url, {timeout: 40}), 'hang');
  same('a totalTimeout too', (api, {url}) => api.get(url, {totalTimeout: 40}), 'hang');
  same('ky.stop stops', (api, {url}) => api.get(url, {retry: soon, hooks: {beforeRetry: [() => ky.stop]}}), 503);
  same(
    'ky.retry() retries',
    (api, {url}) =>
      api.get(url, {hooks: {afterResponse: [({retryCount}) => (retryCount < 1 ? ky.retry({delay: 1}) : undefined)]}}),
    200,
  );

  it('passes on the errors of ky unchanged', async () => {
    const error = await errorOf(() => watched.get(server.place(404).url));
    expect(error).to.be.instanceOf(HTTPError).and.not.to.have.property('resilience');
    const late = await errorOf(() => watched.get(server.place('hang').url, {timeout: 30, retry: 0}));
    expect(late).to.be.instanceOf(TimeoutError);
    expect(late.cause).to.equal(undefined);
  });

  it('reports every attempt, and no refusal', async () => {
    const events: SteadfetchEvent[] = [];
    const api = ky.extend(resilience(neutral, {on: event => events.push(event)}));
    await api.get(server.place(503, 200).url, {retry: soon});
    expect(events.map(({type}) => type).filter(type => type !== 'policy.overridden')).to.deep.equal([
      'attempt.end',
      'attempt.end',
      'call.end',
    ]);
  });

  describe('with an SDK', () => {
    let tracing: Tracing;
    before(() => {
      tracing = new Tracing();
    });
    after(() => tracing.stop());
    beforeEach(() => tracing.reset());

    it('adds trace headers, and nothing else', async () => {
      const [plain, ours] = [server.place(503, 200), server.place(503, 200)];
      await ky.get(plain.url, {retry: soon});
      await watched.get(ours.url, {retry: soon});
      expect(headersOf(ours).map(names => names.filter(name => name !== 'traceparent'))).to.deep.equal(
        headersOf(plain),
      );
      expect(ours.header('traceparent')).to.deep.equal(tracing.attempts.map(traceparentOf));
    });

    it('makes spans that show what ky did', async () => {
      await settle(() => watched.get(server.place(503).url, {retry: {limit: 1, ...soon}}));
      expect(tracing.attempts.map(({attributes}) => attributes['http.request.resend_count'])).to.deep.equal([
        undefined,
        1,
      ]);
      expect(tracing.calls[0]!.attributes).to.include({
        'error.type': '503',
        'steadfetch.call.outcome': 'failure',
        'steadfetch.call.attempts': 2,
        'steadfetch.call.retries': 1,
      });
      expect(tracing.open).to.deep.equal([]);
    });
  });
});
