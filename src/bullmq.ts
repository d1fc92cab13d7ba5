/**
 * A batch on many machines: the items in a queue of BullMQ, any number of workers under one policy, and the results in Redis until they are
 * collected. For Node, with bullmq 6 and redis or ioredis.
 *
 * @module
 */
import {ItemQueue} from './bullmq/item-queue.ts';
import type {ItemQueueOptions} from './bullmq/types.ts';
import {observed} from './telemetry/observed.ts';

export type {Items} from './batch/source.ts';
export type {
  BatchEvent,
  BatchReport,
  BatchTarget,
  ItemFailed,
  ItemFailure,
  ItemResult,
  ItemSuccess,
  Send,
  SendContext,
} from './batch/types.ts';
export type {ItemQueue} from './bullmq/item-queue.ts';
export type * from './bullmq/types.ts';
export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export type * from './core/events.ts';
export {definePolicy} from './features/everything.ts';
export type {PolicyInput} from './policy/types.ts';
export {type Answer, type AnswerHeaders, answer} from './transport/answer.ts';

/**
 * A queue of items that any number of processes fill, work on and read. See docs/many-machines.md. Each request of a worker is a call, with
 * spans if an OpenTelemetry SDK is registered.
 *
 * @throws SteadfetchError with code PEER_PACKAGE if bullmq is missing or older than 6.
 *
 * @example
 * const queue = itemQueue<string>({name: 'embeddings', connection: await createClient({url}).connect()});
 * await queue.enqueue(texts);
 * await queue.work((text, {headers, signal}) => fetch(api, {method: 'POST', headers, signal, body: JSON.stringify({input: text})}));
 * for await (const result of queue.results(texts)) console.log(result.index, 'ok' in result && result.ok);
 */
export const itemQueue = <Item>(options: ItemQueueOptions<Item>): ItemQueue<Item> => new ItemQueue(options, observed);
