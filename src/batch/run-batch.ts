/** The entry point of batches: turns options into a plan, and runs the plan. */

import {caughtWeigh} from '../client/caught-weigh.ts';
import {Client} from '../client/client.ts';
import type {PolicyHandle} from '../client/policy-handle.ts';
import {SteadfetchError} from '../core/errors.ts';
import {endOfTick} from '../core/system-clock.ts';
import {httpAnswers} from '../decide/answers-http.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';
import type {Refusal} from '../decide/may-retry.ts';
import {handleOf} from '../features/everything.ts';
import type {Answer} from '../transport/answer.ts';
import {watchFollowedRedirects} from '../transport/followed-redirects.ts';
import {Batch} from './batch.ts';
import {namingOf} from './content-key.ts';
import {atOnce} from './end-of-tick.ts';
import {Journal} from './journal.ts';
import {type Memory, RecentResults, type RunEnd, type RunTarget} from './memory.ts';
import {portsOf} from './ports.ts';
import {isHarmless, mayPayAgain, NOWHERE} from './repeatable.ts';
import {closeSource, type Items, iteratorOf} from './source.ts';
import type {BatchEvent, BatchOptions, BatchReport, BatchTarget, ChunkSender, Send} from './types.ts';

/**
 * Sends every item under a policy, up to `concurrency` at a time. Memory does not grow with the number of items.
 *
 * Only what is transient is sent again, only where that does no harm, and of a chunk only the items it is true of. Duplicates
 * are answered once. With a journal nothing that was answered, and nothing that may be sent once only, is sent again, whatever happens to
 * the process.
 *
 * @param items   An array, a generator, a stream: anything that can be iterated.
 * @param send    A function for one item, or `{chunkSize, sendChunk}` for several in one request.
 * @param options See docs/batch.md.
 * @param identity What is known of the run beside its options.
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
export async function runBatch<Item, Value = unknown, Json = unknown>(
  items: Items<Item>,
  send: Send<Item, Value> | ChunkSender<Item, Value>,
  given: BatchOptions<Item, Value, Json> = {},
  identity: RunIdentity = {names: namesOf(given)},
): Promise<BatchReport> {
  const options = given as BatchOptions<Item, Value>;
  check(items, send, options);
  const {policy = {extends: ['steadfetch:batch']}, target = {}, concurrency = 16, maxHoldMs = 600_000} = options;
  const {ordered = false, movable = false, onResult, signal} = options;
  // At once: readline drops lines that arrive before iteration starts.
  const source = iteratorOf(items);
  const handle = handleOf(policy, options);
  const client = new Client(handle, portsOf(options), httpAnswers);
  watchFollowedRedirects(handle.plans.all.map(({policy}) => policy.correlation?.header));
  const targetOf = typeof target === 'function' ? target : (): BatchTarget => target;
  const memory = await memoryOf(options, identity, client).catch((error: unknown) => {
    closeSource(source);
    throw error;
  });
  let end: RunEnd | null = null;
  try {
    const batch = new Batch<Item>({
      client,
      send,
      movable,
      weigh: options.weigh === undefined ? () => NO_TOKENS : caughtWeigh(options.weigh, 'weigh(item)'),
      memory,
      concurrency,
      ordered,
      maxHoldMs,
      later: options.clock === undefined ? endOfTick : atOnce,
      notify: client.on as ((event: BatchEvent) => void) | null,
      onResult: (onResult ?? (() => {})) as (result: unknown) => unknown,
      keyOf: namingOf(options),
      reopens: (item, {refusal}) => options.retryFailed || reopens(handle, targetOf(item), refusal),
      targetOf,
    });
    const report = await batch.run(source, signal);
    end = batch.endOf(report);
    return report;
  } finally {
    await memory.close(end);
  }
}

export interface RunIdentity {
  /** What `keyOf` names items by, if it is known. */
  readonly names: string | undefined;
  /** Where all requests go, if it is known. */
  readonly target?: RunTarget;
}

const NO_TOKENS: AskedTokens = {};

/** Whether the policy now lets an item be sent that failed in an earlier run. */
function reopens(handle: PolicyHandle, target: BatchTarget, refusal: Refusal | null): boolean {
  const {method = 'POST', url = NOWHERE} = target;
  switch (refusal) {
    case 'may-have-acted':
      // A key does not help: the earlier run sent the item without one, so the server would take it for another request.
      return isHarmless(handle, method.toUpperCase(), url);
    case 'paid-timeout':
    case 'paid-attempts-exhausted':
      return mayPayAgain(handle, method.toUpperCase(), url, refusal === 'paid-timeout');
    default:
      return false;
  }
}

async function memoryOf<Item, Value>(
  {journal, resume = false, retryFailed = false, dedupe = true}: BatchOptions<Item, Value>,
  {names, target}: RunIdentity,
  {ids, clock}: Client<Answer>,
): Promise<Memory> {
  const newId = (): string => ids.idempotencyKey();
  if (journal === undefined) return new RecentResults(newId(), dedupe);
  return Journal.open(journal, {resume: resume || retryFailed, names, target, clock, newId});
}

/** How keys are made, for the journal: a resumed run finds items again only by the same kind of key. */
function namesOf<Item, Value>({
  keyOf,
  dedupe = true,
}: Pick<BatchOptions<Item, Value>, 'keyOf' | 'dedupe'>): string | undefined {
  if (keyOf !== undefined) return undefined;
  return dedupe ? 'content' : 'index';
}

function check<Item, Value>(
  items: unknown,
  send: Send<Item, Value> | ChunkSender<Item, Value>,
  {concurrency = 1, maxHoldMs = 0, journal, resume, retryFailed}: BatchOptions<Item, Value>,
): void {
  const wrong = (message: string): SteadfetchError => new SteadfetchError('INVALID_BATCH', message);
  const isIterable =
    Object(items) instanceof Object && (Symbol.iterator in Object(items) || Symbol.asyncIterator in Object(items));
  if (!isIterable) throw wrong('The items of a batch must be iterable: an array, a generator, a stream.');
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw wrong(`concurrency must be a whole number of at least 1, got ${String(concurrency)}.`);
  if (Number.isNaN(maxHoldMs) || maxHoldMs < 0) throw wrong(`maxHoldMs must be at least 0, got ${String(maxHoldMs)}.`);
  if ((resume || retryFailed) && journal === undefined)
    throw wrong(`${resume ? 'resume' : 'retryFailed'} needs a journal to go on from.`);
  if (typeof send === 'function') return;
  if (typeof send?.sendChunk !== 'function') throw wrong('send must be a function, or {chunkSize, sendChunk}.');
  if (!Number.isInteger(send.chunkSize) || send.chunkSize < 1)
    throw wrong(`chunkSize must be a whole number of at least 1, got ${String(send.chunkSize)}.`);
}
