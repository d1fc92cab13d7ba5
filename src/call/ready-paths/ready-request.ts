/** One question whether an endpoint is ready: a GET of its `readyPath`, with no credentials but those that `prepareAttempt` writes. */
import type {Asker, WarmingEndpoint} from '../../client/ready-port.ts';
import {pageOrigin} from '../../client/target.ts';
import type {AttemptResponse} from '../../core/outcome.ts';
import {quietly} from '../../core/quietly.ts';
import {Timer} from '../../core/timer.ts';
import {readFailure} from '../../decide/failure-facts.ts';
import {HeaderRecord} from '../../transport/header-record.ts';

export interface ReadyAnswer {
  readonly isReady: boolean;
  /** The status or the code of an error; empty for an answer that says that the endpoint is ready. */
  readonly reason: string;
  /** How long the endpoint asked to be left alone; 0 if it did not. */
  readonly hintMs: number;
}

const TIMEOUT_MS = 5000;

/** In a browser, fetch sends the cookies of the page's own origin, and may answer from its cache. Some servers' fetches know neither option. */
const BROWSER: RequestInit = pageOrigin === undefined ? {} : {credentials: 'omit', cache: 'no-store'};

export class ReadyRequest<R extends AttemptResponse> extends Timer {
  readonly #endpoint: WarmingEndpoint;
  readonly #asker: Asker<R>;
  readonly #controller = new AbortController();
  #ended: ((answer: ReadyAnswer) => void) | null;

  /** @param ended Called once. */
  constructor(endpoint: WarmingEndpoint, asker: Asker<R>, ended: (answer: ReadyAnswer) => void) {
    super();
    this.#endpoint = endpoint;
    this.#asker = asker;
    this.#ended = ended;
  }

  override get waitsForSockets(): boolean {
    return true;
  }

  start(now: number): void {
    const {clock} = this.#asker.client;
    clock.arm(this, TIMEOUT_MS, now);
    clock.unref(this);
    void this.#ask().then(answer => this.#end(answer));
  }

  override fire(): void {
    this.#end({isReady: false, reason: `no answer within ${TIMEOUT_MS} ms`, hintMs: 0});
    this.#controller.abort();
  }

  /** Never rejects. */
  async #ask(): Promise<ReadyAnswer> {
    const {origin, readyPath, name} = this.#endpoint;
    const {client, transport} = this.#asker;
    const {signal} = this.#controller;
    const url = `${origin}${readyPath}`;
    const headers = new HeaderRecord();
    try {
      await client.prepareAttempt?.({
        method: 'GET',
        url,
        endpoint: name,
        headers,
        attempt: 1,
        previousStatus: 0,
        signal,
      });
    } catch {
      return {isReady: true, reason: '', hintMs: 0}; // The call meets the same error, and reports it.
    }
    try {
      const init = {...BROWSER, method: 'GET', headers: headers.values, redirect: 'manual', signal} as const;
      const response = await transport.ask!(url, init);
      transport.bodies.discard(response, client.clock, signal);
      return answerOf(response.status, client.answers.hint(response, client.clock.wall())?.ms ?? 0);
    } catch (error) {
      return {isReady: false, reason: readFailure(error).codes[0] ?? 'no connection', hintMs: 0};
    }
  }

  #end(answer: ReadyAnswer): void {
    const ended = this.#ended;
    if (ended === null) return;
    this.#ended = null;
    quietly(() => this.#asker.client.clock.disarm(this));
    ended(answer);
  }
}

/**
 * Not ready: 5xx, 408, 425 and the 400 of Triton. Any other answer comes from a server that is there. One that is no success says nothing
 * about being ready (a wrong path, a missing credential), and must not keep calls away for ever.
 */
function answerOf(status: number, hintMs: number): ReadyAnswer {
  const isReady = status < 500 ? ![400, 408, 425].includes(status) : status === 501;
  return {isReady, reason: isReady && status < 400 ? '' : String(status), hintMs};
}
