/**
 * How many items a second three workers take from a queue, with a send that answers at once: `node bench/queue/main.ts [items]`.
 *
 * Starts a Redis of its own (redis-server must be installed), and each worker as a process.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {createClient} from 'redis';
import {itemQueue} from '../../src/bullmq.ts';
import {RedisServer} from '../../test/support/redis-server.ts';

const WORKERS = 3;
const POLICIES = {
  'may be repeated': {extends: ['steadfetch:batch'], idempotentMethods: ['POST']},
  'may be sent once': {extends: ['steadfetch:batch']},
};

const items = Number(process.argv[2] ?? 20_000);
const worker = fileURLToPath(new URL('worker.ts', import.meta.url));

for (const [name, policy] of Object.entries(POLICIES)) {
  const redis = await RedisServer.start();
  const client = createClient({url: redis.url});
  await client.connect();
  const queue = itemQueue<number>({name: 'bench', connection: client});
  const enqueuedIn = await timed(() => queue.enqueue(Array(items).keys()));
  const workers = Array.from({length: WORKERS}, () =>
    spawn(process.execPath, ['--no-warnings', worker, redis.url, JSON.stringify(policy)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  await Promise.all(workers.map(({stdout}) => once(stdout, 'data'))); // Each is ready.
  const ends = workers.map(child => once(child, 'exit'));
  for (const {stdin} of workers) stdin.end('go');
  const workedIn = await timed(async () => {
    while ((await queue.counts()).finished < items) await new Promise(resolve => setTimeout(resolve, 20));
  });
  await Promise.all(ends);
  let succeeded = 0;
  const collectedIn = await timed(async () => {
    for await (const result of queue.results(Array(items).keys())) if ('ok' in result && result.ok) succeeded++;
  });
  const rate = (ms: number): string => `${Math.round((items / ms) * 1000).toLocaleString('en')}/s`;
  console.log(
    `${items.toLocaleString('en')} items that ${name}: enqueue ${rate(enqueuedIn)}, work ${rate(workedIn)}, read ${rate(collectedIn)}; ${succeeded} succeeded`,
  );
  await queue.close();
  client.destroy();
  await redis.stop();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
