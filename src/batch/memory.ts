/** The results of finished items, from this run or from a journal. */
import type {Awaitable} from '../core/awaitable.ts';
import type {SteadfetchError} from '../core/errors.ts';
import type {ItemOutcome} from './entry.ts';
import type {ResultSource} from './types.ts';

export interface Known {
  readonly outcome: ItemOutcome;
  readonly source: ResultSource;
  /** From the journal of an earlier run, where the item may have been sent under another policy. */
  readonly isEarlier: boolean;
}

/** Called once. null: the result survives a crash of the process. Otherwise the error that kept it from being stored. */
export type Kept = (error: SteadfetchError | null) => void;

/** Where the requests of a run go. */
export interface RunTarget {
  readonly url: string;
  /** Whether the server there knows the keys that another one has got. */
  isSharedWith(url: string): boolean;
}

/** What a run leaves to the next one. */
export interface RunEnd {
  /** Every item has a result that no other run replaces. */
  readonly isWhole: boolean;
  /** The server has acted on none of the items that this run sent and that have no result. */
  readonly isClear: boolean;
}

export interface Memory {
  readonly runId: string;
  /** Results it brings from an earlier run. */
  readonly journalled: number;
  /** `undefined`: never heard of. */
  find(key: string): Awaitable<Known | undefined>;
  keep(key: string, outcome: ItemOutcome, done: Kept): void;
  /**
   * Notes that these items, which may be sent once only, are about to be sent. A promise resolves when no end of the process can lose
   * the note, and rejects with a SteadfetchError where it cannot be kept.
   */
  sending(keys: readonly string[]): Awaitable<void>;
  /** Takes the note back: the server did not act on the item. */
  unsent(key: string): void;
  /** @param ended Null where the run failed. */
  close(ended: RunEnd | null): Awaitable<void>;
}

/** Results kept without a journal: a duplicate that comes later than so many others is sent again. */
const KEPT = 10_000;

/** Remembers the last results; the first to come is the first to go. */
export class RecentResults implements Memory {
  readonly runId: string;
  readonly journalled = 0;
  readonly #outcomes = new Map<string, ItemOutcome>();
  readonly #capacity: number;

  constructor(runId: string, isNeeded: boolean) {
    this.runId = runId;
    this.#capacity = isNeeded ? KEPT : 0;
  }

  find(key: string): Known | undefined {
    const outcome = this.#outcomes.get(key);
    return outcome === undefined ? undefined : {outcome, source: 'duplicate', isEarlier: false};
  }

  keep(key: string, outcome: ItemOutcome, done: Kept): void {
    if (this.#capacity > 0) this.#remember(key, outcome);
    done(null);
  }

  #remember(key: string, outcome: ItemOutcome): void {
    if (this.#outcomes.size >= this.#capacity) {
      const [oldest] = this.#outcomes.keys();
      this.#outcomes.delete(oldest!);
    }
    this.#outcomes.set(key, outcome);
  }

  sending(): void {}

  unsent(): void {}

  close(): void {}
}
