/** Failures in a row, against attempts that fail by chance. */

import {expect} from 'chai';
import {attemptsUntilRun, learnedRun} from '../../../lint/analysis/runs.ts';
import {type Random, seededRandom} from '../../../src/core/random.ts';
import {FailureRuns} from '../../../src/guards/failure-runs.ts';
import {isNear, mean} from '../../math/simulated.ts';

function countUntil(failures: number, failureRatio: number, random: Random): number {
  let attempts = 0;
  for (let run = 0; run < failures; attempts++) run = random() < failureRatio ? run + 1 : 0;
  return attempts;
}

describe('a run of failures', () => {
  for (const [failures, failureRatio] of [
    [1, 0.05],
    [3, 0.3],
    [5, 0.5],
  ] as const) {
    it(`${failures} in a row at a chance of ${failureRatio}: 60,000 breakers agree`, () => {
      const random = seededRandom(4);
      const counts = Array.from({length: 60_000}, () => countUntil(failures, failureRatio, random));
      expect(isNear(attemptsUntilRun(failures, failureRatio), mean(counts))).to.equal(true);
    });
  }

  for (const failureRatio of [0.01, 0.1, 0.5, 0.9]) {
    it(`has the mean length that a breaker learns at a chance of ${failureRatio}`, () => {
      const random = seededRandom(5);
      const runs = new FailureRuns(8);
      const means: number[] = [];
      for (let success = 0; success < 200_000; success++) {
        let length = 0;
        while (random() < failureRatio) length++;
        runs.endedAfter(length);
        if (success > 2000) means.push(runs.attemptsPerSuccess - 1);
      }
      expect(learnedRun(failureRatio) / mean(means)).to.be.within(0.97, 1.03);
    });
  }
});
