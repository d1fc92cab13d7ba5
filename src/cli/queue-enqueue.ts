/** `steadfetch batch enqueue`: the requests of a file, into a queue. */
import type {ItemQueue} from '../bullmq/item-queue.ts';
import type {RedisSend} from '../core/redis-send.ts';
import {inputOf} from './files.ts';
import type {EnqueueArguments} from './queue-arguments.ts';
import type {RequestItem} from './request-line.ts';
import {checkRequests, requestItemsOf} from './requests-file.ts';
import {openRewindable} from './rewindable-file.ts';
import {count, table} from './summary.ts';

const WARNING = [
  'Warning: this Redis has no append-only file. What it has not saved when it',
  'crashes is lost, and may be sent again. Set appendonly yes.',
];

/** @returns The exit code. @throws UsageError, SteadfetchError */
export async function enqueueRequests(
  options: EnqueueArguments,
  queue: ItemQueue<RequestItem>,
  send: RedisSend,
  process: NodeJS.Process,
): Promise<number> {
  const requests = await openRewindable(inputOf(options.requests));
  try {
    await checkRequests(requests, options.base, () => false);
    const {items, added, reopened} = await queue.enqueue(requestItemsOf(requests), options);
    const {waiting, active, delayed, finished} = await queue.counts();
    const rest = items - added - reopened;
    const headline = `steadfetch batch enqueue: ${count(items)} requests read, ${count(added)} added to the queue ${options.name}`;
    const rows = [
      ['sent again', reopened > 0 && `${count(reopened)} that failed`],
      ['not added', rest > 0 && `${count(rest)} that the queue has, or that are the same as another`],
      ['in the queue', `${count(waiting + active + delayed)} without result, ${count(finished)} with a result`],
    ] as const;
    process.stderr.write(table(headline, rows, (await keepsData(send)) ? [] : WARNING));
    return 0;
  } finally {
    await requests.close();
  }
}

/** A server that does not say is believed. */
async function keepsData(send: RedisSend): Promise<boolean> {
  const info = await Promise.resolve(send(['INFO', 'persistence'])).catch(() => '');
  return !String(info).includes('aof_enabled:0');
}
