/** `steadfetch simulate` as a process: what it prints, and how it ends. */
import {execFileSync} from 'node:child_process';
import {EventEmitter, once} from 'node:events';
import {lstatSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {expect} from 'chai';
import {type Console, simulateCommand} from '../../src/cli/simulate-command.ts';
import {scenarioNames} from '../../src/simulate/scenario/read.ts';
import {ended, sameNames, Workplace} from './running.ts';

/** Short, and without chance: every call is a call of its own second. */
const SCENARIO = JSON.stringify({
  name: 'mine',
  description: 'One request in two fails.',
  durationMs: 10_000,
  traffic: {perSecond: 10, arrivals: 'even'},
  service: {latencyMs: {ms: 20}, faults: [{status: 503, fromMs: 5000, toMs: 8000}]},
});
const POLICY = JSON.stringify({
  maxAttempts: 2,
  budget: null,
  breaker: null,
  backoff: {kind: 'constant', delayMs: 10, jitter: 'none'},
});

/** A process that is none, so that a signal comes when the test says. */
function consoleOf(stdin: string) {
  const written = {stdout: '', stderr: ''};
  const process = Object.assign(new EventEmitter(), {
    stdin: Readable.from([stdin]),
    stdout: {write: (text: string) => (written.stdout += text)},
    stderr: {
      isTTY: false,
      columns: 80,
      write(text: string) {
        written.stderr += text;
        return true;
      },
    },
  }) satisfies Console;
  return {process, written};
}

describe('steadfetch simulate', () => {
  const place = new Workplace();
  before(() => {
    place.write('mine.json', SCENARIO);
    place.write('two.json', POLICY);
  });
  after(() => place.remove());

  it('shows each policy beside calls without one, in 80 columns', async () => {
    const {code, stdout, stderr} = await place.call([
      'simulate',
      'two.json',
      'steadfetch:default',
      '--scenario',
      'mine.json',
    ]);
    expect([code, stderr]).to.deep.equal([0, '']);
    const lines = stdout.split('\n');
    expect(lines[0]).to.equal('mine: One request in two fails.');
    expect(stdout).to.match(/^ +no policy +no deadline +two +default$/m);
    expect(stdout).to.match(/^success +69\.70 % +69\.70 % +69\.70 % /m);
    expect(stdout).to.match(/^requests per call +1\.000 +1\.000 +1\.303 /m);
    expect(stdout).to.match(/^ {2}attempts-exhausted +30 +30 +30 /m);
    for (const line of lines) expect([...line].length, line).to.be.at.most(80);
  });

  it('writes all numbers as JSON, with null for infinite', async () => {
    const {code, stdout} = await place.call([
      'simulate',
      'two.json',
      '--scenario',
      'mine.json',
      '--seed',
      '7',
      '--json',
    ]);
    const {results} = JSON.parse(stdout) as {results: {name: string; seed: number; latencyMs: {all: {p99: null}}}[]};
    expect(code).to.equal(0);
    expect(results.map(({name, seed}) => [name, seed])).to.deep.equal([
      ['no policy', 7],
      ['no deadline', 7],
      ['two', 7],
    ]);
    expect(results[2]!.latencyMs.all.p99).to.equal(null);
  });

  it('writes a page with charts, the numbers, and a few calls', async () => {
    const {code, stdout} = await place.call(['simulate', 'two.json', '--scenario', 'mine.json', '--html', 'page.html']);
    const page = place.read('page.html');
    expect([code, stdout.includes('success over time')]).to.deep.equal([0, true]);
    expect([...page.matchAll(/<figcaption>(.*?)<\/figcaption>/g)].map(([, title]) => title)).to.deep.equal([
      'Success',
      'Load',
      'Latency',
      'Calls: no policy',
      'Calls: no deadline',
      'Calls: two',
    ]);
    expect(page).to.match(/<th scope="row">failed: attempts-exhausted<\/th><td>30<\/td><td>30<\/td><td>30<\/td>/);
    const alone = await place.call(['simulate', 'two.json', '--scenario', 'mine.json', '--html', '-']);
    expect({...alone, stdout: sameNames(alone.stdout)}).to.deep.equal({code: 0, stdout: sameNames(page), stderr: ''});
    expect(page).to.contain('<li>GET at 5 s, 503, then 503: all 2 attempts are used (503)</li>');
  });

  it('marks the faults of one period once in each chart over time', async () => {
    const {code} = await place.call(['simulate', 'two.json', '--scenario', 'brownout', '--html', 'page.html']);
    expect(code).to.equal(0);
    const names = [...place.read('page.html').matchAll(/>((?:errors|hang)[^<]*)</g)].map(([, name]) => name);
    expect(names.length).to.be.above(0);
    expect(new Set(names)).to.deep.equal(new Set(['errors, hang']));
  });

  it('shows the means of several runs with their intervals, in the table, as JSON and on the page', async () => {
    const args = ['simulate', 'two.json', '--scenario', 'mine.json', '--seed', '3', '--runs', '3'];
    const {code, stdout} = await place.call([...args, '--html', 'page.html']);
    expect(code).to.equal(0);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).to.contain(
      '3 runs, seeds 3 to 5: means with their 95 % intervals. Each run begins with an idle service',
    );
    expect(stdout).to.match(/^success +\d+\.\d\d ±\d+\.\d\d % +\d+\.\d\d ±/m);
    for (const line of stdout.split('\n')) expect([...line].length, line).to.be.at.most(80);
    expect(stdout).to.contain('success over time, mean of 3 runs\n');
    const page = place.read('page.html').replace(/\s+/g, ' ');
    expect(page).to.contain('Success over 3 runs');
    expect(page).to.contain('Requests that reached the service in a second. Mean of 3 runs with its 95 % interval.');
    expect(page).to.contain('queues near capacity are shorter than in the long run');
    const {results} = JSON.parse((await place.call([...args, '--json'])).stdout);
    expect(results.map(({runs, seed}: {runs: number; seed: number}) => [runs, seed])).to.deep.equal([
      [3, 3],
      [3, 3],
      [3, 3],
    ]);
    const {low, mean, high} = results[1].intervals.success;
    expect(mean).to.be.within(low, high);
  });

  it('gives plain calls the deadline of the policy, and adds models of other clients', async () => {
    place.write(
      'queue.json',
      JSON.stringify({
        durationMs: 30_000,
        traffic: {perSecond: 20},
        service: {latencyMs: {ms: 100}, capacity: {workers: 1}},
      }),
    );
    place.write('hasty.json', JSON.stringify({deadlineMs: 2000, maxAttempts: 1}));
    const {stdout} = await place.call(['simulate', 'hasty.json', '--scenario', 'queue.json', '--json', '--rivals']);
    const {results} = JSON.parse(stdout) as {results: {name: string; successRatio: number; requestsPerCall: number}[]};
    expect(results.map(({name}) => name)).to.deep.equal([
      'no policy',
      'no deadline',
      'hasty',
      'naive',
      'p-retry',
      'resilience4j',
      'grpc',
      'openai',
    ]);
    const [plain, patient] = results;
    expect(patient!.successRatio).to.equal(1);
    expect(plain!.successRatio).to.be.below(0.3);
  });

  it('ends with 1 and the numbers where a condition is not met', async () => {
    const args = [
      'simulate',
      'two.json',
      '--scenario',
      'mine.json',
      '--runs',
      '1',
      '--assert',
      'amplification<=1.2, success>=0.5,p99<500',
    ];
    const {code, stderr} = await place.call(args);
    expect(code).to.equal(1);
    expect(stderr).to.equal(
      'two in mine: amplification is 1.303, and has to be <= 1.2.\ntwo in mine: p99 is infinite, and has to be < 500.\n',
    );
  });

  it('ends with 0 where all are met', async () => {
    const {code} = await place.call(['simulate', 'two.json', '--scenario', 'mine.json', '--assert', 'success>0.6']);
    expect(code).to.equal(0);
  });

  it('reads a policy from standard input', async () => {
    const child = place.start(
      ['simulate', '-', '--scenario', 'mine.json', '--assert', 'amplification<1.2', '--quiet'],
      {},
      ['pipe', 'pipe', 'pipe'],
    );
    child.stdin!.end(POLICY);
    const {code, stderr} = await ended(child);
    expect([code, stderr]).to.deep.equal([1, 'stdin in mine: amplification is 1.303, and has to be < 1.2.\n']);
  });

  it('names every scenario in its help', async () => {
    const {stdout} = await place.call(['simulate', '--help']);
    expect(scenarioNames).not.to.be.empty;
    for (const name of scenarioNames) expect(stdout).to.contain(name);
    for (const line of stdout.split('\n')) expect(line.length).to.be.at.most(80);
  });

  for (const [title, args, code, message] of [
    [
      'a misspelt scenario',
      ['simulate', '--scenario', 'outge'],
      2,
      'The scenario: "outge" is not the name of a scenario; did you mean "outage"?\n',
    ],
    [
      'a missing file',
      ['simulate', '--scenario', './none.json'],
      2,
      'The scenario ./none.json cannot be read: there is no such file.\n',
    ],
    [
      'an unknown preset',
      ['simulate', 'steadfetch:lm', '--scenario', 'mine.json'],
      2,
      'the policy is "steadfetch:lm", which is not a preset; did you mean "steadfetch:llm"?\n',
    ],
    [
      'an unknown condition',
      ['simulate', '--scenario', 'mine.json', '--assert', 'succes>=1'],
      2,
      '--assert knows no "succes"; did you mean success?\n',
    ],
    [
      'a condition that is none',
      ['simulate', '--scenario', 'mine.json', '--assert', 'success=1'],
      2,
      '--assert needs conditions such as "success>=0.97,amplification<=1.2", got "success=1".\n',
    ],
    [
      'no scenario',
      ['simulate', 'two.json'],
      2,
      'Missing --scenario: give the name of a scenario, such as --scenario outage, or a file.\n',
    ],
    [
      'a seed that is none',
      ['simulate', '--scenario', 'mine.json', '--seed', '-1.5'],
      2,
      '--seed needs a value, got the option -1.5. Write --seed=-1.5 if that is the value.\n',
    ],
  ] as const)
    it(`refuses ${title}`, async () => {
      const finished = await place.call(args);
      expect(finished).to.deep.equal({code, stdout: '', stderr: message});
    });

  it('ends quietly where its reader goes away, and says so where standard output is full', async () => {
    const args = ['simulate', '--scenario', 'mine.json', '--html', '-'];
    const closed = await ended(place.shell('"$0" --no-warnings "$@" | head -n 1', args));
    expect(closed).to.deep.equal({code: 0, stdout: '<!doctype html>\n', stderr: ''});
    const full = await ended(place.shell('"$0" --no-warnings "$@" > /dev/full', [...args.slice(0, 3), '--json']));
    expect(full.code).to.equal(1);
    expect(full.stderr).to.match(/^Cannot write to standard output: ENOSPC: [^\n]*\n$/);
  });

  it('writes its page into a pipe, and not in place of it', async function () {
    if (process.platform === 'win32') this.skip();
    execFileSync('mkfifo', [join(place.folder, 'pipe')]);
    const reader = ended(place.shell('cat pipe > page.html', []));
    const {code, stderr} = await place.call(['simulate', '--scenario', 'mine.json', '--html', 'pipe']);
    expect(code, stderr).to.equal(0);
    await reader;
    expect(place.read('page.html')).to.match(/^<!doctype html>.*<\/html>\n$/s);
    expect(lstatSync(join(place.folder, 'pipe')).isFIFO()).to.equal(true);
  });

  it('refuses a socket as a page before it runs', async function () {
    if (process.platform === 'win32') this.skip();
    const socket = createServer().listen(join(place.folder, 'socket'));
    await once(socket, 'listening');
    const finished = await place.call(['simulate', '--scenario', 'mine.json', '--html', 'socket']);
    socket.close();
    expect(finished).to.deep.equal({code: 2, stdout: '', stderr: '--html socket is a socket. Name a file.\n'});
  });

  it('shows its progress on a terminal, and none with --quiet', async () => {
    for (const quiet of [false, true]) {
      const {process, written} = consoleOf(SCENARIO);
      process.stderr.isTTY = true;
      const code = await simulateCommand(['--scenario', '-', '--json', ...(quiet ? ['--quiet'] : [])], process);
      expect([code, written.stderr !== '']).to.deep.equal([0, !quiet]);
    }
  });

  it('ends at an interrupt with what it found until then', async () => {
    const long = {...JSON.parse(SCENARIO), durationMs: 604_800_000, traffic: {perSecond: 1000}};
    const {process, written} = consoleOf(JSON.stringify(long));
    const code = simulateCommand(['--scenario', '-', '--json'], process);
    setImmediate(() => process.emit('SIGINT'));
    expect(await code).to.equal(1);
    expect(written.stderr).to.equal('Interrupted: the numbers are those of the time until then.\n');
    expect(process.listenerCount('SIGINT')).to.equal(0);
    const {results} = JSON.parse(written.stdout) as {
      results: {name: string; interrupted: boolean; durationMs: number}[];
    };
    expect(results.map(({name, interrupted}) => [name, interrupted])).to.deep.equal([['no policy', true]]);
    expect(results[0]!.durationMs).to.be.within(1, 604_799_999);
  });
});
