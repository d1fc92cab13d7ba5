/**
 * A process that calls an origin 50 times a second, under a breaker that it shares through Redis. It prints a line before that.
 *
 * Usage: node breaker-process.ts REDIS DRIVER ORIGIN SECONDS
 */
import {createFetch} from '../../src/fetch.ts';
import {redisGuards} from '../../src/redis.ts';
import {DRIVERS} from './drivers.ts';

const [redis = '', driver = '', origin = '', seconds = '1'] = process.argv.slice(2);
const {send, close} = await DRIVERS[driver]!(redis);
const guards = redisGuards({send, name: 'origin'});
const breaker = {kind: 'consecutive', failures: 3, openMs: 2000, probes: 2} as const;
const fetch = createFetch({maxAttempts: 1, budget: null, breaker}, {guards});
await fetch(origin);
// A look at the state in Redis may be under way: after a moment it is known.
await new Promise(resolve => setTimeout(resolve, 300));
await fetch(origin).catch(() => {});
process.stdout.write('ready\n');
const calls: Promise<unknown>[] = [];
for (let call = 0; call < Number(seconds) * 50; call++) {
  calls.push(
    fetch(origin).then(
      response => response.text(),
      () => {},
    ),
  );
  await new Promise(resolve => setTimeout(resolve, 20));
}
await Promise.all(calls);
close();
