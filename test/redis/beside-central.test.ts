/**
 * Small quotas of several processes beside one limiter that all calls go through: how many of the calls are answered that the one limiter
 * answers, where calls do not wait for the quota. bench/shared-quota.json has the figures.
 */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {runs} from '../support/runs.ts';
import {atRandom, inBursts, type Load, mostIn, type Result, run} from './beside-central.ts';

const near = (): Load['roundTripMs'] => () => 1;
const varying = (): Load['roundTripMs'] => {
  const random = seededRandom(5);
  return () => 1 + 149 * random();
};
/** Near, but all that is asked within 900 ms is answered at their end, once. */
const stalled = (): Load['roundTripMs'] => {
  let until = 0;
  return now => {
    if (now > 1500 && until === 0) until = now + 900;
    return Math.max(1, until - now);
  };
};

const windowsOf = (max: number, perMs: number): number =>
  Math.max(perMs > 10_000 ? 3 : 8, Math.min(30, Math.ceil(150 / max)));

type Traffic = (max: number, perMs: number, processes: number) => Pick<Load, 'calls' | 'kills' | 'stops'>;
const random =
  (part: number): Traffic =>
  (max, perMs, processes) => ({
    calls: atRandom(part * max, perMs, windowsOf(max, perMs), processes, 3),
    kills: [],
    stops: [],
  });
const bursts: Traffic = (max, perMs, processes) => ({
  calls: inBursts(max, 1.5 * perMs + 200, Math.ceil(windowsOf(max, perMs) / 1.5), processes),
  kills: [],
  stops: [],
});
/** In the middle of each window a process is killed, and a new one takes its place. */
const killed: Traffic = (max, perMs, processes) => ({
  ...random(1.5)(max, perMs, processes),
  kills: Array.from({length: windowsOf(max, perMs)}, (_, window) => ({at: (window + 0.5) * perMs, process: window})),
});
/** One process or another stands still for 2 s of each 5 s. */
const stopped: Traffic = (max, perMs, processes) => ({
  ...random(1.5)(max, perMs, processes),
  stops: Array.from({length: Math.ceil((windowsOf(max, perMs) * perMs) / 5000)}, (_, turn) => ({
    at: 1000 + 5000 * turn,
    ms: 2000,
    process: turn,
  })),
});

const TRAFFICS: Readonly<Record<string, Traffic>> = {
  'at random, 60 % of the limit': random(0.6),
  'at random, 150 % of the limit': random(1.5),
  'bursts of the whole limit': bursts,
  '150 %, a process killed in each window': killed,
  '150 %, processes stand still for 2 s': stopped,
};
const LINKS: Readonly<Record<string, () => Load['roundTripMs']>> = {
  '1 ms': near,
  '1 to 150 ms': varying,
  '1 ms, once 900 ms': stalled,
};
const WINDOWS_MS = [1000, 10_000, 60_000];
const CHECKED_MS = WINDOWS_MS.slice(0, runs(1, 3));
const MAXES = [3, 10, 30, 100].slice(0, runs(2, 4));
const PROCESSES = [2, 4, 12].slice(runs(1, 0), runs(2, 3));

const {besideOneLimiter} = JSON.parse(
  readFileSync(new URL('../../bench/shared-quota.json', import.meta.url), 'utf8'),
) as {besideOneLimiter: {rows: readonly {calls: string; roundTrips: string; percent: readonly number[]}[]}};
/** Traffic, round trips, then the least part in percent under windows of 1, 10 and 60 s. */
const ROWS = besideOneLimiter.rows.map(({calls, roundTrips, percent}) => ({
  traffic: calls,
  link: roundTrips,
  least: percent,
}));

const answeredOf = ({answered}: Result): number => answered.filter(Boolean).length;

const loadOf = (
  traffic: Traffic,
  link: () => Load['roundTripMs'],
  max: number,
  perMs: number,
  processes: number,
): Load => ({
  ...traffic(max, perMs, processes),
  unit: 'inputTokens',
  max,
  perMs,
  processes,
  roundTripMs: link(),
});

/** @returns The part of the calls that one limiter answers, in percent. */
async function partOf(
  traffic: Traffic,
  link: () => Load['roundTripMs'],
  max: number,
  perMs: number,
  processes: number,
) {
  const load = loadOf(traffic, link, max, perMs, processes);
  const shared = await run(load, true);
  expect(mostIn(perMs, shared.sentAt)).to.be.at.most(max);
  // A process that stands still can send nothing.
  expect(shared.longestWaitMs).to.be.at.most(load.stops.length === 0 ? 1001 : 3001);
  return (100 * answeredOf(shared)) / answeredOf(await run(load, false));
}

describe('a quota of several processes, beside one limiter for all calls', () => {
  it('has a table', () => {
    const pairs = Object.keys(TRAFFICS).flatMap(traffic => Object.keys(LINKS).map(link => `${traffic} ${link}`));
    expect(ROWS.map(({traffic, link}) => `${traffic} ${link}`)).to.deep.equal(pairs);
  });

  for (const {traffic, link, least} of ROWS)
    for (const [index, perMs] of CHECKED_MS.entries())
      it(`answers ${least[index]} % at least: ${traffic}, round trips of ${link}, in ${perMs} ms`, async () => {
        expect(MAXES.length * PROCESSES.length).to.be.above(0);
        for (const max of MAXES)
          for (const processes of PROCESSES) {
            const part = await partOf(TRAFFICS[traffic]!, LINKS[link]!, max, perMs, processes);
            expect(part, `${max} by ${processes} processes`).to.be.at.least(least[index]!);
          }
      }).timeout(300_000);

  it('never has more than its limit in a window where processes stand still far from Redis', async () => {
    const limits = [3, 10, 100].slice(0, runs(2, 3));
    expect(limits).not.to.be.empty;
    for (const max of limits) {
      const load = loadOf(stopped, () => () => 200, max, 1000, 2);
      expect(mostIn(1000, (await run(load, true)).sentAt)).to.be.at.most(max);
    }
  });
});
