/** `itemQueue` over a link to Redis that breaks while a job is given back, and after its end. */
import {expect} from 'chai';
import {answer, itemQueue} from '../../src/bullmq.ts';
import {type RedisServer, withRedis} from '../support/redis-server.ts';
import {CutLink} from './cut-link.ts';
import {CONNECTIONS, type QueueConnection} from './queue-connections.ts';

/** The commands of BullMQ, by their arguments. */
const FINISH = /\r\nreturnvalue\r\n/;
const DELAY = /\$1\r\n1\r\n\$0\r\n\r\n\$1\r\n0\r\n\$0\r\n/;

const POLICY = {
  idempotentMethods: ['POST'],
  budget: null,
  breaker: null,
  maxAttempts: 3,
  backoff: {kind: 'constant', delayMs: 500, throttledBaseMs: 0, jitter: 'none'},
} as const;

describe('a worker whose link to Redis breaks', () => {
  let redis: RedisServer;
  withRedis(started => {
    redis = started;
  });

  for (const [driver, open] of Object.entries(CONNECTIONS))
    describe(driver, () => {
      let link: CutLink;
      let opened: QueueConnection;
      before(async () => {
        link = await CutLink.to(redis.port);
        opened = await open(link.url);
      });
      after(() => {
        opened?.close();
        link?.close();
      });

      for (const [name, command, status, attempts] of [
        ['as a result is written, keeps the result', FINISH, 200, 1],
        ['as an item goes back to the queue, sends the item after its wait', DELAY, 503, 2],
      ] as const)
        it(name, async () => {
          const errors: string[] = [];
          const queue = itemQueue<string>({
            name: `${driver}-${attempts}`,
            connection: opened.connection,
            onError: ({message}) => errors.push(message),
          });
          await queue.enqueue(['item']);
          const cuts = link.cuts;
          link.cutAt(command);
          let sent = 0;
          const send = (): unknown => answer(++sent === 1 ? status : 200, `answer ${sent}`);
          const report = await queue.work(send, {policy: POLICY, longestWaitMs: 100});
          expect(link.cuts - cuts, 'cuts').to.equal(1);
          const results: unknown[] = [];
          for await (const result of queue.results(['item'])) results.push(result);
          expect(results).to.deep.equal([
            {item: 'item', index: 0, source: 'sent', ok: true, value: `answer ${attempts}`, attempts},
          ]);
          expect(sent).to.equal(attempts);
          expect(report).to.include({ended: 'complete', items: 1, succeeded: 1, requests: attempts});
          await queue.close();
        });

      for (const isBack of [true, false])
        it(`stopped while Redis is away, ends ${isBack ? 'when it is back' : 'without it'}`, async () => {
          const away = Promise.withResolvers<void>();
          const queue = itemQueue<string>({
            name: `${driver}-away-${isBack}`,
            connection: opened.connection,
            onError: () => away.resolve(),
          });
          const stopping = new AbortController();
          const waits = link.meets(/\r\nbzpopmin\r\n/i);
          const working = queue.work(() => 1, {keepRunning: true, signal: stopping.signal});
          await waits;
          link.refuse();
          await away.promise;
          stopping.abort();
          if (isBack) link.accept();
          expect(await working).to.include({ended: 'aborted', requests: 0});
          link.accept();
          await queue.close();
        });

      it('after its end, does not end the process', async () => {
        const queue = itemQueue<string>({name: `${driver}-ended`, connection: opened.connection});
        await queue.work(() => 1);
        await queue.close();
        const cuts = link.cuts;
        link.cutAt(/\r\nPING\r\n/i);
        await opened.ping().catch(() => {}); // node-redis rejects, ioredis sends the command again.
        expect(link.cuts - cuts, 'cuts').to.equal(1);
        await opened.ping();
      });
    });
});
