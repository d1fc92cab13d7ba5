/** A process that was busy for longer than Redis may take: what Redis has answered meanwhile counts. */
import {once} from 'node:events';
import {Worker} from 'node:worker_threads';
import {expect} from 'chai';
import {systemClock} from '../../src/core/system-clock.ts';
import {redisGuards} from '../../src/redis/redis-guards.ts';
import {blockUntil} from '../support/block-until.ts';
import {RedisDouble} from '../support/redis-double.ts';
import {amountsOf, GUARDED} from './shared-quotas.ts';

/** Answers from outside of the process, so that the answer is there when the process has time again. */
const ECHO = `
  const {parentPort} = require('node:worker_threads');
  parentPort.on('message', id => setTimeout(() => parentPort.postMessage(id), 50));`;
const TIMEOUT_MS = 300;

describe('a shared quota in a process that is busy', () => {
  let worker: Worker;
  let send: (args: readonly string[]) => Promise<unknown>;
  beforeEach(async () => {
    worker = new Worker(ECHO, {eval: true});
    await once(worker, 'online');
    const redis = new RedisDouble(() => Date.now());
    const asked: (() => void)[] = [];
    worker.on('message', id => asked[id]!());
    send = args =>
      new Promise(resolve => {
        const reply = redis.run(args);
        worker.postMessage(asked.push(() => resolve(reply)) - 1);
      });
  });
  afterEach(() => worker.terminate());

  it('does not take its answer for a late one', async () => {
    const limits = [{unit: 'inputTokens', max: 10, perMs: 60_000}] as const;
    const policy = {
      limits,
      learn: false,
      startPerSecond: null,
      maxWaitMs: 600_000,
      queue: 100,
      per: [],
      scope: 'origin',
    } as const;
    const sent: string[] = [];
    const start = (name: string) => {
      const quota = redisGuards({send, timeoutMs: TIMEOUT_MS, instances: 2}).factory.quota(policy, GUARDED);
      const waiter = {
        ahead: null,
        behind: null,
        amounts: amountsOf(1, 5),
        isRetry: false,
        clock: systemClock,
        served: () => void sent.push(name),
        broke: (error: unknown) => {
          throw error;
        },
      };
      return {
        attempt: () => quota.join({...waiter, since: systemClock.now()}, systemClock.now()),
      };
    };
    const [one, other] = [start('one'), start('other')];
    for (let count = 0; count < 2; count++) one.attempt();
    while (sent.length < 2) await new Promise(resolve => setTimeout(resolve, 5));
    other.attempt();
    await new Promise(resolve => setImmediate(resolve)); // Timers come next.
    blockUntil(performance.now() + 2 * TIMEOUT_MS);
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setTimeout(resolve, 1));
    expect(sent.filter(name => name === 'other')).to.deep.equal([]);
  });
});
