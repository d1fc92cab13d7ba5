/** A request that is invalid, and whose signal has aborted: the standard refuses the request first. */
import {expect} from 'chai';
import {createFetch, reportOf} from '../../src/core.ts';

const URL_OF_ALL = 'http://shop.example/orders';
const REASON = new Error('no longer needed');

describe('a call whose signal has aborted', () => {
  const invalid: Record<string, readonly [url: string, init: Record<string, unknown>]> = {
    'an invalid method': [URL_OF_ALL, {method: 'A B'}],
    'a forbidden method': [URL_OF_ALL, {method: 'CONNECT'}],
    'a GET with a body': [URL_OF_ALL, {body: 'x'}],
    'the mode "navigate"': [URL_OF_ALL, {mode: 'navigate'}],
    'an unknown redirect mode': [URL_OF_ALL, {redirect: 'no'}],
    '"only-if-cached" without "same-origin"': [URL_OF_ALL, {cache: 'only-if-cached'}],
    'an invalid header name': [URL_OF_ALL, {headers: {'a b': '1'}}],
    'an invalid header value': [URL_OF_ALL, {headers: [['a', '1\n2']]}],
    'a stream without duplex': [URL_OF_ALL, {method: 'POST', body: new ReadableStream()}],
    'an invalid URL': ['http://', {}],
    'a relative URL': ['/orders', {}],
    'a URL with credentials': ['http://user:password@shop.example/', {}],
  };
  const ends = async (fetch: unknown, url: string, init: object): Promise<unknown> =>
    (fetch as typeof globalThis.fetch)(url, {...init, signal: AbortSignal.abort(REASON)}).catch(
      (error: unknown) => error,
    );

  for (const [name, [url, init]] of Object.entries(invalid))
    it(`rejects with the TypeError of fetch for ${name}`, async () => {
      const plain = (await ends(globalThis.fetch, url, init)) as Error;
      expect(plain).to.be.instanceOf(TypeError);
      const error = (await ends(createFetch(), url, init)) as Error;
      expect(error).to.be.instanceOf(TypeError);
      expect(error.message).to.equal(plain.message);
      expect(reportOf(error)?.attempts).to.equal(0);
    });

  it('rejects with the reason of the abort for a request that is valid', async () => {
    expect(await ends(createFetch(), URL_OF_ALL, {method: 'POST', body: 'x'})).to.equal(REASON);
  });

  it('rejects with the reason of the abort for a relative URL over a fetch that may take one', async () => {
    const fetch = async (): Promise<Response> => new Response();
    expect(await ends(createFetch({}, {fetch}), '/orders', {})).to.equal(REASON);
  });

  it('cancels a body that is not sent', async () => {
    let cancelled: unknown;
    const body = new ReadableStream({
      cancel(reason) {
        cancelled = reason;
      },
    });
    expect(await ends(createFetch(), URL_OF_ALL, {method: 'POST', body, duplex: 'half'})).to.equal(REASON);
    await new Promise(resolve => setImmediate(resolve));
    expect(cancelled).to.equal(REASON);
  });
});
