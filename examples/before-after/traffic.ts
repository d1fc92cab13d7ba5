/**
 * The calls of one run, and the clock that starts them.
 *
 * The loop is open: a call starts when its time has come, whether or not earlier ones have ended. A closed loop would slow
 * down with a slow client and so hide what its users wait for.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import {chance} from './chance.ts';

export interface Call {
  readonly id: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: string | null;
  /** When it starts, counted from the start of the run. */
  readonly atMs: number;
}

/** Sends one call. Resolves with an answer, good or bad, or rejects: what a user of that client would meet. */
export type Client = (call: Call, url: string) => Promise<Response>;

export interface CallResult {
  readonly call: Call;
  readonly success: boolean;
  /** From the start of the call until its body was read, or until it failed. */
  readonly latencyMs: number;
  /** The failure that the caller got. */
  readonly failure: string | null;
}

export interface TrafficShape {
  readonly seed: number;
  readonly calls: number;
  readonly perSecond: number;
}

const orderRatio = 0.4;

/** The same shape gives the same calls. Starts are a Poisson process, as of independent users. */
export function traffic({seed, calls, perSecond}: TrafficShape): readonly Call[] {
  let atMs = 0;
  return Array.from({length: calls}, (_, index) => {
    atMs += (-Math.log(1 - chance(seed, index, 'gap')) * 1000) / perSecond;
    if (chance(seed, index, 'order') >= orderRatio) {
      return {id: `item-${index}`, method: 'GET', path: `/items/item-${index}`, body: null, atMs};
    }
    return {id: `order-${index}`, method: 'POST', path: `/orders/order-${index}`, body: '{"amount":42}', atMs};
  });
}

/** @param run Under this name the server keeps its count. */
export const urlOf = (origin: string, {path}: Call, run: string): string =>
  `${origin}${path}?run=${encodeURIComponent(run)}`;

/** Sends every call when its time has come. Never rejects: a call that fails is a result too. */
export function runTraffic(
  run: string,
  origin: string,
  calls: readonly Call[],
  client: Client,
): Promise<readonly CallResult[]> {
  const start = performance.now();
  return Promise.all(
    calls.map(async call => {
      await sleep(start + call.atMs - performance.now());
      return send(client, call, urlOf(origin, call, run));
    }),
  );
}

async function send(client: Client, call: Call, url: string): Promise<CallResult> {
  const start = performance.now();
  const result = (failure: string | null): CallResult => ({
    call,
    success: failure === null,
    latencyMs: performance.now() - start,
    failure,
  });
  try {
    const response = await client(call, url);
    const {id} = (await response.json()) as {id: string};
    if (!response.ok) return result(`${response.status}`);
    return result(id === call.id ? null : `answer of ${id}`);
  } catch (error) {
    return result(error instanceof Error ? error.name : String(error));
  }
}
