import {expect} from 'chai';
import {covered, nearestFirst, type Reach, runs, union} from '../../tools/mutate/reach.ts';
import {limitsOf} from '../../tools/mutate/trial.ts';

const range = (startOffset: number, endOffset: number, count: number) => ({startOffset, endOffset, count});

const reach = (test: string, cpuMs: number, ran: Reach['ran'], passed = true): Reach => ({
  test,
  cpuMs,
  ran,
  passed,
  hashes: {},
});

describe('what a test file runs', () => {
  it('is what the innermost range around a character says', () => {
    const module = {ranges: [range(0, 100, 1)]};
    const called = {ranges: [range(10, 50, 3), range(20, 30, 0)]};
    const notCalled = {ranges: [range(60, 80, 0)]};
    expect(covered([module, notCalled, called])).to.deep.equal([0, 20, 30, 60, 80, 100]);
  });

  it('begins with a called function where the module was loaded before', () => {
    expect(covered([{ranges: [range(0, 100, 0)]}, {ranges: [range(10, 50, 1)]}])).to.deep.equal([10, 50]);
  });

  it('is what any of its processes ran', () => {
    expect(union([0, 10, 40, 50], [5, 20, 50, 60])).to.deep.equal([0, 20, 40, 60]);
  });
});

describe('the tests of a change', () => {
  const nearest = (file: string, known: readonly Reach[], unknown: readonly string[] = []): string[] =>
    nearestFirst(file, [...unknown, ...known.map(({test}) => test)], {
      last: test => known.find(reach => reach.test === test),
    });

  it('are those of the file, then of its folder, then those that ran the file, then the rest: quick ones first', () => {
    const ran = {'src/decide/backoff.ts': [10, 20]};
    const known = [
      reach('test/ky/slow.test.ts', 90, ran),
      reach('test/ky/quick.test.ts', 1, ran),
      reach('test/ky/elsewhere.test.ts', 1, {}),
      reach('test/decide/other.test.ts', 500, ran),
      reach('test/decide/backoff.test.ts', 900, ran),
    ];
    expect(nearest('src/decide/backoff.ts', known, ['test/body/unknown.test.ts'])).to.deep.equal([
      'test/decide/backoff.test.ts',
      'test/decide/other.test.ts',
      'test/ky/quick.test.ts',
      'test/ky/slow.test.ts',
      'test/body/unknown.test.ts',
      'test/ky/elsewhere.test.ts',
    ]);
  });

  it('are found for the linter, whose tests are in test/lint', () => {
    const known = [reach('test/lint/other.test.ts', 1, {}), reach('test/lint/edit/patch.test.ts', 9, {})];
    expect(nearest('lint/edit/patch.ts', known)[0]).to.equal('test/lint/edit/patch.test.ts');
  });

  it('are those that have the name of its folder before all others', () => {
    const names = ['test/lint/rules.test.ts', 'test/lint/rules-load.test.ts', 'test/lint/cli/baseline.test.ts'];
    const known = names.map((name, at) => reach(name, 9 - at, {}));
    expect(nearest('lint/rules/use-deadline.ts', known)).to.deep.equal([
      'test/lint/rules-load.test.ts',
      'test/lint/rules.test.ts',
      'test/lint/cli/baseline.test.ts',
    ]);
  });

  it('run its place, and pass unchanged', () => {
    const ran = {'src/decide/backoff.ts': [10, 20, 30, 40]};
    const at = (offset: number, passed = true): boolean =>
      runs(reach('test/decide/backoff.test.ts', 1, ran, passed), 'src/decide/backoff.ts', offset);
    expect([9, 10, 19, 20, 30, 39, 40].filter(offset => at(offset))).to.deep.equal([10, 19, 30, 39]);
    expect(at(10, false)).to.equal(false);
    expect(runs(reach('test/decide/backoff.test.ts', 1, ran), 'src/decide/jitter.ts', 10)).to.equal(false);
  });

  it('may take four times their time of the processor, and half a minute', () => {
    expect(limitsOf([{cpuMs: 1_500}, {cpuMs: 500}])).to.deep.equal({cpuSeconds: 38, seconds: 80});
  });
});
