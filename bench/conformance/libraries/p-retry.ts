import {fetchOrThrow, type Library, noted} from '../library.ts';
import {load} from '../load.ts';

const failing = (): never => {
  throw new Error('again');
};

export const library: Library = {
  name: 'p-retry',
  packages: ['p-retry', 'p-map'],
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
  /** With p-map around it, which is how chunks are sent with it: what throws is tried again. */
  async batch(items, size, send) {
    const [{default: pRetry}, {default: pMap}] = [await load('p-retry'), await load('p-map')];
    const chunks = Array.from({length: Math.ceil(items.length / size)}, (_, index) =>
      items.slice(index * size, (index + 1) * size),
    );
    const whole = async (chunk: readonly string[]): Promise<readonly (string | number)[]> => {
      const reply = await send(chunk);
      const status = typeof reply === 'number' ? reply : reply.find(said => typeof said === 'number');
      if (typeof reply === 'number' || status !== undefined) throw new Error(`HTTP ${status}`);
      return reply;
    };
    const answers: readonly (readonly string[])[] = await pMap(chunks, (chunk: readonly string[]) =>
      pRetry(() => whole(chunk), {retries: 2, minTimeout: 1, factor: 1}).catch(() => chunk.map(() => undefined)),
    );
    return items.map((_, index) => answers[Math.floor(index / size)]![index % size]);
  },
};
