/** A store or a listener that fails in an unusual way leaves neither a timer nor an unhandled rejection, which ends a process. */
import {setImmediate} from 'node:timers/promises';
import {expect} from 'chai';
import {type IdempotencyEvent, idempotent, memoryStore, postgresTransactions} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {post, told} from './requests.ts';

/** The unhandled rejections while the work runs. The listeners of the test runner are set aside, because they fail the run. */
async function unhandledIn(work: () => Promise<unknown>): Promise<string[]> {
  const messages: string[] = [];
  const listener = (reason: unknown): unknown => messages.push((reason as Error).message);
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', listener);
  try {
    await work();
    await setImmediate(); // Node tells after the microtasks.
  } finally {
    process.off('unhandledRejection', listener);
    for (const other of others) process.on('unhandledRejection', other);
  }
  return messages;
}

describe('a transaction that throws before it returns a promise', () => {
  it('is answered with 503, and leaves no timer that fails later', async () => {
    const clock = new VirtualClock();
    const events: IdempotencyEvent[] = [];
    const pool = (): {begin(work: unknown): Promise<never>} => {
      throw new Error('There is no pool yet.');
    };
    const store = postgresTransactions({transaction: work => pool().begin(work)});
    const charge = idempotent(() => new Response('charged'), {
      ...{store, scope: 'everyone', clock},
      on: event => events.push(event),
    });
    const unhandled = await unhandledIn(async () => {
      expect(await told(await charge(post('k')))).to.equal('503 STORE_UNAVAILABLE');
      expect(clock.pending).to.equal(0);
      await clock.advance(5000);
    });
    expect(unhandled).to.deep.equal([]);
    expect(events).to.deep.include({type: 'refused', code: 'STORE_UNAVAILABLE'});
  });
});

describe('a listener of events that is async', () => {
  it('may reject: the request is answered, and the rejection is dropped', async () => {
    const unhandled = await unhandledIn(async () => {
      const charge = idempotent(() => new Response('charged'), {
        ...{store: memoryStore(), scope: 'everyone'},
        on: async ({type}) => {
          throw new Error(`The metrics are down at ${type}.`);
        },
      });
      expect(await told(await charge(post('k')))).to.equal('200 charged');
      expect(await told(await charge(post('k')))).to.equal('200 charged');
    });
    expect(unhandled).to.deep.equal([]);
  });
});
