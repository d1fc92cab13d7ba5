/** 421 over undici's fetch, which is Node's: it sends the request again itself, and the server counts each. */
import {expect} from 'chai';
import ky from 'ky';
import {fetch as otherFetch} from 'undici';
import {createFetch, reportOf, resilience} from '../../src/core.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {AT_ONCE} from '../support/policies.ts';

const POLICY = {maxAttempts: 4, backoff: AT_ONCE, budget: null, breaker: null} as const;
const POST = {method: 'POST', body: 'x'};

describe('a 421 over a fetch that sends the request again itself', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  const other = otherFetch as unknown as typeof globalThis.fetch;
  type Send = (url: string) => Promise<Response>;
  const ways: Record<string, Send> = {
    'a GET': url => createFetch(POLICY)(url),
    'a POST without a key': url => createFetch(POLICY)(url, POST),
    'a POST of a Request': url => createFetch(POLICY)(new Request(url, POST)),
    'a GET over the fetch of the package undici': url => createFetch(POLICY, {fetch: other})(url),
    'a POST of ky': url => ky.extend(resilience(POLICY))(url, {...POST, throwHttpErrors: false}),
  };
  for (const [name, send] of Object.entries(ways))
    it(`is not retried, and counts as two attempts: ${name}`, async () => {
      const place = server.place(421);
      const response = await send(place.url);
      expect(response.status).to.equal(421);
      expect(place.requests).to.have.length(2);
      expect(reportOf(response)).to.include({attempts: 2, reason: 'sent again once after 421, and once is enough'});
    });

  it('counts once for a body that is a stream, which fetch sends once', async () => {
    const place = server.place(421);
    const body = new Blob(['x']).stream();
    const response = await createFetch(POLICY)(place.url, {method: 'POST', body, duplex: 'half'} as RequestInit);
    expect(place.requests).to.have.length(1);
    expect(reportOf(response)?.attempts).to.equal(1);
  });

  it('is retried once over a fetch that does not send the request again', async () => {
    let sends = 0;
    const fetch = async (): Promise<Response> => {
      sends++;
      return new Response(null, {status: 421});
    };
    expect(reportOf(await createFetch(POLICY, {fetch})('http://shop.example/'))?.attempts).to.equal(2);
    expect(sends).to.equal(2);
  });
});
