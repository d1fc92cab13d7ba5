/** What is known of redirects decides what may be sent again. Over real servers: test/faults/redirects.test.ts. */
import {channel} from 'node:diagnostics_channel';
import {expect} from 'chai';
import {createFetch, type Ports, type ResilientInit, reportOf} from '../../src/core.ts';
import {settle} from '../support/outcome.ts';
import {AT_ONCE} from '../support/policies.ts';
import {connectionError, ITEMS} from './world.ts';

const POST: ResilientInit = {method: 'POST', body: 'order'};
const KEYED: ResilientInit = {...POST, headers: {'Idempotency-Key': 'mine'}};
const refused = connectionError('ECONNREFUSED', {syscall: 'connect'});

describe('a fetch that does not say whether it followed a redirect', () => {
  const meet = async (fail: () => Promise<Response>, init: ResilientInit | Request, ports: Ports = {}) => {
    let sends = 0;
    const send = async (): Promise<Response> => {
      sends++;
      return fail();
    };
    const fetch = createFetch({backoff: AT_ONCE, attemptTimeoutMs: null, deadlineMs: null}, {...ports, fetch: send});
    const {value, error} = await settle(() => (init instanceof Request ? fetch(init) : fetch(ITEMS, init)));
    return {sends, reason: reportOf(error ?? value)?.reason};
  };
  const throws = async (): Promise<never> => {
    throw refused();
  };
  const answersWith =
    (status: number, facts: object): (() => Promise<Response>) =>
    async () =>
      Object.defineProperties(new Response(null, {status}), Object.getOwnPropertyDescriptors(facts));

  it('does not retry a POST without a key after a refused connection, and the report says why', async () => {
    expect(await meet(throws, POST)).to.deep.equal({
      sends: 1,
      reason: 'POST without an idempotency key, and the server may have acted (ECONNREFUSED perhaps after a redirect)',
    });
  });

  it('retries a GET and a POST with a key', async () => {
    expect(await meet(throws, {})).to.deep.equal({sends: 3, reason: 'all 3 attempts are used (ECONNREFUSED)'});
    expect(await meet(throws, KEYED)).to.include({sends: 3});
  });

  for (const redirect of ['error', 'manual'] as const)
    it(`retries a POST that asked for redirect: "${redirect}"`, async () => {
      expect(await meet(throws, {...POST, redirect})).to.include({sends: 3});
      expect(await meet(throws, new Request(ITEMS, {...POST, redirect}))).to.include({sends: 3});
    });

  it('does not retry a POST without a key if a Response has no `redirected`', async () => {
    expect(await meet(answersWith(429, {redirected: undefined}), POST)).to.include({sends: 1});
    expect(await meet(answersWith(429, {redirected: undefined}), {})).to.include({sends: 3});
  });

  it('tolerates a cause that throws', async () => {
    const hostile = Object.defineProperty(refused(), 'cause', {
      get: () => {
        throw new Error('no');
      },
    });
    const {sends} = await meet(() => Promise.reject(hostile), POST);
    expect(sends).to.equal(1);
  });

  it('learns from undici which request failed, by its method and URL @T21d', async () => {
    const failed = channel('undici:request:error');
    const asUndici =
      (...requests: readonly {method: string; origin: string; path: string}[]) =>
      async (): Promise<never> => {
        const error = refused();
        for (const request of requests) failed.publish({request, error: error.cause});
        throw error;
      };
    const own = {method: 'POST', origin: 'https://api.test', path: '/items'};
    expect(await meet(asUndici(own), POST), 'its own').to.include({sends: 3});
    for (const other of [{method: 'GET'}, {origin: 'https://other.test'}, {path: '/items?page=2'}]) {
      const {sends, reason} = await meet(asUndici({...own, ...other}), POST);
      expect([sends, reason]).to.deep.equal([
        1,
        'POST without an idempotency key, and the server may have acted (ECONNREFUSED after a redirect)',
      ]);
    }
    expect(await meet(asUndici(own, {...own, path: '/other'}), POST), 'shared with another').to.include({sends: 1});
    expect(await meet(asUndici(own, own), POST), 'shared with its like').to.include({sends: 3});
  });

  it('passes to the user’s classify that the server may have acted', async () => {
    const seen: string[] = [];
    const classify: Ports['classify'] = ({classification}) => {
      seen.push(classification.sent);
      return {transient: true};
    };
    expect(await meet(answersWith(429, {redirected: true}), POST, {classify})).to.include({sends: 1});
    expect(seen).to.deep.equal(['maybe-processed']);
  });
});
