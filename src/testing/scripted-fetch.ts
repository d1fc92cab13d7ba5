/** A fetch that follows a script and records its requests. */

import type {Clock} from '../core/timer.ts';
import {sleep} from '../core/timer.ts';
import {noteFailedRequest} from '../transport/redirects.ts';

/** A status, a response, an error to reject with, a function that returns one of these, or `hang`: no response until the request is aborted. */
export type ScriptedAnswer =
  | number
  | Response
  | Error
  | 'hang'
  | ((request: SeenRequest) => ScriptedAnswer | Promise<ScriptedAnswer>);

/** A request that was sent. */
export interface SeenRequest {
  /** The method, in upper case. */
  readonly method: string;
  /** The URL, as the request has it. */
  readonly url: string;
  /** The headers. */
  readonly headers: Headers;
  /** The body as text; empty if there is none. */
  readonly body: string;
  /** When it arrived, in ms of `clock.now()`. */
  readonly at: number;
  /** The signal that aborts the request. */
  readonly signal: AbortSignal;
}

/** A `fetch` that responds as a script says, for tests without a server. */
export class ScriptedFetch {
  /** The requests, in the order in which they arrived. */
  readonly requests: SeenRequest[] = [];
  readonly #clock: Clock;
  readonly #script: readonly ScriptedAnswer[];
  readonly #latencyMs: number;

  /**
   * @param clock     The clock of the client.
   * @param script    One entry for each request; the last entry repeats.
   * @param latencyMs How long each response takes, in ms of the clock. Default: 0.
   */
  constructor(clock: Clock, script: readonly ScriptedAnswer[], latencyMs = 0) {
    this.#clock = clock;
    this.#script = script;
    this.#latencyMs = latencyMs;
  }

  /** The fetch: pass it as the `fetch` port, or as the `fetch` option of ky. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const at = this.#clock.now();
    const {method, url, headers, body, signal} = plainRequest(input, init) ?? new Request(input, init);
    const text = body === null ? '' : await new Response(body).text();
    const seen: SeenRequest = {method, url, headers, body: text, at, signal};
    const answer = this.#script[Math.min(this.requests.push(seen), this.#script.length) - 1] ?? 200;
    if (this.#latencyMs > 0) await sleep(this.#clock, this.#latencyMs, signal);
    try {
      return await this.#give(answer, seen);
    } catch (error) {
      noteFailedRequest(error, method, url); // A script follows no redirects.
      throw error;
    }
  };

  /** When each request arrived, in ms of `clock.now()`. */
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

type RequestParts = Pick<Request, 'method' | 'url' | 'headers' | 'body' | 'signal'>;

const PLAIN_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE', 'POST', 'PUT', 'PATCH']);

/** The parts that `new Request` would have, for a request without a body; else undefined. `Request` costs four times as much, most of a simulated call. */
function plainRequest(input: RequestInfo | URL, init: RequestInit = {}): RequestParts | undefined {
  const {method = 'GET', headers, body, signal} = init;
  const isPlain = typeof input === 'string' && !input.includes('@') && body == null && PLAIN_METHODS.has(method);
  if (!isPlain) return undefined;
  const url = URL.parse(input)?.href;
  if (url === undefined) return undefined;
  return {method, url, headers: new Headers(headers), body: null, signal: signal ?? new AbortController().signal};
}
