/** Lets go of a response nobody will read, without losing its connection where that is cheap. */
import {type Clock, Pause} from '../core/timer.ts';
import {ForeignResponse} from './foreign-response.ts';

/**
 * Cancelling a body closes its connection: measured, 199 connections for 100 resent calls, against 2 when the small bodies
 * that errors have are read to their end. What is larger, or slower, than this is cancelled after all.
 */
const MOST_BYTES = 65_536;
export const LONGEST_DRAIN_MS = 1000;

export function discard(response: Response | null, clock: Clock): void {
  try {
    if (response instanceof ForeignResponse) return response.drop();
    const body = response?.body;
    if (!body || response.bodyUsed) return;
    if (isNodeStream(body)) body.destroy();
    else if (Number(response.headers.get('content-length')) > MOST_BYTES) body.cancel().catch(() => {});
    else drain(body, clock).catch(() => {});
  } catch {
    // A fetch of the user's may answer with anything; what has no way to be let go of is left as it is.
  }
}

/** As node-fetch gives them. */
const isNodeStream = (body: object): body is {destroy(): void} => 'destroy' in body;

async function drain(body: ReadableStream<Uint8Array>, clock: Clock): Promise<void> {
  let reader: ReadableStreamDefaultReader<Uint8Array>;
  try {
    reader = body.getReader();
  } catch {
    return; // Someone reads it already.
  }
  const cancel = (): void => void reader.cancel().catch(() => {});
  const limit = new Pause(clock, LONGEST_DRAIN_MS, null, cancel);
  try {
    for (let left = MOST_BYTES; left >= 0; ) {
      const {done, value} = await reader.read();
      if (done) return;
      left -= value.byteLength;
    }
    cancel();
  } catch {
    // It broke; there is nothing left to let go of.
  } finally {
    limit.end();
  }
}
