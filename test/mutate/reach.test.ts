import {expect} from 'chai';
import {covered, type Reach, testsOf, union} from '../../tools/mutate/reach.ts';

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
  it('are those that run its place: of the file, then of its folder, then the quickest', () => {
    const ran = {'src/decide/backoff.ts': [10, 20]};
    const reaches = [
      reach('test/ky/slow.test.ts', 90, ran),
      reach('test/ky/quick.test.ts', 1, ran),
      reach('test/decide/other.test.ts', 500, ran),
      reach('test/decide/backoff.test.ts', 900, ran),
      reach('test/decide/elsewhere.test.ts', 1, {'src/decide/backoff.ts': [20, 30]}),
      reach('test/decide/broken.test.ts', 1, ran, false),
    ];
    expect(testsOf('src/decide/backoff.ts', 19, reaches).map(({test}) => test)).to.deep.equal([
      'test/decide/backoff.test.ts',
      'test/decide/other.test.ts',
      'test/ky/quick.test.ts',
      'test/ky/slow.test.ts',
    ]);
    expect(testsOf('src/decide/backoff.ts', 20, reaches).map(({test}) => test)).to.deep.equal([
      'test/decide/elsewhere.test.ts',
    ]);
  });

  it('are found for the linter, whose tests are in test/lint', () => {
    const ran = {'lint/edit/patch.ts': [0, 9]};
    const reaches = [reach('test/lint/other.test.ts', 1, ran), reach('test/lint/edit/patch.test.ts', 9, ran)];
    expect(testsOf('lint/edit/patch.ts', 0, reaches)[0]?.test).to.equal('test/lint/edit/patch.test.ts');
  });
});
