/** The options and the results of a queue of items. */
import type {ConnectionOptions} from 'bullmq';
import type {BatchOptions, ItemResult} from '../batch/types.ts';
import type {Ids} from '../core/random.ts';
import type {Clock} from '../core/timer.ts';

/** The options of `itemQueue`. Every process of a queue states the same `name`, `prefix`, `keyOf` and `dedupe`. */
export interface ItemQueueOptions<Item> {
  /** Name of the queue. Letters, digits, and what BullMQ allows: no colon. */
  readonly name: string;
  /**
   * A client of node-redis, an instance of ioredis with `maxRetriesPerRequest: null`, or the connection options of BullMQ, which need ioredis.
   * A client that is passed in stays open.
   */
  readonly connection: ConnectionOptions;
  /** Begin of every key in Redis. A Redis Cluster needs one with a hash tag, such as `{batch}`. Default: `bull`. */
  readonly prefix?: string;
  /** The key of an item. Items with the same key are one. Default: its content. */
  readonly keyOf?: (item: Item, index: number) => string;
  /** Sends items with the same content once. If false, the key of an item is its index, unless `keyOf` is given. Default: true. */
  readonly dedupe?: boolean;
  /** Called when Redis fails and is asked again, and for every error of BullMQ. Default: nothing. */
  readonly onError?: (error: Error) => void;
  /** Time. Default: the system clock. */
  readonly clock?: Clock;
  /** Makes the id of the run. Default: `SystemIds`. */
  readonly ids?: Ids;
}

/** The options of `enqueue`. */
export interface EnqueueOptions {
  /** Puts failed items into the queue again that another attempt may help: those whose failure is `retryable`. Default: false. */
  readonly resume?: boolean;
  /** Puts every failed item into the queue again, also those that the server may have acted on. Default: false. */
  readonly retryFailed?: boolean;
}

/** What `enqueue` did. */
export interface EnqueueReport {
  /** The id of the run: part of every idempotency key. */
  readonly runId: string;
  /** Items that were read. */
  readonly items: number;
  /** Items that the queue did not have. The others are duplicates, or were there already. */
  readonly added: number;
  /** Failed items that will be sent again. */
  readonly reopened: number;
}

/** The options of `work`: those of a batch, and how a worker shares the queue. */
export interface WorkOptions<Item, Json = unknown>
  extends Pick<
    BatchOptions<Item, unknown, Json>,
    'policy' | 'target' | 'weigh' | 'signal' | 'on' | 'random' | 'guards' | 'observer'
  > {
  /** Largest number of items that this worker has at a time. Default: 16. */
  readonly concurrency?: number;
  /** An item whose retry has to wait longer goes back to the queue, so that it takes no place of the worker. In ms. Default: 5000. */
  readonly longestWaitMs?: number;
  /** How long the items of a worker that has ended stay with it, once and at most twice. In ms. Default: 30000. */
  readonly lockMs?: number;
  /** How many workers may end while they have an item before the item fails with `stalled`. Default: 3. */
  readonly maxStalled?: number;
  /** Largest result that Redis keeps. An item with a larger one fails with `result-too-large`. In bytes of JSON. Default: 16777216. */
  readonly maxResultBytes?: number;
  /** Waits for more items when all have a result. If false, the worker ends. Default: false. */
  readonly keepRunning?: boolean;
}

/** An item without a result. */
export interface ItemPending<Item> {
  /** The item. */
  readonly item: Item;
  /** The position of the item in `items`, from 0. */
  readonly index: number;
  /** `waiting`: in the queue, or with a worker. `absent`: not in the queue. */
  readonly pending: 'waiting' | 'absent';
}

/** What the queue has of an item. */
export type QueueResult<Item, Value> = ItemResult<Item, Value> | ItemPending<Item>;

/** How many items of the queue are where. */
export interface QueueCounts {
  /** Items that no worker has. */
  readonly waiting: number;
  /** Items that a worker has, also one that has ended and still holds them. */
  readonly active: number;
  /** Items whose retry waits in the queue. */
  readonly delayed: number;
  /** Items with a result. */
  readonly finished: number;
}
