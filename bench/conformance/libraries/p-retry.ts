import {fetchOrThrow, type Library, load} from '../library.ts';

export const library: Library = {
  name: 'p-retry',
  packages: ['p-retry'],
  hasJitter: true,
  hasCap: true,
  async client({attempts, delayMs}) {
    const {default: pRetry} = await load('p-retry');
    return async (url, init) =>
      pRetry(() => fetchOrThrow(url, init), {
        retries: attempts - 1,
        ...(delayMs === undefined ? {} : {minTimeout: delayMs, factor: 1}),
        ...(init?.signal === undefined ? {} : {signal: init.signal}),
      });
  },
  async waits(attempts, jitter, capMs) {
    const {default: pRetry} = await load('p-retry');
    const waits: number[] = [];
    const real = globalThis.setTimeout;
    globalThis.setTimeout = ((wake: () => void, ms: number) => {
      waits.push(ms);
      return real(wake, 0);
    }) as typeof setTimeout;
    await pRetry(
      () => {
        throw new Error('again');
      },
      {retries: attempts - 1, randomize: jitter, ...(capMs === undefined ? {} : {maxTimeout: capMs})},
    ).catch(() => {});
    globalThis.setTimeout = real;
    return waits;
  },
  async bounded(delayMs, totalMs, url) {
    const {default: pRetry} = await load('p-retry');
    await pRetry(() => fetchOrThrow(url, {}), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: delayMs,
      factor: 1,
      maxRetryTime: totalMs,
    });
  },
};
