/** Workers of a queue whose way to Redis breaks again and again: no item is lost, and none that must be sent once is sent twice. */
import {setTimeout as sleep} from 'node:timers/promises';
import {expect} from 'chai';
import {itemQueue, type QueueResult} from '../../src/bullmq.ts';
import {findGoTool, toxiproxy} from '../../tools/go/find.ts';
import {type Link, startToxiproxy, type Toxiproxy} from '../../tools/toxiproxy/start.ts';
import {CONNECTIONS} from '../stores/queue-connections.ts';
import {RedisServer, redisMissing} from '../support/redis-server.ts';

const ITEMS = Array.from({length: 200}, (_, n) => n);

const TROUBLE: readonly ((link: Link) => Promise<void>)[] = [
  link => link.cut(),
  link => link.add({type: 'reset_peer', attributes: {timeout: 0}}),
  link => link.add({type: 'timeout', attributes: {timeout: 100}}),
  link => link.add({type: 'limit_data', attributes: {bytes: 2000}}),
  link => link.add({type: 'latency', attributes: {latency: 300, jitter: 200}}),
];

/** Each kind of trouble so often. */
const ROUNDS = 4;

/** Breaks the link for a moment, in each way by turns. */
async function trouble(link: Link): Promise<void> {
  for (let round = 0; round < ROUNDS * TROUBLE.length; round++) {
    await sleep(150);
    await TROUBLE[round % TROUBLE.length]!(link);
    await sleep(200);
    await link.heal();
    await link.restore();
  }
}

describe('workers of a queue, whose Redis is behind Toxiproxy', function () {
  this.timeout(90_000);
  let redis: RedisServer;
  let proxy: Toxiproxy;
  let tries = 0;

  before(async function () {
    const found = redisMissing === undefined ? await findGoTool(toxiproxy, true) : {missing: redisMissing};
    if ('missing' in found) {
      console.log(`    skipped: ${found.missing.replace('skipped: ', '')}`);
      return this.skip();
    }
    [redis, proxy] = [await RedisServer.start(), await startToxiproxy(found.binary)];
  });
  after(async () => {
    await proxy?.stop();
    await redis?.stop();
  });

  for (const [driver, open] of Object.entries(CONNECTIONS))
    it(`${driver}: every item has one result, and a POST that may be sent once is sent once`, async () => {
      const link = await proxy.link(redis.url.replace('redis:', 'http:'));
      const url = link.url.replace('http:', 'redis:').replace(/\/$/, '');
      const near = await open(redis.url);
      const far = [await open(url), await open(url)];
      // A second try must not meet the workers of the first one.
      const name = `toxic-${driver}-${++tries}`;
      const keyOf = (item: number): string => String(item);
      const direct = itemQueue<number>({name, keyOf, connection: near.connection});
      const workers = far.map(({connection}) => itemQueue<number>({name, keyOf, connection}));
      const sent = new Map<number, number>();
      const send = async (item: number): Promise<unknown> => {
        sent.set(item, (sent.get(item) ?? 0) + 1);
        await sleep(20);
        return {item};
      };
      try {
        await direct.enqueue(ITEMS);
        await Promise.all([trouble(link), ...workers.map(worker => worker.work(send, {concurrency: 4, lockMs: 2000}))]);
        const results: QueueResult<number, unknown>[] = [];
        for await (const result of direct.results<unknown>(ITEMS)) results.push(result);
        expect(results.map(({item}) => item)).to.deep.equal(ITEMS);
        expect(results.filter(result => 'pending' in result)).to.deep.equal([]);
        expect([...sent].filter(([, times]) => times > 1)).to.deep.equal([]);
        const codes = results.map(result => ('ok' in result && !result.ok ? result.failure.code : 'ok'));
        // Nothing that a break of the link did to a worker counts against an item; whether it was sent may stay unknown.
        expect(codes.filter(code => code !== 'ok' && code !== 'interrupted')).to.deep.equal([]);
        const answered = ITEMS.filter((_, place) => codes[place] === 'ok');
        expect(answered.filter(item => !sent.has(item))).to.deep.equal([]);
        expect(answered.length).to.be.above(ITEMS.length / 2);
      } finally {
        await Promise.allSettled([direct, ...workers].map(queue => queue.close()));
        for (const opened of [near, ...far]) opened.close();
      }
    });
});
