/** How the failures of ky's suite are sorted by their causes. */
import {expect} from 'chai';
import {reasons} from '../../bench/conformance/ky-suite/reasons.ts';
import {ALONE, DEFAULT, FRESH, MIRRORED, NEUTRAL, type Run} from '../../bench/conformance/ky-suite/runs.ts';
import {sortFailures} from '../../bench/conformance/ky-suite/sort.ts';
import type {Result} from '../../bench/conformance/ky-suite/suite.ts';

const RUNS: readonly Run[] = [ALONE, NEUTRAL, DEFAULT, FRESH, MIRRORED];

/** @param failing The runs in which each test fails; it passes in the others. */
function sorted(failing: Readonly<Record<string, readonly Run[]>>) {
  const titles = Object.keys(failing);
  const resultOf = (run: Run): Result => ({
    passed: new Set(titles.filter(title => !failing[title]!.includes(run))),
    failed: new Set(titles.filter(title => failing[title]!.includes(run))),
  });
  return sortFailures(new Map(RUNS.map(run => [run, resultOf(run)])));
}

describe('a failure in ky’s suite', () => {
  const [known] = reasons[0]!.tests;

  it('has the cause that was written down', () => {
    const {conflicts, unsorted} = sorted({[known!]: RUNS});
    expect(conflicts).to.deep.equal([{cause: reasons[0]!.cause, tests: [known]}]);
    expect(unsorted).to.deep.equal([]);
  });

  it('has no known cause if ky alone fails too, and nothing was written down: the machine may have been busy', () => {
    for (const runs of [[ALONE], [ALONE, DEFAULT], RUNS])
      expect(sorted({'retry › takes 20 ms': runs})).to.deep.equal({conflicts: [], unsorted: ['retry › takes 20 ms']});
  });

  it('is of shared guards, or of ky’s numbers, if a run without them passes', () => {
    const {conflicts, unsorted} = sorted({guards: [DEFAULT, MIRRORED], numbers: [DEFAULT, FRESH], both: [DEFAULT]});
    expect(conflicts.map(({cause, tests}) => [cause.slice(0, 13), tests])).to.deep.equal([
      ['Shared guards', ['both', 'guards']],
      ["ky's own numb", ['numbers']],
    ]);
    expect(unsorted).to.deep.equal([]);
  });
});
