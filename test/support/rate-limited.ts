/** Servers with a quota, on simulated time. */
import {type Clock, sleep} from '../../src/core/timer.ts';

export interface RateLimited {
  /** When requests came, and whether they were admitted. */
  readonly requests: {readonly at: number; readonly admitted: boolean; readonly headers: Headers}[];
  readonly fetch: typeof globalThis.fetch;
}

export interface RateLimitedOptions {
  readonly perSecond: number;
  /** `window`: counted anew each second. `bucket`: refilled continuously, a second's share at the most. */
  readonly kind: 'window' | 'bucket';
  /** What a 429 carries. */
  readonly refusal?: Record<string, string>;
  latencyMs?(): number;
}

export function rateLimited(clock: Clock, options: RateLimitedOptions): RateLimited {
  const {perSecond, refusal = {}, latencyMs = () => 50} = options;
  const admits = options.kind === 'window' ? windowOf(perSecond) : bucketOf(perSecond);
  const requests: RateLimited['requests'] = [];
  return {
    requests,
    async fetch(_input, init) {
      const roundTripMs = latencyMs();
      await sleep(clock, roundTripMs / 2, init?.signal ?? null);
      const at = clock.now();
      const admitted = admits(at);
      requests.push({at, admitted, headers: new Headers(init?.headers)});
      await sleep(clock, roundTripMs / 2, init?.signal ?? null);
      return admitted ? new Response('{}') : new Response(null, {status: 429, headers: refusal});
    },
  };
}

function windowOf(perSecond: number): (now: number) => boolean {
  let window = -1;
  let count = 0;
  return now => {
    const current = Math.floor(now / 1000);
    if (current !== window) count = 0;
    window = current;
    return ++count <= perSecond;
  };
}

function bucketOf(perSecond: number): (now: number) => boolean {
  let level = perSecond;
  let at = 0;
  return now => {
    level = Math.min(perSecond, level + ((now - at) * perSecond) / 1000);
    at = now;
    if (level < 1) return false;
    level--;
    return true;
  };
}

/** 1 where all shares are equal; 1/n where one has all. */
export function jainIndex(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  return sum ** 2 / (shares.length * shares.reduce((total, share) => total + share ** 2, 0));
}
