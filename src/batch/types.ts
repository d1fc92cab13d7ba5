/** The options and the results of a batch. */

import type {PolicyArgument} from '../client/policy-handle.ts';
import type {Awaitable} from '../core/awaitable.ts';
import type {SteadfetchEvent} from '../core/events.ts';
import type {Observer} from '../core/observer.ts';
import type {Ids, Random} from '../core/random.ts';
import type {Clock} from '../core/timer.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';
import type {Refusal} from '../decide/may-retry.ts';
import type {SharedGuards} from '../guards/guard-factory.ts';

/** The second argument of `send`. */
export interface SendContext {
  /**
   * A key for the request, the same for every attempt and after a restart: a hash of the id of the run and the key of the item, or of all
   * items of a chunk.
   */
  readonly key: string;
  /** Headers for the request: correlation id, trace context, and the key if the policy has an `idempotency` block. */
  readonly headers: Record<string, string>;
  /** Where the request goes: the URL of `target`, at the endpoint to which this attempt goes. */
  readonly url: string;
  /** Name of that endpoint; undefined if the policy has no `endpoints` for the item. */
  readonly endpoint: string | undefined;
  /** Aborts when the attempt ends. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
}

/** The second argument of `sendChunk`. */
export interface ChunkContext extends SendContext {
  /** One key for each item, in order, for servers that deduplicate by item. */
  readonly keys: readonly string[];
}

/**
 * Sends one item. A `Response` is classified by its status, and its body is read: as JSON if its content type says so, else as text. What
 * `answer()` returns is classified by its status. Any other returned value is a success. An exception is classified by its status if it has
 * one, else as a failure of the transport.
 */
export type Send<Item, Value> = (item: Item, context: SendContext) => Awaitable<unknown> | Awaitable<Value>;

/** Sends several items with one request. */
export interface ChunkSender<Item, Value> {
  /** Largest number of items in a request. */
  readonly chunkSize: number;
  /**
   * Returns one result for each item, in order: a value, what `answer()` returns, or an `Error`. Or a failure of the whole request, as
   * `send` may return it.
   */
  readonly sendChunk: (
    items: readonly Item[],
    context: ChunkContext,
  ) => Awaitable<unknown> | Awaitable<readonly (Value | Error)[]>;
}

/** Where an item is sent, for guards, routes and spans. `send` makes the request itself. */
export interface BatchTarget {
  /** The method, which decides whether the request may be repeated. Default: POST. */
  readonly method?: string;
  /** The URL. Default: `https://batch.invalid/`, so that one budget and one breaker guard the batch. */
  readonly url?: string;
}

/** The options of `runBatch`. */
export interface BatchOptions<Item, Value, Json = unknown> {
  /** The policy, or a handle of `definePolicy`. Default: the preset `steadfetch:batch`. */
  readonly policy?: PolicyArgument<Json>;
  /** Where items are sent. A function is called with the item; of a chunk, with the first. */
  readonly target?: BatchTarget | ((item: Item) => BatchTarget);
  /**
   * Whether `send` sends to `context.url`, with the credentials of `context.endpoint`. Then items may go to another of the `endpoints` of the
   * policy, if their method is safe or `failover.sharedKeys` is set. Default: false, and each item goes where `target` says.
   */
  readonly movable?: boolean;
  /**
   * Tokens that an item takes of a `quota`: of the prompt, and the most that may be generated. The items of a chunk add up. If the answer
   * reports its `usage`, the quota is corrected by it. What it throws is reported once, and the item counts as 0 tokens. Default: 0 tokens.
   */
  readonly weigh?: (item: Item) => AskedTokens;
  /** Largest number of requests at a time, including those that wait for a retry. Default: 16. */
  readonly concurrency?: number;
  /** The key of an item. Items with the same key are duplicates. Default: its content, which then has to be plain data or bytes. */
  readonly keyOf?: (item: Item, index: number) => string;
  /** Sends duplicates once. If false, the key of an item is its index, unless `keyOf` is given. Default: true. */
  readonly dedupe?: boolean;
  /** Reports results in the order of the items, not in the order in which they end. Default: false. */
  readonly ordered?: boolean;
  /**
   * Path of a file that keeps the results, so that a killed run can be resumed. An item with a result is not sent again, nor an item that
   * may be sent once only and was in flight. Values have to be JSON.
   */
  readonly journal?: string;
  /**
   * Continues the run of the journal, or starts one if the file does not exist. Sends the items without a result, and failed items that
   * the server may have acted on, or that may have to be paid for twice, if the policy now allows that. Default: false, and a journal with
   * results is refused.
   */
  readonly resume?: boolean;
  /** Resumes, and sends every failed item again. Default: false. */
  readonly retryFailed?: boolean;
  /** Stops the batch: no more items are sent, requests in flight are waited for, and the report counts the rest as `left`. */
  readonly signal?: AbortSignal;
  /**
   * Longest time without a success while an open breaker, or a server that asked to wait, holds the batch. Then the batch stops. In ms.
   * Default: 600000.
   */
  readonly maxHoldMs?: number;
  /** Called with each result, one at a time. While it is busy, only a few items are read ahead. */
  readonly onResult?: (result: ItemResult<Item, Value>) => Awaitable<void>;
  /** Called for each event of the batch and of its calls. */
  readonly on?: (event: BatchEvent | SteadfetchEvent) => void;
  /** Time. Default: the system clock. */
  readonly clock?: Clock;
  /** Random numbers, for jitter. Default: `Math.random`. */
  readonly random?: Random;
  /** Guards whose state several processes share, such as those of `redisGuards`. Default: guards of this process. */
  readonly guards?: SharedGuards;
  /** Makes correlation ids and request ids. Default: `SystemIds`. */
  readonly ids?: Ids;
  /** Makes spans and metrics. Default: OpenTelemetry, if an SDK is registered. null: no spans and metrics. */
  readonly observer?: Observer | null;
}

/** Why an item failed. */
export interface ItemFailure {
  /** A word of few different values: `503`, `ECONNRESET`, `attempt timeout`, `TypeError`. */
  readonly code: string;
  /** Why the request was not retried. */
  readonly refusal: Refusal | null;
  /** One clause: `all 5 attempts are used (503)`. */
  readonly reason: string;
  /** The HTTP status, if there was a response. */
  readonly status: number | undefined;
  /** The body of that response. */
  readonly body: unknown;
  /** The thrown value, unchanged; undefined after a restart. */
  readonly error: unknown;
  /** Whether another run may send the item: it is not in the journal, and a resumed run sends it again. */
  readonly retryable: boolean;
}

/** Where a result comes from: this run, the answer to a duplicate, or the journal of an earlier run. */
export type ResultSource = 'sent' | 'duplicate' | 'journal';

interface ResultFacts<Item> {
  /** The item. */
  readonly item: Item;
  /** The position of the item in `items`, from 0. */
  readonly index: number;
  /** Where the result comes from. */
  readonly source: ResultSource;
  /** Requests that contained the item, in the run that has the result. */
  readonly attempts: number;
}

/** The result of an item that succeeded. */
export interface ItemSuccess<Item, Value> extends ResultFacts<Item> {
  /** Distinguishes the two results. */
  readonly ok: true;
  /** The value that `send` returned, or the parsed body of its response. */
  readonly value: Value;
}

/** The result of an item that failed. */
export interface ItemFailed<Item> extends ResultFacts<Item> {
  /** Distinguishes the two results. */
  readonly ok: false;
  /** Why the item failed. */
  readonly failure: ItemFailure;
}

/** The result of an item. `ok` says which of the two it is. */
export type ItemResult<Item, Value> = ItemSuccess<Item, Value> | ItemFailed<Item>;

/** The progress of a batch. */
export interface BatchProgress {
  /** Items that were read. */
  readonly items: number;
  /** Items with a result. */
  readonly finished: number;
  /** Items that succeeded. */
  readonly succeeded: number;
  /** Items that failed. */
  readonly failed: number;
  /** Requests that were sent. */
  readonly requests: number;
}

/** An event of a batch, discriminated by `type`. */
export type BatchEvent =
  | {
      /** The run starts. */
      readonly type: 'batch.start';
      /** The id of the run, the same after a restart. */
      readonly runId: string;
      /** Results in the journal. */
      readonly journalled: number;
    }
  | {
      /** An item has a result. */
      readonly type: 'item.end';
      /** The position of the item in `items`, from 0. */
      readonly index: number;
      /** Where the result comes from. */
      readonly source: ResultSource;
      /** null if the item succeeded. */
      readonly failure: ItemFailure | null;
      /** The progress of the batch, this item included. */
      readonly progress: BatchProgress;
    }
  /** A chunk that was refused as a whole is split in two. */
  | {readonly type: 'chunk.split'; readonly items: number; readonly status: number}
  /** No request can be sent for `waitMs`. */
  | {readonly type: 'batch.held'; readonly waitMs: number; readonly reason: string}
  /** No more items are sent; `requests` are still in flight. */
  | {readonly type: 'batch.draining'; readonly reason: string; readonly requests: number}
  /** The run has ended. */
  | {readonly type: 'batch.end'; readonly report: BatchReport};

/** The sums of a run. */
export interface BatchReport {
  /** The id of the run, part of every key. The same after a restart. */
  readonly runId: string;
  /** `complete`: every item has a result. `aborted`: `signal` aborted. `held`: `maxHoldMs` passed without a success. */
  readonly ended: 'complete' | 'aborted' | 'held';
  /** Items that were read. */
  readonly items: number;
  /** Items that succeeded. */
  readonly succeeded: number;
  /** Items that failed. */
  readonly failed: number;
  /** Failed items by code, and by refusal where there is one beside the code: `{"400": 2, "503, attempts-exhausted": 1}`. */
  readonly failedBy: Readonly<Record<string, number>>;
  /** Failed items that a resumed run sends again. */
  readonly retryable: number;
  /** Items that were read but have no result, because the batch ended first. */
  readonly left: number;
  /** Duplicates that got the result of another item. */
  readonly deduplicated: number;
  /** Items whose result comes from the journal of an earlier run. */
  readonly resumed: number;
  /** Items that failed in an earlier run and were sent again. */
  readonly reopened: number;
  /** Requests of this run, retries included. */
  readonly requests: number;
  /** Requests of this run by the name of their endpoint; empty if the policy has no `endpoints` for the items. */
  readonly requestsByEndpoint: Readonly<Record<string, number>>;
  /** Requests of this run after the first one of a call. */
  readonly retries: number;
  /** Sum of the waits before retries, over all calls, in ms. */
  readonly waitedMs: number;
  /** Sum of the times that calls were held by an open breaker or by the server, in ms. */
  readonly heldMs: number;
  /** Latency of single requests, without waits, in ms. */
  readonly latencyMs: {
    /** The median. */
    readonly p50: number;
    /** The 95th percentile. */
    readonly p95: number;
    /** The 99th percentile. */
    readonly p99: number;
    /** The largest latency. */
    readonly max: number;
  };
  /** From the start of the run to its end, in ms. */
  readonly durationMs: number;
}
