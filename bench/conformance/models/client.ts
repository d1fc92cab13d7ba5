/** What every client of a model endpoint can be asked, and the columns of the comparison. */
import type {PolicyInput} from '../../../src/core.ts';
import type {Clock} from '../../../src/testing.ts';

export interface AskOptions {
  readonly maxTokens?: number;
  readonly signal?: AbortSignal;
}

/** All reject where the client throws, or where its user sees an error. */
export interface ModelClient {
  /** The text of the answer. */
  ask(prompt: string, options?: AskOptions): Promise<string>;
  /** The text of a stream that is read to its end. */
  stream(prompt: string, options?: AskOptions): Promise<string>;
  /** A stream as the client hands it over, unread: its text in pieces. */
  open(prompt: string, options?: AskOptions): Promise<AsyncIterable<string>>;
}

export interface ConnectOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly key: string;
  /** For steadfetch; SystemClock and chance of the others are replaced. */
  readonly clock: Clock;
  readonly seed: number;
  /** Added to the preset. Only steadfetch has one. */
  readonly policy?: PolicyInput;
}

/** How a call ended. */
export interface Ended {
  readonly prompt: string;
  /** With the right text. */
  readonly isAnswered: boolean;
  readonly error?: unknown;
  /** On the clock's scale. */
  readonly at: number;
}

export interface Column {
  readonly id: string;
  readonly name: string;
  /** With their pinned versions in bench/package.json. None: the runtime's own, or this package. */
  readonly packages: readonly string[];
  readonly isOurs: boolean;
  /** A failed request can be sent again. */
  readonly retries: boolean;
  connect(options: ConnectOptions): Promise<ModelClient>;
  /** The same, where a client with retries of its own keeps them on above steadfetch. */
  nested?(options: ConnectOptions): Promise<ModelClient>;
  /** Sends many calls, so many at a time. Left out: as many callers, one call after the other. */
  batch?(options: ConnectOptions, prompts: readonly string[], atOnce: number): Promise<readonly Ended[]>;
}

export const ORIGIN = 'https://model.example';
