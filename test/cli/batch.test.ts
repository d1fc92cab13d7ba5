/** `steadfetch batch`, as a user runs it, against a real server. */
import {existsSync, mkdirSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {CountingServer, killAndResume} from './killed.ts';
import {ended, Workplace} from './running.ts';

describe('steadfetch batch', () => {
  let place: Workplace;
  let server: LoopbackServer;
  const SECRET = 's3cr3t-of-the-test';

  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());
  beforeEach(() => {
    place = new Workplace();
    place.write(
      'policy.json',
      '{"idempotentMethods": ["POST"], "backoff": {"kind": "constant", "delayMs": 1, "jitter": "none"}}',
    );
  });
  afterEach(() => place.remove());

  /** Joins the lines to a place of the server. */
  const args = (url: string, ...more: string[]): string[] => [
    'batch',
    'requests.jsonl',
    '--url',
    url,
    '--policy',
    'policy.json',
    '--out',
    'results.jsonl',
    ...more,
  ];

  it('writes one line for each request, in the shape of the batch APIs, and exits with 0', async () => {
    const at = server.place(503, {headers: {'x-request-id': 'abc'}, body: '{"label":"cat"}'});
    place.writeRequests('requests.jsonl', [{a: 1}, {a: 2}]);
    const {code, stderr, stdout} = await place.call(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is for the command to fill in.
      args(at.url, '--header', 'Authorization: Bearer ${TOKEN}', '--concurrency', '1', '--ordered'),
      {TOKEN: SECRET},
    );
    expect(stderr).to.include('2 of 2 succeeded, 0 failed');
    expect(code).to.equal(0);
    expect(stdout).to.equal('');
    const [first, second] = place.results('results.jsonl');
    expect(first).to.deep.include({
      custom_id: 'r-0',
      response: {status_code: 200, request_id: 'abc', body: {label: 'cat'}},
      error: null,
    });
    expect(first!.id)
      .to.match(/^batch_req_[0-9a-f]{32}$/)
      .and.not.equal(second!.id);
    expect(at.requests.map(({method, path}) => `${method} ${path}`)).to.deep.equal(
      Array(3).fill(`POST /${at.url.split('/').at(-1)}/v1/x`),
    );
    expect(at.bodies).to.deep.equal(['{"a":1}', '{"a":1}', '{"a":2}']);
    expect(at.header('authorization')).to.deep.equal(Array(3).fill(`Bearer ${SECRET}`));
    expect(at.header('content-type')).to.deep.equal(Array(3).fill('application/json'));
    for (const name of readdirSync(place.folder)) expect(place.read(name)).not.to.include(SECRET);
    expect(stderr).not.to.include(SECRET);
    expect(existsSync(join(place.folder, 'results.errors.jsonl'))).to.equal(false);
  });

  it('repeats the failed lines in the errors file, answers duplicates once, and exits with 1', async () => {
    const at = server.place((response, {body}) => {
      const bad = body.toString().includes('bad');
      response
        .writeHead(bad ? 400 : 200, {'content-type': 'application/json'})
        .end(bad ? '{"error":"no"}' : '{"ok":1}');
    });
    place.writeRequests('requests.jsonl', [{x: 'good'}, {x: 'bad'}, {x: 'good'}]);
    const {code, stderr} = await place.call(args(at.url));
    expect(code).to.equal(1);
    expect(at.requests).to.have.length(2);
    const results = place.results('results.jsonl');
    expect(results.map(({custom_id}) => custom_id).sort()).to.deep.equal(['r-0', 'r-1', 'r-2']);
    const failed = results.filter(({error}) => error !== null);
    const whole = {...failed[0], method: 'POST', url: '/v1/x', body: {x: 'bad'}};
    expect(place.results('results.errors.jsonl')).to.deep.equal([whole]);
    expect(failed[0]).to.deep.include({
      custom_id: 'r-1',
      response: {status_code: 400, request_id: null, body: {error: 'no'}},
      error: {code: '400', message: '400 is not transient'},
    });
    expect(stderr)
      .to.match(/2 of 3 succeeded, 1 failed/)
      .and.match(/failed +400 \(1\)/)
      .and.match(/duplicates +1, answered once/);
  });

  for (const status of [302, 307])
    it(`follows no redirect: a ${status} is a failure, and neither headers nor body reach another server`, async () => {
      const other = await LoopbackServer.start();
      try {
        const login = other.place(200);
        const at = server.place({status, headers: {location: `${login.url}/login?token=${SECRET}`}, body: '{}'});
        place.writeRequests('requests.jsonl', [{card: SECRET}]);
        const {code, stderr} = await place.call(args(at.url, '--header', `x-api-key: ${SECRET}`));
        expect(code).to.equal(1);
        expect(login.requests).to.be.empty;
        expect(at.requests).to.have.length(1);
        const [result] = place.results('results.jsonl');
        expect(result!.response).to.include({status_code: status});
        expect(result!.error!.code).to.equal(String(status));
        expect(result!.error!.message).to.include(`${other.origin}/`).and.not.include(SECRET);
        expect(stderr).to.include('0 of 1 succeeded').and.include('into --url');
      } finally {
        await other.close();
      }
    });

  it('counts a POST that a redirect would turn into GET /login as a failure', async () => {
    const login = server.place(200);
    const moved = server.place({status: 302, headers: {location: login.url}});
    place.writeRequests('requests.jsonl', [{a: 1}]);
    expect((await place.call(args(moved.url))).code).to.equal(1);
    expect(login.requests).to.be.empty;
  });

  it('says what to do if a POST may have been processed', async () => {
    const at = server.place(503);
    place.writeRequests('requests.jsonl', [{a: 1}]);
    const command = ['batch', 'requests.jsonl', '--url', at.url, '--out', 'results.jsonl'];
    const {code, stderr} = await place.call(command);
    expect(code).to.equal(1);
    expect(at.requests).to.have.length(1);
    expect(stderr).to.include('503, may-have-acted (1)').and.include('"idempotentMethods": ["POST"]');
    for (const line of stderr.split('\n')) expect(line.length, line).to.be.at.most(80);
  });

  it('then sends with --resume only the requests that the policy now allows to send twice', async () => {
    let isWell = false;
    const at = server.place((response, {body}) => {
      const status = body.toString().includes('bad') ? 400 : isWell || body.toString().includes('good') ? 200 : 503;
      response.writeHead(status).end('1');
    });
    place.writeRequests('requests.jsonl', [{x: 'good'}, {x: 'bad'}, {x: 'busy 1'}, {x: 'busy 2'}]);
    const once = ['batch', 'requests.jsonl', '--url', at.url, '--out', 'results.jsonl'];
    const first = await place.call(once);
    expect(first.stderr)
      .to.include('may-have-acted (2)')
      .and.include('--retry-failed sends all failed requests again (3).');
    isWell = true;
    const same = await place.call([...once, '--resume']);
    expect([same.code, at.requests.length], 'under the same policy').to.deep.equal([1, 4]);
    const again = await place.call([...args(at.url), '--resume']);
    expect(again.stderr)
      .to.include('3 of 4 succeeded')
      .and.match(/sent again +2 that failed in an earlier run/);
    expect(at.bodies.slice(4).sort()).to.deep.equal(['{"x":"busy 1"}', '{"x":"busy 2"}']);
    const rest = await place.call([...args(at.url), '--retry-failed']);
    expect(rest.code).to.equal(1);
    expect(at.bodies.slice(6)).to.deep.equal(['{"x":"bad"}']);
    expect(place.results('results.errors.jsonl')).to.have.length(1);
  });

  it('accepts a preset as the policy, and lists the presets', async () => {
    const at = server.place(503, 200);
    place.write('requests.jsonl', '{"custom_id":"a","url":"/v1/embeddings","body":{}}\n');
    const command = ['batch', 'requests.jsonl', '--url', at.url, '--out', 'results.jsonl', '--policy'];
    const wrong = await place.call([...command, 'steadfetch:lmm']);
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.include(
      '--policy is "steadfetch:lmm", which is not a preset; did you mean "steadfetch:llm"?',
    );
    const {code, stderr} = await place.call([...command, 'steadfetch:llm']);
    expect(code, stderr).to.equal(0);
    expect(at.requests).to.have.length(2);
  });

  it('warns with --dry-run of requests that are sent once', async () => {
    const at = server.place(200);
    place.write(
      'requests.jsonl',
      ['POST', 'POST', 'PUT', 'GET']
        .map((method, n) => JSON.stringify({custom_id: `${n}`, method, url: '/x'}))
        .join('\n'),
    );
    const once = ['batch', 'requests.jsonl', '--url', at.url, '--out', 'results.jsonl', '--dry-run'];
    const {stdout} = await place.call(once);
    expect(stdout)
      .to.include('Warning: 2 of 4 requests are sent once under this policy.')
      .and.include('"idempotency": {}');
    for (const line of stdout.split('\n')) expect(line.length, line).to.be.at.most(80);
    expect((await place.call([...args(at.url), '--dry-run'])).stdout, 'PUT and GET').to.include('Warning: 2 of 4');
    place.write('keyed.json', '{"idempotency": {}}');
    expect((await place.call([...once, '--policy', 'keyed.json'])).stdout).not.to.include('Warning');
    expect(at.requests).to.be.empty;
  });

  it('reports a refused connection, and sends the request again with --resume', async () => {
    const gone = await LoopbackServer.start();
    const {origin} = gone;
    await gone.close();
    place.writeRequests('requests.jsonl', [{a: 1}]);
    const first = await place.call(args(origin));
    expect(first.code).to.equal(1);
    expect(place.results('results.jsonl')[0]).to.deep.include({response: null});
    expect(place.results('results.jsonl')[0]!.error?.code).to.equal('ECONNREFUSED');
    expect(first.stderr).to.include('--resume sends the 1 for which that can help');
    expect((await place.call(args(server.place(200).url, '--resume'))).code).to.equal(0);
    expect(existsSync(join(place.folder, 'results.errors.jsonl'))).to.equal(false);
  });

  it('shows the message of an error without a code in the summary', async () => {
    place.writeRequests('requests.jsonl', [{a: 1}]);
    const {stderr} = await place.call(args('http://127.0.0.1:9'));
    expect(stderr).to.match(/failed +TypeError \(1\)\n +such as TypeError: fetch failed: bad port\n/);
  });

  it('does not overwrite a run by mistake, continues it with --resume, and starts a new one otherwise', async () => {
    const at = server.place(200);
    place.writeRequests('requests.jsonl', [{a: 1}, {a: 2}]);
    expect((await place.call(args(at.url, '--resume'))).code).to.equal(0);
    const results = place.read('results.jsonl');
    const again = await place.call(args(at.url));
    expect(again.code).to.equal(2);
    expect(again.stderr).to.match(/results\.jsonl\.journal holds 2 results of an earlier run.*add --resume\.\n$/);
    expect(place.read('results.jsonl'), 'untouched').to.equal(results);
    expect((await place.call(args(server.place(500).url, '--resume'))).code, 'through another base').to.equal(0);
    expect(place.read('results.jsonl').split('\n').sort()).to.deep.equal(results.split('\n').sort());
    expect(at.requests).to.have.length(2);
  });

  it('does not send everything again if a resumed run would name the requests differently', async () => {
    const at = server.place(200);
    place.writeRequests('requests.jsonl', [{a: 1}, {a: 2}]);
    expect((await place.call(args(at.url))).code).to.equal(0);
    const {code, stderr} = await place.call(args(at.url, '--resume', '--no-dedupe'));
    expect(code).to.equal(2);
    expect(stderr).to.match(/names items by their content, and this run names them by their custom_id/);
    expect(at.requests).to.have.length(2);
  });

  it('finishes the attempts in flight at Ctrl-C, and leaves the rest for --resume', async () => {
    let release: () => void = () => {};
    const at = server.place(response => {
      release = () => response.writeHead(200).end('late');
    }, 200);
    place.writeRequests('requests.jsonl', [{a: 1}, {a: 2}, {a: 3}]);
    const child = place.start(args(at.url, '--concurrency', '1'));
    const finished = ended(child);
    await at.arrived(1);
    const printed = new Promise<void>(resolve =>
      child.stderr!.on('data', chunk => String(chunk).includes('nothing more is sent') && resolve()),
    );
    child.kill('SIGINT');
    await printed;
    release();
    const {code, stderr} = await finished;
    expect(code).to.equal(1);
    expect(at.requests).to.have.length(1);
    expect(stderr).to.include('1 of 3 succeeded, 0 failed').and.include('without result  2: the batch was stopped');
    expect((await place.call(args(at.url, '--resume'))).code).to.equal(0);
    expect(at.requests).to.have.length(3);
    expect(place.results('results.jsonl')).to.have.length(3);
  });

  it('checks everything with --dry-run, and sends nothing', async () => {
    const at = server.place(200);
    place.writeRequests('requests.jsonl', [{a: 1}, {a: 2}]);
    const {code, stdout} = await place.call(args(at.url, '--dry-run', '--header', `x-secret: ${SECRET}`));
    expect(code).to.equal(0);
    expect(stdout)
      .to.include('2 requests')
      .and.include('x-secret')
      .and.include('Nothing was sent.')
      .and.not.include(SECRET);
    expect(at.requests).to.be.empty;
    expect(readdirSync(place.folder).sort()).to.deep.equal(['policy.json', 'requests.jsonl']);
  });

  it('takes a BOM, blank lines, CRLF, U+2028 inside a string, GETs, and a last line without an end', async () => {
    const at = server.place(200);
    const lines = [
      '\uFEFF{"custom_id":"1","url":"v1/a","body":"x\u2028y"}',
      '',
      '{"custom_id":"2","method":"get","url":"/v1/b?q=1"}',
    ];
    place.write('requests.jsonl', lines.join('\r\n'));
    expect((await place.call(args(at.url, '--ordered', '--concurrency', '1'))).code).to.equal(0);
    expect(at.requests.map(({method, path}) => `${method} /${path.split('/').slice(2).join('/')}`)).to.deep.equal([
      'POST /v1/a',
      'GET /v1/b?q=1',
    ]);
    expect(at.bodies).to.deep.equal(['"x\u2028y"', '']);
  });

  it('names file, line and column of every wrong request, and sends none', async () => {
    const at = server.place(200);
    const wrong = [
      '{"custom_id":"a","url":"/x"}',
      '{"custom_id":"a","url":"/x"}',
      '{"custom_id":"b","url":"https://evil.test/x"}',
      '{"custom_id": "c", url: 3}',
      '[]',
      '{"custom_id":"","url":"/x"}',
      '{"custom_id":"d"}',
      '{"custom_id":"e","url":"/x","method":"GET","body":{}}',
    ];
    place.write('requests.jsonl', wrong.join('\n'));
    const {code, stderr} = await place.call(args(at.url));
    expect(code).to.equal(2);
    expect(stderr.trimEnd().split('\n')).to.deep.equal([
      'requests.jsonl:2: custom_id "a" is already used in line 1',
      `requests.jsonl:3: url leads to https://evil.test, and not to ${server.origin}`,
      'requests.jsonl:4:20: not JSON: Expected double-quoted property name',
      'requests.jsonl:5: a request must be an object',
      'requests.jsonl:6: custom_id must be a string that is not empty, got ""',
      'requests.jsonl:7: url must be a path such as "/v1/embeddings", got nothing',
      'requests.jsonl:8: a GET carries no body',
      'Nothing was sent.',
    ]);
    expect(at.requests).to.be.empty;
  });

  it('reports in one sentence that a file cannot be written', async () => {
    place.writeRequests('requests.jsonl', [{a: 1}]);
    const at = server.place(200);
    const base = ['batch', 'requests.jsonl', '--url', at.url, '--out'];
    const nowhere = await place.call([...base, 'none/results.jsonl']);
    expect(nowhere).to.include({code: 1, stderr: 'The journal none/results.jsonl.journal cannot be used: ENOENT.\n'});
    expect(at.requests).to.be.empty;
    mkdirSync(join(place.folder, 'results.jsonl'));
    const folder = await place.call([...base, 'results.jsonl']);
    expect(folder).to.include({code: 2, stderr: 'results.jsonl is a directory. Name a file.\n'});
    expect(at.requests).to.be.empty;
  });

  it('exits with 2 and one clear sentence for a usage error', async () => {
    for (const [given, message] of [
      [[], /batch +Send every line/],
      [['batch', 'no.jsonl', '--url', 'http://x', '--out', 'o'], /^no\.jsonl does not exist\.\n$/],
    ] as const) {
      const {code, stderr} = await place.call(given);
      expect(code).to.equal(2);
      expect(stderr).to.match(message);
    }
  });

  it('says in its help which files are written, in 80 columns', async () => {
    const {stdout} = await place.call(['batch', '--help']);
    for (const file of ['<out>', '<errors>', '<out>.errors.jsonl', '<out>.journal', '<journal>.lock'])
      expect(stdout).to.include(file);
    for (const line of stdout.split('\n')) expect(line.length, line).to.be.at.most(80);
  });

  it('prints its version and its help', async () => {
    expect((await place.call(['--version'])).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    const {code, stdout} = await place.call(['batch', '--help']);
    expect(code).to.equal(0);
    expect(stdout).to.include('steadfetch batch <requests.jsonl>');
  });

  it('continues after a kill at any moment: one result each, no journalled request is sent again, no key changes', async () => {
    const random = seededRandom(7);
    const counting = await CountingServer.start(random);
    try {
      await killAndResume(place, counting, 400, 2, random);
    } finally {
      await counting.close();
    }
  });
});
