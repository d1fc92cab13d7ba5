/** `steadfetch batch --queue`: a batch on many machines. Each of its words is one process. */
import {ItemQueue} from '../bullmq/item-queue.ts';
import {observed} from '../telemetry/observed.ts';
import {answer} from './command-spec.ts';
import {type QueueArguments, readQueueArguments} from './queue-arguments.ts';
import {collectResults} from './queue-collect.ts';
import {connectTo, type RedisClient} from './queue-connection.ts';
import {enqueueRequests} from './queue-enqueue.ts';
import {QUEUE} from './queue-usage.ts';
import {workOnRequests} from './queue-work.ts';
import {RedisTrouble} from './redis-trouble.ts';
import {requestKey} from './request-key.ts';
import type {RequestItem} from './request-line.ts';

/** @returns The exit code. @throws UsageError, SteadfetchError, OutputError */
export async function queueCommand(args: readonly string[], process: NodeJS.Process): Promise<number> {
  const options = readQueueArguments(args, process.env);
  if (typeof options === 'string') return answer(options, QUEUE, process.stdout);
  const trouble = new RedisTrouble(process.stderr, `steadfetch batch ${options.word}`);
  const client = await connectTo(options.redis, trouble.lost, trouble.found);
  try {
    const queue = new ItemQueue<RequestItem>(
      {
        name: options.name,
        connection: client.connection,
        onError: trouble.noted,
        keyOf: requestKey(options.word === 'work' || options.dedupe),
      },
      observed,
    );
    try {
      return await run(options, queue, client, process);
    } finally {
      await queue.close();
    }
  } finally {
    client.close();
  }
}

function run(
  options: QueueArguments,
  queue: ItemQueue<RequestItem>,
  {send}: RedisClient,
  process: NodeJS.Process,
): Promise<number> {
  switch (options.word) {
    case 'enqueue':
      return enqueueRequests(options, queue, send, process);
    case 'work':
      return workOnRequests(options, queue, process);
    case 'collect':
      return collectResults(options, queue, process);
  }
}
