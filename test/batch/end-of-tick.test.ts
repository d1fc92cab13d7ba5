/** Work that is postponed to the end of a tick. */
import {expect} from 'chai';
import {EndOfTick} from '../../src/batch/end-of-tick.ts';
import {runBatch} from '../../src/batch/run-batch.ts';
import {endOfTick} from '../../src/core/system-clock.ts';

describe('EndOfTick', () => {
  it('runs work once for many requests, and again for a request during the work', () => {
    const ends: (() => void)[] = [];
    let done = 0;
    const tick = new EndOfTick(
      end => ends.push(end),
      () => {
        if (++done === 1) tick.ask();
      },
    );
    for (let count = 0; count < 3; count++) tick.ask();
    expect(done).to.equal(0);
    while (ends.length > 0) ends.shift()!();
    expect(done).to.equal(2);
  });

  it('runs after the promises that are already settled', async () => {
    const order: string[] = [];
    await new Promise<void>(resolve => {
      endOfTick(() => {
        order.push('end');
        resolve();
      });
      void (async () => {
        for (let count = 0; count < 100; count++) await null;
        order.push('promises');
      })();
    });
    expect(order).to.deep.equal(['promises', 'end']);
  });

  it('lets a batch fill together all slots that became free in one tick', async () => {
    const log: string[] = [];
    let answers: (() => void)[] = [];
    const send = (item: string): Promise<string> => {
      log.push(item);
      const {promise, resolve} = Promise.withResolvers<string>();
      answers.push(() => resolve(item));
      if (answers.length === 3) {
        const due = answers;
        answers = [];
        // Each in a callback of its own, as answers come from sockets.
        for (const answer of due)
          setImmediate(() => {
            log.push('answer');
            answer();
          });
      }
      return promise;
    };
    await runBatch(['a', 'b', 'c', 'd', 'e', 'f'], send, {concurrency: 3});
    const three = ['answer', 'answer', 'answer'];
    expect(log).to.deep.equal(['a', 'b', 'c', ...three, 'd', 'e', 'f', ...three]);
  });
});
