/** A queue of items that any number of processes work on, kept in Redis by BullMQ. */
import type * as Bullmq from 'bullmq';
import {namingOf} from '../batch/content-key.ts';
import {Counters} from '../batch/counters.ts';
import type {ItemOutcome} from '../batch/entry.ts';
import {portsOf} from '../batch/ports.ts';
import {SeenKeys} from '../batch/seen-keys.ts';
import type {Items} from '../batch/source.ts';
import type {BatchEvent, BatchReport, BatchTarget, Send} from '../batch/types.ts';
import {caughtWeigh} from '../client/caught-weigh.ts';
import {Client} from '../client/client.ts';
import type {CallView} from '../core/call-view.ts';
import {caught, complaintOf} from '../core/complaint.ts';
import {SteadfetchError} from '../core/errors.ts';
import {SystemIds} from '../core/random.ts';
import {systemClock} from '../core/system-clock.ts';
import {httpAnswers} from '../decide/answers-http.ts';
import {handleOf} from '../features/everything.ts';
import {loadBullmq} from './bullmq-package.ts';
import {connectionOf, isNodeRedis} from './connection.ts';
import type {JobRun} from './job-run.ts';
import type {StoredOutcome} from './job-state.ts';
import {JobStore} from './job-store.ts';
import {QueueWorker} from './queue-worker.ts';
import type {EnqueueOptions, EnqueueReport, ItemQueueOptions, QueueCounts, QueueResult, WorkOptions} from './types.ts';

/** Items that are added at once, unless they are large. */
const ADDED = 500;
/** Results that are read at once, and held in memory. */
const READ = 100;
/** Characters of JSON that are added at once, beyond the last item. */
const ADDED_CHARACTERS = 4_000_000;
/** BullMQ takes no number for an id, and a hash may have digits only. */
const ID_PREFIX = 'item-';
/** BullMQ repeats each result in a stream of events, which nothing here reads. */
const EVENTS_KEPT = 100;

/** A queue of items. Made by `itemQueue`. */
export class ItemQueue<Item> {
  readonly #options: ItemQueueOptions<Item>;
  readonly #observed: Observed;
  readonly #bullmq: typeof Bullmq;
  readonly #connection: Bullmq.ConnectionOptions;
  readonly #queue: Bullmq.Queue;
  readonly #onError: (error: Error) => void;
  readonly #keyOf: (item: Item, index: number) => string;
  #store: Promise<JobStore> | null = null;

  /** @internal */
  constructor(options: ItemQueueOptions<Item>, observed: Observed, bullmq: typeof Bullmq = loadBullmq()) {
    const {name, connection, prefix = 'bull'} = options;
    const onError = onErrorOf(options);
    this.#options = options;
    this.#observed = observed;
    this.#bullmq = bullmq;
    this.#onError = onError;
    this.#keyOf = namingOf(options);
    this.#connection = connectionOf(bullmq, connection);
    this.#queue = new this.#bullmq.Queue(name, {
      connection: this.#connection,
      prefix,
      streams: {events: {maxLen: EVENTS_KEPT}},
      // What has a result stays, so that the same item is not taken for a new one.
      defaultJobOptions: {removeOnComplete: false, removeOnFail: false, attempts: 1, stackTraceLimit: 1},
    });
    this.#queue.on('error', onError);
  }

  /**
   * Puts items into the queue that it does not have. Safe to repeat: after an error, or with the same items, nothing is in the queue twice.
   *
   * @throws SteadfetchError with code INVALID_BATCH for an item that JSON cannot hold; what Redis or `items` throws.
   */
  async enqueue(
    items: Items<Item>,
    {resume = false, retryFailed = false}: EnqueueOptions = {},
  ): Promise<EnqueueReport> {
    const {ids = new SystemIds()} = this.#options;
    const store = await this.#opened();
    const runId = await store.identify(ids.idempotencyKey());
    const before = await this.#size();
    let read = 0;
    let reopened = 0;
    for await (const group of this.#groups(items, ADDED, charactersOf)) {
      read += group.length;
      if (resume || retryFailed) reopened += await this.#removeFailed(store, group, retryFailed);
      await this.#queue.addBulk(group.map(({item, id}) => ({name: runId, data: item, opts: {jobId: id}})));
    }
    return {runId, items: read, added: (await this.#size()) - before, reopened};
  }

  /**
   * Works on the queue until every item has a result, or `signal` aborts. Any number of processes may do so.
   *
   * @param send    As for `runBatch`.
   * @param options See docs/many-machines.md.
   * @returns What this worker did, after its last request has ended. Items that went back when it was stopped are `left`.
   * @throws SteadfetchError with code INVALID_BATCH; InvalidPolicyError; what Redis throws at the start.
   */
  async work<Value, Json = unknown>(
    send: Send<Item, Value>,
    options: WorkOptions<Item, Json> = {},
  ): Promise<BatchReport> {
    const wired = this.#observed(options as WorkOptions<Item>);
    const {policy = {extends: ['steadfetch:batch']}, target = {}, concurrency = 16, signal} = wired;
    const {longestWaitMs = 5000, lockMs = 30_000, maxStalled = 3, maxResultBytes = 16 * 1024 * 1024} = wired;
    const {keepRunning = false, weigh, on} = wired;
    check({concurrency, lockMs});
    const {clock = systemClock, ids = new SystemIds(), prefix = 'bull', name} = this.#options;
    const connection = this.#connection;
    const runs = new WeakMap<CallView, Pick<JobRun<Item>, 'scheduled'>>();
    const handle = handleOf(policy, wired);
    const ports = portsOf({
      ...wired,
      clock,
      ids,
      on: event => {
        if (event.type === 'retry.scheduled') runs.get(event.call)?.scheduled(event);
        on?.(event);
      },
    });
    const client = new Client(handle, ports, httpAnswers);
    const store = await this.#opened();
    const runId = await store.identify(ids.idempotencyKey());
    const worker = new QueueWorker<Item>(
      this.#bullmq,
      {
        client,
        send,
        store,
        counters: new Counters(),
        notify: client.on as ((event: BatchEvent) => void) | null,
        longestWaitMs,
        maxResultBytes,
        runs,
        weigh: weigh === undefined ? () => ({}) : caughtWeigh(weigh, 'weigh(item)'),
        targetOf: typeof target === 'function' ? target : (): BatchTarget => target,
      },
      {
        concurrency,
        lockMs,
        maxStalled,
        keepRunning,
        isIoredis: !isNodeRedis(this.#options.connection),
        onError: this.#onError,
        open: (process, settings) => new this.#bullmq.Worker(name, process, {...settings, connection, prefix}),
        counts: () => this.counts(),
        keyOf: id => id.slice(ID_PREFIX.length),
      },
    );
    return worker.work(runId, signal);
  }

  /**
   * What the queue has of each item, in the order of the items: a result, or that there is none yet. Changes nothing, so it can be
   * repeated.
   */
  async *results<Value>(items: Items<Item>): AsyncGenerator<QueueResult<Item, Value>> {
    const store = await this.#opened();
    const seen = new SeenKeys();
    for await (const group of this.#groups(items, READ, () => 0)) {
      const found = await store.read(group.map(({id}) => id));
      for (const [place, {item, index, key}] of group.entries()) {
        const source = seen.meet(key, index) === undefined ? 'sent' : 'duplicate';
        yield resultOf<Item, Value>(item, index, source, found[place]!);
      }
    }
  }

  /** How many items are where, at one moment. */
  async counts(): Promise<QueueCounts> {
    const counts = await this.#queue.getJobCounts();
    const of = (name: string): number => counts[name] ?? 0;
    return {
      waiting: of('waiting') + of('paused') + of('prioritized'),
      active: of('active'),
      delayed: of('delayed'),
      finished: of('completed') + of('failed'),
    };
  }

  /** The id of the run. */
  async runId(): Promise<string> {
    const {ids = new SystemIds()} = this.#options;
    return (await this.#opened()).identify(ids.idempotencyKey());
  }

  /**
   * Removes the queue with its items and results from Redis. An item that is enqueued afterwards is a new one, and is sent.
   *
   * @throws Error of BullMQ if a worker has an item; then nothing is removed.
   */
  async remove(): Promise<void> {
    try {
      await this.#queue.obliterate();
    } catch (error) {
      await this.#queue.resume(); // BullMQ paused it first.
      throw error;
    }
  }

  /** Closes what this object opened. */
  async close(): Promise<void> {
    await this.#queue.close();
  }

  #opened(): Promise<JobStore> {
    this.#store ??= JobStore.open(this.#queue, this.#options.clock ?? systemClock, this.#onError);
    return this.#store;
  }

  async #size(): Promise<number> {
    const {waiting, active, delayed, finished} = await this.counts();
    return waiting + active + delayed + finished;
  }

  /** @returns How many were removed. An item that is removed and not added again is absent, and the next `enqueue` adds it. */
  async #removeFailed(store: JobStore, group: readonly Named<Item>[], all: boolean): Promise<number> {
    const ids = [...new Set(group.map(({id}) => id))];
    const found = await store.read(ids);
    const failed = ids.filter((_, place) => isReopened(found[place]!, all));
    await Promise.all(failed.map(id => this.#queue.remove(id)));
    return failed.length;
  }

  async *#groups(
    items: Items<Item>,
    most: number,
    sizeOf: (item: Item, index: number) => number,
  ): AsyncGenerator<Named<Item>[]> {
    let group: Named<Item>[] = [];
    let characters = 0;
    let index = 0;
    for await (const item of items) {
      const key = this.#keyOf(item, index);
      characters += sizeOf(item, index);
      group.push({item, index, key, id: `${ID_PREFIX}${key}`});
      index++;
      if (group.length < most && characters < ADDED_CHARACTERS) continue;
      yield group;
      group = [];
      characters = 0;
    }
    if (group.length > 0) yield group;
  }
}

/** Puts the observer of the process in place, unless the user brought another. */
export type Observed = <P extends Pick<WorkOptions<never>, 'observer'>>(options: P) => P;

interface Named<Item> {
  readonly item: Item;
  readonly index: number;
  readonly key: string;
  readonly id: string;
}

const isReopened = (found: StoredOutcome, all: boolean): boolean =>
  typeof found === 'object' && !found.ok && (all || found.failure.retryable);

function resultOf<Item, Value>(
  item: Item,
  index: number,
  source: 'sent' | 'duplicate',
  found: StoredOutcome,
): QueueResult<Item, Value> {
  if (typeof found === 'string') return {item, index, pending: found};
  return {item, index, source, ...(found as ItemOutcome & {value: Value})};
}

function charactersOf(item: unknown, index: number): number {
  const wrong = (why: string, cause?: unknown): SteadfetchError =>
    new SteadfetchError('INVALID_BATCH', `Item ${index} cannot be put into a queue: ${why}.`, cause);
  try {
    const text = JSON.stringify(item);
    if (text !== undefined) return text.length;
  } catch (error) {
    throw wrong(`it is not JSON-serializable: ${(error as Error).message}`, error);
  }
  throw wrong(`JSON has no ${typeof item}`);
}

function onErrorOf<Item>({onError = () => {}}: ItemQueueOptions<Item>): (error: Error) => void {
  const complain = complaintOf('onError() threw; the queue goes on');
  return error => caught(onError, error, complain);
}

function check(numbers: Readonly<Record<'concurrency' | 'lockMs', number>>): void {
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isInteger(value) || value < 1)
      throw new SteadfetchError('INVALID_BATCH', `${name} must be a whole number of at least 1, got ${String(value)}.`);
}
