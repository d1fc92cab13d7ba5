/**
 * A process whose callers call an origin without a pause, under a concurrency limit that it shares through Redis. It prints a line for each answer.
 *
 * Usage: node concurrency-process.ts REDIS DRIVER ORIGIN MAX CALLERS
 */
import {createFetch} from '../../src/fetch.ts';
import {redisGuards} from '../../src/redis.ts';
import {DRIVERS} from './drivers.ts';

const [redis = '', driver = '', origin = '', max = '1', callers = '1'] = process.argv.slice(2);
const {send} = await DRIVERS[driver]!(redis);
const guards = redisGuards({send, name: 'origin', instances: 4});
const fetch = createFetch(
  {
    maxAttempts: 1,
    budget: null,
    breaker: null,
    deadlineMs: null,
    concurrency: {kind: 'fixed', max: Number(max), queue: 1000},
  },
  {guards},
);
const caller = async (): Promise<never> => {
  for (;;) {
    await (await fetch(origin)).text();
    process.stdout.write('.\n');
  }
};
await Promise.all(Array.from({length: Number(callers)}, caller));
