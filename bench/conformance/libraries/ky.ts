import {answerOf, initOf, type Library, noted} from '../library.ts';
import {load} from '../load.ts';

export const library: Library = {
  name: 'ky',
  packages: ['ky'],
  documented: {
    T9: '`maxRetryAfter` cuts it',
  },
  bodies: ['string', 'bytes', 'blob', 'form', 'params', 'stream'],
  readsRetryAfter: true,
  hasTimeout: true,
  knowsMethods: true,
  retriesNetworkErrors: true,
  streams: true,
  hasJitter: true,
  async client({attempts, delayMs, timeoutMs, maxRetryAfterMs}) {
    const {default: ky} = await load('ky');
    const api = ky.create({
      timeout: timeoutMs ?? false,
      retry: {
        limit: attempts - 1,
        ...(timeoutMs === undefined ? {} : {retryOnTimeout: true}),
        ...(delayMs === undefined ? {} : {delay: () => delayMs, backoffLimit: Number.POSITIVE_INFINITY}),
        ...(maxRetryAfterMs === undefined ? {} : {maxRetryAfter: maxRetryAfterMs}),
      },
    });
    return async (url, init) => answerOf(await api(url, initOf(init)));
  },
  async waits(attempts, jitter, capMs) {
    const {default: ky} = await load('ky');
    const waits: number[] = [];
    // No `hasCap`: what `jitter` is given is not capped yet. ky gives `jitter` the wait it would make; `true` is documented as full jitter, which is this.
    const spread = (ms: number): number => {
      // ky cuts what it waits to the longest timer after that.
      waits.push(Math.min(jitter ? Math.random() * ms : ms, 2 ** 31 - 1));
      return 0;
    };
    const retry = {limit: attempts - 1, jitter: spread, ...(capMs === undefined ? {} : {backoffLimit: capMs})};
    await ky('http://127.0.0.1/', {fetch: async () => new Response(null, {status: 503}), timeout: false, retry}).catch(
      () => {},
    );
    return waits;
  },
  async jitterOf(count) {
    const {default: ky} = await load('ky');
    const waits = await noted(async () => {
      for (let call = 0; call < count; call++)
        await ky('http://127.0.0.1/', {
          fetch: async () => new Response(null, {status: 503}),
          timeout: false,
          retry: {limit: 1, jitter: true, delay: () => 100},
        }).catch(() => {});
    });
    return {waits, lowest: 0, highest: 100};
  },
  async bounded(delayMs, totalMs, url) {
    const {default: ky} = await load('ky');
    await ky(url, {totalTimeout: totalMs, retry: {limit: 1_000_000, delay: () => delayMs}});
  },
};
