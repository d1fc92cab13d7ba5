/** `itemQueue` over a real Redis, through both drivers. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {answer, itemQueue, type QueueResult} from '../../src/bullmq.ts';
import {type RedisServer, withRedis} from '../support/redis-server.ts';
import {CONNECTIONS, type QueueConnection} from './queue-connections.ts';

/** Retries after a time, of requests that may be repeated. */
const retriedAfter = (delayMs: number) =>
  ({
    idempotentMethods: ['POST'],
    budget: null,
    breaker: null,
    maxAttempts: 3,
    backoff: {kind: 'constant', delayMs, throttledBaseMs: 0, jitter: 'none'},
  }) as const;

const killer = fileURLToPath(new URL('queue-killer.ts', import.meta.url));

function shown(result: QueueResult<string, unknown>): string {
  if ('pending' in result) return `${result.item} ${result.pending}`;
  return `${result.item} ${result.source} ${result.ok ? String(result.value) : result.failure.code} ${result.attempts}`;
}

describe('a queue of items', () => {
  let redis: RedisServer;
  withRedis(started => {
    redis = started;
  });

  for (const [driver, open] of Object.entries(CONNECTIONS))
    describe(driver, () => {
      let connection: QueueConnection['connection'];
      let close: () => void;
      before(async () => ({connection, close} = await open(redis.url)));
      after(() => close?.());

      const queueNamed = (name: string) => itemQueue<string>({name: `${driver}-${name}`, connection});
      const resultsOf = async (queue: ReturnType<typeof queueNamed>, items: readonly string[]): Promise<string[]> => {
        const results: string[] = [];
        for await (const result of queue.results(items)) results.push(shown(result));
        return results;
      };

      it('has a result of each kind, once for each item, in the order of the items', async () => {
        const queue = queueNamed('kinds');
        const items = ['fine', 'bad', 'thrown', 'large', 'no json', 'again', 'fine'];
        const replies: Readonly<Record<string, () => unknown>> = {
          bad: () => answer(400, 'why'),
          thrown: () => {
            throw new RangeError('a bug');
          },
          large: () => 'x'.repeat(1000),
          'no json': () => 1n,
        };
        const seen = new Map<string, number>();
        expect(await resultsOf(queue, ['fine'])).to.deep.equal(['fine absent']);
        expect(await queue.enqueue(items)).to.include({items: 7, added: 6, reopened: 0});
        expect(await queue.enqueue(items)).to.include({items: 7, added: 0, reopened: 0});
        expect(await resultsOf(queue, ['fine'])).to.deep.equal(['fine waiting']);
        const send = (item: string): unknown => {
          const times = (seen.get(item) ?? 0) + 1;
          seen.set(item, times);
          if (item === 'again' && times < 3) return answer(503, '');
          return (replies[item] ?? (() => item.toUpperCase()))();
        };
        const report = await queue.work(send, {policy: retriedAfter(1), maxResultBytes: 500});
        expect(report).to.include({
          ended: 'complete',
          items: 6,
          succeeded: 2,
          failed: 4,
          left: 0,
          requests: 8,
          retries: 2,
        });
        const results = [
          'fine sent FINE 1',
          'bad sent 400 1',
          'thrown sent RangeError 1',
          'large sent result-too-large 1',
        ];
        results.push('no json sent result-not-json 1', 'again sent AGAIN 3', 'fine duplicate FINE 1');
        expect(await resultsOf(queue, items)).to.deep.equal(results);
        expect(await queue.counts()).to.deep.equal({waiting: 0, active: 0, delayed: 0, finished: 6});

        expect(await queue.enqueue(items, {retryFailed: true})).to.include({added: 0, reopened: 4});
        await queue.work(() => 'now', {policy: retriedAfter(1)});
        expect(await resultsOf(queue, ['bad', 'fine'])).to.deep.equal(['bad sent now 1', 'fine sent FINE 1']);
        await queue.remove();
        expect(await resultsOf(queue, ['fine'])).to.deep.equal(['fine absent']);
        await queue.close();
      });

      it('lets other items go first while one waits for long', async () => {
        const queue = queueNamed('waits');
        const sent: string[] = [];
        await queue.enqueue(['slow', 'b', 'c']);
        const send = (item: string): unknown => {
          sent.push(item);
          return item === 'slow' && sent.length === 1 ? answer(503, '') : item;
        };
        await queue.work(send, {policy: retriedAfter(2000), longestWaitMs: 100, concurrency: 1});
        expect(sent).to.deep.equal(['slow', 'b', 'c', 'slow']);
        expect(await resultsOf(queue, ['slow'])).to.deep.equal(['slow sent slow 2']);
        await queue.close();
      });

      it('puts back what a stopped worker has not sent, and keeps what it has', async () => {
        const queue = queueNamed('stops');
        const items = Array.from({length: 50}, (_, n) => `item ${n}`);
        await queue.enqueue(items);
        const stop = new AbortController();
        const send = async (item: string): Promise<string> => {
          if (item === 'item 9') stop.abort();
          await new Promise(resolve => setTimeout(resolve, 20));
          return item;
        };
        const stopped = await queue.work(send, {policy: retriedAfter(1), concurrency: 4, signal: stop.signal});
        expect(stopped).to.include({ended: 'aborted', failed: 0});
        expect(stopped.succeeded).to.be.within(10, 49);
        expect((await queue.counts()).finished).to.equal(stopped.succeeded);
        const rest = await queue.work(send, {policy: retriedAfter(1)});
        expect(rest.succeeded).to.equal(items.length - stopped.succeeded);
        expect(await resultsOf(queue, items)).to.deep.equal(items.map(item => `${item} sent ${item} 1`));
        await queue.close();
      });
    });

  it('ends an item that kills its workers, and not the others', async () => {
    const {connection, close} = await CONNECTIONS.ioredis!(redis.url);
    const queue = itemQueue<string>({name: 'poison', connection});
    await queue.enqueue(['poison', 'fine']);
    for (let kill = 0; kill < 2; kill++) {
      const child = spawn(process.execPath, ['--no-warnings', killer, redis.url], {stdio: 'inherit'});
      expect((await once(child, 'exit'))[1]).to.equal('SIGKILL');
    }
    const sent: string[] = [];
    const report = await queue.work(item => sent.push(item), {policy: retriedAfter(1), lockMs: 1000, maxStalled: 1});
    expect(report.ended).to.equal('complete');
    expect(sent).not.to.include('poison');
    const results: string[] = [];
    for await (const result of queue.results(['poison', 'fine'])) results.push(shown(result));
    expect(results[0]).to.equal('poison sent stalled 0');
    expect(results[1]).to.match(/^fine sent \d 1$/);
    await queue.close();
    close();
  });
});
