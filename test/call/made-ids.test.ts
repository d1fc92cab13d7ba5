/** The `ids` port, of every adapter: what it makes is as what a caller may write, or the call ends before it is sent. */
import {status} from '@grpc/grpc-js';
import {expect} from 'chai';
import ky from 'ky';
import {request} from 'undici';
import {createFetch, definePolicy, type PolicyHandle, type Ports, resilience, SystemIds} from '../../src/core.ts';
import {guard} from '../../src/function.ts';
import {grpcInterceptor} from '../../src/grpc/interceptor.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {fails, get, ok} from '../grpc/grpc-server.ts';
import {HttpAndRpc} from '../support/http-and-rpc.ts';
import {AT_ONCE} from '../support/policies.ts';

type Method = 'correlationId' | 'requestId' | 'idempotencyKey';
type IdsPort = Pick<Ports, 'ids'>;
interface Ended {
  /** What the caller got in place of a result; null for a result. */
  readonly error: unknown;
  readonly sends: number;
}
type Adapter = (handle: PolicyHandle, port: IdsPort) => Promise<Ended>;

const NO_ID = new Error('no id');
const throwNoId = (): never => {
  throw NO_ID;
};
/** By its name: what a program without types may make. */
const NONSENSE: Readonly<Record<string, () => unknown>> = {
  'a promise': async () => 'later',
  'a promise that rejects': async () => throwNoId(),
  undefined: () => undefined,
  null: () => null,
  'a number': () => 7,
  'an object': () => ({}),
  'a symbol': () => Symbol('id'),
  'an empty text': () => '',
  blanks: () => '  ',
  'a line break': () => 'a\r\nx-b: c',
  'an emoji': () => '🙂',
  'a quote': () => 'a"b',
  'a text of 256 characters': () => 'a'.repeat(256),
};

const errorOf = (run: () => Promise<unknown>): Promise<unknown> =>
  run().then(
    () => null,
    (error: unknown) => error,
  );

describe('the ids of the port', () => {
  const both = new HttpAndRpc();

  /** POSTs to a server that fails once. */
  const overHttp =
    (send: (url: string, handle: PolicyHandle, port: IdsPort) => Promise<unknown>): Adapter =>
    async (handle, port) => {
      const place = both.server.place(503, 200);
      const error = await errorOf(() => send(place.url, handle, port));
      return {error, sends: place.requests.length};
    };

  const ADAPTERS: Readonly<Record<string, Adapter>> = {
    fetch: overHttp((url, handle, port) => createFetch(handle, port)(url, {method: 'POST', body: 'x'})),
    'our loop inside ky': overHttp((url, handle, port) =>
      ky.extend(resilience(handle, port)).post(url, {body: 'x'}).text(),
    ),
    'ky’s own loop': overHttp((url, handle, port) =>
      ky
        .extend({hooks: {beforeRetry: [() => {}]}})
        .extend(resilience(handle, port))
        .post(url, {body: 'x'})
        .text(),
    ),
    undici: overHttp(async (url, handle, port) => {
      const dispatcher = both.agent.compose(resilienceInterceptor(handle, port));
      await (await request(url, {method: 'POST', body: 'x', dispatcher})).body.dump();
    }),
    gRPC: async (handle, port) => {
      both.rpcs.serve(fails(status.UNAVAILABLE), ok);
      const {error} = await get(both.rpcs.client([grpcInterceptor(handle, port)]));
      return {error: error ? (error as {cause?: unknown}).cause : null, sends: both.rpcs.attempts.length};
    },
    'a function': async (handle, port) => {
      let sends = 0;
      const error = await errorOf(() =>
        guard(
          handle,
          port,
        )(() => {
          if (++sends === 1) throw Object.assign(new Error('busy'), {status: 503});
        }),
      );
      return {error, sends};
    },
  };

  const policy = () =>
    definePolicy({
      backoff: AT_ONCE,
      idempotency: {},
      correlation: {requestIdHeader: 'x-request-id'},
      concurrency: {max: 1, queue: 1},
    });
  const portWith = (method: Method, make: () => unknown): IdsPort => ({
    ids: Object.assign(new SystemIds(), {[method]: make}),
  });
  /** A place that was kept would let the next call wait, and a breaker that counted would refuse it. */
  async function expectFree(adapter: Adapter, handle: PolicyHandle): Promise<void> {
    const {error, sends} = await adapter(handle, {});
    expect(error).to.equal(null);
    expect(sends).to.equal(2);
  }

  for (const [name, adapter] of Object.entries(ADAPTERS))
    for (const method of ['idempotencyKey', 'correlationId', 'requestId'] as const) {
      for (const [what, make] of Object.entries(NONSENSE))
        it(`through ${name}: ${what} for ${method}() ends the call before it is sent`, async () => {
          const handle = policy();
          const {error, sends} = await adapter(handle, portWith(method, make));
          expect(error).to.be.instanceOf(TypeError);
          expect((error as Error).message).to.equal(
            'The ids port must return 1 to 255 visible ASCII characters, no double quote or backslash',
          );
          expect(sends).to.equal(0);
          await expectFree(adapter, handle);
        });

      it(`through ${name}: what ${method}() throws is what the caller gets, however often`, async () => {
        const handle = policy();
        for (let call = 0; call < 12; call++) {
          const {error, sends} = await adapter(handle, portWith(method, throwNoId));
          expect(error).to.equal(NO_ID);
          expect(sends).to.equal(0);
        }
        await expectFree(adapter, handle);
      });
    }

  for (const [name, adapter] of Object.entries(ADAPTERS))
    it(`through ${name}: a request id that cannot be made for the retry ends the call there`, async () => {
      const handle = policy();
      let made = 0;
      const {error, sends} = await adapter(
        handle,
        portWith('requestId', () => (made++ === 0 ? 'first' : Promise.reject(NO_ID))),
      );
      expect(error).to.be.instanceOf(TypeError);
      expect(sends).to.equal(1);
      await expectFree(adapter, handle);
    });
});
