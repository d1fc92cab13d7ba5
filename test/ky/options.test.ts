/** ky's own options beside a policy: an explicit one wins, with the meaning ky gives it. */
import {expect} from 'chai';
import ky, {HTTPError, isTimeoutError, NetworkError, type Options, TimeoutError} from 'ky';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {type CallOverrides, type PolicyInput, reportOf, resilience, type SteadfetchEvent} from '../../src/index.ts';
import {deadUrl, LoopbackServer} from '../support/loopback-server.ts';
import {errorOf, settle} from '../support/outcome.ts';
import {quick} from '../support/policies.ts';
import {slowFetch} from '../support/slow-fetch.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** ky's own timer ends the reading of a body, so that its hooks hear of it. It is real, so here ours does, a moment later. */
const KY_FIRST_MS = 20;
const URL_OF_NOBODY = 'http://nowhere.invalid/';

/** A hook that does nothing, but might see a retry: then ky's loop is driven. */
const loops = {
  'our own loop': {},
  "ky's loop, driven": {hooks: {beforeError: [({error}: {error: Error}) => error]}},
} satisfies Record<string, Options>;

for (const [loop, extension] of Object.entries(loops)) {
  describe(`ky: options of a call, ${loop}`, () => {
    let server: LoopbackServer;
    before(async () => {
      server = await LoopbackServer.start();
    });
    after(() => server.close());

    let events: SteadfetchEvent[];
    beforeEach(() => {
      events = [];
    });
    const client = (policy: PolicyInput = quick, ports: Parameters<typeof resilience>[1] = {}) =>
      ky.extend(resilience(policy, {on: event => events.push(event), ...ports})).extend(extension);
    const overriddenBy = () => events.flatMap(event => (event.type === 'policy.overridden' ? event.by : []));

    describe('retry', () => {
      for (const [written, option, requests] of [
        ['0', 0, 1],
        ['a number', 1, 2],
        ['{limit}', {limit: 4}, 5],
      ] as const) {
        it(`${written}: sets the number of attempts; the policy sets the rest`, async () => {
          const place = server.place(503);
          const error = await errorOf(() => client().get(place.url, {retry: option}));
          expect(place.requests).to.have.length(requests);
          expect(error).to.be.instanceOf(HTTPError);
          expect(error.resilience).to.include({refusal: 'attempts-exhausted', attempts: requests});
          expect(overriddenBy()).to.deep.equal(['retry']);
        });

        it(`${written}: does not permit the retry of a POST`, async () => {
          const place = server.place(503);
          await errorOf(() => client().post(place.url, {retry: option}));
          expect(place.requests).to.have.length(1);
        });
      }

      it('in an extension before or after the policy has the same effect', async () => {
        const place = server.place(503);
        const below = ky.extend({retry: 1}).extend(resilience(quick)).extend(extension);
        await errorOf(() => below.get(place.url));
        await errorOf(() => client().extend({retry: 1}).get(place.url));
        expect(place.requests).to.have.length(4);
      });

      const now = {delay: () => 1};
      for (const [written, retry, answers, requests] of [
        ['statusCodes', {statusCodes: [404], ...now}, [404, 404, 200], 3],
        ['statusCodes that leave one out', {statusCodes: [500], ...now}, [503], 1],
        ['methods that name it', {methods: ['get'], ...now}, [503], 3],
        ['methods that leave it out', {methods: ['put'], ...now}, [503], 1],
        ['delay', now, [503], 3],
        ['shouldRetry that says yes', {shouldRetry: () => true, ...now}, [418], 3],
        ['shouldRetry that says no', {shouldRetry: () => false, ...now}, [503], 1],
      ] as const) {
        it(`${written}: ky decides`, async () => {
          const place = server.place(...answers);
          await settle(() => client().get(place.url, {retry: {limit: 2, ...retry} as NonNullable<Options['retry']>}));
          expect(place.requests).to.have.length(requests);
          expect(new Set(place.header('x-correlation-id')).size).to.equal(1);
          expect(overriddenBy()).to.deep.equal(['retry']);
          expect(events.filter(({type}) => type === 'attempt.end')).to.have.length(requests);
          expect(events.filter(({type}) => type === 'call.end')).to.have.length(1);
        });
      }

      it('as an object does not permit the retry of a POST, unless its methods name POST', async () => {
        const place = server.place(503);
        await errorOf(() => client().post(place.url, {retry: {limit: 2, ...now, shouldRetry: () => true}}));
        await errorOf(() => client().post(place.url, {retry: {limit: 2, ...now, statusCodes: [503]}}));
        expect(place.requests).to.have.length(2);
        await errorOf(() => client().post(place.url, {retry: {limit: 2, ...now, methods: ['post']}}));
        expect(place.requests).to.have.length(5);
      });

      it("that ky refuses is refused with ky's message", async () => {
        const place = server.place(503);
        const wrong = {retry: {limit: 1, methods: 'get'}} as unknown as Options;
        const {error: own} = await settle(() => ky.get(place.url, wrong));
        const {error} = await settle(() => client().get(place.url, wrong));
        expect(error)
          .to.be.instanceOf(Error)
          .with.property('message', (own as Error).message);
      });
    });

    describe('timeout and totalTimeout', () => {
      const slowHook = (clock: VirtualClock, ms: number) => ({beforeRequest: [() => clock.sleep(ms)]});

      it('send nothing if a beforeRequest hook takes longer than totalTimeout', async () => {
        const clock = new VirtualClock();
        let sends = 0;
        const fetch = async () => {
          sends++;
          return new Response();
        };
        const options = {fetch, totalTimeout: 100, hooks: slowHook(clock, 200)};
        const error = await clock.run(() => errorOf(() => client(quick, {clock}).get(URL_OF_NOBODY, options)));
        expect(error).to.be.instanceOf(TimeoutError);
        expect([sends, clock.pending]).to.deep.equal([0, 0]);
      });

      it('start with the attempt, not with a slow beforeRequest hook', async () => {
        const clock = new VirtualClock();
        const policy: PolicyInput = {...quick, attemptTimeoutMs: 100, maxAttempts: 1};
        const options = {fetch: slowFetch(clock, {headersMs: 80}), hooks: slowHook(clock, 90)};
        const response = await clock.run(() => client(policy, {clock}).get(URL_OF_NOBODY, options));
        expect([response.status, clock.now()]).to.deep.equal([200, 170]);
      });

      it('timeout: limits an attempt, with ky’s TimeoutError, whose cause is that of steadfetch', async () => {
        const clock = new VirtualClock();
        const fetch = slowFetch(clock, {headersMs: NEVER});
        const api = client({...quick, attemptTimeoutMs: 5000, maxAttempts: 1}, {clock});
        const error = await clock.run(() => errorOf(() => api.get(URL_OF_NOBODY, {fetch, timeout: 100})));
        expect(error).to.be.instanceOf(TimeoutError);
        expect(isTimeoutError(error)).to.equal(true);
        expect(error.request).to.be.instanceOf(Request);
        expect(error.cause).to.include({code: 'ATTEMPT_TIMEOUT', limitMs: 100});
        expect(error.resilience).to.include({result: 'timeout', attempts: 1});
        expect(clock.now()).to.equal(100);
        expect(clock.pending).to.equal(0);
        expect(overriddenBy()).to.deep.equal(['timeout']);
      });

      it('timeout: gives the body the whole time again, as in ky', async () => {
        const clock = new VirtualClock();
        const api = client({...quick, maxAttempts: 1}, {clock});
        const late = slowFetch(clock, {headersMs: 80, bodyMs: 80});
        const body = await clock.run(() => api.get(URL_OF_NOBODY, {fetch: late, timeout: 100}).json());
        expect(body).to.deep.equal({});
        const hanging = slowFetch(clock, {headersMs: 80, bodyMs: NEVER});
        const startedAt = clock.now();
        const error = await clock.run(() =>
          errorOf(() => api.get(URL_OF_NOBODY, {fetch: hanging, timeout: 100}).json()),
        );
        expect(error).to.be.instanceOf(TimeoutError);
        expect(clock.now() - startedAt).to.equal(180 + KY_FIRST_MS);
      });

      it("the policy's attemptTimeoutMs covers headers and body together", async () => {
        const clock = new VirtualClock();
        const api = client({...quick, maxAttempts: 1, attemptTimeoutMs: 100}, {clock});
        const fetch = slowFetch(clock, {headersMs: 80, bodyMs: 80});
        const error = await clock.run(() => errorOf(() => api.get(URL_OF_NOBODY, {fetch}).json()));
        expect(error).to.be.instanceOf(TimeoutError);
        expect(error.cause).to.include({code: 'ATTEMPT_TIMEOUT'});
        expect(clock.now()).to.equal(100);
      });

      it('abort a fetch that takes only the Request, too', async () => {
        const clock = new VirtualClock();
        const heard: string[] = [];
        const fetch = (request: RequestInfo | URL) =>
          new Promise<Response>((_, reject) => {
            const {signal, method, url} = request as Request;
            signal.addEventListener('abort', () => {
              heard.push(`${method} ${url} ${signal.reason.name}`);
              reject(signal.reason);
            });
          });
        const api = client({...quick, attemptTimeoutMs: 100, maxAttempts: 2}, {clock});
        const error = await clock.run(() => errorOf(() => api.get(URL_OF_NOBODY, {fetch})));
        expect(error).to.be.instanceOf(TimeoutError);
        expect(heard).to.deep.equal(Array(2).fill(`GET ${URL_OF_NOBODY} TimeoutError`));
      });

      it('timeout: false disables the attempt timeout', async () => {
        const clock = new VirtualClock();
        const api = client({...quick, attemptTimeoutMs: 100}, {clock});
        const fetch = slowFetch(clock, {headersMs: 20_000});
        const response = await clock.run(() => api.get(URL_OF_NOBODY, {fetch, timeout: false}));
        expect(response.status).to.equal(200);
        expect(overriddenBy()).to.deep.equal(['timeout']);
      });

      it('totalTimeout: is the deadline of the call', async () => {
        const clock = new VirtualClock();
        const fetch = slowFetch(clock, {headersMs: NEVER});
        const api = client({...quick, attemptTimeoutMs: 400}, {clock});
        const error = await clock.run(() => errorOf(() => api.get(URL_OF_NOBODY, {fetch, totalTimeout: 300})));
        expect(error).to.be.instanceOf(TimeoutError);
        expect(error.cause).to.include({code: 'DEADLINE_EXCEEDED', limitMs: 300});
        expect(error.resilience).to.include({result: 'timeout'});
        expect(clock.now()).to.equal(300);
        expect(overriddenBy()).to.deep.equal(['totalTimeout']);
      });

      it('totalTimeout: false disables the deadline', async () => {
        const clock = new VirtualClock();
        const api = client({...quick, attemptTimeoutMs: 50, deadlineMs: 100}, {clock});
        const fetch = slowFetch(clock, {headersMs: 20_000});
        const response = await clock.run(() => api.get(URL_OF_NOBODY, {fetch, timeout: false, totalTimeout: false}));
        expect(response.status).to.equal(200);
        expect(overriddenBy()).to.deep.equal(['timeout', 'totalTimeout']);
      });

      for (const timeout of [1000, 2000]) {
        it(`totalTimeout: limits the body too, with a timeout of ${timeout}`, async () => {
          const clock = new VirtualClock();
          const api = client({...quick, maxAttempts: 1}, {clock});
          const fetch = slowFetch(clock, {headersMs: 900, bodyMs: NEVER});
          const error = await clock.run(() =>
            errorOf(() => api.get(URL_OF_NOBODY, {fetch, timeout, totalTimeout: 1500}).json()),
          );
          expect(error).to.be.instanceOf(TimeoutError);
          expect(clock.now()).to.equal(1500 + KY_FIRST_MS);
        });
      }

      it('reject .json() and .text() of a body that hangs with ky’s TimeoutError', async () => {
        for (const method of ['json', 'text', 'arrayBuffer', 'blob', 'bytes'] as const) {
          const clock = new VirtualClock();
          const api = client({...quick, attemptTimeoutMs: 100}, {clock});
          const fetch = slowFetch(clock, {bodyMs: NEVER});
          const error = await clock.run(() => errorOf(() => api.get(URL_OF_NOBODY, {fetch})[method]()));
          expect(error, method).to.be.instanceOf(TimeoutError);
          expect(error.cause).to.include({code: 'ATTEMPT_TIMEOUT'});
          expect([fetch.sends, clock.now(), clock.pending]).to.deep.equal([1, 100, 0]);
        }
      });

      it("that ky refuses are refused with ky's message", async () => {
        const place = server.place(200);
        for (const wrong of [{timeout: 2 ** 31}, {totalTimeout: 2 ** 31}]) {
          const {error: own} = await settle(() => ky.get(place.url, wrong));
          const {error} = await settle(() => client().get(place.url, wrong));
          expect(error)
            .to.be.instanceOf(RangeError)
            .with.property('message', (own as Error).message);
        }
        expect(place.requests).to.have.length(0);
      });
    });

    describe('throwHttpErrors', () => {
      for (const throwHttpErrors of [false, (status: number) => status !== 503]) {
        it(`${typeof throwHttpErrors}: a 503 is retried, and the last one is returned`, async () => {
          const place = server.place(503, 503, 200, 503);
          expect((await client().get(place.url, {throwHttpErrors})).status).to.equal(200);
          expect(place.requests).to.have.length(3);
          const last = await client().get(place.url, {throwHttpErrors});
          expect(last.status).to.equal(503);
          expect(await last.json()).to.deep.equal({ok: true});
          expect(place.requests).to.have.length(6);
          expect(reportOf(last)).to.include({refusal: 'attempts-exhausted', attempts: 3});
        });
      }

      it('a function that returns true: the error is thrown after the retries', async () => {
        const place = server.place(503);
        const error = await errorOf(() => client().get(place.url, {throwHttpErrors: status => status === 503}));
        expect(error).to.be.instanceOf(HTTPError);
        expect(place.requests).to.have.length(3);
      });
    });

    describe('errors', () => {
      it('of status: ky’s HTTPError, with data, the response and the reason', async () => {
        const place = server.place({status: 503, body: '{"why":"busy"}'});
        const error = await errorOf(() => client().get(place.url));
        expect(error).to.be.instanceOf(HTTPError).with.deep.property('data', {why: 'busy'});
        expect(error.resilience).to.include({refusal: 'attempts-exhausted', attempts: 3, result: 'failure'});
        expect(error.resilience?.reason).to.equal('all 3 attempts are used (503)');
        expect(error.resilience?.correlationId).to.equal(place.header('x-correlation-id')[0]);
        expect(JSON.stringify(error)).to.include('all 3 attempts are used');
      });

      it('of the network: ky’s NetworkError, with the cause and the reason', async () => {
        const url = await deadUrl();
        const error = await errorOf(() => client().get(url));
        expect(error).to.be.instanceOf(NetworkError);
        expect(error).to.have.nested.property('cause.cause.code', 'ECONNREFUSED');
        expect(error.resilience).to.include({refusal: 'attempts-exhausted', attempts: 3});
        expect(error.resilience?.reason).to.equal('all 3 attempts are used (ECONNREFUSED)');
      });

      it('of a refused connection: a POST without a key is retried, because no server has acted', async () => {
        const url = await deadUrl();
        const error = await errorOf(() => client().post(url, {json: {}}));
        expect(error.resilience).to.include({attempts: 3});
      });
    });

    describe('resilience', () => {
      it('changes the policy of the call', async () => {
        const place = server.place(503);
        await errorOf(() => client().get(place.url, {resilience: {maxAttempts: 5}}));
        expect(place.requests).to.have.length(5);
        expect(overriddenBy()).to.deep.equal([]);
      });

      it('takes precedence over ky’s own options', async () => {
        const place = server.place(503);
        await errorOf(() => client().get(place.url, {retry: 0, resilience: {maxAttempts: 2}}));
        expect(place.requests).to.have.length(2);
      });

      it('sets the ids of the call', async () => {
        const place = server.place(503, 200);
        await client().post(place.url, {resilience: {correlationId: 'order-1', idempotencyKey: 'k1'}});
        expect(place.header('x-correlation-id')).to.deep.equal(['order-1', 'order-1']);
        expect(place.header('idempotency-key')).to.deep.equal(['k1', 'k1']);
      });

      it('is merged over that of extensions', async () => {
        const place = server.place(503);
        await errorOf(() =>
          client()
            .extend({resilience: {maxAttempts: 5, correlationId: 'x'}})
            .get(place.url, {resilience: {maxAttempts: 2}}),
        );
        expect(place.header('x-correlation-id')).to.deep.equal(['x', 'x']);
      });

      for (const [what, overrides] of [
        ['a wrong value', {maxAttempts: 0}],
        ['an unknown field', {attempts: 3}],
        ['no object', 5],
      ] as const) {
        it(`${what}: is refused by name, and nothing is sent`, async () => {
          const place = server.place(200);
          const error = await errorOf(() => client().get(place.url, {resilience: overrides as CallOverrides}));
          expect(error).to.include({name: 'InvalidPolicyError', code: 'INVALID_OVERRIDES'});
          expect(place.requests).to.have.length(0);
        });
      }
    });

    describe('where it goes', () => {
      it('prefix, baseUrl and searchParams are the same on every attempt', async () => {
        const place = server.place(503, 200, 503, 200);
        await client().get('/a/b', {prefix: place.url, searchParams: {q: 'x y', n: 1}});
        await client().get('c?d=1', {baseUrl: `${place.url}/`, searchParams: [['e', '2']]});
        const root = new URL(place.url).pathname;
        expect(place.requests.map(({path}) => path)).to.deep.equal([
          `${root}/a/b?q=x+y&n=1`,
          `${root}/a/b?q=x+y&n=1`,
          `${root}/c?d=1&e=2`,
          `${root}/c?d=1&e=2`,
        ]);
      });

      it('a URL object and a Request are accepted like a string', async () => {
        const place = server.place(503, 200, 503, 200);
        await client().get(new URL(place.url));
        await client()(new Request(place.url, {headers: {'x-mine': '1'}}));
        expect(place.header('x-mine')).to.deep.equal([undefined, undefined, '1', '1']);
      });
    });

    it('the reason of an abort is the caller’s object, unchanged', async () => {
      const place = server.place('hang');
      const controller = new AbortController();
      const reason = new Error('mine');
      place.arrived(1).then(() => controller.abort(reason));
      expect(await errorOf(() => client().get(place.url, {signal: controller.signal}))).to.equal(reason);
      expect(reason).not.to.have.property('resilience');
    });

    it('a caller’s abort settles the call at once, although the fetch ignores it', async () => {
      const clock = new VirtualClock();
      const controller = new AbortController();
      const reason = new Error('mine');
      const call = settle(() =>
        client(quick, {clock}).get(URL_OF_NOBODY, {fetch: () => new Promise(() => {}), signal: controller.signal}),
      );
      await clock.advance(1);
      controller.abort(reason);
      expect((await call).error).to.equal(reason);
      expect(clock.pending).to.equal(0);
    });
  });
}
