import {fetchOrThrow, type Library, load, noted} from '../library.ts';

const failing = (): never => {
  throw new Error('again');
};

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
  waits: (attempts, jitter, capMs) =>
    noted(async () => {
      const {default: pRetry} = await load('p-retry');
      const cap = capMs === undefined ? {} : {maxTimeout: capMs};
      await pRetry(failing, {retries: attempts - 1, randomize: jitter, ...cap}).catch(() => {});
    }),
  async jitterOf(count) {
    const {default: pRetry} = await load('p-retry');
    const waits = await noted(async () => {
      for (let call = 0; call < count; call++)
        await pRetry(failing, {retries: 1, randomize: true, minTimeout: 100}).catch(() => {});
    });
    return {waits, lowest: 100, highest: 200};
  },
  async runs(work) {
    const {default: pRetry} = await load('p-retry');
    return pRetry(work);
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
