/** `steadfetch measure`, as a user runs it, against a real server. */
import {once} from 'node:events';
import type {ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import {text} from 'node:stream/consumers';
import {expect} from 'chai';
import type {Measurement} from '../../src/measure/measurement.ts';
import {type Answer, deadUrl, LoopbackServer, type Place} from '../support/loopback-server.ts';
import {ended, type Finished, Workplace} from './running.ts';

const SECRET = 's3cr3t-of-the-test';

describe('steadfetch measure', () => {
  let place: Workplace;
  let server: LoopbackServer;

  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());
  beforeEach(() => {
    place = new Workplace();
    place.write(
      'policy.json',
      '{"name": "brave", "budget": null, "breaker": null, "maxAttempts": 5, "backoff": {"kind": "constant", "delayMs": 1, "jitter": "none"}}',
    );
  });
  afterEach(() => place.remove());

  const run = (...args: string[]): Promise<Finished> =>
    place.call(['measure', '--policy', 'policy.json', '--rate', '200', '--yes', ...args]);

  async function measure(at: Place, ...args: string[]): Promise<Measurement> {
    const {code, stdout, stderr} = await run(at.url, '--json', ...args);
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout) as Measurement;
  }

  /** Each fifth request of a side meets with this; the others succeed. Only the policy writes an id. */
  function eachFifth(bad: (response: ServerResponse) => void): Place {
    const counts = {plain: 0, policy: 0};
    return server.place((response, {headers}) => {
      const side = headers['x-correlation-id'] === undefined ? 'plain' : 'policy';
      if (++counts[side] % 5 === 0) bad(response);
      else response.writeHead(200).end('fine');
    });
  }

  it('compares plain fetch and the policy on a server that answers 503 to one request in five', async () => {
    const at = eachFifth(response => response.writeHead(503).end());
    const {code, stdout, stderr} = await run(at.url, '--count', '60');
    expect(code, stderr).to.equal(0);
    expect(stdout)
      .to.match(
        /^GET http:\/\/127\.0\.0\.1:\d+\/p\d+, policy brave\n60 calls each, in turn, 200 requests a second in all/,
      )
      .and.match(/\ncalls that succeeded +48 of 60, 80\.0 % +60 of 60, 100\.0 %\n/)
      .and.match(/\n {2}P99 +failed +[\d.,]+ ms \([\d.,]+ (?:to [\d.,]+|or more)\)\n/)
      .and.match(/\n {2}plain fetch +200 \(48\), 503 \(12\)\n/)
      .and.match(/\n +failed +█+ 12\n/)
      .and.match(/That is more\s+than chance\.\n$/);
    for (const line of `${stdout}${stderr}`.split('\n')) expect(line.length, line).to.be.at.most(80);
  });

  it('writes a page with charts, beside the text or the JSON, or alone to standard output', async () => {
    const at = eachFifth(response => response.writeHead(503).end());
    const {code, stdout} = await run(at.url, '--count', '10', '--html', 'page.html');
    const page = place.read('page.html');
    expect([code, stdout.includes('calls that succeeded')]).to.deep.equal([0, true]);
    expect(page).to.include('<td>8 of 10, 80.0 %</td><td>10 of 10, 100.0 %</td>').and.include('Failed calls by their');
    expect(JSON.parse((await run(at.url, '--count', '1', '--json', '--html', 'page.html')).stdout)).to.include({
      count: 1,
    });
    expect(place.read('page.html'), 'a page is written anew').to.include('<td>1 of 1, 100.0 %</td>');
    expect((await run(at.url, '--count', '1', '--html', '-')).stdout).to.match(/^<!doctype html>.*<\/html>\n$/s);
  });

  it('refuses a page that cannot be written before anything is sent', async () => {
    const at = server.place(200);
    const {code, stderr} = await run(at.url, '--html', 'none/page.html');
    expect([code, stderr]).to.deep.equal([2, '--html none/page.html: there is no directory none.\n']);
    expect(at.requests).to.be.empty;
  });

  it('finds no gain on a steady server, and exits with 0', async () => {
    const at = server.place(200);
    const {plain, policy, difference, isComplete} = await measure(at, '--count', '20');
    expect([plain.succeeded, policy.succeeded, isComplete]).to.deep.equal([20, 20, true]);
    expect(difference).to.deep.include({ratio: 0, isMoreThanChance: false});
    expect(at.requests, 'the first request of each side is not counted').to.have.length(42);
    expect(policy.requests).to.equal(20);
  });

  it('measures the whole time of slow answers', async () => {
    const at = server.place(response => {
      response.writeHead(200).write('the beginning');
      setTimeout(() => response.end('the end'), 150);
    });
    const {plain, policy} = await measure(at, '--count', '5');
    for (const side of [plain, policy]) expect(side.latencyMs!.p50).to.be.within(145, 1500);
  });

  it('counts connections that are reset, and has them retried under the policy', async () => {
    const at = eachFifth(({socket}) => (socket as Socket).resetAndDestroy());
    const {plain, policy} = await measure(at, '--count', '40');
    expect(plain.failures).to.deep.equal([{failure: 'ECONNRESET', calls: 8, message: null}]);
    expect(policy).to.deep.include({succeeded: 40, failures: []});
    // A request in five is reset, so that 40 answers take 50. How many calls that hits, and which of them twice, is a matter of order.
    expect(policy.requests).to.be.within(49, 50);
    expect(policy.retriedAndSucceeded).to.be.within(1, 10);
  });

  it('ends calls that hang: plain fetch after --deadline, the policy by its own limits', async () => {
    place.write(
      'policy.json',
      '{"maxAttempts": 2, "attemptTimeoutMs": 200, "backoff": {"kind": "constant", "delayMs": 1}}',
    );
    const {plain, policy} = await measure(server.place('hang'), '--count', '2', '--deadline', '300');
    expect(plain.failures).to.deep.equal([{failure: 'attempt timeout', calls: 2, message: null}]);
    for (const {durationMs} of plain.calls) expect(durationMs).to.be.within(299, 1900);
    expect(policy.failures.map(({failure}) => failure)).to.deep.equal(['attempt timeout, attempts-exhausted']);
    expect(policy.requests).to.equal(4);
  });

  it('says nothing but the result with --quiet', async () => {
    place.write('policy.json', '{}');
    const {code, stdout, stderr} = await place.call([
      ...[
        'measure',
        server.place(200).url,
        '--policy',
        'policy.json',
        '--count',
        '1',
        '--rate',
        '200',
        '--yes',
        '--quiet',
      ],
    ]);
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout).not.to.equal('');
  });

  it('measures a server that is not there', async () => {
    const {code, stdout} = await run(await deadUrl(), '--count', '3');
    expect(code).to.equal(0);
    expect(stdout).to.include('ECONNREFUSED (3)').and.include('Every call failed on both sides');
  });

  it('follows no redirect, so that headers reach no other server', async () => {
    const other = server.place(200);
    const at = server.place({status: 302, headers: {location: other.url}});
    const {stdout} = await run(at.url, '--count', '2', '--header', `authorization: ${SECRET}`);
    expect(other.requests).to.be.empty;
    expect(stdout).to.include('302 (2)').and.include('Redirects are failures here');
  });

  it('sends headers, with secrets from the environment, and prints none of them', async () => {
    const at = server.place(401);
    const {stdout, stderr} = await place.call(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is for the command to fill in.
      ['measure', `${at.url}?key=${SECRET}`, '--count', '2', '--header', 'Authorization: Bearer ${TOKEN}', '--json'],
      {TOKEN: SECRET},
    );
    expect(at.header('authorization')).to.deep.equal(Array(6).fill(`Bearer ${SECRET}`));
    expect(at.requests[0]!.path).to.include(SECRET);
    expect(`${stdout}${stderr}`).not.to.include(SECRET);
  });

  it('sends the requests of a file, or of standard input, in order', async () => {
    const at = server.place(200);
    place.write(
      'requests.jsonl',
      ['/a', '/b?q=1'].map((url, n) => JSON.stringify({custom_id: `${n}`, method: 'GET', url})).join('\n'),
    );
    // So slow that no request overtakes another one, also on a busy machine.
    const slowly = ['measure', '--policy', 'policy.json', '--rate', '10'];
    const fromFile = await place.call([...slowly, 'requests.jsonl', '--url', at.url, '--count', '3']);
    expect(fromFile.stdout).to.match(/^2 requests of requests\.jsonl to http/);
    const name = new URL(at.url).pathname;
    const paths = at.requests.map(({path}) => path.slice(name.length));
    expect(paths).to.deep.equal(['/a', '/a', '/a', '/a', '/b?q=1', '/b?q=1', '/a', '/a']);
    const child = place.start(['measure', '-', '--url', at.url, '--count', '1', '--rate', '20'], {}, [
      'pipe',
      'pipe',
      'pipe',
    ]);
    child.stdin!.end(place.read('requests.jsonl'));
    const {code, stdout} = await ended(child);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^the first 1 of 2 requests of standard input to http/);
  });

  it('refuses methods that may change something, and sends them with --allow-unsafe', async () => {
    const at = server.place(200);
    place.writeRequests('requests.jsonl', [{a: 1}]);
    const refused = await run('requests.jsonl', '--url', at.url, '--count', '3');
    expect(refused.code).to.equal(2);
    expect(refused.stderr)
      .to.match(/^POST may change something on the server/)
      .and.match(/8\s+calls\s+and\s+their\s+retries/)
      .and.include('--allow-unsafe')
      .and.include('Nothing was sent.');
    expect(at.requests).to.be.empty;
    const {code} = await run('requests.jsonl', '--url', at.url, '--count', '3', '--allow-unsafe');
    expect(code).to.equal(0);
    expect(at.bodies).to.deep.equal(Array(8).fill('{"a":1}'));
    expect(at.header('content-type')).to.deep.equal(Array(8).fill('application/json'));
  });

  it('refuses more than 500 calls or 20 a second without --yes, and names host and load', async () => {
    const at = server.place(200);
    const {host} = new URL(at.url);
    for (const [option, value, load] of [
      ['--rate', '21', '102 calls to HOST at 21 a second'],
      ['--count', '251', '504 calls to HOST at 5 a second'],
    ] as const) {
      const {code, stderr} = await place.call(['measure', at.url, option, value]);
      expect(code).to.equal(2);
      expect(stderr).to.include(load.replace('HOST', host)).and.include('--yes').and.include('Nothing was sent.');
      for (const line of stderr.split('\n')) expect(line.length, line).to.be.at.most(80);
    }
    expect(at.requests).to.be.empty;
  });

  it('prints what it has at Ctrl-C, after the calls in flight have ended, and exits with 1', async () => {
    let release: () => void = () => {};
    const slow: Answer = response => {
      release = () => response.writeHead(200).end('late');
    };
    const at = server.place(...Array<Answer>(6).fill(200), slow, 200);
    const child = place.start(['measure', at.url, '--rate', '10', '--json']);
    const finished = ended(child);
    await at.arrived(7);
    const said = new Promise<void>(resolve =>
      child.stderr!.on('data', chunk => String(chunk).includes('waiting for the calls in flight') && resolve()),
    );
    child.kill('SIGINT');
    await said;
    release();
    const {code, stdout} = await finished;
    const {isComplete, plain, policy} = JSON.parse(stdout) as Measurement;
    expect([code, isComplete]).to.deep.equal([1, false]);
    expect(plain.succeeded + policy.succeeded).to.equal(at.requests.length - 2);
    expect(plain.cutOff + policy.cutOff).to.equal(0);
  });

  it('cuts off the calls in flight at the second Ctrl-C, and prints what it has without them', async () => {
    const at = server.place(...Array<Answer>(6).fill(200), 'hang');
    const child = place.start(['measure', at.url, '--rate', '10']);
    const finished = ended(child);
    await at.arrived(7);
    const said = new Promise<void>(resolve =>
      child.stderr!.on('data', chunk => String(chunk).includes('waiting for the calls in flight') && resolve()),
    );
    child.kill('SIGINT');
    await said;
    child.kill('SIGINT');
    const {code, stdout} = await finished;
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/\nStopped: [23] and [23] of 50 calls.*/)
      .and.include('Cut off and not counted: ');
  });

  it('says in one sentence that the reader of its output is gone', async () => {
    const at = server.place(200);
    const child = place.start(['measure', at.url, '--count', '1', '--rate', '20']);
    child.stdout!.destroy();
    const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
    expect(stderr).to.match(/\nCannot write to standard output: its reader has closed it\.\n$/);
    expect(code).to.equal(1);
  });

  it('fits its help into 80 columns', async () => {
    const {code, stdout} = await place.call(['measure', '--help']);
    expect(code).to.equal(0);
    expect(stdout).to.include('steadfetch measure <url>');
    for (const line of stdout.split('\n')) expect(line.length, line).to.be.at.most(80);
  });

  it('reports a policy that cannot run, and sends nothing', async () => {
    const at = server.place(200);
    place.write('wrong.json', '{"maxAttempts": 0}');
    const {code, stderr} = await place.call(['measure', at.url, '--policy', 'wrong.json']);
    expect(code).to.equal(2);
    expect(stderr).to.include('maxAttempts');
    expect(at.requests).to.be.empty;
  });
});
