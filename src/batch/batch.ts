/**
 * One batch: reads items, names them, collects them into chunks, sends up to `concurrency` at a time, and delivers the results.
 *
 * Memory does not grow with the input: no more than a window of items is read ahead of those that have been handed over.
 */
import type {Client} from '../client/client.ts';
import {type Awaitable, isPromise} from '../core/awaitable.ts';
import type {Clock} from '../core/timer.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';
import type {Answer} from '../transport/answer.ts';
import {Counters} from './counters.ts';
import {Deliveries} from './deliveries.ts';
import {Drain} from './drain.ts';
import {EndOfTick} from './end-of-tick.ts';
import {Entry, type ItemOutcome, type Place} from './entry.ts';
import type {Known, Memory, RunEnd} from './memory.ts';
import type {BatchPlan} from './plan.ts';
import {type Dispatcher, runChunk} from './run-chunk.ts';
import {closeSource, type Source} from './source.ts';
import type {BatchEvent, BatchReport, BatchTarget, ChunkSender, ItemResult, ResultSource, Send} from './types.ts';

/** Items read ahead, beside those on their way. */
const READ_AHEAD = 1000;

export class Batch<Item> implements Dispatcher<Item> {
  readonly client: Client<Answer>;
  readonly send: Send<Item, unknown> | ChunkSender<Item, unknown>;
  readonly weigh: (item: Item) => AskedTokens;
  readonly movable: boolean;
  readonly memory: Memory;
  readonly runId: string;
  readonly drain: Drain = new Drain();
  readonly counters: Counters = new Counters();
  readonly notify: ((event: BatchEvent) => void) | null;
  readonly #plan: BatchPlan<Item>;
  readonly #clock: Clock;
  readonly #chunkSize: number;
  readonly #window: number;
  readonly #deliveries: Deliveries<ItemResult<Item, unknown>>;
  readonly #onTheirWay = new Map<string, Entry<Item>>();
  #chunk: Entry<Item>[] = [];
  /** Items it stands for. */
  #places = 0;
  /** Chunks under way. */
  #active = 0;
  /** Items read, and neither handed over nor left. */
  #pending = 0;
  #hasRead = false;
  #heldSince: number | null = null;
  #ended: BatchReport['ended'] = 'complete';
  /** Items without a lasting result on which the server may have acted. */
  #unclear = 0;
  #error: {readonly thrown: unknown} | null = null;
  #close: () => void = () => {};
  #wake: () => void = () => {};
  readonly #endOfTick: EndOfTick;
  #finish: () => void = () => {};

  constructor(plan: BatchPlan<Item>) {
    this.#plan = plan;
    this.client = plan.client;
    this.send = plan.send;
    this.weigh = plan.weigh;
    this.movable = plan.movable;
    this.memory = plan.memory;
    this.runId = plan.memory.runId;
    this.notify = plan.notify;
    this.#clock = plan.client.clock;
    this.#endOfTick = new EndOfTick(plan.later, () => {
      this.#wake();
      this.#checkEnd();
    });
    this.#chunkSize = typeof plan.send === 'function' ? 1 : plan.send.chunkSize;
    this.#window = READ_AHEAD + plan.concurrency * this.#chunkSize;
    this.#deliveries = new Deliveries(
      plan.ordered,
      result => this.#give(result) as undefined,
      () => this.#over(),
      error => this.failed(error),
    );
  }

  /** Resolves when everything that was begun has ended; rejects where the source, the journal or `onResult` failed. */
  async run(source: Source<Item>, signal: AbortSignal | undefined): Promise<BatchReport> {
    const startedAt = this.#clock.now();
    const abort = (): void => this.#stop('aborted', 'stopped by its signal');
    const finished = new Promise<void>(resolve => {
      this.#finish = resolve;
    });
    this.#close = () => closeSource(source);
    this.notify?.({type: 'batch.start', runId: this.runId, journalled: this.memory.journalled});
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    void this.#read(source);
    await finished;
    signal?.removeEventListener('abort', abort);
    if (this.#error !== null) throw this.#error.thrown;
    const report = this.counters.report(this.runId, this.#ended, this.#clock.now() - startedAt);
    this.notify?.({type: 'batch.end', report});
    return report;
  }

  // Read.

  /** Waits only where it must: most items come, are named and sent without a promise. */
  async #read(source: Source<Item>): Promise<void> {
    try {
      while (!this.#hasRead && !this.drain.begun) {
        const next = source.next();
        const step = isPromise(next) ? await next : next;
        if (this.drain.begun) break;
        if (step.done) this.#hasRead = true;
        else {
          const taken = this.#take(step.value);
          if (isPromise(taken)) await taken;
        }
        while (!this.#advance() && !this.drain.begun) await this.#change();
      }
    } catch (error) {
      this.failed(error);
    }
    this.#hasRead = true;
    this.#checkEnd();
  }

  #take(item: Item): Awaitable<void> {
    const {memory} = this;
    const {keyOf} = this.#plan;
    const place = {item, index: this.counters.items++};
    this.#pending++;
    const key = keyOf(item, place.index);
    const entry = this.#onTheirWay.get(key);
    if (entry !== undefined) return entry.addDuplicate(place);
    const found = memory.find(key);
    return isPromise(found) ? found.then(known => this.#put(place, key, known)) : this.#put(place, key, found);
  }

  #put(place: Place<Item>, key: string, found: Known | undefined): void {
    const known = this.#isReopened(place.item, found) ? undefined : found;
    if (found !== known) this.counters.reopened++;
    if (known !== undefined) this.#handOver(place, known.outcome, known.source);
    else {
      const entry = new Entry(place.item, place.index, key);
      this.#onTheirWay.set(key, entry);
      if (this.drain.begun) this.left(entry);
      else this.#chunk.push(entry);
    }
    // Results of an earlier run take their places, so that chunks are cut where they were cut then.
    if (known?.source !== 'duplicate') this.#places++;
  }

  #isReopened(item: Item, found: Known | undefined): boolean {
    if (!found?.isEarlier || found.outcome.ok) return false;
    return this.#plan.reopens(item, found.outcome.failure);
  }

  /** Sends the chunk, if it is time. @returns Whether another item may be read. */
  #advance(): boolean {
    const isAhead = this.#pending >= this.#window;
    // All that was read ahead may be waiting for one that waits for its chunk to be full.
    const isStuck = isAhead && this.#active === 0 && this.#chunk.length > 0;
    const isDue = this.#places === this.#chunkSize || this.#hasRead || isStuck;
    if (isDue && !this.#sendChunk()) return false;
    return !isAhead;
  }

  /** @returns False where all places are taken. */
  #sendChunk(): boolean {
    const entries = this.#chunk;
    if (entries.length > 0 && this.#active >= this.#plan.concurrency) return false;
    this.#chunk = [];
    this.#places = 0;
    if (entries.length === 0) return true;
    this.#active++;
    runChunk(this, entries).then(this.#delivered, this.#notDelivered);
    return true;
  }

  readonly #delivered = (): void => {
    this.#active--;
    this.#endOfTick.ask();
  };

  readonly #notDelivered = (error: unknown): void => {
    this.failed(error);
    this.#delivered();
  };

  targetOf(item: Item): BatchTarget {
    return this.#plan.targetOf(item);
  }

  // Settle.

  settled(entry: Entry<Item>): void {
    const outcome = entry.outcome!;
    if (outcome.ok) this.#heldSince = null;
    // A result that another run may replace is not kept.
    if (!outcome.ok && outcome.failure.retryable) {
      this.#open(entry);
      this.unacted([entry]);
      return this.#share(entry, outcome);
    }
    this.memory.keep(entry.key, outcome, error => {
      if (error === null) return this.#share(entry, outcome);
      this.failed(error);
      this.left(entry);
    });
  }

  /** What the next run finds. */
  endOf({ended, left, retryable}: BatchReport): RunEnd {
    return {isWhole: ended === 'complete' && left === 0 && retryable === 0, isClear: this.#unclear === 0};
  }

  #open({unclear}: Entry<Item>): void {
    if (unclear > 0) this.#unclear++;
  }

  unacted(entries: readonly Entry<Item>[]): void {
    for (const entry of entries) {
      if (!entry.isNoted) continue;
      entry.isNoted = false;
      this.memory.unsent(entry.key);
    }
  }

  left(entry: Entry<Item>): void {
    this.#open(entry);
    this.#onTheirWay.delete(entry.key);
    for (const {index} of [entry, ...entry.duplicates]) {
      this.counters.left++;
      this.#deliveries.skip(index);
      this.#over();
    }
  }

  #share(entry: Entry<Item>, outcome: ItemOutcome): void {
    this.#onTheirWay.delete(entry.key);
    this.#handOver(entry, outcome, 'sent');
    for (const place of entry.duplicates) this.#handOver(place, outcome, 'duplicate');
  }

  #handOver({item, index}: Place<Item>, outcome: ItemOutcome, source: ResultSource): void {
    this.#deliveries.put(index, {item, index, source, ...outcome});
  }

  #give(result: ItemResult<Item, unknown>): unknown {
    const {counters, notify} = this;
    const failure = result.ok ? null : result.failure;
    counters.ended(result.source, failure);
    notify?.({type: 'item.end', index: result.index, source: result.source, failure, progress: counters.progress});
    return this.#plan.onResult(result);
  }

  #over(): void {
    this.#pending--;
    this.#endOfTick.ask();
  }

  // End.

  mayHold(waitMs: number): boolean {
    const now = this.#clock.now();
    this.#heldSince ??= now;
    const isTooLong = now + waitMs - this.#heldSince > this.#plan.maxHoldMs;
    if (isTooLong) this.#stop('held', `nothing could be sent for ${this.#plan.maxHoldMs} ms`);
    return !isTooLong;
  }

  failed(thrown: unknown): void {
    this.#error ??= {thrown};
    this.#stop('aborted', 'stopped by an error');
    this.#endOfTick.ask();
  }

  #stop(ended: BatchReport['ended'], reason: string): void {
    if (this.drain.begun) return;
    this.#ended = ended;
    this.drain.begin();
    this.notify?.({type: 'batch.draining', reason, requests: this.#active});
    this.#close();
    const entries = this.#chunk;
    this.#chunk = [];
    for (const entry of entries) this.left(entry);
    this.#endOfTick.ask();
  }

  #change(): Promise<void> {
    const {promise, resolve} = Promise.withResolvers<void>();
    this.#wake = resolve;
    return promise;
  }

  #checkEnd(): void {
    const isRead = this.#hasRead || this.drain.begun;
    if (isRead && this.#active === 0 && (this.#pending === 0 || this.#error !== null)) this.#finish();
  }
}
