/** `steadfetch plan` as a process of its own: what it prints, where it writes, and its exit codes. */

import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {helpOf} from '../../src/cli/command-spec.ts';
import {readPlanArguments} from '../../src/cli/plan-arguments.ts';
import {PLAN} from '../../src/cli/plan-usage.ts';
import {UsageError} from '../../src/cli/usage-error.ts';
import {PlanInputError} from '../../src/plan/input-error.ts';
import {checkPolicy} from '../../src/policy/validate.ts';
import {ended, type Finished, sameNames, Workplace} from './running.ts';

const SERVICE = ['--latency', 'median=180,sigma=0.5', '--fail', '0.05@20', '--hang', '0.01'];
const PREDICT = ['--method', 'POST', '--path', '/predict', '--repeatable'];
const GOOD = ['--p95', '800', '--success', '0.99', ...SERVICE, ...PREDICT];

describe('steadfetch plan', () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.remove());

  const isNarrow = (text: string): void => {
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80);
  };

  it('prints the plan, its numbers, reasons, alternatives and conventions in 80 columns', async () => {
    const {code, stdout, stderr} = await place.call(['plan', ...GOOD]);
    expect([code, stderr]).to.deep.equal([0, '']);
    isNarrow(stdout);
    const [opening] = stdout.split('\n\n');
    expect(opening!.split('\n')).to.have.length.at.most(5);
    expect(opening!.replace(/\s+/g, ' ')).to.match(
      /^POST \/predict: 3 attempts of 600 ms each.* 99\.\d+ % of the calls succeed in the simulator\. With fewer and no hedge, 98\.94 %/,
    );
    for (const words of [
      '3 attempts of 600 ms each, backoff from 25 ms doubling with full jitter, no',
      'a failed call counts as slower than every',
      'retry k waits at most',
      'Pareto front',
      '--out policy.json',
    ])
      expect(stdout).to.contain(words);
    expect(stdout).to.match(/p95 of all calls +435 ms +\d+ ms +<= 800 ms/);
    expect(stdout).to.match(/\n +succeed +p95 +load\n/);
  }).timeout(60_000);

  it('writes the policy alone to standard output for --out -', async () => {
    const {code, stdout, stderr} = await place.call(['plan', ...GOOD, '--out', '-']);
    expect(code).to.equal(0);
    expect(JSON.parse(stdout).name).to.equal('predict');
    expect(stderr).to.contain('Policy: standard output');
  }).timeout(60_000);

  it('exits with 1 where no plan meets the objective, names the binding factor, and writes no policy', async () => {
    const args = ['--p95', '800', '--success', '99.5%', ...SERVICE, ...PREDICT, '--hedges', 'none'];
    const {code, stdout} = await place.call(['plan', ...args, '--out', 'policy.json']);
    expect(code).to.equal(1);
    isNarrow(stdout);
    expect(stdout).to.contain('No plan meets every objective.');
    expect(stdout).to.contain('99.49 % of the calls succeed');
    expect(stdout).to.contain('Binding factor: 1 % of the attempts hang.');
    expect(existsSync(join(place.folder, 'policy.json'))).to.equal(false);
  }).timeout(60_000);

  it('exits with 1 where the simulator refutes every plan that it runs, with its numbers, and writes no policy', async () => {
    // Runs of failures open the breaker, of which the formulas know nothing.
    const args = ['--latency', 'median=180,sigma=0.5', '--fail', '0.98@20'];
    const wanted = ['--success', '0.018', '--deadline', '800'];
    const {code, stdout} = await place.call(['plan', ...args, ...wanted, '--out', 'policy.json']);
    expect(code).to.equal(1);
    isNarrow(stdout);
    expect(stdout).to.contain('The simulator refutes the 2 that it ran, so there is no policy.');
    expect(stdout).to.match(/The nearest plan:.*succeed +[12]\.\d+ % +[01]\.\d+ % +>= 1\.8 %/s);
    expect(stdout.replace(/\s+/g, ' ')).to.contain('They do not reach the objective in success.');
    expect(existsSync(join(place.folder, 'policy.json'))).to.equal(false);
  }).timeout(60_000);

  describe('with --out and --html', () => {
    let written: Workplace;
    let first: Finished;
    before(async () => {
      written = new Workplace();
      first = await written.call(['plan', ...GOOD, '--out', 'policy.json', '--html', 'page.html']);
    });
    after(() => written.remove());

    it('writes the policy, and never over a file', async () => {
      expect(first.code).to.equal(0);
      expect(first.stdout).to.contain('Policy: policy.json');
      const text = written.read('policy.json');
      const policy = JSON.parse(text);
      expect(text).to.equal(`${JSON.stringify(policy, null, 2)}\n`);
      expect(checkPolicy(policy)).to.deep.equal([]);
      expect(policy.routes[0]).to.include({maxAttempts: 3, attemptTimeoutMs: 600, deadlineMs: 800});
      const again = await written.call(['plan', ...GOOD, '--out', 'policy.json']);
      expect(again).to.deep.include({
        code: 2,
        stdout: '',
        stderr: 'policy.json exists. Name another file, or remove it first.\n',
      });
    }).timeout(60_000);

    it('writes a page with the alternatives, into a file or alone to standard output', async () => {
      expect([first.code, first.stdout.includes('Pareto front')]).to.deep.equal([0, true]);
      const page = written.read('page.html');
      expect(page)
        .to.include('<figcaption>Success against p95')
        .and.match(/<th scope="row">\d, best<\/th><td>3<\/td>/);
      const alone = await place.call(['plan', ...GOOD, '--html', '-']);
      const stdout = sameNames(page);
      expect({...alone, stdout: sameNames(alone.stdout)}).to.deep.equal({code: 0, stdout, stderr: ''});
    }).timeout(60_000);
  });

  it('prints JSON with the policy, the front and the conventions', async () => {
    const {code, stdout} = await place.call(['plan', ...GOOD, '--json']);
    expect(code).to.equal(0);
    const json = JSON.parse(stdout);
    expect(json.best).to.include({attempts: 3, attemptTimeoutMs: 600, baseMs: 25, jitter: 'full', hedgeMs: null});
    expect(json.best.p95Ms).to.be.closeTo(435, 1);
    expect(json.best.p50Ms).to.be.within(180, 200);
    expect(json.best.p99Ms).to.be.within(600, 800);
    expect(json.best.p95OfSuccessfulMs).to.be.at.most(json.best.p95Ms);
    expect(json.best.worstMs).to.be.within(json.best.p99Ms, 800);
    expect(json.policy.routes[0].maxAttempts).to.equal(3);
    expect(json.simulated.isConfirmed).to.equal(true);
    expect(json.front.length).to.be.above(3);
    expect(json.conventions[0]).to.contain('a failed call counts as slower');
    expect(json.infeasible).to.equal(null);
  }).timeout(60_000);

  it('says that there are too few measurements where only their number is in the way', async () => {
    const rows = Array.from({length: 30}, (_, index) => `${100 + ((index * 37) % 80)},200`);
    place.write('attempts.csv', `ms,status\n${rows.join('\n')}\n`);
    const args = ['attempts.csv', '--p95', '1000', '--success', '0.9999', '--max-amplification', '2'];
    const {code, stdout} = await place.call(['plan', ...args]);
    expect(code).to.equal(1);
    isNarrow(stdout);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).to.contain(
      'Too few measurements: a plan meets every objective if the measured shares are the true ones',
    );
    expect(text)
      .to.match(/Measure about [\d,]+ attempts/)
      .and.contain('11.35 % never answer');
    const json = JSON.parse((await place.call(['plan', ...args, '--json'])).stdout);
    expect(json.tooFew.needed).to.be.within(60, 10_000);
    expect(json.policy).to.equal(null);
  }).timeout(60_000);

  it('keeps fast and slow requests apart, and asks for as many measurements as are enough', async () => {
    const measure = (name: string, count: number, fastPercent: number): void => {
      const rows = Array.from({length: count}, (_, index) =>
        index % 100 < fastPercent ? `${5 + (index % 7) / 7},200` : `${800 + ((index * 37) % 50)},200`,
      );
      place.write(name, `ms,status\n${rows.join('\n')}\n`);
    };
    const plan = async (name: string) =>
      JSON.parse((await place.call(['plan', name, '--p50', '7', '--deadline', '1000', '--json'])).stdout);
    measure('many.csv', 5000, 55);
    const met = await plan('many.csv');
    expect([met.isFeasible, met.simulated.isConfirmed, met.tooFew]).to.deep.equal([true, true, null]);
    expect(met.simulated.p50Ms).to.be.below(6);
    measure('few.csv', 1000, 51);
    const {isFeasible, tooFew} = await plan('few.csv');
    expect(isFeasible).to.equal(false);
    measure('enough.csv', tooFew.needed, 51);
    expect((await plan('enough.csv')).isFeasible).to.equal(true);
  }).timeout(60_000);

  it('reads measurements from standard input and from a file, and lets options win', async () => {
    const rows = Array.from({length: 1000}, (_, index) => {
      if (index % 20 === 0) return '20,503';
      return index % 100 === 1 ? '8000,,timeout' : `${100 + ((index * 37) % 400)},200`;
    });
    const csv = `ms,status,error\n${rows.join('\n')}\n`;
    place.write('attempts.csv', csv);
    const args = ['--p95', '1500', '--success', '0.99', '--json'];
    const fromFile = await place.call(['plan', 'attempts.csv', ...args]);
    expect(fromFile.code).to.equal(0);
    const json = JSON.parse(fromFile.stdout);
    expect(json.measured).to.deep.equal({
      name: 'attempts.csv',
      isInterrupted: false,
      succeeded: 940,
      failed: 50,
      unsent: 0,
      timedOut: 10,
      skipped: 0,
      withoutStatus: 0,
      notes: [],
    });
    // At most, with 95 % confidence; 1 % of them did.
    expect(json.service.hangRatio).to.be.closeTo(0.0127, 0.0001);
    const child = place.start(['plan', '-', ...args, '--hang', '0.02'], {}, ['pipe', 'pipe', 'pipe']);
    child.stdin!.end(csv);
    const fromInput = JSON.parse((await ended(child)).stdout);
    expect(fromInput.measured.name).to.equal('standard input');
    expect(fromInput.service.hangRatio).to.equal(0.02);
  }).timeout(60_000);

  it('reads UTF-16, and says which attempts have no status and which unit was taken', async () => {
    const rows = Array.from({length: 40}, (_, index) => `${100 + ((index * 37) % 80)},${index < 2 ? '' : 200}`);
    writeFileSync(
      join(place.folder, 'wide.csv'),
      Buffer.from(`\ufeffDuration,Status\r\n${rows.join('\r\n')}\r\n`, 'utf16le'),
    );
    const {stdout} = await place.call(['plan', 'wide.csv', '--p95', '1000', '--success', '0.5']);
    expect(stdout.replace(/\s+/g, ' ')).to.contain(
      '40 attempts from wide.csv: 38 succeeded, 2 failed, 0 timed out. 2 without a status count as failed. "Duration" says no unit: taken as milliseconds.',
    );
  }).timeout(60_000);

  it('plans with what it has read when it is interrupted', async () => {
    const child = place.start(['plan', '-', '--p95', '1500', '--success', '0.9'], {}, ['pipe', 'pipe', 'pipe']);
    const finished = ended(child);
    const lines = Array.from({length: 50_000}, (_, index) => 100 + (index % 300)).join('\n');
    // More than the pipe holds: once it is written, the process reads, and its handler is in place.
    await new Promise(resolve => child.stdin!.write(`${lines}\n`, resolve));
    child.kill('SIGINT');
    const {code, stdout} = await finished;
    expect(code).to.equal(0);
    expect(stdout).to.contain('as far as it was read');
  }).timeout(60_000);

  it('refuses what cannot be read or used, with exit code 2', async () => {
    place.write('few.csv', '1\n2\n');
    place.write('other.json', '{\n"a": 1\n}');
    const cases: [string[], RegExp][] = [
      [['nothing.csv', '--success', '0.9', '--deadline', '100'], /^nothing\.csv does not exist\.\n$/],
      [['.', '--success', '0.9', '--deadline', '100'], /^\. is a directory; name a file\.\n$/],
      [['few.csv', '--p95', '100'], /^A latency needs at least 20 measured attempts that succeeded, got 2\.\n$/],
      [
        ['other.json', '--p95', '100'],
        /^other\.json is neither HAR, nor OTLP JSON, nor a JSON value for each line\.\n$/,
      ],
    ];
    for (const [args, message] of cases) {
      const {code, stdout, stderr} = await place.call(['plan', ...args]);
      expect([code, stdout]).to.deep.equal([2, '']);
      expect(stderr).to.match(message);
    }
  }).timeout(60_000);

  it('has a help of at most 80 columns', () => isNarrow(helpOf(PLAN)));
});

describe('arguments of steadfetch plan', () => {
  it('take the deadline and the name from the rest', () => {
    const read = readPlanArguments(GOOD);
    expect(read).to.have.nested.include({
      'objective.deadlineMs': 800,
      'call.name': 'predict',
      'call.repeat': 'declared',
    });
    expect(readPlanArguments(['-h'])).to.equal('help');
    const get = readPlanArguments(['--p50', '100', '--p99', '900', ...SERVICE]);
    expect(get).to.have.nested.include({
      'objective.deadlineMs': 900,
      'call.name': 'planned',
      'call.repeat': 'idempotent-method',
    });
  });

  it('take every number of the objective, the call and the search', () => {
    const [objective, call, space] = [
      '--p50 100 --p95 400 --p99 900 --success 99% --deadline 1000 --max-amplification 3 --other-attempts 2',
      '--rate 25 --instances 4 --capacity 500 --headroom 30% --method put --path /v1/items --name items',
      '--attempts 2,3 --timeouts 300,600 --bases 25 --jitter equal,full --hedges none,50',
    ].map(text => text.split(' ')) as [string[], string[], string[]];
    expect(readPlanArguments([...objective, ...call, ...space, ...SERVICE])).to.deep.include({
      objective: {
        latencyMs: {p50: 100, p95: 400, p99: 900},
        successRatio: 0.99,
        deadlineMs: 1000,
        maxAmplification: 3,
        otherAttempts: 2,
        capacity: {perSecond: 500, headroomRatio: 0.3, callsPerSecond: 100},
      },
      call: {
        name: 'items',
        method: 'PUT',
        path: '/v1/items',
        repeat: 'idempotent-method',
        perSecond: 25,
        instances: 4,
      },
      space: {
        attempts: [2, 3],
        attemptTimeouts: [300, 600],
        bases: [25],
        jitters: ['equal', 'full'],
        hedges: [null, 50],
      },
    });
  });

  it('allow four attempts for each call, in the plan and in no other layer, unless they say so', () => {
    expect(readPlanArguments(['--p95', '800', '--rate', '25', '--capacity', '500', ...SERVICE])).to.deep.include({
      objective: {
        latencyMs: {p95: 800},
        deadlineMs: 800,
        maxAmplification: 4,
        otherAttempts: 1,
        capacity: {perSecond: 500, headroomRatio: 0.2, callsPerSecond: 25},
      },
      call: {name: 'planned', method: 'GET', repeat: 'idempotent-method', perSecond: 25},
      space: {},
    });
  });

  it('take failures of both kinds, and quantiles of every share', () => {
    const read = readPlanArguments([
      ...GOOD.slice(0, 4),
      '--latency',
      'p50=10,p90=20,p99.9=90,max=100',
      '--fail',
      '1%',
      '--unsent',
      '0.02@5',
    ]);
    expect(read)
      .to.have.nested.property('service.failures')
      .that.deep.equals([
        {ratio: 0.01, afterMs: 0, isUnsent: false},
        {ratio: 0.02, afterMs: 5, isUnsent: true},
      ]);
    expect(read).to.have.nested.include({'service.latency.quantiles.p50': 10, 'service.latency.quantiles.max': 100});
  });

  const wrong: [string, string[], RegExp][] = [
    ['no objective', ['--latency', 'p50=1,p95=2'], /^Missing objective: give --p95 800/],
    ['no latency', ['--p95', '800'], /^Missing latency: name a file of measurements, or give --latency/],
    ['no deadline', ['--success', '0.9', ...SERVICE], /^Missing --deadline/],
    [
      'a deadline of years',
      [...GOOD, '--deadline', '99999999999999'],
      /^A call may take a day at most, 86400000 ms: the deadline is 99999999999999 ms\.$/,
    ],
    ['a latency of years', ['--p95', '1e14', ...SERVICE], /the deadline is 100000000000000 ms\.$/],
    ['two files', ['a', 'b', '--p95', '800'], /^One file of measurements, not 2: a, b\.$/],
    [
      'a share above 1',
      ['--p95', '800', '--success', '99', ...SERVICE],
      /^--success must be a share such as 0\.99 or 99%, got "99"\.$/,
    ],
    ['a latency that is none', ['--p95', '800', '--latency', 'fast'], /^--latency must be quantiles such as/],
    [
      'half of a lognormal distribution',
      ['--p95', '800', '--latency', 'median=180'],
      /^--latency must be quantiles such as/,
    ],
    [
      'shares above 1 together',
      ['--p95', '800', '--latency', 'p50=1,p95=2', '--fail', '0.9', '--hang', '0.2'],
      /add up to 1\.1/,
    ],
    [
      'a failure with two times',
      [...GOOD, '--fail', '0.1@2@3'],
      /^--fail must be a share and a time such as 0\.05@20, got "0\.1@2@3"\.$/,
    ],
    [
      'a jitter that is none',
      [...GOOD, '--jitter', 'none'],
      /^--jitter must be of full, equal, decorrelated, got "none"\.$/,
    ],
    ['a relative path', [...GOOD.slice(0, -3), '--path', 'predict'], /^--path must start with \//],
    [
      'a repeatable POST everywhere',
      ['--p95', '8', ...SERVICE, '--method', 'post', '--repeatable'],
      /^--repeatable needs --path/,
    ],
    ['a capacity without a rate', [...GOOD, '--capacity', '10'], /^--capacity needs --rate/],
    ['headroom without a capacity', [...GOOD, '--headroom', '0.1'], /^--headroom needs --capacity/],
    ['two outputs', [...GOOD, '--json', '--out', '-'], /both write to standard output/],
    ['JSON and a page', [...GOOD, '--json', '--html', '-'], /^--json and --html - both write to standard output/],
    ['a policy and a page', [...GOOD, '--out', '-', '--html', '-'], /^--out - and --html - both write/],
    ['a page in the place of a folder', [...GOOD, '--html', '.'], /^--html \. is a directory\. Name a file\.$/],
    ['a page in no folder', [...GOOD, '--html', 'none/a.html'], /^--html none\/a\.html: there is no directory none\.$/],
    [
      'a list with a gap',
      [...GOOD, '--timeouts', '100,,200'],
      /^--timeouts must be a whole number of at least 1, got ""\.$/,
    ],
  ];
  for (const [name, given, message] of wrong)
    it(`are refused: ${name}`, () => expect(() => readPlanArguments(given)).to.throw(UsageError, message));

  it('are refused with a latency that does not increase', () => {
    const read = () => readPlanArguments(['--p95', '800', '--latency', 'p50=10,p95=5']);
    expect(read).to.throw(PlanInputError, 'that increase, got p50 10 ms, p95 5 ms');
  });
});
