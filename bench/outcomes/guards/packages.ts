/** Packages as they are, on the clock of the simulation, set up as their own documentation does it. */
import {type Loaded, load} from '../../conformance/load.ts';
import {
  ATTEMPT_MS,
  CALL_MS,
  type CallOf,
  FailedAttempt,
  fetched,
  functionGuard,
  succeeded,
  within,
} from '../attempt.ts';
import {useFakeTime} from '../fake-time.ts';
import type {Guard, World} from '../run.ts';

/** The timers of the process are those of the simulation while the guard runs. */
function onFakeTime(guard: Guard): Guard {
  let restore: (() => void) | null = null;
  return {
    name: guard.name,
    clients(count, world) {
      restore = useFakeTime(world.clock, world.random, world.durationMs + 2 * CALL_MS);
      return guard.clients(count, world);
    },
    async run(clock) {
      try {
        await clock.run();
      } finally {
        restore!();
      }
    },
  };
}

const packageGuard = (name: string, clientOf: (world: World, client: number) => CallOf): Guard =>
  onFakeTime(functionGuard(name, clientOf));

/** Its example: three retries around a breaker that opens after five failures in a row, for 10 s. */
async function cockatiel(): Promise<Guard> {
  const {circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleAll, retry, timeout, TimeoutStrategy, wrap} =
    await load('cockatiel');
  return packageGuard('cockatiel', (world, client) => {
    const policy = wrap(
      retry(handleAll, {maxAttempts: 3, backoff: new ExponentialBackoff()}),
      circuitBreaker(handleAll, {halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5)}),
      timeout(ATTEMPT_MS, TimeoutStrategy.Aggressive),
    );
    return (request, outer) =>
      policy.execute(async ({signal}: {signal: AbortSignal}) => {
        const status = await fetched(world, client, request, signal);
        if (status >= 400) throw new FailedAttempt(status);
      }, outer);
  });
}

/** Its defaults: opens if half of the calls of 10 s failed, for 30 s. It does not retry. */
async function opossum(): Promise<Guard> {
  const {default: CircuitBreaker} = await load('opossum');
  return packageGuard('opossum', (world, client) => {
    const work = (request: Parameters<CallOf>[0], signal: AbortSignal) => succeeded(world, client, request, signal);
    const breaker: Loaded = new CircuitBreaker(work, {timeout: false});
    return (request, signal) => breaker.fire(request, signal);
  });
}

/** Its defaults: ten retries, after 1 s, 2 s, 4 s and so on. */
async function pRetry(): Promise<Guard> {
  const {default: retry} = await load('p-retry');
  return packageGuard(
    'p-retry',
    (world, client) => (request, signal) => retry(() => succeeded(world, client, request, signal), {signal}),
  );
}

/** Its own retry: twice, after 1 s and 2 s, of a GET that failed with a status such as 503 or without one. */
async function ky(): Promise<Guard> {
  const {default: client} = await load('ky');
  return packageGuard('ky', (world, number) => {
    const fetch = async ({signal}: Request): Promise<Response> => {
      const status = await fetched(world, number, GET, signal).catch(error => {
        throw error instanceof FailedAttempt ? new TypeError('fetch failed', {cause: error}) : error;
      });
      return new Response(null, {status});
    };
    const instance = client.create({fetch, timeout: ATTEMPT_MS, totalTimeout: CALL_MS});
    return (request, signal) => instance.get(request.url, {signal});
  });
}

const GET = {
  method: 'GET',
  url: 'https://service.example/',
  inputTokens: 0,
  outputTokens: 0,
  key: false,
  bodyText: undefined,
};

/** Its own retry: five times, after 500 ms, 1 s, 2 s and so on. */
async function undici(): Promise<Guard> {
  const {Dispatcher, RetryAgent} = await load('undici');
  return packageGuard('undici RetryAgent', (world, client) => {
    class ServiceDispatcher extends Dispatcher {
      dispatch({signal}: Loaded, handler: Loaded): boolean {
        const controller = {pause() {}, resume() {}, abort() {}, paused: false, aborted: false, reason: null};
        handler.onRequestStart?.(controller, {});
        within(world, ATTEMPT_MS, signal ?? null, inner => fetched(world, client, GET, inner)).then(
          status => {
            try {
              handler.onResponseStart(controller, status, {}, '');
              handler.onResponseEnd(controller, {});
            } catch (error) {
              handler.onResponseError(controller, error); // A client of undici does the same.
            }
          },
          error => handler.onResponseError(controller, error),
        );
        return true;
      }
    }
    const agent = new RetryAgent(new (ServiceDispatcher as Loaded)());
    return (_request, signal) =>
      new Promise<void>((resolve, reject) => {
        let failed: unknown = null;
        agent.dispatch(
          {origin: 'https://service.example', path: '/', method: 'GET', signal},
          {
            onRequestStart() {},
            onResponseStart(_controller: unknown, status: number) {
              if (status >= 400) failed = new FailedAttempt(status);
            },
            onResponseData() {},
            onResponseEnd: () => (failed === null ? resolve() : reject(failed)),
            onResponseError: (_controller: unknown, error: unknown) => reject(error),
          },
        );
      });
  });
}

/** One at a time: each takes the timers of the process. */
export const packageGuards = async (): Promise<Guard[]> =>
  Promise.all([cockatiel(), opossum(), pRetry(), ky(), undici()]);
