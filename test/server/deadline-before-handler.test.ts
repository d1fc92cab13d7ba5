/** A deadline that passes while the body or the store is read: the handler does not run, and the key is free. */
import {request as send} from 'node:http';
import {setImmediate} from 'node:timers/promises';
import {expect} from 'chai';
import {
  deadlineMiddleware,
  type IdempotencyEvent,
  type IdempotencyStore,
  idempotencyMiddleware,
  idempotent,
  memoryStore,
  withDeadline,
} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {withServers} from './node-server.ts';
import {post, told} from './requests.ts';
import {type Connection, TransactionPool} from './transaction-pool.ts';

const serve = withServers();
const DEADLINE = {'x-request-timeout-ms': '200'};

/** A store whose first claim takes 500 ms. */
function slowStore(clock: VirtualClock): IdempotencyStore {
  const memory = memoryStore({clock});
  let claims = 0;
  return {
    claim: async claim => {
      if (claims++ === 0) await clock.sleep(500);
      return memory.claim(claim);
    },
    renew: (...all) => memory.renew(...all),
    complete: (...all) => memory.complete(...all),
    abandon: (...all) => memory.abandon(...all),
    release: (...all) => memory.release(...all),
  };
}

describe('a deadline that passes before the handler begins', () => {
  it('while the store is asked: 504, the handler does not run, and the key is free', async () => {
    const clock = new VirtualClock();
    const events: IdempotencyEvent[] = [];
    let runs = 0;
    const charge = withDeadline(
      idempotent(() => new Response(`run ${++runs}`), {
        ...{store: slowStore(clock), scope: 'everyone', clock},
        on: event => events.push(event),
      }),
      {clock},
    );
    const late = await clock.run(() => charge(post('k', '{}', DEADLINE)));
    expect(late.headers.get('x-should-retry')).to.equal('false');
    expect(await told(late)).to.equal('504 DEADLINE_PASSED');
    expect(events.map(event => ('code' in event ? event.code : event.type))).to.deep.equal([
      'released',
      'DEADLINE_PASSED',
    ]);
    expect(await told(await charge(post('k', '{}', DEADLINE)))).to.equal('200 run 1');
  });

  it('while a transaction waits for its connection: 504, and it is rolled back', async () => {
    const clock = new VirtualClock();
    const pool = new TransactionPool(1);
    const charge = withDeadline(
      idempotent<Connection>(
        async (request, {transaction}) => {
          const text = await request.text();
          await transaction.query(text);
          if (text === 'slow') await clock.sleep(500);
          return new Response('charged');
        },
        {store: pool, scope: 'everyone', clock, on: () => {}},
      ),
      {clock},
    );
    const first = charge(post('a', 'slow'));
    while (pool.log.length === 0) await setImmediate();
    const late = charge(post('b', 'late', DEADLINE));
    while (pool.waiting === 0) await setImmediate();
    await clock.advance(500);
    expect(await told(await first)).to.equal('200 charged');
    expect(await told(await late)).to.equal('504 DEADLINE_PASSED');
    expect(pool.committed).to.deep.equal(['slow']);
    expect(await told(await charge(post('b', 'late')))).to.equal('200 charged');
  });

  it('while the body of a request of Node arrives: 504, and the handler does not run', async () => {
    const clock = new VirtualClock();
    let runs = 0;
    const keyed = idempotencyMiddleware({store: memoryStore({clock}), scope: 'everyone', clock, on: () => {}});
    const timed = deadlineMiddleware({clock});
    const url = await serve((request, response) => {
      timed(request, response, () =>
        keyed(request, response, () => {
          runs++;
          response.end('charged');
        }),
      );
      request.once('readable', () => void clock.advance(600).then(() => rest.end('cd')));
    });
    const headers = {'idempotency-key': 'k', 'content-length': 4, ...DEADLINE};
    const rest = send(url, {method: 'POST', headers});
    const status = new Promise((resolve, reject) => {
      rest.on('response', response => resolve(response.resume().statusCode));
      rest.on('error', reject);
    });
    rest.write('ab');
    expect(await status).to.equal(504);
    expect(runs).to.equal(0);
  });
});
