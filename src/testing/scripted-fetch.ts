/** A fetch that answers by script and notes what it was sent. */
import type {Clock} from '../core/timer.ts';
import {sleep} from '../core/timer.ts';

/** A status, a Response, an error to reject with, a function that makes one of these, or silence for ever. */
export type ScriptedAnswer =
  | number
  | Response
  | Error
  | 'hang'
  | ((request: SeenRequest) => ScriptedAnswer | Promise<ScriptedAnswer>);

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  /** On the clock's scale. */
  readonly at: number;
  readonly signal: AbortSignal;
}

export class ScriptedFetch {
  /** Everything that was sent, in order. */
  readonly requests: SeenRequest[] = [];
  readonly #clock: Clock;
  readonly #script: readonly ScriptedAnswer[];
  readonly #latencyMs: number;

  /**
   * @param script    One answer per request; the last one repeats.
   * @param latencyMs How long each answer takes on the clock.
   */
  constructor(clock: Clock, script: readonly ScriptedAnswer[], latencyMs = 0) {
    this.#clock = clock;
    this.#script = script;
    this.#latencyMs = latencyMs;
  }

  /** Pass this as the `fetch` port, or as ky's `fetch` option. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const at = this.#clock.now();
    const body = request.body === null ? '' : await request.text();
    const seen: SeenRequest = {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body,
      at,
      signal: request.signal,
    };
    const answer = this.#script[Math.min(this.requests.push(seen), this.#script.length) - 1] ?? 200;
    if (this.#latencyMs > 0) await sleep(this.#clock, this.#latencyMs, request.signal);
    return this.#give(answer, seen);
  };

  /** When each request came. */
  get arrivals(): number[] {
    return this.requests.map(({at}) => at);
  }

  async #give(answer: ScriptedAnswer, seen: SeenRequest): Promise<Response> {
    seen.signal.throwIfAborted();
    if (typeof answer === 'function') return this.#give(await answer(seen), seen);
    if (typeof answer === 'number') return new Response(null, {status: answer});
    if (answer instanceof Error) throw answer;
    if (answer === 'hang') return this.#untilAborted(seen.signal);
    return answer.clone();
  }

  #untilAborted(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), {once: true}));
  }
}
