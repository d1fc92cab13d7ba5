/** Outages: the default answers as many calls as no policy, sends little to a service that is down, and loses little when it is back. */
import {expect} from 'chai';
import {type Fault, LOADS, type Load, outage} from '../../../bench/outcomes/cells.ts';
import {compare} from '../../../bench/outcomes/compare.ts';
import {noPolicy, presetGuard} from '../../../bench/outcomes/steadfetch.ts';
import {missesOf} from './bounds.ts';

const TOTAL = ([rate, clients]: Load): number => rate * clients;
const UP_TO_100 = LOADS.filter(load => TOTAL(load) <= 100);
const ALL = [...UP_TO_100, [10, 100], [100, 10], [1000, 1]] as const;
const ONE_BIG: readonly Load[] = [...UP_TO_100, [1000, 1]];

/** A total of 1,000 calls a second costs CPU, so not every cell has it. */
const CASES: readonly [fault: Fault, seconds: number, loads: readonly Load[]][] = [
  ['503', 1, ONE_BIG],
  ['503', 5, ALL],
  ['503', 20, ONE_BIG],
  ['503', 30, UP_TO_100],
  ['503', 120, ONE_BIG],
  ['refused', 5, UP_TO_100],
  ['refused', 120, UP_TO_100],
  ['hang', 1, UP_TO_100],
  ['hang', 5, ONE_BIG],
  ['hang', 20, ONE_BIG],
  ['hang', 30, UP_TO_100],
  ['hang', 120, UP_TO_100],
  ['slow', 5, UP_TO_100],
  ['slow', 20, UP_TO_100],
  ['slow', 120, UP_TO_100],
];

describe('the default in outages, beside no policy with the same limits', () => {
  for (const [fault, seconds, loads] of CASES)
    it(`${fault} for ${seconds} s`, async () => {
      const misses: string[] = [];
      for (const load of loads) {
        const comparison = await compare(presetGuard('default'), noPolicy('default'), outage(fault, seconds, load));
        misses.push(...missesOf('default', comparison));
      }
      expect(misses).to.deep.equal([]);
    });
});
