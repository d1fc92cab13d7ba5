/** Values of the key header that are no key, through every adapter: a POST that may have been acted on is not sent again on their strength. */
import {Metadata, status} from '@grpc/grpc-js';
import {expect} from 'chai';
import ky from 'ky';
import {request} from 'undici';
import {createFetch, type PolicyInput, resilience} from '../../src/core.ts';
import {grpcInterceptor} from '../../src/grpc/interceptor.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {fails, get, ok} from '../grpc/grpc-server.ts';
import {HttpAndRpc} from '../support/http-and-rpc.ts';
import {AT_ONCE} from '../support/policies.ts';

const HEADER = 'idempotency-key';
const POLICY: PolicyInput = {backoff: AT_ONCE};
/** What `${key}` is where key is missing, or no text. */
const NO_KEYS = ['undefined', 'null', '', '  ', '[object Object]', '[object Promise]', '"undefined"', 'null, null'];

describe('a POST that failed with 503', () => {
  const both = new HttpAndRpc();

  const overHttp =
    (send: (url: string, headers: Record<string, string>) => Promise<unknown>) =>
    async (key: string): Promise<number> => {
      const place = both.server.place(503, 200);
      await send(place.url, {[HEADER]: key}).catch(() => {});
      return place.requests.length;
    };
  const ADAPTERS: Readonly<Record<string, (key: string) => Promise<number>>> = {
    fetch: overHttp((url, headers) => createFetch(POLICY)(url, {method: 'POST', body: 'x', headers})),
    'fetch with a Request': overHttp((url, headers) =>
      createFetch(POLICY)(new Request(url, {method: 'POST', body: 'x', headers})),
    ),
    ky: overHttp((url, headers) => ky.extend(resilience(POLICY)).post(url, {body: 'x', headers})),
    undici: overHttp(async (url, headers) => {
      const dispatcher = both.agent.compose(resilienceInterceptor(POLICY));
      await (await request(url, {method: 'POST', body: 'x', headers, dispatcher})).body.dump();
    }),
    async gRPC(key) {
      both.rpcs.serve(fails(status.UNAVAILABLE), ok);
      const metadata = new Metadata();
      metadata.set(HEADER, key);
      await get(both.rpcs.client([grpcInterceptor(POLICY)]), {}, metadata);
      return both.rpcs.attempts.length;
    },
  };

  for (const [name, sends] of Object.entries(ADAPTERS)) {
    for (const key of NO_KEYS)
      it(`is sent once through ${name} where the key is ${JSON.stringify(key)}`, async () => {
        expect(await sends(key)).to.equal(1);
      });

    it(`is sent again through ${name} with a key`, async () => {
      for (const key of ['k-1', 'null-1', 'nullable']) expect(await sends(key), key).to.equal(2);
    });
  }

  it('is sent once where the option idempotencyKey is what JavaScript writes for no key', async () => {
    for (const [idempotencyKey, times] of [
      ['undefined', 1],
      ['null', 1],
      ['nullable', 2],
    ] as const) {
      const place = both.server.place(503, 200);
      const sent = await createFetch(POLICY)(place.url, {method: 'POST', body: 'x', resilience: {idempotencyKey}});
      await sent.body?.cancel();
      expect(place.requests.length, idempotencyKey).to.equal(times);
      expect(place.requests[0]!.headers[HEADER] === idempotencyKey, idempotencyKey).to.equal(times === 2);
    }
  });
});
