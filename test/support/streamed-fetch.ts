/** A fetch that responds with event streams by script, on a virtual clock. */
import type {VirtualClock} from '../../src/core/virtual-clock.ts';

/** A chunk; milliseconds to wait; `end`, `break`, or silence until the request is aborted. */
export type Step = string | Uint8Array<ArrayBuffer> | number | typeof END | typeof BREAK | typeof SILENCE;
export const END: unique symbol = Symbol('end');
export const BREAK: unique symbol = Symbol('break');
export const SILENCE: unique symbol = Symbol('silence');

export interface StreamedRequest {
  readonly at: number;
  readonly signal: AbortSignal | undefined;
  /** Chunks that were asked for. */
  pulled: number;
  /** Why the stream was cancelled; undefined where it was not. */
  cancelled: unknown;
}

export interface StreamedFetch {
  readonly fetch: typeof globalThis.fetch;
  readonly requests: StreamedRequest[];
}

interface Options {
  readonly headers?: Record<string, string>;
  /** False: the streams do not hear of their request's abort. */
  readonly hears?: boolean;
}

/** @param scripts One for each request; the last one repeats. A number as the first step: the headers take so long. */
export function streamedFetch(
  clock: VirtualClock,
  scripts: readonly (readonly Step[])[],
  options: Options = {},
): StreamedFetch {
  const requests: StreamedRequest[] = [];
  return {
    requests,
    async fetch(_input, init) {
      const script = [...scripts[Math.min(requests.length, scripts.length - 1)]!];
      const signal = init?.signal ?? undefined;
      const request: StreamedRequest = {at: clock.now(), signal, pulled: 0, cancelled: undefined};
      requests.push(request);
      if (typeof script[0] === 'number') await clock.sleep(script.shift() as number, signal);
      const headers = {'content-type': 'text/event-stream', ...options.headers};
      return new Response(streamOf(clock, script, request, options.hears ?? true), {headers});
    },
  };
}

function streamOf(clock: VirtualClock, script: Step[], request: StreamedRequest, hears: boolean): ReadableStream {
  const {signal} = request;
  return new ReadableStream({
    type: 'bytes',
    start(controller) {
      if (hears) signal?.addEventListener('abort', () => controller.error(signal.reason));
    },
    async pull(controller) {
      request.pulled++;
      for (;;) {
        const step = script.shift() ?? END;
        if (typeof step === 'number') await clock.sleep(step, hears ? signal : null).catch(() => {});
        else if (typeof step === 'string') return controller.enqueue(new TextEncoder().encode(step));
        else if (step instanceof Uint8Array) return controller.enqueue(step.slice());
        else if (step === END) {
          controller.close();
          return controller.byobRequest?.respond(0);
        } else if (step === BREAK) return controller.error(new TypeError('terminated'));
        else return new Promise(() => {});
        if (signal?.aborted && hears) return;
      }
    },
    cancel(reason) {
      request.cancelled = reason ?? 'without a reason';
    },
  });
}

// Events, as vendors write them.

export const PING = ': ping\n\n';
export const EVENT_PING = 'event: ping\ndata: {"type": "ping"}\n\n';
export const ROLE =
  'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n';
export const DONE = 'data: [DONE]\n\n';
export const OVERLOADED =
  'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';

export const text = (content: string): string =>
  `data: {"choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}},"finish_reason":null}]}\n\n`;

/** An error as an event of OpenAI's chat API. */
export const errorEvent = (error: object): string => `data: ${JSON.stringify({error})}\n\n`;
