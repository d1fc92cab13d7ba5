/** A 421 below undici's fetch and Node's, which send a request again by themselves: to the interceptor, that is a call of its own. */
import {expect} from 'chai';
import {
  Dispatcher1Wrapper,
  getGlobalDispatcher,
  interceptors,
  request,
  setGlobalDispatcher,
  fetch as undiciFetch,
} from 'undici';
import {type PolicyInput, reportOf} from '../../src/core.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';
import {type Interceptor, undiciClient} from '../support/undici-client.ts';

const KEYED: PolicyInput = {idempotency: {}, maxAttempts: 4};

const causeOf = async (call: () => unknown): Promise<Error> => (await errorOf(call)).cause as Error;

describe('resilienceInterceptor, with a 421 that fetch would send again', () => {
  let server: LoopbackServer;
  const {dispatcher} = undiciClient();
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  const post = (place: Place, policy: PolicyInput, headers: Record<string, string> = {}, below: Interceptor[] = []) =>
    undiciFetch(place.url, {method: 'POST', body: '{}', headers, dispatcher: dispatcher(policy, {}, below)});
  const keysOf = (place: Place): number => new Set(place.header('idempotency-key')).size;

  it('gives an error where the server may have acted, so that no call with another key follows', async () => {
    const place = server.place(503, 421, 421, 200);
    const cause = await causeOf(() => post(place, KEYED));
    expect(cause).to.include({name: 'SteadfetchError', code: 'MISDIRECTED'});
    expect(cause.message).to.equal(
      'The server answered 421 to a POST that may have been acted on before, and fetch would send it again as a new call.',
    );
    expect(reportOf(cause)).to.include({attempts: 3, result: 'not_retryable'});
    expect([place.requests.length, keysOf(place)]).to.deep.equal([3, 1]);
  });

  it('does the same where the key of the caller is blank: each call has one of the policy', async () => {
    const place = server.place(503, 421, 421, 200);
    const cause = await causeOf(() => post(place, KEYED, {'idempotency-key': ' '}));
    expect(cause).to.include({code: 'MISDIRECTED'});
    expect([place.requests.length, keysOf(place)]).to.deep.equal([3, 1]);
  });

  it('does the same below Node’s fetch', async () => {
    const place = server.place(503, 421, 421, 200);
    const own = new Dispatcher1Wrapper(dispatcher(KEYED));
    const init = {method: 'POST', body: '{}', dispatcher: own} as RequestInit;
    const cause = await causeOf(() => fetch(place.url, init));
    expect(cause).to.include({code: 'MISDIRECTED'});
    expect(place.requests).to.have.length(3);
  });

  it('does the same below Node’s fetch over the global dispatcher', async () => {
    const place = server.place(503, 421, 421, 200);
    const before = getGlobalDispatcher();
    setGlobalDispatcher(dispatcher(KEYED));
    try {
      const cause = await causeOf(() => fetch(place.url, {method: 'POST', body: '{}'}));
      expect(cause).to.include({code: 'MISDIRECTED'});
    } finally {
      setGlobalDispatcher(before);
    }
    expect(place.requests).to.have.length(3);
  });

  it('does the same after a redirect that was followed below', async () => {
    const target = server.place(421);
    const place = server.place({status: 303, headers: {location: target.url}});
    // fetch asks for no redirects below it.
    const follow: Interceptor = dispatch => (options, handler) =>
      dispatch({...options, maxRedirections: 3} as never, handler);
    const below = [interceptors.redirect({maxRedirections: 3}), follow] as Interceptor[];
    const cause = await causeOf(() => post(place, {}, {}, below));
    expect(cause).to.include({code: 'MISDIRECTED'});
    expect([place.requests.length, target.requests.length]).to.deep.equal([1, 1]);
  });

  it('gives the 421 where nothing may have been acted on: fetch sends it again, over another connection', async () => {
    for (const script of [
      [421, 421, 200],
      [429, 421, 421, 200],
    ]) {
      const place = server.place(...script);
      expect((await post(place, KEYED)).status).to.equal(200);
    }
  });

  it('gives the 421 where the caller may repeat the call: the key, or the method, is the same again', async () => {
    const keyed = server.place(503, 421, 421, 200);
    expect((await post(keyed, KEYED, {'idempotency-key': 'mine'})).status).to.equal(200);
    expect(keysOf(keyed)).to.equal(1);
    const put = server.place(503, 421, 421, 200);
    const init = {method: 'PUT', body: '{}', dispatcher: dispatcher(KEYED)};
    expect((await undiciFetch(put.url, init)).status).to.equal(200);
  });

  it('gives the 421 to request, which does not send again', async () => {
    const place = server.place(503, 421);
    const init = {method: 'POST', body: '{}', dispatcher: dispatcher(KEYED)} as const;
    const {statusCode, body} = await request(place.url, init);
    expect([statusCode, await body.json()]).to.deep.equal([421, {ok: true}]);
    expect([place.requests.length, keysOf(place)]).to.deep.equal([3, 1]);
  });
});
