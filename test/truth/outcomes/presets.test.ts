/** The other presets, each before a service of the kind that it is meant for, beside no policy with the same limits. */
import {expect} from 'chai';
import {
  type Cell,
  coldStart,
  flapping,
  healthy,
  type Load,
  MODEL,
  outage,
  PAYMENT,
  partial,
  QUICK,
  type Work,
} from '../../../bench/outcomes/cells.ts';
import {compare} from '../../../bench/outcomes/compare.ts';
import {noPolicy, type Preset, presetGuard} from '../../../bench/outcomes/steadfetch.ts';
import {missesOf, openingsOf} from './bounds.ts';

const PRESETS: readonly [preset: Preset, work: Work, loads: readonly Load[]][] = [
  [
    'interactive',
    QUICK,
    [
      [1, 10],
      [10, 10],
      [50, 1],
    ],
  ],
  [
    'payments',
    PAYMENT,
    [
      [1, 10],
      [10, 2],
    ],
  ],
  [
    'llm',
    MODEL,
    [
      [0.5, 10],
      [5, 2],
    ],
  ],
  [
    'batch',
    QUICK,
    [
      [1, 10],
      [10, 10],
      [50, 1],
    ],
  ],
];

const CASES: readonly [title: string, cell: (load: Load, work: Work) => Cell][] = [
  ['503 for 5 s', (load, work) => outage('503', 5, load, work)],
  ['503 for 20 s', (load, work) => outage('503', 20, load, work)],
  ['503 for 120 s', (load, work) => outage('503', 120, load, work)],
  ['a hang of 5 s', (load, work) => outage('hang', 5, load, work)],
  ['a hang of 20 s', (load, work) => outage('hang', 20, load, work)],
  ['a hang of 120 s', (load, work) => outage('hang', 120, load, work)],
  ['503 of 30 %', (load, work) => partial('503', 0.3, load, work)],
  ['503 of 65 %', (load, work) => partial('503', 0.65, load, work)],
  ['503 of 88 %', (load, work) => partial('503', 0.88, load, work)],
  ['hangs of 30 %', (load, work) => partial('hang', 0.3, load, work)],
  ['a service that is down for 5 s every 15 s', (load, work) => flapping(5, load, work)],
  ['a service that starts', (load, work) => coldStart(load, work)],
];

for (const [preset, work, loads] of PRESETS)
  describe(`steadfetch:${preset}, beside no policy with the same limits`, () => {
    for (const [title, cell] of CASES)
      it(title, async () => {
        const misses: string[] = [];
        for (const load of loads)
          misses.push(...missesOf(preset, await compare(presetGuard(preset), noPolicy(preset), cell(load, work))));
        expect(misses).to.deep.equal([]);
      });

    it('opens no breaker and refuses no call where 503 of 5 %', async () => {
      const openings: string[] = [];
      for (const load of loads)
        openings.push(...openingsOf(await compare(presetGuard(preset), noPolicy(preset), healthy(0.05, load, work))));
      expect(openings).to.deep.equal([]);
    });
  });
