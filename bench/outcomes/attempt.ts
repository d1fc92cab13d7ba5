/** One request to the service of the grid as a promise, for guards that wrap functions. */
import {CallbackTimer} from '../../src/core/timer.ts';
import type {ServiceRequest} from '../../src/simulate/service/service.ts';
import type {Guard, SendCall, World} from './run.ts';

/** The time limits of `steadfetch:default`, under which all guards run. */
export const ATTEMPT_MS = 8000;
export const CALL_MS = 30_000;

export class FailedAttempt extends Error {
  /** Of the response; undefined if there was none. */
  readonly status: number | undefined;
  /** Of the connection, as Node names it. */
  readonly code: string | undefined;

  constructor(status?: number, code?: string) {
    super(status === undefined ? code! : `status ${status}`);
    this.status = status;
    this.code = code;
  }
}

/** @returns The status. @throws FailedAttempt if there is none, or the reason of the signal. */
export const fetched = (
  {service}: World,
  client: number,
  request: ServiceRequest,
  signal: AbortSignal | null,
): Promise<number> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const exchange = service.arrive(request, client, {
      answer: ({status}) => resolve(status),
      event() {},
      broke: how => reject(new FailedAttempt(undefined, how === 'refused' ? 'ECONNREFUSED' : 'ECONNRESET')),
    });
    signal?.addEventListener('abort', () => {
      exchange.leave();
      reject(signal.reason);
    });
  });

/** Runs the work with a signal that is aborted after so long. */
export function within<T>(
  {clock}: World,
  ms: number,
  outer: AbortSignal | null,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new FailedAttempt(undefined, 'ETIMEDOUT'));
  const timer = new CallbackTimer(abort);
  clock.arm(timer, ms);
  outer?.addEventListener('abort', abort);
  return work(controller.signal).finally(() => {
    clock.disarm(timer);
    outer?.removeEventListener('abort', abort);
  });
}

/** @throws FailedAttempt unless the response is a success. */
export async function succeeded(
  world: World,
  client: number,
  request: ServiceRequest,
  signal: AbortSignal,
): Promise<void> {
  const status = await within(world, ATTEMPT_MS, signal, inner => fetched(world, client, request, inner));
  if (status >= 400) throw new FailedAttempt(status);
}

/** A call of a guard: it succeeds unless its promise is rejected. */
export type CallOf = (request: ServiceRequest, signal: AbortSignal) => Promise<unknown>;

/** A guard that wraps functions: every call is over after `CALL_MS`. */
export const functionGuard = (name: string, clientOf: (world: World, client: number) => CallOf): Guard => ({
  name,
  clients: (count, world): SendCall[] =>
    Array.from({length: count}, (_, number): SendCall => {
      const call = clientOf(world, number);
      return (request, ended) => {
        const aborted = (signal: AbortSignal): Promise<never> =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        within(world, CALL_MS, null, signal => Promise.race([call(request, signal), aborted(signal)])).then(
          () => ended(true, 0),
          () => ended(false, 0),
        );
      };
    }),
});
