/** The body of a request that ends before its Content-Length, as in a runtime that closes the stream of an upload that was cut. */
import {expect} from 'chai';
import {type IdempotencyStore, idempotent, memoryStore} from '../../src/server.ts';
import {post, told} from './requests.ts';
import {TransactionPool} from './transaction-pool.ts';

const WHOLE = '{"amount":1200}';
const length = {'content-length': String(WHOLE.length)};

describe('a request whose body is shorter than its Content-Length', () => {
  for (const [name, store] of [
    ['a store that leases', memoryStore()],
    ['transactions', new TransactionPool(1)],
  ] as const)
    it(`does not run the handler, and leaves the key free: ${name}`, async () => {
      let runs = 0;
      const charge = idempotent(async request => new Response(`run ${++runs}: ${await request.text()}`), {
        ...{store: store as IdempotencyStore, scope: 'everyone'},
      });
      const cut = await charge(post('k', WHOLE.slice(0, 9), length)).catch((error: Error) => error.message);
      expect(cut).to.equal(
        'The body of the request has 9 bytes, and its Content-Length is 15: the client disconnected.',
      );
      expect(await told(await charge(post('k', WHOLE, length)))).to.equal(`200 run 1: ${WHOLE}`);
      expect(await told(await charge(post('k', WHOLE, length)))).to.equal(`200 run 1: ${WHOLE}`);
    });

  it('is taken as it is where middleware before has decoded it to more bytes', async () => {
    const charge = idempotent(async request => new Response(await request.text()), {
      ...{store: memoryStore(), scope: 'everyone'},
    });
    expect(await told(await charge(post('k', WHOLE, {'content-length': '3'})))).to.equal(`200 ${WHOLE}`);
  });
});
