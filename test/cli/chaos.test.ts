/** `steadfetch chaos` as a process: what it serves, what it prints, and how it ends. */
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import {type AddressInfo, connect} from 'node:net';
import {createInterface} from 'node:readline';
import {expect} from 'chai';
import {scenarioNames} from '../../src/simulate/scenario/read.ts';
import {ended, type Finished, linesOf, Workplace} from './running.ts';

const SCENARIO = JSON.stringify({
  name: 'mine',
  description: 'Nothing is answered before the tenth second.',
  durationMs: 20_000,
  traffic: {perSecond: 1},
  service: {
    latencyMs: {ms: 1},
    faults: [
      {status: 503, toMs: 10_000, ratio: 0.999, headers: [{name: 'retry-after', value: '10'}]},
      {kind: 'hang', fromMs: 10_000, ratio: 0.25},
    ],
  },
});

describe('steadfetch chaos', () => {
  const place = new Workplace();
  before(() => {
    place.write('mine.json', SCENARIO);
    place.write(
      'hang.json',
      JSON.stringify({...JSON.parse(SCENARIO), service: {latencyMs: {ms: 0}, faults: [{kind: 'hang'}]}}),
    );
    place.write('answer.json', '{"label": "cat"}');
  });
  after(() => place.remove());

  /** Starts it with `--json`, on a free port. */
  async function start(...args: string[]): Promise<{child: ChildProcess; url: string; end(): Promise<Finished>}> {
    const child = place.start(['chaos', ...args, '--port', '0', '--json']);
    const lines: string[] = [];
    const reader = createInterface({input: child.stdout!}).on('line', line => lines.push(line));
    const [first] = (await once(reader, 'line')) as [string];
    const {url} = JSON.parse(first) as {url: string};
    const end = async (): Promise<Finished> => {
      child.kill('SIGINT');
      const [code] = (await once(child, 'close')) as [number];
      return {code, stdout: lines.join('\n'), stderr: ''};
    };
    return {child, url, end};
  }

  /** Sends what is no request, and waits for its refusal. */
  async function refused(url: string): Promise<void> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').end('no request\r\n\r\n');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).to.match(/^HTTP\/1.1 400 /);
    socket.destroy();
  }

  it('serves the scenario, and prints what it served when it is interrupted', async () => {
    const child = place.start(['chaos', 'mine.json', '--port', '0', '--seed', '5']);
    const finished = ended(child);
    const intro = await printed(child);
    expect(intro).to.match(
      /^mine: Nothing is answered before the tenth second\.\n {2}from 0 s to 10 s, 99\.9 % of the requests: 503\n {2}from 10 s, 25 % of the requests: no answer\nListening on http:\/\/127\.0\.0\.1:\d+, seed 5\. Time begins with the first request\.\nCtrl-C ends it\.\n$/,
    );
    const {status, headers} = await fetch(/http:[\d./:]+\d/.exec(intro)![0]);
    expect([status, headers.get('retry-after')]).to.deep.equal([503, '10']);
    child.kill('SIGINT');
    const {code, stdout} = await finished;
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/^mine: 0:0\d of its time\nrequests received +1\n/)
      .and.match(/\nanswered 503 +1\n/);
    for (const line of `${intro}${stdout}`.split('\n')) expect(line.length, line).to.be.at.most(80);
  });

  it('writes lines of JSON, from a scenario of its name, with a body and a seed', async () => {
    const startedAt = performance.now();
    const {url, end} = await start('steady', '--body', 'answer.json', '--seed', '7');
    expect(await (await fetch(url)).json()).to.deep.equal({label: 'cat'});
    const {code, stdout} = await end();
    const [first, last] = linesOf(stdout) as Record<string, unknown>[];
    expect(code).to.equal(0);
    expect(first).to.deep.equal({
      type: 'listening',
      scenario: 'steady',
      url,
      endpoints: [],
      seed: 7,
      timeFrom: 'first-request',
    });
    expect(last).to.deep.include({type: 'summary', scenario: 'steady', received: 1, processed: 1, statuses: {200: 1}});
    // No timer can be later than the process is old.
    const {p99, max} = last!.lateMs as {p99: number; max: number};
    expect(p99).to.be.within(0, max);
    expect(max).to.be.below(performance.now() - startedAt);
  });

  it('serves each endpoint at a port of its own, and prints what each served', async () => {
    place.write(
      'regions.json',
      JSON.stringify({
        ...JSON.parse(SCENARIO),
        service: {latencyMs: {ms: 1}},
        endpoints: [{name: 'eu', service: {latencyMs: {ms: 1}, faults: [{status: 503}]}}, {name: 'us'}],
      }),
    );
    const child = place.start(['chaos', 'regions.json', '--port', '0']);
    const finished = ended(child);
    const intro = await printed(child);
    const [eu, us, ...more] = intro.match(/http:[\d./:]+\d/g)!;
    expect(more).to.deep.equal([]);
    expect(intro.split('\n')).to.include.members([`eu on ${eu}`, '  always, every request: 503', `us on ${us}`]);
    expect([(await fetch(eu!)).status, (await fetch(us!)).status, (await fetch(us!)).status]).to.deep.equal([
      503, 200, 200,
    ]);
    child.kill('SIGINT');
    const lines = (await finished).stdout.split('\n');
    expect(lines).to.include.members([
      'eu | 1 received | 503: 1 | 0 waiting | 0 processed | 0 refused',
      'us | 2 received | 200: 2 | 0 waiting | 2 processed | 0 refused',
    ]);
    expect(lines.find(line => line.startsWith('requests received'))).to.match(/ 3$/);
  });

  it('ends at once although a request hangs', async () => {
    const {url, end} = await start('hang.json');
    const hanging = fetch(url).catch((error: Error) => error.message);
    await fetch(`${url}/other`, {signal: AbortSignal.timeout(50)}).catch(() => {}); // The first request is there by then.
    await refused(url); // The server has seen by then that the second request was aborted.
    const {code, stdout} = await end();
    expect([code, await hanging]).to.deep.equal([0, 'fetch failed']);
    expect((linesOf(stdout) as object[]).at(-1)).to.deep.include({received: 2, waiting: 1, abandoned: 1});
  });

  it('reads the scenario from standard input, and counts its time from the start where that is asked for', async () => {
    const child = place.start(['chaos', '-', '--port', '0', '--time-from', 'start'], {}, ['pipe', 'pipe', 'pipe']);
    const finished = ended(child);
    const intro = printed(child);
    child.stdin!.end(SCENARIO);
    expect(await intro).to.contain('Time begins now.');
    child.kill('SIGTERM');
    expect((await finished).code).to.equal(0);
  });

  it('prints that no request came', async () => {
    const child = place.start(['chaos', 'mine.json', '--port', '0']);
    const finished = ended(child);
    await printed(child);
    child.kill('SIGINT');
    expect((await finished).stdout).to.equal('mine: no request came.\n');
  });

  it('names every scenario in its help', async () => {
    const {stdout} = await place.call(['chaos', '--help']);
    expect(scenarioNames).not.to.be.empty;
    for (const name of scenarioNames) expect(stdout).to.contain(name);
    for (const line of stdout.split('\n')) expect(line.length).to.be.at.most(80);
  });

  it('refuses a port in use', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const {port} = other.address() as AddressInfo;
    const {code, stderr} = await place.call(['chaos', 'steady', '--port', String(port)]);
    other.close();
    expect([code, stderr]).to.deep.equal([
      2,
      `Cannot listen on port ${port} of 127.0.0.1: it is in use. Name another one with --port, or 0 for any free one. Nothing was started.\n`,
    ]);
  });

  for (const [title, args, message] of [
    ['no scenario', [], 'Missing the scenario: give the name of one, such as outage, or a file.\n'],
    ['two scenarios', ['steady', 'outage'], 'One scenario, not 2: steady, outage.\n'],
    ['a misspelt scenario', ['outge'], 'The scenario: "outge" is not the name of a scenario; did you mean "outage"?\n'],
    [
      'a port that is none',
      ['steady', '--port', '99999'],
      '--port must be a whole number from 0 to 65535, got "99999".\n',
    ],
    [
      'an address of others without consent',
      ['steady', '--host', '0.0.0.0'],
      '--host 0.0.0.0 lets other machines reach this server, which answers everyone.\nAdd --yes if they may.\nNothing was started.\n',
    ],
    [
      'a body that is not JSON',
      ['steady', '--body', 'mine.txt'],
      'The body mine.txt cannot be read: there is no such file.\n',
    ],
    [
      'two standard inputs',
      ['-', '--body', '-'],
      'Only one of the scenario and the body can be read from standard input (-).\n',
    ],
    ['a time that is none', ['steady', '--body-ms', 'soon'], '--body-ms must be a number of at least 0, got "soon".\n'],
    ['a bandwidth of 0', ['steady', '--bandwidth', '0'], '--bandwidth must be a number above 0, got "0".\n'],
    [
      'a bandwidth with a unit',
      ['steady', '--total-bandwidth', '1MB'],
      '--total-bandwidth must be a number above 0, got "1MB".\n',
    ],
  ] as const)
    it(`refuses ${title}`, async () => {
      expect(await place.call(['chaos', ...args])).to.deep.equal({code: 2, stdout: '', stderr: message});
    });
});

/** What it writes to standard error until it listens. */
function printed(child: ChildProcess): Promise<string> {
  let text = '';
  return new Promise(resolve => {
    child.stderr!.on('data', chunk => {
      text += String(chunk);
      if (/\bends\sit\.\n$/.test(text)) resolve(text);
    });
  });
}
