/** The context of one request. The keys are hashes, computed when they are first read. */
import {type Entry, requestKey} from './entry.ts';
import type {ChunkContext} from './types.ts';

export class RequestContext implements ChunkContext {
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  readonly attempt: number;
  readonly #entries: readonly Entry<unknown>[];
  readonly #runId: string;

  constructor(
    entries: readonly Entry<unknown>[],
    runId: string,
    headers: Record<string, string>,
    signal: AbortSignal,
    attempt: number,
  ) {
    this.#entries = entries;
    this.#runId = runId;
    this.headers = headers;
    this.signal = signal;
    this.attempt = attempt;
  }

  get key(): string {
    return requestKey(this.#entries, this.#runId);
  }

  get keys(): readonly string[] {
    return this.#entries.map(entry => entry.sendKey(this.#runId));
  }
}
