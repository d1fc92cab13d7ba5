import {type BreakerOptions, type Guarded, type Library, OfListener} from '../library.ts';
import {type Loaded, load} from '../load.ts';

async function breakerOf(options: object): Promise<Loaded> {
  const {default: CircuitBreaker} = await load('opossum');
  return new CircuitBreaker(async (work: () => Promise<string>) => {
    const said = await work();
    if (said !== 'ok') throw new Error(said);
    return said;
  }, options);
}

const optionsOf = ({minCalls, windowMs, openMs, capacity, timeoutMs}: BreakerOptions): object => ({
  timeout: timeoutMs ?? false,
  volumeThreshold: minCalls,
  errorThresholdPercentage: 50,
  rollingCountTimeout: windowMs,
  resetTimeout: openMs,
  ...(capacity === undefined ? {} : {capacity}),
});

function guarded(breaker: Loaded): Guarded {
  return async work => {
    try {
      return await breaker.fire(work);
    } catch (error) {
      if (OfListener.is(error)) return "the listener's error";
      const {code, message} = error as {code?: string; message: string};
      if (code === 'EOPENBREAKER' || code === 'ESEMLOCKED') return 'refused';
      return message === 'throttled' ? 'throttled' : 'fail';
    }
  };
}

export const library: Library = {
  name: 'opossum',
  packages: ['opossum'],
  documented: {
    T27: '`volumeThreshold` is 0 unless it is set',
  },
  breakerHasWindow: true,
  breakerHalfOpens: true,
  breaker: async options => guarded(await breakerOf(optionsOf(options))),
  plainBreaker: async () => guarded(await breakerOf({})),
  async savedBreaker(options) {
    const breaker = await breakerOf(optionsOf(options));
    const restored = async (): Promise<Guarded> => {
      const {state, status} = JSON.parse(JSON.stringify(breaker));
      return guarded(await breakerOf({...optionsOf(options), state, status}));
    };
    return {call: guarded(breaker), restored};
  },
  async watchedBreaker(options, notify) {
    const breaker = await breakerOf(optionsOf(options));
    breaker.on('open', notify);
    breaker.on('close', notify);
    return guarded(breaker);
  },
  async runs(work) {
    const {default: CircuitBreaker} = await load('opossum');
    return new CircuitBreaker(work).fire();
  },
};
