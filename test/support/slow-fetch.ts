/** A fetch on virtual time: the headers and the body arrive at given times, and both obey the signal. */
import type {VirtualClock} from '../../src/core/virtual-clock.ts';

export interface Pace {
  readonly status?: number;
  readonly headersMs?: number;
  /** After the headers; Infinity: never. */
  readonly bodyMs?: number;
  readonly body?: string;
}

export type SlowFetch = typeof globalThis.fetch & {sends: number};

export function slowFetch(
  clock: VirtualClock,
  {status = 200, headersMs = 0, bodyMs = 0, body = '{}'}: Pace,
): SlowFetch {
  const fetch: SlowFetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const {signal} = new Request(input, init);
    fetch.sends++;
    await clock.sleep(headersMs, signal);
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        clock.sleep(bodyMs, signal).then(
          () => {
            controller.enqueue(new TextEncoder().encode(body));
            controller.close();
          },
          reason => controller.error(reason),
        );
      },
    });
    return new Response(stream, {status});
  };
  fetch.sends = 0;
  return fetch;
}
