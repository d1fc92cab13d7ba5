/** What Node refuses of a response is refused before the response is a result: with keys as without them, the error handler answers. */
import type {ServerResponse} from 'node:http';
import {expect} from 'chai';
import {idempotencyMiddleware, idempotent, memoryStore} from '../../src/server.ts';
import {postTo, withServers} from './node-server.ts';
import {post, told} from './requests.ts';
import {type Connection, TransactionPool} from './transaction-pool.ts';

const serve = withServers();

/** The types of Node permit none of these values, and JavaScript does. */
const given = (value: unknown): never => value as never;

const REFUSED: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  'end with an object': response => response.writeHead(201) && response.end(given({charged: 1})),
  'end with an object, before the head': response => response.end(given({charged: 1})),
  'end with an array': response => response.end(given([1])),
  'end with a number': response => response.end(given(12345)),
  'end with an ArrayBuffer': response => response.end(given(new ArrayBuffer(4))),
  'write of an object': response => response.write(given({charged: 1})),
  'write of null': response => response.write(null),
  'write of undefined': response => response.write(undefined),
  'a status below 100': response => {
    response.statusCode = 99;
    response.end('x');
  },
  'a status above 999': response => response.writeHead(1000, {'x-charge': '1'}).end('x'),
  'a status that is no number': response => {
    response.statusCode = given('created');
    response.end('x');
  },
  'a status that is undefined': response => {
    response.statusCode = given(undefined);
    response.end('x');
  },
  'a status message of other characters': response => {
    response.statusMessage = 'Gebühr 已付';
    response.end('x');
  },
  'a status message of other characters in writeHead': response => response.writeHead(201, '已付').end('x'),
};

/** As a framework: an error of the handler is answered with 500, unless the head was sent. */
function answered(response: ServerResponse, write: (response: ServerResponse) => unknown): void {
  try {
    response.statusCode = 201;
    write(response);
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    response.statusCode = 500;
    response.statusMessage = '';
    response.removeHeader('x-charge');
    response.end(`failed with ${(error as {code: string}).code}`);
  }
}

describe('a response that Node refuses', () => {
  for (const [name, write] of Object.entries(REFUSED))
    describe(name, () => {
      it('is answered as without keys, and its outcome is unknown', async () => {
        const plain = await serve((_request, response) => answered(response, write));
        const keyed = idempotencyMiddleware({store: memoryStore(), scope: 'everyone', on: () => {}});
        const url = await serve((request, response) => keyed(request, response, () => answered(response, write)));
        const without = await postTo(plain, 'k').then(told, () => 'cut');
        expect(await postTo(url, 'k').then(told, () => 'cut')).to.equal(without);
        expect(await told(await postTo(url, 'k'))).to.equal('409 OUTCOME_UNKNOWN');
      });

      it('is rolled back', async () => {
        const store = new TransactionPool(1);
        const keyed = idempotencyMiddleware<never, Connection>({store, scope: 'everyone', on: () => {}});
        const url = await serve((request, response) =>
          keyed(given(request), response, async () => {
            await keyed.contextOf(given(request))!.transaction.query('charge');
            answered(response, write);
          }),
        );
        await postTo(url, 'k').then(told, () => 'cut');
        expect(store.log).to.deep.equal(['charge in transaction 1']);
        expect(store.committed).to.deep.equal([]);
      });
    });

  it('is one of a listener too: 500 HANDLER_FAILED', async () => {
    const keyed = idempotencyMiddleware({store: memoryStore(), scope: 'everyone', on: () => {}});
    const url = await serve(keyed.listener((_request, response) => response.end(given({charged: 1}))));
    expect(await told(await postTo(url, 'k'))).to.equal('500 HANDLER_FAILED');
  });
});

describe('a response that Node accepts, though its type does not', () => {
  const accepted: readonly [string, (response: ServerResponse) => unknown, string][] = [
    ['a status as text', response => response.writeHead(given('202')).end('x'), '202 x'],
    ['a status that is no integer', response => response.writeHead(202.5).end('x'), '202 x'],
    ['end with 0', response => response.end(given(0)), '201 '],
    ['end with false', response => response.end(given(false)), '201 '],
  ];
  for (const [name, write, expected] of accepted)
    it(`${name}: it is stored as it was sent`, async () => {
      const keyed = idempotencyMiddleware({store: memoryStore(), scope: 'everyone', on: () => {}});
      const url = await serve((request, response) => keyed(request, response, () => answered(response, write)));
      expect(await told(await postTo(url, 'k'))).to.equal(expected);
      const again = await postTo(url, 'k');
      expect(again.headers.get('idempotent-replayed')).to.equal('true');
      expect(await told(again)).to.equal(expected);
    });
});

describe('Response.error() of a handler', () => {
  it('is passed on, and its outcome is unknown', async () => {
    const charge = idempotent(() => Response.error(), {store: memoryStore(), scope: 'everyone', on: () => {}});
    expect((await charge(post('k'))).type).to.equal('error');
    expect(await told(await charge(post('k')))).to.equal('409 OUTCOME_UNKNOWN');
  });
});
