/** A worker that an item kills. Argument: the URL of Redis. */
import {Redis} from 'ioredis';
import {itemQueue} from '../../src/bullmq.ts';

const connection = new Redis(process.argv[2]!, {maxRetriesPerRequest: null});
const queue = itemQueue<string>({name: 'poison', connection});
await queue.work(
  item => {
    if (item === 'poison') process.kill(process.pid, 'SIGKILL');
    return 1;
  },
  {policy: {idempotentMethods: ['POST']}, concurrency: 1, lockMs: 1000, maxStalled: 1},
);
