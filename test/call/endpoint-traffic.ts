/** Traffic to several endpoints in virtual time, of which some are slow or fail, and how long its calls take. */

import {SimulationClock} from '../../src/core/simulation-clock.ts';
import {type Clock, sleep} from '../../src/core/timer.ts';
import {createFetch, definePolicy, type PolicyInput, type Random, seededRandom} from '../../src/core.ts';
import {ScriptedFetch, type SeenRequest} from '../../src/testing.ts';
import {simulated} from '../support/simulated.ts';

/** How an endpoint answers. By default, all of them alike: 200 after about 50 ms. */
export interface Server {
  /** Times the latency of the others. */
  readonly slower?: number;
  /** Until then it is slow; later it is not. Default: always. */
  readonly slowUntilMs?: number;
  /** The share of requests that it answers with `status` after 1 ms. */
  readonly fails?: number;
  /** From then on; before, none fails. Default: 0. */
  readonly failsFromMs?: number;
  /** Until then; later none fails. Default: always. */
  readonly failsUntilMs?: number;
  /** Default: 503. */
  readonly status?: number;
  /** Default: 1. */
  readonly rank?: number;
  /** Answers nothing at all. */
  readonly hangs?: boolean;
  /** Answers nothing from then on. */
  readonly silentFromMs?: number;
  /** Requests that it works on at a time; the others wait in line. Default: Infinity. */
  readonly workers?: number;
  /** Default: 1. */
  readonly weight?: number;
}

export interface Traffic {
  readonly policy: PolicyInput;
  readonly servers: readonly Server[];
  readonly perSecond: number;
  readonly calls: number;
  readonly seed: number;
  /** The share of calls for something that no endpoint has: each answers 404. Default: 0. */
  readonly unknown?: number;
  /** The share of calls that DELETE what no endpoint has. Without `sharedKeys` they stay at the first one. Default: 0. */
  readonly deletes?: number;
}

export interface Measured {
  /** Of the calls after the first fifth. */
  readonly p99: number;
  readonly sendsPerCall: number;
  readonly failed: number;
  /** How many calls ended with each status; 0 for an error. */
  readonly ended: Readonly<Record<number, number>>;
  /** The share of requests at each endpoint, in percent. */
  readonly shares: readonly number[];
  /** How many requests each endpoint got while it failed. */
  readonly sentInVain: readonly number[];
  /** The share of the last fifth. */
  readonly lateShares: readonly number[];
}

const originOf = (n: number): string => `https://e${n}.test`;
/** The median latency of a healthy endpoint. */
const MEDIAN_MS = 50;

/** Calls that arrive at random, whether or not the ones before are answered. */
export async function measure({
  policy,
  servers,
  perSecond,
  calls,
  seed,
  unknown = 0,
  deletes = 0,
}: Traffic): Promise<Measured> {
  const clock = new SimulationClock();
  const random = seededRandom(seed);
  const sentTo: number[] = [];
  const sentInVain = servers.map(() => 0);
  const lines = servers.map(({workers = Number.POSITIVE_INFINITY}) => new Line(workers));
  const server = new ScriptedFetch(clock, [
    async ({url, signal}: SeenRequest) => {
      const n = Number(url.slice('https://e'.length, url.indexOf('.')));
      sentTo.push(n);
      const {
        slower = 1,
        slowUntilMs = Number.POSITIVE_INFINITY,
        fails = 0,
        failsFromMs = 0,
        failsUntilMs = Number.POSITIVE_INFINITY,
        status = 503,
        hangs,
        silentFromMs = Number.POSITIVE_INFINITY,
      } = servers[n]!;
      if (hangs) return 'hang';
      if (clock.now() >= silentFromMs) {
        sentInVain[n]!++;
        return 'hang';
      }
      const isFailing = random() < fails && clock.now() >= failsFromMs && clock.now() < failsUntilMs;
      if (isFailing) sentInVain[n]!++;
      const worksMs = (clock.now() < slowUntilMs ? slower : 1) * lognormal(random);
      await lines[n]!.work(clock, isFailing ? 1 : worksMs, signal);
      if (isFailing) return status;
      return url.endsWith('/unknown') ? 404 : 200;
    },
  ]);
  const endpoints = servers.map(({weight = 1, rank = 1}, n) => ({name: `e${n}`, origin: originOf(n), weight, rank}));
  const chance = seededRandom(seed + 1);
  const handle = definePolicy({endpoints, correlation: null, budget: null, ...policy}, chance);
  const fetch = createFetch(handle, {clock, random: chance, fetch: server.fetch, observer: null});
  const took: number[] = [];
  let failed = 0;
  const ended: Record<number, number> = {};
  const call = async (): Promise<void> => {
    const began = clock.now();
    const isDelete = deletes > 0 && random() < deletes;
    const path = isDelete || (unknown > 0 && random() < unknown) ? 'unknown' : 'items';
    const status = await fetch(`${originOf(0)}/${path}`, {method: isDelete ? 'DELETE' : 'GET'}).then(
      answer => answer.status,
      () => 0,
    );
    if (status !== 200) failed++;
    ended[status] = (ended[status] ?? 0) + 1;
    took.push(clock.now() - began);
  };
  await simulated(clock, async () => {
    const all: Promise<void>[] = [];
    for (let n = 0; n < calls; n++) {
      all.push(call());
      await sleep(clock, (-Math.log(1 - random()) * 1000) / perSecond);
    }
    await Promise.all(all);
  });
  const settled = took.slice(calls / 5).sort((a, b) => a - b);
  const quantile = (q: number): number => settled[Math.ceil(q * settled.length) - 1]!;
  const sharesOf = (sent: readonly number[]): number[] =>
    servers.map((_, n) => (100 * sent.filter(to => to === n).length) / sent.length);
  return {
    p99: quantile(0.99),
    sendsPerCall: sentTo.length / calls,
    failed,
    ended,
    shares: sharesOf(sentTo),
    sentInVain,
    lateShares: sharesOf(sentTo.slice(-sentTo.length / 5)),
  };
}

/** Of a server that is not overloaded: P99 is about twice the median. */
const lognormal = (random: Random): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return MEDIAN_MS * Math.exp(0.3 * normal);
};

/** Workers with a line before them. A request that is aborted leaves the line. */
class Line {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(workers: number) {
    this.#free = workers;
  }

  async work(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>(resolve => this.#waiting.push(resolve));
    try {
      await sleep(clock, ms, signal);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
