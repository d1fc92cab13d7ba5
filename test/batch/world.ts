/** A batch on a virtual clock, with a scripted server for single items. */

import {runBatch} from '../../src/batch/run-batch.ts';
import type {Items} from '../../src/batch/source.ts';
import type {
  BatchEvent,
  BatchOptions,
  BatchReport,
  ChunkSender,
  ItemResult,
  Send,
  SendContext,
} from '../../src/batch/types.ts';
import type {SteadfetchEvent} from '../../src/core/events.ts';
import {seededRandom} from '../../src/core/random.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {type Answer, answer} from '../../src/transport/answer.ts';

export type Options<Item> = BatchOptions<Item, unknown>;

/** Retries come after exactly 10 ms; POST may be repeated. */
export const POLICY = {
  maxAttempts: 3,
  idempotentMethods: ['POST'],
  backoff: {kind: 'constant', delayMs: 10, throttledBaseMs: 10, jitter: 'none'},
} as const;

export interface Ran<Item> {
  readonly report: BatchReport;
  readonly results: readonly ItemResult<Item, unknown>[];
  readonly events: readonly (BatchEvent | SteadfetchEvent)[];
  readonly clock: VirtualClock;
}

/** Runs to the end. */
export async function run<Item>(
  items: Items<Item>,
  send: Send<Item, unknown> | ChunkSender<Item, unknown>,
  options: Options<Item> = {},
): Promise<Ran<Item>> {
  const clock = (options.clock as VirtualClock | undefined) ?? new VirtualClock();
  const results: ItemResult<Item, unknown>[] = [];
  const events: (BatchEvent | SteadfetchEvent)[] = [];
  const report = await clock.run(() =>
    runBatch(items, send, {
      policy: POLICY,
      clock,
      random: seededRandom(1),
      onResult: result => void results.push(result),
      on: event => void events.push(event),
      ...options,
    }),
  );
  return {report, results, events, clock};
}

/** What was sent: one entry per request. */
export interface Sent {
  readonly item: string;
  readonly context: SendContext;
}

/** Answers each item by its script, the last answer repeats; without one it is echoed in capitals. */
export class ItemServer {
  readonly sent: Sent[] = [];
  inFlight = 0;
  mostInFlight = 0;
  readonly #scripts: Readonly<Record<string, readonly (number | Error | (() => unknown))[]>>;

  constructor(scripts: Readonly<Record<string, readonly (number | Error | (() => unknown))[]>> = {}) {
    this.#scripts = scripts;
  }

  readonly send = async (item: string, context: SendContext): Promise<unknown> => {
    this.sent.push({item, context});
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    try {
      for (let round = 0; round < 20; round++) await null; // So that requests overlap.
      return await this.reply(item);
    } finally {
      this.inFlight--;
    }
  };

  get items(): string[] {
    return this.sent.map(({item}) => item);
  }

  timesSent(item: string): number {
    return this.items.filter(each => each === item).length;
  }

  reply(item: string): unknown {
    const script = this.#scripts[item];
    const said = script?.[Math.min(this.timesSent(item), script.length) - 1];
    if (said instanceof Error) throw said;
    if (typeof said === 'function') return said();
    return said === undefined || said === 200 ? item.toUpperCase() : answer(said, {error: said});
  }
}

/** A chunk's results: a value for each item, or what the table says of it. */
export const chunkOf = (
  size: number,
  reply: (items: readonly string[], attempt: number) => unknown,
  log: string[][] = [],
): ChunkSender<string, unknown> => ({
  chunkSize: size,
  sendChunk: async (items, {attempt}) => {
    log.push([...items]);
    await null;
    return reply(items, attempt);
  },
});

export const throttled = (headers?: Record<string, string>): Answer => answer(429, 'slow down', headers);

/** In a line each: `a ok A`, `b failed 400`. */
export const lines = (results: readonly ItemResult<string, unknown>[]): string[] =>
  results.map(result =>
    result.ok ? `${result.item} ok ${JSON.stringify(result.value)}` : `${result.item} failed ${result.failure.code}`,
  );
