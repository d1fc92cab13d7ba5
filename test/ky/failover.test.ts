/** Hooks of ky beside several endpoints: whatever a hook puts in place, nothing of it goes to an endpoint where it does not belong. */
import {expect} from 'chai';
import ky, {type KyInstance, type Options} from 'ky';
import {type PolicyInput, resilience} from '../../src/index.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {quick} from '../support/policies.ts';

type Hooks = NonNullable<Options['hooks']>;

describe('ky: hooks of a call with several endpoints', () => {
  let eu: LoopbackServer;
  let us: LoopbackServer;
  // Anew for each test, so that places of both have the same paths.
  beforeEach(async () => {
    [eu, us] = await Promise.all([LoopbackServer.start(), LoopbackServer.start()]);
  });
  afterEach(() => Promise.all([eu.close(), us.close()]));

  const api = (policy: PolicyInput = {}): KyInstance =>
    ky.extend(
      resilience({
        ...quick,
        maxAttempts: 4,
        endpoints: [
          {name: 'eu', origin: eu.origin},
          {name: 'us', origin: us.origin, rank: 2},
        ],
        ...policy,
      }),
    );
  const counts = (...places: Place[]): number[] => places.map(({requests}) => requests.length);

  it('ky.retry() after a success retries a POST where it was acted on', async () => {
    const [first, other] = [eu.place(200), us.place(200)];
    const afterResponse: Hooks['afterResponse'] = [
      ({retryCount}) => (retryCount === 0 ? ky.retry({delay: 1}) : undefined),
    ];
    await api().post(first.url, {json: {a: 1}, headers: {'idempotency-key': 'k'}, hooks: {afterResponse}});
    expect(counts(first, other)).to.deep.equal([2, 0]);
  });

  it('a Request that ky.retry() puts in place goes where its URL says, with its own credentials', async () => {
    const [first, replaced, moved] = [eu.place(503), eu.place(200), us.place(200)];
    const request = new Request(replaced.url, {headers: {authorization: 'Bearer of the hook'}});
    const afterResponse: Hooks['afterResponse'] = [
      ({retryCount}) => (retryCount === 0 ? ky.retry({delay: 1, request}) : undefined),
    ];
    await api().get(first.url, {hooks: {afterResponse}});
    expect(counts(first, replaced, moved)).to.deep.equal([1, 1, 0]);
    expect(replaced.header('authorization')).to.deep.equal(['Bearer of the hook']);
  });

  it('a Request that beforeRequest puts in place is sent only where its URL says', async () => {
    const [first, replaced] = [eu.place(200), eu.place(503, 503, 200)];
    const beforeRequest: Hooks['beforeRequest'] = [() => new Request(replaced.url)];
    await api().get(first.url, {hooks: {beforeRequest}});
    expect(counts(first, replaced)).to.deep.equal([0, 3]);
  });

  it('a credential that a hook adds for a retry is not sent to another endpoint', async () => {
    const [first, moved] = [eu.place(503), us.place(503, 200)];
    const beforeRetry: Hooks['beforeRetry'] = [
      ({request, retryCount}) => {
        if (retryCount === 2) request.headers.set('authorization', 'Bearer of the hook');
      },
    ];
    const response = await api().get(first.url, {hooks: {beforeRetry}});
    expect(response.status).to.equal(200);
    expect(counts(first, moved)).to.deep.equal([1, 2]);
    expect(moved.header('authorization')).to.deep.equal([undefined, undefined]);
  });
});
