/**
 * Many requests under one policy, wired with OpenTelemetry. For Node.
 *
 * @module
 */
import {runBatch as runBareBatch} from './batch/run-batch.ts';
import type {Items} from './batch/source.ts';
import type {BatchOptions, BatchReport, ChunkSender, Send} from './batch/types.ts';
import {observed} from './telemetry/observed.ts';

export type {Items} from './batch/source.ts';
export type * from './batch/types.ts';
export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export type * from './core/events.ts';
export type {ResponseHeaders} from './core/outcome.ts';
export type {Refusal} from './decide/may-retry.ts';
export {definePolicy} from './features/everything.ts';
export type {PolicyInput} from './policy/types.ts';
export {type Answer, type AnswerHeaders, answer} from './transport/answer.ts';

/**
 * Sends every item under a policy, a fixed number at a time, in constant memory. Each request is a call, with spans if an OpenTelemetry SDK
 * is registered.
 *
 * @param items   An array, a generator, a stream: anything that can be iterated, synchronously or not.
 * @param send    A function that sends one item, or `{chunkSize, sendChunk}` to send several items in one request.
 * @param options See docs/batch.md.
 * @returns The report, after every request has ended, also if `signal` aborted. An item that fails is a result, not an exception.
 * @throws SteadfetchError with code INVALID_BATCH, JOURNAL_EXISTS, JOURNAL_LOCKED, JOURNAL_DAMAGED or JOURNAL_FILE; what `items` or
 *   `onResult` throws.
 *
 * @example
 * const report = await runBatch(texts, (text, {headers, signal}) =>
 *   fetch(url, {method: 'POST', headers, signal, body: JSON.stringify({input: text})}), {
 *   target: {url},
 *   onResult: result => console.log(result.index, result.ok ? result.value : result.failure.reason),
 * });
 */
export const runBatch = <Item, Value = unknown, Json = unknown>(
  items: Items<Item>,
  send: Send<Item, Value> | ChunkSender<Item, Value>,
  options: BatchOptions<Item, Value, Json> = {},
): Promise<BatchReport> => runBareBatch(items, send, observed(options));
