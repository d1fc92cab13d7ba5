/** What servers answer in a scene, and how each kind of transport gets it. */
import type {Dispatch, DispatchHandler} from '../../src/undici/types.ts';
import {ScriptedDispatch} from '../support/scripted-dispatch.ts';
import type {Stage} from './stage.ts';

export type Code = 'ECONNREFUSED' | 'ECONNRESET' | 'ENOTFOUND' | 'ERR_TLS_CERT_ALTNAME_INVALID';

/** A part of a body: a chunk, a wait in ms, or a failure. */
export type Part = string | number | {readonly fails: Code};

export interface Answer {
  /** Default: 200. */
  readonly status?: number;
  /** Default: 20. */
  readonly afterMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: `{"a":1}`. */
  readonly body?: string | readonly Part[];
  /** Instead of a response. */
  readonly fails?: Code | 'hang' | 'mistake';
  /** Whether the response came after a redirect. */
  readonly isRedirected?: boolean;
  /** Thrown instead of a response, whatever it is. */
  readonly throws?: {readonly value: unknown};
}

/** A request as it arrives at a server. */
export interface Arrival {
  /** The first request of the scene is 1. */
  readonly number: number;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Optional = 'fails' | 'throws' | 'isRedirected';

export type Script = (arrival: Arrival, stage: Stage) => Answer;

/** An event stream of these values. */
export const events = (...parts: readonly (Part | object)[]): Pick<Answer, 'headers' | 'body'> => ({
  headers: {'content-type': 'text/event-stream'},
  body: parts.map(part => (isPart(part) ? part : `data: ${JSON.stringify(part)}\n\n`)),
});

const isPart = (part: Part | object): part is Part => typeof part !== 'object' || 'fails' in part;

export function errorOf(fails: Code | 'mistake'): Error {
  if (fails === 'mistake') return new Error('a mistake of the program');
  return new TypeError('fetch failed', {cause: Object.assign(new Error(fails), {code: fails, syscall: 'connect'})});
}

export class Server {
  readonly #stage: Stage;
  readonly #script: Script;
  #count = 0;

  readonly #notes: boolean;

  /** @param notes Whether it notes the requests. */
  constructor(stage: Stage, script: Script, notes: boolean = true) {
    this.#stage = stage;
    this.#script = script;
    this.#notes = notes;
  }

  /** Notes the request, and decides its answer. */
  meet(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Required<Omit<Answer, Optional>> & Pick<Answer, Optional> & {readonly number: number} {
    const number = ++this.#count;
    const {host, pathname, search} = new URL(url);
    if (this.#notes) this.#stage.recorder.sent(number, `${method} ${url}`, headers, body);
    const answer = this.#script({number, method, host, path: pathname + search, headers}, this.#stage);
    return {number, status: 200, afterMs: 20, headers: {}, body: '{"a":1}', ...answer};
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const {clock, recorder} = this.#stage;
    const request = input instanceof Request ? input : null;
    const headers = Object.fromEntries(new Headers(init?.headers ?? request?.headers ?? {}));
    const method = init?.method ?? request?.method ?? 'GET';
    const body = init?.body ?? request?.body ?? undefined;
    const text = body === undefined ? undefined : textOf(body);
    const answer = this.meet(method, request?.url ?? String(input), headers, text);
    const signal = init?.signal ?? request?.signal ?? null;
    await clock.sleep(answer.fails === 'hang' ? 1e9 : answer.afterMs, signal);
    if (answer.throws !== undefined) throw answer.throws.value;
    if (answer.fails !== undefined) throw errorOf(answer.fails as Code);
    const parts = typeof answer.body === 'string' ? [answer.body] : [...answer.body];
    const stream = new ReadableStream<Uint8Array>(
      {
        pull: async controller => {
          try {
            for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
              if (typeof part === 'string') return controller.enqueue(Buffer.from(part));
              if (typeof part === 'object') throw errorOf(part.fails);
              await clock.sleep(part, signal);
            }
            controller.close();
          } catch (error) {
            controller.error(error);
          }
        },
        cancel: () => recorder.note(`body ${answer.number}`, 'cancelled'),
      },
      {highWaterMark: 0},
    );
    const hasBody = ![101, 204, 205, 304].includes(answer.status);
    const response = new Response(hasBody ? stream : null, {status: answer.status, headers: answer.headers});
    return answer.isRedirected ? Object.defineProperty(response, 'redirected', {value: true}) : response;
  };

  /** Like undici's dispatcher: it notifies its handler of the start at once, of everything else later, and of an end once. */
  readonly dispatch: Dispatch = (options, handler: DispatchHandler) => {
    const {clock} = this.#stage;
    const {origin, path, method, headers, body} = options;
    const answer = this.meet(method, `${origin}${path}`, pairsOf(headers), body == null ? undefined : textOf(body));
    const request = new ScriptedDispatch(handler);
    const {controller} = request;
    const respond = async (): Promise<void> => {
      if (answer.fails === 'hang') return;
      await clock.sleep(answer.afterMs);
      if (request.isOver) return;
      const {fails} = answer;
      if (fails !== undefined)
        return request.end(() => handler.onResponseError?.(controller, errorOf(fails as Code).cause as Error));
      handler.onResponseStart?.(controller, answer.status, {...answer.headers});
      for (const part of typeof answer.body === 'string' ? [answer.body] : answer.body) {
        if (typeof part === 'object')
          return request.end(() => handler.onResponseError?.(controller, errorOf(part.fails).cause as Error));
        if (typeof part === 'number') await clock.sleep(part);
        if (request.isOver) return;
        if (typeof part === 'string') handler.onResponseData?.(controller, Buffer.from(part));
      }
      await clock.sleep(1);
      request.end(() => handler.onResponseEnd?.(controller, {}));
    };
    handler.onRequestStart?.(controller, null);
    void respond();
    return true;
  };
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : 'not text');

/** @param headers A flat list, pairs, or an object, as undici takes them. */
function pairsOf(headers: unknown): Record<string, string> {
  if (Array.isArray(headers) && typeof headers[0] === 'string') {
    const flat = headers as string[];
    return Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), flat[at + 1]!]] : [])));
  }
  return Object.fromEntries(new Headers((headers ?? {}) as Record<string, string>));
}
