/** The context of one request. The keys are hashes, computed when they are first read. */
import {type Entry, requestKey} from './entry.ts';
import type {ChunkContext} from './types.ts';

/** Where a request goes. */
export type SendTarget = Pick<ChunkContext, 'url' | 'endpoint'>;

export class RequestContext implements ChunkContext {
  readonly headers: Record<string, string>;
  readonly url: string;
  readonly endpoint: string | undefined;
  readonly signal: AbortSignal;
  readonly attempt: number;
  readonly #entries: readonly Entry<unknown>[];
  readonly #runId: string;

  constructor(
    entries: readonly Entry<unknown>[],
    runId: string,
    headers: Record<string, string>,
    {url, endpoint}: SendTarget,
    signal: AbortSignal,
    attempt: number,
  ) {
    this.#entries = entries;
    this.#runId = runId;
    this.headers = headers;
    this.url = url;
    this.endpoint = endpoint;
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
