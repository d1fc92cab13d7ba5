/** `--assert`: any text is either read as conditions, or refused in a sentence. */
import {expect} from 'chai';
import fc from 'fast-check';
import {
  type Assertion,
  failedAssertions,
  readAssertions,
  type Verdict,
  verdictOf,
} from '../../src/cli/simulate-assertions.ts';
import {intervalOver, successInterval} from '../../src/cli/simulate-intervals.ts';
import {UsageError} from '../../src/cli/usage-error.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import type {SimulationResult} from '../../src/simulate/result.ts';
import {readScenario} from '../../src/simulate/scenario/read.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {runScenario} from '../../src/simulate/simulate.ts';

const METRICS = ['success', 'amplification', 'paid', 'hedges', 'recovery', 'p50', 'p90', 'p95', 'p99', 'p999'];

function read(text: string): Assertion[] | string {
  try {
    return readAssertions(text);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.message;
  }
}

const resultOf = (scenario: ScenarioInput) => runScenario({maxAttempts: 1}, readScenario(scenario), {seed: 1});
const steady: ScenarioInput = {durationMs: 1000, traffic: {perSecond: 100}, service: {latencyMs: {ms: 10}}};

describe('the conditions of --assert', () => {
  const limit = fc.oneof(
    fc.nat(1),
    fc.double({min: 0, max: 1, noNaN: true}).map(value => Number(value.toFixed(6))),
  );
  const condition = fc.tuple(
    fc.constantFrom(...METRICS),
    fc.constantFrom('<=', '>=', '<', '>'),
    limit,
    fc.constantFrom('', ' ', '\t'),
  );

  it('are read with any spaces, in their order', () => {
    fc.assert(
      fc.property(fc.array(condition, {minLength: 1, maxLength: 5}), conditions => {
        const text = conditions.map(
          ([metric, sign, value, space]) => `${space}${metric}${space}${sign}${space}${value}`,
        );
        expect(read(text.join(','))).to.deep.equal(
          conditions.map(([metric, comparison, value]) => ({metric, comparison, limit: value})),
        );
      }),
    );
  });

  it('are refused in one sentence where they are none, whatever the text', () => {
    const odd = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '',
        ',',
        'success>=0.9,',
        'success=>0.9',
        'success==1',
        'success>=',
        '>=1',
        'success>=1%',
        'p95<=800ms',
        'p95<=-1',
        'success>=NaN',
        'p95<=Infinity',
        'p95<=1e3',
        'success>=97',
        '__proto__>=1',
        'constructor<1',
        'toString>1',
        `p95<=${'9'.repeat(400)}`,
      ),
    );
    fc.assert(
      fc.property(odd, text => {
        const found = read(text);
        if (typeof found === 'string') expect(found).to.match(/^--assert.*\.$/s);
        else for (const each of found) expect(Number.isFinite(each.limit)).to.equal(true);
      }),
    );
  });

  it('read a fraction without its zero, and refuse a success above 1', () => {
    expect(read('success>=.97')).to.deep.equal([{metric: 'success', comparison: '>=', limit: 0.97}]);
    expect(read('success>=97')).to.equal('--assert: success is a share from 0 to 1, got 97.');
  });

  it('of a condition and its opposite, exactly one is met by a finite number', async () => {
    const result = await resultOf(steady);
    fc.assert(
      fc.property(fc.constantFrom('success', 'amplification', 'paid', 'hedges', 'p95'), limit, (metric, value) => {
        const failed = (comparison: string): number =>
          failedAssertions('mine', [result], [{metric, comparison, limit: value}]).length;
        expect(failed('<') + failed('>=')).to.equal(1);
        expect(failed('>') + failed('<=')).to.equal(1);
      }),
    );
  });

  it('are not met by a scenario without calls, nor by a recovery from nothing', async () => {
    const idle = await resultOf({...steady, name: 'idle', traffic: {perSecond: 0}});
    expect(failedAssertions('mine', [idle], readAssertions('success>=0,p95<=1'))).to.deep.equal([
      'mine in idle: no call began.',
    ]);
    expect(failedAssertions('mine', [await resultOf(steady)], readAssertions('recovery<=0'))).to.deep.equal([
      'mine in scenario: there is no trouble that ends, so nothing to recover from.',
    ]);
  });

  it('are met, missed or unsure by the interval over runs with a seed each', async () => {
    // A queue at nine tenths of its capacity: its P95 is 0.5 to 1.4 s, as chance will.
    const queue: ScenarioInput = {
      durationMs: 60_000,
      traffic: {perSecond: 90},
      service: {latencyMs: {kind: 'exponential', meanMs: 100}, capacity: {workers: 10}},
    };
    const runs: SimulationResult[] = [];
    for (let seed = 1; seed <= 6; seed++) runs.push(await runScenario({maxAttempts: 1}, readScenario(queue), {seed}));
    const p95s = runs.map(({latencyMs}) => latencyMs.all.p95);
    const {mean, low, high} = intervalOver(p95s);
    expect(Math.max(...p95s) / Math.min(...p95s)).to.be.above(1.3);
    const verdict = (limit: number): Verdict => verdictOf({metric: 'p95', comparison: '<=', limit}, runs);
    expect([verdict(high + 1), verdict(mean), verdict(low - 1)]).to.deep.equal(['met', 'unsure', 'missed']);
    const [sentence] = failedAssertions('mine', runs, [{metric: 'p95', comparison: '<=', limit: mean}]);
    expect(sentence).to.match(
      /p95 is [\d.]+ \([\d.]+ to [\d.]+ with 95 % confidence, 6 runs\), and has to be <= [\d.]+ with certainty/,
    );
  });

  const failing = (ratio: number, seconds: number, perSecond: number): ScenarioInput => ({
    durationMs: seconds * 1000,
    traffic: {perSecond},
    service: {latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5}, faults: [{ratio, status: 503}]},
  });
  const retrying: PolicyInput = {maxAttempts: 2, attemptTimeoutMs: 500, deadlineMs: 2000};
  /** Results in groups of four seeds, as --assert takes them at first. */
  async function groupsOf(input: ScenarioInput, count: number): Promise<SimulationResult[][]> {
    const scenario = readScenario(input);
    const groups: SimulationResult[][] = [];
    for (let group = 0; group < count; group++) {
      const runs: SimulationResult[] = [];
      for (let seed = 1; seed <= 4; seed++)
        runs.push(await runScenario(retrying, scenario, {seed: 1000 * group + seed}));
      groups.push(runs);
    }
    return groups;
  }

  for (const [name, input] of [
    ['50 calls a run, of which one in a hundred fails', failing(0.1, 5, 10)],
    ['400 calls a run, of which one in a thousand fails', failing(0.03, 20, 20)],
  ] as const)
    it(`hold the true success in 95 of 100 intervals: ${name}`, async () => {
      const groups = await groupsOf(input, 200);
      const all = groups.flat();
      const truth = all.reduce((sum, {succeeded}) => sum + succeeded, 0) / all.reduce((sum, {calls}) => sum + calls, 0);
      const held = groups.map(successInterval).filter(({low, high}) => low <= truth && truth <= high);
      expect(held.length / groups.length).to.be.at.least(0.93);
    }).timeout(60_000);

  it('are not met by 200 calls without a failure, where one in a hundred fails', async () => {
    const [assertion] = readAssertions('success>=0.999');
    const groups = await groupsOf(failing(0.1, 5, 10), 60);
    const lucky = groups.filter(runs => runs.every(({successRatio}) => successRatio === 1));
    expect(lucky).not.to.be.empty;
    expect(lucky.map(runs => verdictOf(assertion!, runs))).to.deep.equal(lucky.map(() => 'unsure'));
    expect(groups.filter(runs => verdictOf(assertion!, runs) === 'met')).to.be.empty;
    expect(failedAssertions('mine', lucky[0]!, [assertion!])[0]).to.match(
      /^mine in scenario: success is 1 \(0\.9\d+ to 1 with 95 % confidence, 4 runs\), and has to be >= 0\.999 with certainty: that takes 3,838 calls without a failure, and \d+ were simulated\. Give --runs \d+ or more, a longer scenario, or a limit with room\.$/,
    );
  });

  it('of a success of 1 are of the simulated calls, since no number of them shows more', async () => {
    const runs = [await resultOf(steady), await resultOf(steady)];
    const verdict = (text: string): Verdict => verdictOf(readAssertions(text)[0]!, runs);
    expect([verdict('success>=1'), verdict('success<1'), verdict('success>0')]).to.deep.equal(['met', 'missed', 'met']);
  });

  it('have the interval of Student, and none of a single run or of infinite values', () => {
    expect(intervalOver([7])).to.deep.equal({mean: 7, low: 7, high: 7});
    const {mean, low, high} = intervalOver([1, 2, 3, 4]);
    expect(mean).to.equal(2.5);
    expect(high - mean).to.be.closeTo(3.182 * Math.sqrt(5 / 3 / 4), 1e-9);
    expect(mean - low).to.be.closeTo(high - mean, 1e-9);
    expect(intervalOver([1, Number.POSITIVE_INFINITY]).low).to.equal(Number.POSITIVE_INFINITY);
  });
});
