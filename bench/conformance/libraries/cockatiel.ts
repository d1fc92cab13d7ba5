import {type BreakerOptions, fetchOrThrow, type Guarded, type Library, OfListener} from '../library.ts';
import {type Loaded, load} from '../load.ts';

const guarded =
  (policy: Loaded): Guarded =>
  async (work, signal) => {
    try {
      return await policy.execute(async ({signal: inner}: {signal: AbortSignal}) => {
        const said = await work(inner);
        if (said !== 'ok') throw new Error(said);
        return said;
      }, signal);
    } catch (error) {
      if (OfListener.is(error)) return "the listener's error";
      const {name, message} = error as Error;
      if (/BrokenCircuit|Bulkhead/.test((error as Error).constructor.name)) return 'refused';
      return message === 'fail' || message === 'throttled' ? message : name === 'AbortError' ? 'aborted' : 'fail';
    }
  };

async function breakerOf({minCalls, windowMs, openMs}: BreakerOptions, initialState?: unknown): Promise<Loaded> {
  const {circuitBreaker, handleAll, SamplingBreaker} = await load('cockatiel');
  return circuitBreaker(handleAll, {
    halfOpenAfter: openMs,
    breaker: new SamplingBreaker({threshold: 0.5, duration: windowMs, minimumRps: (minCalls * 1000) / windowMs}),
    ...(initialState === undefined ? {} : {initialState}),
  });
}

export const library: Library = {
  name: 'cockatiel',
  packages: ['cockatiel'],
  documented: {
    T35: 'the signal is looked at when a call leaves the line',
  },
  hasTimeout: true,
  hasJitter: true,
  hasCap: true,
  breakerHasWindow: true,
  breakerHalfOpens: true,
  async client({attempts, delayMs, timeoutMs}) {
    const {retry, handleAll, timeout, TimeoutStrategy, wrap, ConstantBackoff, ExponentialBackoff} =
      await load('cockatiel');
    const again = retry(handleAll, {
      maxAttempts: attempts - 1,
      backoff: delayMs === undefined ? new ExponentialBackoff() : new ConstantBackoff(delayMs),
    });
    const policy = timeoutMs === undefined ? again : wrap(again, timeout(timeoutMs, TimeoutStrategy.Aggressive));
    return async (url, init) =>
      policy.execute(async ({signal}: {signal: AbortSignal}) => {
        const {status, text} = await fetchOrThrow(url, {...init, signal});
        const body = await text(); // The time-out's signal is aborted when the policy is done.
        return {status, text: async () => body};
      }, init?.signal);
  },
  async waits(attempts, jitter, capMs) {
    const {ExponentialBackoff, noJitterGenerator, fullJitterGenerator} = await load('cockatiel');
    const factory = new ExponentialBackoff({
      generator: jitter ? fullJitterGenerator : noJitterGenerator,
      ...(capMs === undefined ? {} : {maxDelay: capMs}),
    });
    let backoff = factory;
    return Array.from({length: attempts - 1}, () => {
      backoff = backoff.next({});
      return backoff.duration as number;
    });
  },
  async jitterOf(count) {
    const {ExponentialBackoff, fullJitterGenerator} = await load('cockatiel');
    const backoff = new ExponentialBackoff({generator: fullJitterGenerator, initialDelay: 100});
    const waits = Array.from({length: count}, () => backoff.next({}).duration as number);
    return {waits, lowest: 0, highest: 100};
  },
  breaker: async options => guarded(await breakerOf(options)),
  async savedBreaker(options) {
    const breaker = await breakerOf(options);
    const restored = async (): Promise<Guarded> =>
      guarded(await breakerOf(options, JSON.parse(JSON.stringify(breaker.toJSON()))));
    return {call: guarded(breaker), restored};
  },
  async watchedBreaker(options, notify) {
    const breaker = await breakerOf(options);
    breaker.onBreak(notify);
    breaker.onReset(notify);
    return guarded(breaker);
  },
  async runs(work) {
    const {retry, handleAll} = await load('cockatiel');
    return retry(handleAll, {maxAttempts: 1}).execute(work);
  },
  async bulkhead(max, queue) {
    const {bulkhead} = await load('cockatiel');
    return guarded(bulkhead(max, queue));
  },
};
