/** What a user gives to a batch, and gets from it. */

import type {Refusal} from '../call/decision.ts';
import type {PolicyArgument} from '../client/policy-handle.ts';
import type {Awaitable} from '../core/awaitable.ts';
import type {SteadfetchEvent} from '../core/events.ts';
import type {Observer} from '../core/observer.ts';
import type {Ids, Random} from '../core/random.ts';
import type {Clock} from '../core/timer.ts';

/** What comes with one send. */
export interface SendContext {
  /**
   * Names what is sent, the same on every attempt and after a restart: a hash of the run's id and the item's key; of a chunk,
   * of all its items.
   */
  readonly key: string;
  /** To be sent along: the correlation id, trace context, and the key where the policy says that the server reads one. */
  readonly headers: Record<string, string>;
  /** Aborts when the attempt is over. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
}

export interface ChunkContext extends SendContext {
  /** One per item, in order: for servers that deduplicate by item. */
  readonly keys: readonly string[];
}

/**
 * Sends one item. Its result is classified as an attempt of a call: a `Response` by its status, and its body read, JSON where it
 * says so, else text; what `answer()` made, by that status; anything else is the item's value. What it throws is classified by
 * its status, if it carries one, else as a failure of the transport.
 */
export type Send<Item, Value> = (item: Item, context: SendContext) => Awaitable<unknown> | Awaitable<Value>;

/** Sends several items with one request. */
export interface ChunkSender<Item, Value> {
  /** Items per request, at the most. */
  readonly chunkSize: number;
  /**
   * Gives one result per item, in their order: a value, what `answer()` made, or an `Error`. Or, for the request as a whole,
   * what `send` may give.
   */
  readonly sendChunk: (
    items: readonly Item[],
    context: ChunkContext,
  ) => Awaitable<unknown> | Awaitable<readonly (Value | Error)[]>;
}

/** Where an item goes: guards, routes and spans are keyed by it. */
export interface BatchTarget {
  /** Decides what may be sent twice. Default: POST. */
  readonly method?: string;
  /** Default: `https://batch.invalid/`, so that one budget and one breaker stand before all of the batch. */
  readonly url?: string;
}

export interface BatchOptions<Item, Value, Json = unknown> {
  /** Default: the preset `steadfetch:batch`. */
  readonly policy?: PolicyArgument<Json>;
  /** Of a chunk, its first item's. */
  readonly target?: BatchTarget | ((item: Item) => BatchTarget);
  /** Requests under way at a time, those that wait for their retry counted. Default: 16. */
  readonly concurrency?: number;
  /** Names what an item says; items of one name are duplicates. Default: its content, where that is plain data or bytes. */
  readonly keyOf?: (item: Item, index: number) => string;
  /** Duplicates are answered once. Default: true. Without it an item is named by its index, unless `keyOf` names it. */
  readonly dedupe?: boolean;
  /** Results in the order of the items, not as they come. Default: false. */
  readonly ordered?: boolean;
  /**
   * A file that outlives the process: what was answered is never sent again, nor what may be sent once only and was under way when the
   * process ended. Values have to be JSON.
   */
  readonly journal?: string;
  /**
   * Goes on where the journal ends; starts anew where there is none. Of the items that failed in an earlier run, those are sent
   * again that may have been acted on and that the policy allows to repeat by now (`idempotentMethods`). Default: false, and a
   * journal with results is refused.
   */
  readonly resume?: boolean;
  /** Resumes, and sends every item again that failed in an earlier run. Default: false. */
  readonly retryFailed?: boolean;
  /** Stops the batch: nothing more is sent, requests in flight are waited for, and the report counts the rest. */
  readonly signal?: AbortSignal;
  /**
   * Longest time, in ms, that an open circuit, or a server that asks to be left alone, holds the batch without one success
   * before it stops. Default: 600000.
   */
  readonly maxHoldMs?: number;
  /** Gets every result, one at a time; while it is busy, no more than a few items are read ahead. */
  readonly onResult?: (result: ItemResult<Item, Value>) => Awaitable<void>;
  /** Told of everything that happens: to the batch, and to each of its calls. */
  readonly on?: (event: BatchEvent | SteadfetchEvent) => void;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly ids?: Ids;
  readonly observer?: Observer | null;
}

export interface ItemFailure {
  /** Low in cardinality: `503`, `ECONNRESET`, `attempt timeout`, `TypeError`. */
  readonly code: string;
  /** Why it was not sent again. */
  readonly refusal: Refusal | null;
  /** One clause: `all 5 attempts are used (503)`. */
  readonly reason: string;
  readonly status: number | undefined;
  /** What the server said with that status. */
  readonly body: unknown;
  /** What was thrown, untouched; undefined after a restart. */
  readonly error: unknown;
  /** Another run may help, and harms nobody: it is not in the journal, and a resumed run sends it again. */
  readonly retryable: boolean;
}

/** Where a result comes from: this run, the answer to a duplicate, or the journal of an earlier run. */
export type ResultSource = 'sent' | 'duplicate' | 'journal';

interface ResultFacts<Item> {
  readonly item: Item;
  /** From 0, in the order the items came. */
  readonly index: number;
  readonly source: ResultSource;
  /** Requests that carried it, in the run that answered it. */
  readonly attempts: number;
}

export interface ItemSuccess<Item, Value> extends ResultFacts<Item> {
  readonly ok: true;
  readonly value: Value;
}

export interface ItemFailed<Item> extends ResultFacts<Item> {
  readonly ok: false;
  readonly failure: ItemFailure;
}

export type ItemResult<Item, Value> = ItemSuccess<Item, Value> | ItemFailed<Item>;

/** How far a batch is. */
export interface BatchProgress {
  /** Items read. */
  readonly items: number;
  /** Of these, with a result. */
  readonly finished: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Requests sent. */
  readonly requests: number;
}

export type BatchEvent =
  | {
      readonly type: 'batch.start';
      readonly runId: string;
      /** Results in the journal. */
      readonly journalled: number;
    }
  | {
      readonly type: 'item.end';
      readonly index: number;
      readonly source: ResultSource;
      /** null: it succeeded. */
      readonly failure: ItemFailure | null;
      readonly progress: BatchProgress;
    }
  /** A chunk that was refused as a whole is cut in two. */
  | {readonly type: 'chunk.split'; readonly items: number; readonly status: number}
  /** Nothing can be sent for so long. */
  | {readonly type: 'batch.held'; readonly waitMs: number; readonly reason: string}
  /** Nothing more will be sent; so many requests are still in flight. */
  | {readonly type: 'batch.draining'; readonly reason: string; readonly requests: number}
  | {readonly type: 'batch.end'; readonly report: BatchReport};

export interface BatchReport {
  /** Part of every key; the same after a restart. */
  readonly runId: string;
  /** `held`: `maxHoldMs` passed without a success. */
  readonly ended: 'complete' | 'aborted' | 'held';
  /** Items read. */
  readonly items: number;
  readonly succeeded: number;
  readonly failed: number;
  /** By the failure's code and, where there is more to say, its refusal: `{"400": 2, "503, attempts-exhausted": 1}`. */
  readonly failedBy: Readonly<Record<string, number>>;
  /** Of the failed, those that a resumed run sends again. */
  readonly retryable: number;
  /** Read, but without a result, because the batch ended first. */
  readonly left: number;
  /** Items that were answered with the result of another one. */
  readonly deduplicated: number;
  /** Items that were answered from the journal of an earlier run. */
  readonly resumed: number;
  /** Items that failed in an earlier run and were sent again. */
  readonly reopened: number;
  /** Requests sent by this run, retries included. */
  readonly requests: number;
  readonly retries: number;
  /** Waits before retries, added up over all calls. */
  readonly waitedMs: number;
  /** Time that calls were held by an open circuit or by the server, added up. */
  readonly heldMs: number;
  /** Of single requests, waits not counted. */
  readonly latencyMs: {readonly p50: number; readonly p95: number; readonly p99: number; readonly max: number};
  readonly durationMs: number;
}
