/** A batch as it is run: every option settled. */
import type {Client} from '../client/client.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';
import type {Answer} from '../transport/answer.ts';
import type {Later} from './end-of-tick.ts';
import type {Memory} from './memory.ts';
import type {BatchEvent, BatchTarget, ChunkSender, ItemFailure, ItemResult, Send} from './types.ts';

export interface BatchPlan<Item> {
  readonly client: Client<Answer>;
  readonly send: Send<Item, unknown> | ChunkSender<Item, unknown>;
  readonly movable: boolean;
  readonly memory: Memory;
  readonly concurrency: number;
  readonly ordered: boolean;
  readonly maxHoldMs: number;
  /** When what has come free is sent. */
  readonly later: Later;
  readonly notify: ((event: BatchEvent) => void) | null;
  readonly onResult: (result: ItemResult<Item, unknown>) => unknown;
  /** Whether an item that failed in an earlier run is sent again. */
  reopens(item: Item, failure: ItemFailure): boolean;
  keyOf(item: Item, index: number): string;
  readonly weigh: (item: Item) => AskedTokens;
  targetOf(item: Item): BatchTarget;
}
