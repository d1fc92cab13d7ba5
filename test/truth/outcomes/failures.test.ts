/** Services that fail in part, come and go, start, are weak or are overloaded: what the default makes of them. */
import {expect} from 'chai';
import {
  type Cell,
  coldStart,
  flapping,
  healthy,
  LOADS,
  type Load,
  loading,
  outage,
  partial,
  pulses,
  SLOW,
  spike,
  type Work,
  weakAfter,
} from '../../../bench/outcomes/cells.ts';
import {compare} from '../../../bench/outcomes/compare.ts';
import {noPolicy, presetGuard} from '../../../bench/outcomes/steadfetch.ts';
import {missesOf, openingsOf} from './bounds.ts';

const UP_TO_10 = LOADS.filter(([rate, clients]) => rate * clients <= 10);
const UP_TO_100 = LOADS.filter(([rate, clients]) => rate * clients <= 100);
const ONE_BIG: readonly Load[] = [...UP_TO_100, [1000, 1]];

type Case = readonly [title: string, loads: readonly Load[], cell: (load: Load) => Cell];

const CASES: readonly Case[] = [
  ...[0.1, 0.3, 0.5, 0.65, 0.88].flatMap(ratio =>
    (['503', 'hang'] as const).map(
      (fault): Case => [
        `${fault} of ${100 * ratio} %`,
        ratio === 0.3 ? ONE_BIG : UP_TO_100,
        load => partial(fault, ratio, load),
      ],
    ),
  ),
  ...[1, 2, 5, 10].map(
    (seconds): Case => [
      `a service that is up for 10 s and down for ${seconds} s`,
      seconds === 5 ? ONE_BIG : UP_TO_10,
      load => flapping(seconds, load),
    ],
  ),
  ['a service that starts', LOADS, load => coldStart(load)],
  ['a service with little to spare after an outage', UP_TO_100, load => weakAfter(load)],
  [
    'a spike on a service that works on for callers that have left',
    [...UP_TO_10, [10, 10]],
    load => spike(false, load),
  ],
  ['a spike on a service that stops abandoned work', [...UP_TO_10, [10, 10], [100, 1]], load => spike(true, load)],
];

const SLOW_LOADS: readonly Load[] = [
  [1, 10],
  [10, 4],
  [50, 1],
];

/** Of a service that takes 2 s. */
const SLOW_CASES: readonly Case[] = [
  ['503 for 1 s', SLOW_LOADS, load => outage('503', 1, load, SLOW)],
  ['503 for 20 s', SLOW_LOADS, load => outage('503', 20, load, SLOW)],
  ['a hang of 20 s', SLOW_LOADS, load => outage('hang', 20, load, SLOW)],
  ['503 of 50 %', SLOW_LOADS, load => partial('503', 0.5, load, SLOW)],
  ['a service that is up for 10 s and down for 5 s', SLOW_LOADS, load => flapping(5, load, SLOW)],
  ['a service that starts', SLOW_LOADS, load => coldStart(load, SLOW)],
];

const THREE_SECONDS: Work = {latencyMs: {kind: 'lognormal', medianMs: 3000, sigma: 0.3}};

/** A model, or a query that is planned anew. */
const FIVE_SECONDS: Work = {latencyMs: {kind: 'lognormal', medianMs: 5000, sigma: 0.2}};

/** No answer has been seen before the outage, so that nothing is known of the time of one. */
const LOADING_CASES: readonly Case[] = (
  [
    [1.2, '2 s', SLOW],
    [5, '2 s', SLOW],
    [1.2, '5 s', FIVE_SECONDS],
    [5, '5 s', FIVE_SECONDS],
  ] as const
).map(([seconds, answer, work]) => [
  `503 for the first ${seconds} s, answers take ${answer}`,
  SLOW_LOADS,
  load => loading(seconds, load, work),
]);

/** Of a service that takes 3 s, and is often down for a shorter time. */
const SHORT_CASES: readonly Case[] = (
  [
    ['refused', 2, 5],
    ['503', 2, 5],
    ['503', 5, 10],
  ] as const
).map(([fault, seconds, every]) => [
  `${fault} for ${seconds} s of every ${every} s, answers take 3 s`,
  [
    [20, 1],
    [100, 1],
  ],
  load => pulses(fault, seconds, every, load, THREE_SECONDS),
]);

/** Clients share chance here: six runs, whatever they cost. */
const SHARED = {calls: 3000, units: 6, most: 130_000};

describe('the default in partial failure, beside no policy with the same limits', () => {
  for (const [title, loads, cell] of [
    ...CASES,
    ...SLOW_CASES.map(([title, loads, cell]): Case => [`${title}, answers take 2 s`, loads, cell]),
    ...SHORT_CASES,
    ...LOADING_CASES,
  ])
    it(title, async () => {
      const misses: string[] = [];
      for (const load of loads) {
        const each = cell(load);
        const effort = /flapping|weak|spike/.test(each.family) ? SHARED : undefined;
        const comparison = await compare(presetGuard('default'), noPolicy('default'), each, effort);
        misses.push(...missesOf('default', comparison));
      }
      expect(misses).to.deep.equal([]);
    });
});

describe('the default where a few requests fail', () => {
  for (const ratio of [0.01, 0.05, 0.1])
    it(`503 of ${100 * ratio} %: opens no breaker, refuses no call`, async () => {
      const misses: string[] = [];
      for (const load of ratio === 0.05 ? ONE_BIG : UP_TO_100) {
        const comparison = await compare(presetGuard('default'), noPolicy('default'), healthy(ratio, load));
        misses.push(...missesOf('default', comparison), ...openingsOf(comparison));
      }
      expect(misses).to.deep.equal([]);
    });
});
