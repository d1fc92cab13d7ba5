/** `steadfetch triage` as a process: options, widths, pipes, interrupts. */
import {once} from 'node:events';
import {readdirSync, readFileSync} from 'node:fs';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {ended, linesOf, Workplace} from './running.ts';

const FIXTURES = new URL('../triage/fixtures/', import.meta.url);
const fixture = (name: string): string => fileURLToPath(new URL(name, FIXTURES));
const LINE = '{"level":50,"req":{"method":"GET","url":"/a?token=x"},"res":{"statusCode":503}}\n';

describe('steadfetch triage', () => {
  const place = new Workplace();
  after(() => place.remove());

  for (const name of readdirSync(FIXTURES).filter(name => !name.endsWith('.json')))
    it(`prints ${name} in 80 columns`, async () => {
      const {code, stdout, stderr} = await place.call(['triage', fixture(name)]);
      // winston has lost five errors, of which it wrote only that a call failed.
      expect(code).to.equal(name === 'winston.log' ? 1 : 0);
      expect(stderr).to.equal('');
      const wide = stdout.split('\n').filter(line => line.length > 80);
      expect(wide).to.deep.equal([]);
      expect(stdout).to.include('steadfetch triage: ').and.not.to.include('SECRET');
    });

  it('names a cause without its target where the log has none', async () => {
    place.write('error.log', 'Error: connect ECONNREFUSED 127.0.0.1:80\n');
    const {stdout} = await place.call(['triage', 'error.log']);
    expect(stdout).to.match(/^ {2}causes +1 x green ECONNREFUSED, \?: retry$/m);
  });

  it('reads standard input and several logs, and names the log of each failure', async () => {
    place.write('a.log', LINE);
    place.write('b.log', `x\n${LINE}`);
    const {stdout} = await place.call(['triage', 'a.log', 'b.log', '--json']);
    const records = linesOf(stdout) as {type: string; file?: string; line?: number; failures?: number}[];
    expect(records.map(({type, file, line}) => [type, file, line])).to.deep.equal([
      ['failure', 'a.log', 1],
      ['failure', 'b.log', 2],
      ['summary', undefined, undefined],
    ]);
    const child = place.start(['triage', '-', '--json'], {}, ['pipe', 'pipe', 'pipe']);
    child.stdin!.end(LINE);
    const piped = linesOf(await text(child.stdout!)) as {line?: number}[];
    expect(piped[0]).to.include({line: 1});
  });

  it('says so where standard output is full', async function () {
    if (process.platform === 'win32') this.skip();
    place.write('full.log', LINE);
    const {code, stderr} = await ended(
      place.shell('"$0" --no-warnings "$@" > /dev/full', ['triage', 'full.log', '--json']),
    );
    expect(code).to.equal(1);
    expect(stderr).to.match(/^Cannot write to standard output: ENOSPC: [^\n]*\n$/);
  });

  it('writes records with every field of the guide', async () => {
    const {stdout} = await place.call([
      'triage',
      fixture('exercise.log'),
      '--json',
      '--policy',
      fixture('exercise.json'),
    ]);
    const [first] = linesOf(stdout) as object[];
    expect(first).to.deep.equal({
      type: 'failure',
      line: 1,
      at: '2026-11-24T10:15:01.000Z',
      format: 'JSON line',
      method: 'POST',
      target: 'https://ml.example/v1/predict',
      signal: '503',
      class: 'yellow',
      acted: 'maybe-processed',
      reason: '503',
      decision: 'retry-with-key',
      refusal: 'may-have-acted',
      rule: {name: 'RFC 9110 §9.2.2', source: 'https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2'},
      attempt: 2,
      nextWait: {
        minMs: 0,
        maxMs: 400,
        meanMs: 200,
        source: 'backoff',
        convention: 'c = min(20000, 200 * 2^(k-1)) = 400 ms after attempt k = 2, full jitter: 0 to c',
      },
      keyNeeded: true,
      confidence: 'medium',
      missing: ['idempotency key (as in the policy)', 'headers (no Retry-After assumed)'],
    });
  });

  it('writes only the summary on request, and nothing to report for an empty log', async () => {
    place.write('empty.log', '');
    const {code, stdout} = await place.call(['triage', 'empty.log', '--summary']);
    expect(code).to.equal(0);
    expect(stdout.trim()).to.equal('steadfetch triage: 0 failures');
  });

  for (const [args, message] of [
    [[], 'Missing log'],
    [['nothing.log'], 'nothing.log does not exist.'],
    [['.'], '. is a directory'],
    [['a.log', '--polcy', 'x'], 'did you mean --policy?'],
    [['a.log', '--policy', 'steadfetch:nothing'], 'steadfetch:nothing'],
  ] as const)
    it(`exits with 2 for ${['triage', ...args].join(' ')}`, async () => {
      place.write('a.log', LINE);
      const {code, stderr} = await place.call(['triage', ...args]);
      expect(code).to.equal(2);
      expect(stderr).to.include(message);
    });

  it('stops at an interrupt, and prints the summary of what it has read', async () => {
    const child = place.start(['triage', '-'], {}, ['pipe', 'pipe', 'pipe']);
    const output = ended(child);
    child.stdin!.write(LINE);
    await once(child.stdout!, 'data');
    child.kill('SIGINT');
    const {code, stdout, stderr} = await output;
    expect(stderr).to.equal('');
    expect(stdout).to.include('steadfetch triage: 1 failures in 1 lines, stopped before the end');
    expect(code).to.equal(1);
  });

  it('ends quietly where its reader goes away', async () => {
    place.write('long.log', LINE.repeat(20_000));
    const {code, stdout, stderr} = await ended(
      place.shell('"$0" --no-warnings "$@" | head -n 2', ['triage', 'long.log']),
    );
    expect(stderr).to.equal('');
    expect(stdout.split('\n')).to.have.length(3);
    expect(code).to.equal(0);
  });

  it('shows its help in 80 columns', async () => {
    const {stdout} = await place.call(['triage', '--help']);
    expect(stdout.split('\n').filter(line => line.length > 80)).to.deep.equal([]);
    expect(stdout).to.include('--policy');
  });

  it('is worked through in docs/guides/triage.md with its real output', async () => {
    const page = readFileSync(new URL('../../docs/guides/triage.md', import.meta.url), 'utf8');
    const {stdout} = await place.call(['triage', fixture('exercise.log'), '--policy', fixture('exercise.json')]);
    expect(page).to.include(readFileSync(fixture('exercise.log'), 'utf8'));
    expect(page).to.include(readFileSync(fixture('exercise.json'), 'utf8').trim());
    expect(page).to.include(stdout.trim());
    expect(stdout.trimEnd(), 'the last line is what to do').to.match(
      /2 need a key; 2 must not be\nretried \(2 need a fix\)\.$/,
    );
    for (const jitter of ['equal', 'decorrelated']) {
      place.write('policy.json', readFileSync(fixture('exercise.json'), 'utf8').replace('full', jitter));
      const other = await place.call(['triage', fixture('exercise.log'), '--summary', '--policy', 'policy.json']);
      const waits = /^ {2}waits +(.*) after/m.exec(other.stdout)![1]!;
      expect(page).to.include(`| ${jitter} | ${waits} |`);
    }
  });

  for (const [log, policy, ...options] of [
    ['exercise-2.log', 'exercise.json'],
    ['challenge.log', 'challenge.json', '--summary'],
  ] as const)
    it(`works ${log}, which other programs wrote, through in examples/triage/README.md`, async () => {
      const page = readFileSync(new URL('../../examples/triage/README.md', import.meta.url), 'utf8');
      const {code, stdout} = await place.call(['triage', fixture(log), '--policy', fixture(policy), ...options]);
      expect(code).to.equal(0);
      expect(page).to.include(readFileSync(fixture(log), 'utf8'));
      expect(page).to.include(readFileSync(fixture(policy), 'utf8').trim());
      expect(page).to.include(stdout.trim());
    });
});
