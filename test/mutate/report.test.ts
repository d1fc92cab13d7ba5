import {expect} from 'chai';
import type {Mutant} from '../../tools/mutate/mutants.ts';
import {type Finding, holds, lineOf, reasonFor, section, type Verdict} from '../../tools/mutate/report.ts';

const mutant = (file: string): Mutant => ({file, line: 7, from: 'a < b', to: 'a <= b', text: '', start: 0, end: 5});

const finding = (verdict: Verdict, file = 'src/decide/backoff.ts'): Finding => ({
  mutant: mutant(file),
  verdict,
  tests: ['test/decide/backoff.test.ts'],
  left: 12,
  failed: undefined,
});

const sampleOf = (findings: readonly Finding[], untried = 0) => ({seed: 5, findings, only: ['src'], of: 400, untried});

describe('the report of a sample', () => {
  it('counts what was noticed in each folder, and names what was not', () => {
    const findings = [finding('killed'), finding('survived'), finding('limit', 'src/guards/breaker.ts')];
    const lines = section(sampleOf(findings));
    expect(lines[0]).to.match(/^Measured \d{4}-\d\d-\d\d: 3 of 400 possible changes of `src`, with the seed 5\.$/);
    expect(lines.filter(line => line.startsWith('|')).slice(2)).to.deep.equal([
      '| `src/decide` | 2 | 1 | 0 | 0 | 1 |',
      '| `src/guards` | 1 | 0 | 1 | 0 | 0 |',
      '| together | 3 | 1 | 1 | 0 | 1 |',
    ]);
    expect(lines.at(-1)).to.equal('- src/decide/backoff.ts:7 `a < b` → `a <= b`');
  });

  it('says how many changes the time was over for', () => {
    expect(section(sampleOf([finding('killed')], 2)).join('\n')).to.contain('The time was over before 2 more');
    expect(section(sampleOf([finding('killed')])).join('\n')).not.to.contain('The time was over');
  });

  it('says how many test files were not tried on a change that was not noticed', () => {
    expect(lineOf(finding('survived')))
      .to.contain('FAIL survived')
      .and.to.contain('12 were not tried');
  });

  it('holds with 4 of 90 changes that are not noticed, and not with 5', () => {
    const withSurvivors = (count: number) =>
      sampleOf(Array.from({length: 90}, (_, index) => finding(index < count ? 'unreached' : 'killed')));
    expect([holds(withSurvivors(4)), holds(withSurvivors(5))]).to.deep.equal([true, false]);
  });

  it('knows a change that equivalent.ts explains, in its file alone', () => {
    const known = {...mutant('src/guards/breaker.ts'), from: 'this.#epoch++', to: 'this.#epoch--'};
    expect(reasonFor(known)).to.be.a('string');
    expect(reasonFor({...known, file: 'src/guards/ratio-trip.ts'})).to.equal(undefined);
  });

  it('knows a change by what stands before it, where the same code stands elsewhere too', () => {
    const change = {...mutant('src/triage/line-scanner.ts'), from: '0', to: '1'};
    const judged = (before: string) => reasonFor({...change, start: before.length, text: `${before}1;`});
    expect(judged('MARK.lastIndex = ')).to.be.a('string');
    expect(judged('let count = ')).to.equal(undefined);
  });
});
