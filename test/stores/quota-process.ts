/**
 * A process that sends as much as a shared quota admits, for some time, and prints when it sent: milliseconds of the machine's monotonic clock.
 * It prints `lost` if Redis counts as lost.
 *
 * Usage: node quota-process.ts URL DRIVER MAX PER_MS SECONDS
 */
import {createFetch} from '../../src/fetch.ts';
import {redisGuards} from '../../src/redis.ts';
import {DRIVERS} from './drivers.ts';

const [url = '', driver = '', max = '1', perMs = '1000', seconds = '1'] = process.argv.slice(2);
const {send, close} = await DRIVERS[driver]!(url);
const guards = redisGuards({send, name: 'account', instances: 4});
const limits = [{unit: 'requests', max: Number(max), perMs: Number(perMs)}] as const;
const machineMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;
const endsAt = machineMs() + Number(seconds) * 1000;
const fetch = createFetch(
  {quota: {limits, learn: false}, deadlineMs: null, budget: null, breaker: null},
  {
    guards,
    on: event => event.type === 'store.changed' && !event.isAvailable && process.stdout.write('lost\n'),
    fetch: async () => {
      process.stdout.write(`${machineMs()}\n`);
      return new Response('ok');
    },
  },
);
const signal = AbortSignal.timeout(Number(seconds) * 1000);
const caller = async (): Promise<void> => {
  while (machineMs() < endsAt) await (await fetch('https://api.test/', {signal})).text();
};
for (const end of await Promise.allSettled(Array.from({length: 8}, caller)))
  if (end.status === 'rejected' && !signal.aborted) throw end.reason;
close();
