/** Order, duplicates, backpressure, and ends that come early. */
import {getEventListeners} from 'node:events';
import {expect} from 'chai';
import {runBatch} from '../../src/batch/run-batch.ts';
import type {BatchEvent} from '../../src/batch/types.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {answer} from '../../src/transport/answer.ts';
import {errorOf} from '../support/outcome.ts';
import {ItemServer, lines, POLICY, run} from './world.ts';

const many = (count: number): string[] => Array.from({length: count}, (_, index) => `item ${index}`);

describe('results', () => {
  it('arrive when they are ready, or in the order of the items', async () => {
    const server = () => new ItemServer({a: [503, 200]});
    const asTheyCome = await run([...'abc'], server().send);
    expect(asTheyCome.results.map(({item}) => item)).to.deep.equal(['b', 'c', 'a']);
    const inOrder = await run([...'abc'], server().send, {ordered: true});
    expect(inOrder.results.map(({item, index}) => [item, index])).to.deep.equal([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
  });

  it('are delivered one at a time to a slow listener, and the source is not read far ahead', async () => {
    let read = 0;
    let inside = 0;
    let ahead = 0;
    let done = 0;
    function* source(): Generator<string> {
      for (const item of many(5000)) {
        ahead = Math.max(ahead, ++read - done);
        yield item;
      }
    }
    const {report} = await run(source(), new ItemServer().send, {
      concurrency: 4,
      onResult: async () => {
        expect(++inside).to.equal(1);
        await null;
        inside--;
        done++;
      },
    });
    expect(report.succeeded).to.equal(5000);
    expect(ahead).to.be.within(4, 1100);
  });

  it('in order wait for the first item, but the source is not read to its end meanwhile', async () => {
    const clock = new VirtualClock();
    let sent = 0;
    let sentMeanwhile = 0;
    const send = async (item: string): Promise<void> => {
      sent++;
      if (item === 'item 0') await clock.sleep(5000);
    };
    const {results} = await run(many(3000), send, {
      clock,
      ordered: true,
      policy: {...POLICY, attemptTimeoutMs: null},
      onResult: () => {
        sentMeanwhile ||= sent;
      },
    });
    expect(sentMeanwhile).to.be.within(900, 1100);
    expect(results).to.be.empty; // The listener above took the place of the one that notes them.
  });
});

describe('duplicates', () => {
  it('are sent once, both during and after the first request @T52', async () => {
    const server = new ItemServer({a: [503, 200]});
    const {results, report} = await run(['a', 'a', 'b', ...many(50), 'a', 'b'], server.send, {concurrency: 2});
    expect(server.timesSent('a')).to.equal(2);
    expect(server.timesSent('b')).to.equal(1);
    expect(lines(results).filter(line => line === 'a ok "A"')).to.have.length(3);
    expect(results.filter(({source}) => source === 'duplicate').map(({index}) => index)).to.have.members([1, 53, 54]);
    expect(report).to.include({deduplicated: 3, requests: 53, succeeded: 55});
  });

  it('of an item with a final failure fail with it', async () => {
    const server = new ItemServer({a: [400]});
    const {report} = await run(['a', 'b', 'a'], server.send, {concurrency: 1});
    expect(report).to.include({failed: 2, requests: 2, deduplicated: 1});
  });

  it('of an item with a transient failure are sent', async () => {
    const server = new ItemServer({a: [503, 503, 503, 200]});
    const {results} = await run(['a', 'b', 'a'], server.send, {concurrency: 1});
    expect(lines(results)).to.deep.equal(['a failed 503', 'b ok "B"', 'a ok "A"']);
  });

  it('wait for an item whose chunk is not full, even if they exceed the window', async () => {
    const sizes: number[] = [];
    const {report} = await run(
      Array.from({length: 3000}, () => 'same'),
      {
        chunkSize: 10,
        sendChunk: async items => {
          sizes.push(items.length);
          return items;
        },
      },
    );
    expect(report).to.include({succeeded: 3000, requests: 1});
    expect(sizes).to.deep.equal([1]);
  });

  const pairs: [string, unknown, unknown, boolean][] = [
    ['fields in another order', {a: 1, b: {c: 2, d: [3]}}, {b: {d: [3], c: 2}, a: 1}, true],
    ['a field that is undefined', {a: 1, b: undefined}, {a: 1}, true],
    ['equal bytes', new Uint8Array([1, 2]), new Uint8Array([1, 2]), true],
    ['dates of one instant', new Date(5), new Date(5), true],
    ['text and number', '1', 1, false],
    ['other bytes of the same size', Buffer.from('ab'), Buffer.from('ba'), false],
    ['null and nothing', null, undefined, false],
    ['a list in another order', [1, 2], [2, 1], false],
    ['NaN and null', {a: Number.NaN}, {a: null}, false],
    ['bigints and numbers', 1n, 1, false],
    ['text that looks like two fields', {a: '1","b":"2'}, {a: '1', b: '2'}, false],
  ];
  for (const [name, first, second, same] of pairs)
    it(`${same ? 'are' : 'are not'} ${name}`, async () => {
      const {report} = await run<unknown>([first, second], () => 1);
      expect(report.requests).to.equal(same ? 1 : 2);
    });

  for (const [name, item] of [
    ['a Blob', new Blob(['a'])],
    ['a Map', new Map([[1, 2]])],
    ['a function', () => 1],
    ['a Blob inside', {body: [new Blob(['a'])]}],
  ] as const) {
    it(`are not guessed: ${name} needs a name @T52b`, async () => {
      const error = await errorOf(() => run<unknown>([item], () => 1));
      expect(error.code).to.equal('INVALID_BATCH');
      expect(error.message).to.match(/^Item 0 holds a (Blob|Map|function), whose content cannot be named/);
      expect((await run<unknown>([item, item], () => 1, {dedupe: false})).report.requests).to.equal(2);
      expect((await run<unknown>([item, item], () => 1, {keyOf: () => 'x'})).report.requests).to.equal(1);
    });
  }

  it('are all sent without dedupe', async () => {
    const server = new ItemServer();
    const {report} = await run(['a', 'a'], server.send, {dedupe: false});
    expect(report).to.include({requests: 2, deduplicated: 0});
    expect(new Set(server.sent.map(({context}) => context.key)).size).to.equal(2);
  });

  it('are remembered for 10,000 results without a journal, and then sent again', async () => {
    const {report} = await run(['a', ...many(10_100), 'a'], () => 1, {concurrency: 64});
    expect(report).to.include({requests: 10_102, deduplicated: 0});
  });
});

describe('an abort', () => {
  it('waits for attempts in flight, sends nothing more, and reports the rest', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const server = new ItemServer({b: [503]});
    const events: BatchEvent[] = [];
    const signals: AbortSignal[] = [];
    const {report, results} = await run(
      [...'abcdef'],
      async (item, context) => {
        signals.push(context.signal);
        await clock.sleep(item === 'c' ? 500 : 1);
        return server.send(item, context);
      },
      {
        clock,
        concurrency: 3,
        signal: controller.signal,
        policy: {...POLICY, backoff: {...POLICY.backoff, delayMs: 300}},
        onResult: ({item}) => {
          if (item === 'a') controller.abort();
        },
        on: event => void events.push(event as BatchEvent),
      },
    );
    expect(results).to.be.empty;
    expect(server.items, 'b waits for its retry, and c is in flight').to.deep.equal(['a', 'b', 'c']);
    expect(report).to.include({ended: 'aborted', succeeded: 2, failed: 0, requests: 3});
    expect(report.left).to.equal(report.items - 2);
    expect(signals.some(({aborted}) => aborted)).to.equal(false);
    expect(clock.now()).to.equal(500);
    expect(clock.pending).to.equal(0);
    expect(getEventListeners(controller.signal, 'abort')).to.be.empty;
    expect(events.filter(({type}) => type === 'batch.draining')).to.have.length(1);
    expect(events.at(-1)!.type).to.equal('batch.end');
  });

  it('records an attempt in flight: a later run does not send a POST whose connection broke', async () => {
    const controller = new AbortController();
    const reset = Object.assign(new TypeError('fetch failed'), {cause: {code: 'ECONNRESET', message: 'read'}});
    const {results} = await run(
      ['a'],
      async () => {
        controller.abort();
        throw reset;
      },
      {signal: controller.signal, policy: {...POLICY, idempotentMethods: []}},
    );
    expect(results[0]).to.deep.include({ok: false});
    expect(results[0]!.ok ? null : results[0]!.failure).to.include({refusal: 'may-have-acted', retryable: false});
  });

  it('before the start reads nothing', async () => {
    let said = '';
    const source = {
      [Symbol.iterator]: () => ({
        next: () => {
          said += 'read';
          return {done: false as const, value: 'a'};
        },
        return: () => {
          said += 'closed';
          return {done: true as const, value: undefined};
        },
      }),
    };
    const {report} = await run(source, () => 1, {signal: AbortSignal.abort()});
    expect(report).to.include({ended: 'aborted', items: 0, requests: 0});
    expect(said).to.equal('closed');
  });

  it('ends a batch whose source hangs, and closes the source', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    let isClosed = false;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          controller.abort();
          return new Promise<never>(() => {});
        },
        return: async () => {
          isClosed = true;
          return {done: true as const, value: undefined};
        },
      }),
    };
    const {report} = await run<string>(source, () => 1, {clock, signal: controller.signal});
    expect(report).to.include({ended: 'aborted', items: 0});
    expect(isClosed).to.equal(true);
  });

  it('while a chunk is being split leaves its items for a later run', async () => {
    const controller = new AbortController();
    const {report} = await run(
      [...'abcd'],
      {
        chunkSize: 4,
        sendChunk: async () => {
          controller.abort();
          return answer(400, 'bad');
        },
      },
      {signal: controller.signal},
    );
    expect(report).to.include({ended: 'aborted', requests: 1, left: 4, failed: 0});
  });
});

describe('an error', () => {
  const boom = new Error('boom');

  it('of the source rejects the batch, after the attempts in flight', async () => {
    function* source(): Generator<string> {
      yield 'a';
      throw boom;
    }
    let isAnswered = false;
    const clock = new VirtualClock();
    const error = await errorOf(() =>
      run(
        source(),
        async () => {
          await clock.sleep(50);
          isAnswered = true;
        },
        {clock},
      ),
    );
    expect(error).to.equal(boom);
    expect(isAnswered).to.equal(true);
  });

  for (const [name, onResult] of [
    [
      'thrown',
      () => {
        throw boom;
      },
    ],
    ['rejected', () => Promise.reject(boom)],
  ] as const)
    it(`${name} by onResult rejects the batch, and no more results are delivered`, async () => {
      let given = 0;
      const error = await errorOf(() =>
        run(many(100), new ItemServer().send, {
          onResult: () => {
            given++;
            return onResult();
          },
        }),
      );
      expect(error).to.equal(boom);
      expect(given).to.equal(1);
    });

  it('of the listener does not affect the batch', async () => {
    const {error} = console;
    console.error = () => {};
    try {
      const report = await runBatch(['a'], () => 1, {
        on: () => {
          throw boom;
        },
      });
      expect(report.succeeded).to.equal(1);
    } finally {
      console.error = error;
    }
  });
});
