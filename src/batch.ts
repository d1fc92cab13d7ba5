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
export type {Refusal} from './call/decision.ts';
export {definePolicy} from './client/define-policy.ts';
export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export {InvalidPolicyError, RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export type * from './core/events.ts';
export type {ResponseHeaders} from './core/outcome.ts';
export type {PolicyInput} from './policy/types.ts';
export {type Answer, type AnswerHeaders, answer} from './transport/answer.ts';

/**
 * Sends every item under a policy, so many at a time, in constant memory however many there are. Each request is a call, with
 * its spans where an OpenTelemetry SDK is registered.
 *
 * @param items   An array, a generator, a stream: anything that can be iterated.
 * @param send    A function for one item, or `{chunkSize, sendChunk}` for several in one request.
 * @param options See docs/batch.md.
 * @returns The report, once everything has ended: also where `signal` aborted.
 * @throws SteadfetchError INVALID_BATCH, JOURNAL_EXISTS, JOURNAL_LOCKED, JOURNAL_DAMAGED, JOURNAL_FILE, or what the source or
 *   `onResult` threw.
 *   An item that fails throws nothing: it is a result.
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
