/** One distinct item on its way, with the duplicates that wait for its result. */
import type {Outcome} from '../core/outcome.ts';
import type {Answer} from '../transport/answer.ts';
import {digest} from './content-key.ts';
import type {ItemFailure} from './types.ts';

/** The result of an item, with everything that a duplicate or a restart needs. */
export type ItemOutcome =
  | {readonly ok: true; readonly value: unknown; readonly attempts: number}
  | {readonly ok: false; readonly failure: ItemFailure; readonly attempts: number};

/** An item and its place in the input. */
export interface Place<Item> {
  readonly item: Item;
  readonly index: number;
}

export class Entry<Item> implements Place<Item> {
  readonly item: Item;
  readonly index: number;
  readonly key: string;
  /** Requests that carried it. */
  attempts = 0;
  /** The outcome of the last request, if the item may be retried; else null. */
  last: Outcome<Answer> | null = null;
  outcome: ItemOutcome | null = null;
  /** Whether the journal notes that the item is being sent. If the process ends now, the server may have acted on it. */
  isNoted = false;
  /** Requests that carried it, and on which the server may have acted. */
  unclear = 0;
  duplicates: Place<Item>[] = NONE;
  #sendKey: string | undefined;

  constructor(item: Item, index: number, key: string) {
    this.item = item;
    this.index = index;
    this.key = key;
  }

  addDuplicate(place: Place<Item>): void {
    if (this.duplicates === NONE) this.duplicates = [place];
    else this.duplicates.push(place);
  }

  /** The item's idempotency key: unique, and the same after a restart, because the journal holds both of its parts. */
  sendKey(runId: string): string {
    this.#sendKey ??= digest(`${runId}\n${this.key}`);
    return this.#sendKey;
  }
}

/** Most items have none. */
const NONE: never[] = [];

/** The key of a request: the key of its only item, or a hash of the keys of all items. */
export function requestKey(entries: readonly Entry<unknown>[], runId: string): string {
  if (entries.length === 1) return entries[0]!.sendKey(runId);
  return digest(entries.map(entry => entry.sendKey(runId)).join());
}
