import {type Guarded, type Library, load} from '../library.ts';

async function guarded(options: object): Promise<Guarded> {
  const {default: CircuitBreaker} = await load('opossum');
  const breaker = new CircuitBreaker(async (work: () => Promise<string>) => {
    const said = await work();
    if (said !== 'ok') throw new Error(said);
    return said;
  }, options);
  return async work => {
    try {
      return await breaker.fire(work);
    } catch (error) {
      const {code, message} = error as {code?: string; message: string};
      if (code === 'EOPENBREAKER' || code === 'ESEMLOCKED') return 'refused';
      return message === 'throttled' ? 'throttled' : 'fail';
    }
  };
}

export const library: Library = {
  name: 'opossum',
  packages: ['opossum'],
  breakerHasWindow: true,
  breakerHalfOpens: true,
  breaker: ({minCalls, windowMs, openMs, capacity, timeoutMs}) =>
    guarded({
      timeout: timeoutMs ?? false,
      volumeThreshold: minCalls,
      errorThresholdPercentage: 50,
      rollingCountTimeout: windowMs,
      resetTimeout: openMs,
      ...(capacity === undefined ? {} : {capacity}),
    }),
  plainBreaker: () => guarded({}),
};
