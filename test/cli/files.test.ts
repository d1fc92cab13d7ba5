/** Which file is which, and what may be written over. */
import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {expect} from 'chai';
import {Outputs} from '../../src/cli/outputs.ts';
import {UsageError} from '../../src/cli/usage-error.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {makeNullDevice} from '../support/null-device.ts';
import {ended, linesOf, Workplace} from './running.ts';

describe('the files of steadfetch batch', function () {
  this.timeout(60_000);
  let place: Workplace;
  let server: LoopbackServer;
  let at: ReturnType<LoopbackServer['place']>;

  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());
  beforeEach(() => {
    place = new Workplace();
    at = server.place(200);
    place.writeRequests('in.jsonl', [{a: 1}, {a: 2}]);
  });
  afterEach(() => place.remove());

  const path = (name: string): string => join(place.folder, name);
  const args = (...more: string[]): string[] => ['batch', 'in.jsonl', '--url', at.url, ...more];

  for (const [name, prepare, more, message] of [
    ['./in.jsonl', () => {}, ['--out', './in.jsonl'], /in\.jsonl is the file of the requests and of the results/],
    [
      'the journal',
      () => writeFileSync(path('o.jsonl.journal'), 'precious'),
      ['--out', 'o.jsonl', '--errors', 'o.jsonl.journal'],
      /o\.jsonl\.journal is the file of the errors and of the journal/,
    ],
  ] as const)
    it(`are not written over ${name}, and nothing is sent`, async () => {
      prepare();
      const contents = () => readdirSync(place.folder).map(file => [file, place.read(file)]);
      const before = contents();
      const {code, stderr} = await place.call(args(...more));
      expect(stderr).to.match(message);
      expect(code).to.equal(2);
      expect(contents()).to.deep.equal(before);
      expect(at.requests).to.be.empty;
    });

  it('can be read by their owner only, also where an earlier version left them open to all', async () => {
    const bad = server.place(400);
    for (const name of ['o.jsonl', 'o.errors.jsonl']) {
      writeFileSync(path(name), 'old');
      chmodSync(path(name), 0o644);
    }
    const {code} = await place.call(['batch', 'in.jsonl', '--url', bad.url, '--out', 'o.jsonl']);
    expect(code).to.equal(1);
    for (const name of ['o.jsonl', 'o.errors.jsonl', 'o.jsonl.journal'])
      expect(statSync(path(name)).mode & 0o777, name).to.equal(0o600);
  });

  it('do not go through a symbolic link: its target stays as it was', async () => {
    writeFileSync(path('target'), 'precious');
    for (const [link, more] of [
      ['o.jsonl', ['--out', 'o.jsonl']],
      ['e.jsonl', ['--out', 'r.jsonl', '--errors', 'e.jsonl']],
      ['j', ['--out', 'r.jsonl', '--journal', 'j']],
    ] as const) {
      symlinkSync('target', path(link));
      const {code, stderr} = await place.call(args(...more));
      expect(stderr, link).to.match(/is a symbolic link, which is not followed\. Name the file itself\.\n$/);
      expect(code).to.be.oneOf([1, 2]);
    }
    symlinkSync('nothing', path('dangling'));
    expect((await place.call(args('--out', 'dangling'))).stderr).to.include('is a symbolic link');
    expect(existsSync(path('nothing'))).to.equal(false);
    expect(readFileSync(path('target'), 'utf8')).to.equal('precious');
    expect(at.requests).to.be.empty;
  });

  const customIds = (lines: string): unknown[] => linesOf(lines).map(line => (line as {custom_id: string}).custom_id);

  for (const out of ['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'])
    it(`may be standard output: --out ${out} writes the results there, and nothing else`, async function () {
      if (out.startsWith('/proc') && !existsSync('/proc/self/fd')) this.skip();
      const {code, stdout, stderr} = await place.run(args('--out', out, '--ordered'));
      expect(code, stderr).to.equal(0);
      expect(customIds(stdout)).to.deep.equal(['r-0', 'r-1']);
      expect(stderr).to.include('2 of 2 succeeded');
      expect(readdirSync(place.folder)).to.deep.equal(['in.jsonl']);
    });

  it('may be a file that the shell opened', async () => {
    const shell = `exec "$0" --no-warnings "$@" > out.txt`;
    const child = place.shell(shell, args('--out', '/dev/stdout', '--ordered'));
    const {code, stderr} = await ended(child);
    expect(code, stderr).to.equal(0);
    expect(customIds(place.read('out.txt'))).to.deep.equal(['r-0', 'r-1']);
  });

  it('refuse the requests as standard output', async () => {
    const before = place.read('in.jsonl');
    const child = place.shell(`exec "$0" --no-warnings "$@" >> in.jsonl`, args('--out', '-'));
    const {code, stderr} = await ended(child);
    expect(code).to.equal(2);
    expect(stderr).to.include('is the file of the requests and of the results');
    expect(place.read('in.jsonl')).to.equal(before);
  });

  it('may be a named pipe', async function () {
    if (process.platform === 'win32') this.skip();
    execFileSync('mkfifo', [path('pipe')]);
    const reader = place.shell('exec cat pipe', []);
    const [read, {code, stderr}] = await Promise.all([
      text(reader.stdout!),
      place.call(args('--out', 'pipe', '--ordered')),
    ]);
    expect(code, stderr).to.equal(0);
    expect(customIds(read)).to.deep.equal(['r-0', 'r-1']);
    expect(readdirSync(place.folder).sort()).to.deep.equal(['in.jsonl', 'pipe']);
  });

  it('may be a pipe that the shell opened: process substitution', async function () {
    if (!existsSync('/bin/bash')) this.skip();
    const child = place.shell(
      `"$0" --no-warnings "$@" --out >(cat > copy.txt); wait $!`,
      args('--ordered'),
      '/bin/bash',
    );
    const {code, stderr} = await ended(child);
    expect(code, stderr).to.equal(0);
    expect(customIds(place.read('copy.txt'))).to.deep.equal(['r-0', 'r-1']);
  });

  it('may be a device', async function () {
    if (!makeNullDevice(path('device'))) this.skip();
    const {code, stderr} = await place.call(args('--out', 'device'));
    expect(code, stderr).to.equal(0);
    expect(readdirSync(place.folder)).to.have.members(['device', 'in.jsonl']);
    expect(lstatSync(path('device')).isCharacterDevice()).to.equal(true);
  });

  it('may not be a named pipe that no program reads, and nothing is sent', async function () {
    if (process.platform === 'win32') this.skip();
    execFileSync('mkfifo', [path('pipe')]);
    const out = {place: {name: 'pipe', path: path('pipe')}, isFile: false};
    expect(() => new Outputs({out, errors: undefined}, 0)).to.throw(
      UsageError,
      'pipe is a FIFO that no program reads: waited 0 ms for one.',
    );
  });

  it('may not be a socket, and nothing is sent', async function () {
    if (process.platform === 'win32') this.skip();
    const socket = createServer().listen(path('socket'));
    await once(socket, 'listening');
    const {code, stderr} = await place.call(args('--out', 'socket'));
    socket.close();
    expect({code, stderr}).to.deep.equal({code: 2, stderr: 'socket is a socket. Name a file.\n'});
    expect(at.requests).to.be.empty;
  });

  it('keep a journal beside standard output where it is named', async () => {
    const command = args('--out', '-', '--journal', 'j', '--resume', '--ordered');
    await place.run(command);
    const {stdout} = await place.run(command);
    expect(customIds(stdout)).to.deep.equal(['r-0', 'r-1']);
    expect(at.requests).to.have.length(2);
    const refused = await place.call(args('--out', '-', '--resume'));
    expect(refused).to.include({code: 2});
    expect(refused.stderr).to.match(/^--resume needs a journal\. standard output has none .*--journal\.\n$/);
  });

  for (const input of ['-', '/dev/stdin'])
    it(`may be standard input: ${input} is checked before anything is sent`, async () => {
      const run = async (lines: string) => {
        const child = place.start(['batch', input, '--url', at.url, '--out', 'o.jsonl', '--resume', '--ordered'], {}, [
          'pipe',
          'pipe',
          'pipe',
        ]);
        child.stdin!.end(lines);
        return ended(child);
      };
      const wrong = await run(`${place.read('in.jsonl')}{}\n`);
      expect(wrong.code).to.equal(2);
      expect(wrong.stderr).to.match(/^(?:standard input|\/dev\/stdin):3: custom_id must be a string/);
      expect(at.requests).to.be.empty;
      const good = await run(place.read('in.jsonl'));
      expect(good.code, good.stderr).to.equal(0);
      expect(customIds(place.read('o.jsonl'))).to.deep.equal(['r-0', 'r-1']);
    });

  it('may be a pipe of requests', async function () {
    if (process.platform === 'win32') this.skip();
    execFileSync('mkfifo', [path('pipe')]);
    const writer = ended(place.shell('exec cat in.jsonl > pipe', []));
    const {code, stderr} = await place.call(['batch', 'pipe', '--url', at.url, '--out', 'o.jsonl', '--ordered']);
    await writer;
    expect(code, stderr).to.equal(0);
    expect(customIds(place.read('o.jsonl'))).to.deep.equal(['r-0', 'r-1']);
  });

  it('say so where the reader of standard output has closed it', async () => {
    place.writeRequests(
      'in.jsonl',
      Array.from({length: 300}, (_, n) => ({n})),
    );
    const child = place.start(args('--out', '-', '--concurrency', '1'));
    const end = ended(child);
    await at.arrived(1);
    child.stdout!.destroy();
    const {code, stderr} = await end.catch(() => ({code: 1, stderr: ''}));
    expect(code).to.equal(1);
    if (stderr !== '') expect(stderr).to.match(/Cannot write to standard output: its reader has closed it\.\n$/);
  });

  it('of failed requests are requests again', async () => {
    const bad = server.place(400);
    const first = await place.call(['batch', 'in.jsonl', '--url', bad.url, '--out', 'o.jsonl']);
    expect(first.code).to.equal(1);
    const second = await place.call(['batch', 'o.errors.jsonl', '--url', at.url, '--out', 'o2.jsonl']);
    expect(second.code, second.stderr).to.equal(0);
    expect(at.bodies.sort()).to.deep.equal(['{"a":1}', '{"a":2}']);
    expect(customIds(place.read('o2.jsonl')).sort()).to.deep.equal(['r-0', 'r-1']);
  });

  it('must be files', async () => {
    mkdirSync(path('folder'));
    expect((await place.call(['batch', 'folder', '--url', at.url, '--out', 'o'])).stderr).to.equal(
      'folder is a directory. Name a file.\n',
    );
  });
});
