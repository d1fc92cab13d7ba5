/**
 * FIFOs, devices and sockets in the places of files. As input each is refused at once: to read one would wait, or never end. As output, what is no
 * regular file is written into, and never replaced.
 */
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, closeSync, linkSync, lstatSync, openSync, readdirSync, rmSync, statSync, symlinkSync} from 'node:fs';
import {createServer} from 'node:net';
import {expect} from 'chai';
import {readRegularFile} from '../../../lint/io/regular-file.ts';
import {makeNullDevice} from '../../support/null-device.ts';
import {retryLintProgram} from '../../support/programs.ts';
import {clean, Desk, wavy} from './desk.ts';
import {OtherProcess} from './other-process.ts';

describe('retry-lint and special files', () => {
  if (process.platform === 'win32') return;

  const make: Readonly<Record<string, (path: string) => void>> = {
    'a FIFO': path => execFileSync('mkfifo', [path]),
    'a device': path => symlinkSync('/dev/zero', path),
  };

  /** A command that waits for a writer cannot be called back. */
  const other = new OtherProcess();
  after(() => other.end());

  it('says that standard output cannot be written, and ends with 2', () => {
    const desk = new Desk({'p.json': wavy});
    const notForWriting = openSync(desk.at('p.json'), 'r');
    try {
      const stdio = ['ignore', notForWriting, 'pipe'] as const;
      const {status, stderr} = spawnSync(process.execPath, [retryLintProgram, 'p.json'], {
        cwd: desk.folder,
        stdio: [...stdio],
      });
      expect(String(stderr)).to.equal('Standard output could not be written: it is not open.\n');
      expect(status).to.equal(2);
    } finally {
      closeSync(notForWriting);
    }
  });

  for (const [kind, makeAt] of Object.entries(make)) {
    it(`refuses ${kind} that is named`, async () => {
      const desk = new Desk();
      makeAt(desk.at('p.json'));
      expect(await other.run(desk, 'p.json')).to.deep.equal({
        code: 2,
        out: '',
        err: `p.json is ${kind}, and only regular files are linted; retry-lint - reads standard input.\n`,
      });
    });

    it(`reports ${kind} that a policy extends`, async () => {
      const desk = new Desk({'p.json': '{"extends": ["./base.json"]}'});
      makeAt(desk.at('base.json'));
      const {code, out} = await other.run(desk, '-f', 'json', 'p.json');
      expect(code).to.equal(1);
      const [finding] = JSON.parse(out).findings;
      expect(finding.code).to.equal('RL406');
      expect(finding.message).to.contain('base.json');
    });

    it(`refuses ${kind} as a configuration, a plugin and a baseline`, async () => {
      const said: [string, string[], Record<string, string>, string][] = [
        ['c.json', ['-c', 'c.json'], {}, `The configuration c.json is ${kind}, and only regular files are read.\n`],
        [
          '.retry-lintrc.json',
          [],
          {},
          `The configuration .retry-lintrc.json is ${kind}, and only regular files are read.\n`,
        ],
        ['b.json', ['--baseline', 'b.json'], {}, `The baseline b.json is ${kind}, and only regular files are read.\n`],
        [
          'r.mjs',
          [],
          {'.retry-lintrc.json': '{"plugins": ["./r.mjs"]}'},
          `.retry-lintrc.json:1:14: plugins[0]: the module r.mjs is ${kind}, and only regular files are read.\n`,
        ],
      ];
      for (const [name, argv, files, err] of said) {
        const desk = new Desk({'p.json': clean, ...files});
        makeAt(desk.at(name));
        expect(await other.run(desk, ...argv, 'p.json'), name).to.deep.equal({code: 2, out: '', err});
      }
    });

    it(`ignores ${kind} in a folder, with any name`, async () => {
      const desk = new Desk({'p.retry.json': clean});
      for (const name of ['q.retry.json', '.gitignore', 'by-schema.json']) makeAt(desk.at(name));
      expect(await other.run(desk)).to.include({code: 0, out: 'No findings in 1 file.\n'});
    });
  }

  it('refuses a socket that is named', async () => {
    const desk = new Desk();
    const server = createServer();
    await new Promise<void>(resolve => server.listen(desk.at('p.json'), resolve));
    expect((await desk.run('p.json')).err).to.match(/^p\.json is a socket, and only regular files are linted/);
    server.close();
  });

  for (const [what, name, argv] of [
    ['a report', 'out', ['-f', 'json=out', 'p.json']],
    ['a new policy', 'out.json', ['init', '--force', 'out.json']],
  ] as const) {
    it(`writes ${what} into a device, and leaves the device in its place`, async function () {
      const desk = new Desk({'p.json': wavy});
      if (!makeNullDevice(desk.at(name))) this.skip();
      const {code, err} = await other.run(desk, ...argv);
      expect([code === 2, err.includes('could not be written')]).to.deep.equal([false, false]);
      expect(lstatSync(desk.at(name)).isCharacterDevice()).to.equal(true);
      expect(readdirSync(desk.folder).sort()).to.deep.equal([name, 'p.json'].sort());
    });
  }

  it('refuses a device as a baseline that it would write, and leaves it in its place', async function () {
    const desk = new Desk({'p.json': wavy});
    if (!makeNullDevice(desk.at('out'))) this.skip();
    expect(await other.run(desk, 'baseline', '--baseline', 'out', 'p.json')).to.deep.equal({
      code: 2,
      out: '',
      err: 'The baseline out is a device, and only regular files are read.\n',
    });
    expect(lstatSync(desk.at('out')).isCharacterDevice()).to.equal(true);
  });

  it('writes a report into a FIFO, for the program that reads it', async () => {
    const desk = new Desk({'p.json': wavy});
    execFileSync('mkfifo', [desk.at('pipe')]);
    const reader = spawn('sh', ['-c', 'cat pipe > copy'], {cwd: desk.folder});
    const ended = once(reader, 'exit');
    expect(await other.run(desk, '-f', 'json=pipe', 'p.json')).to.deep.equal({code: 1, out: '', err: ''});
    await ended;
    expect(JSON.parse(desk.read('copy')).findings).to.have.length(1);
    expect(lstatSync(desk.at('pipe')).isFIFO()).to.equal(true);
  });

  for (const name of ['/dev/stdout', '/dev/fd/1'])
    it(`writes a report to ${name}`, () => {
      const desk = new Desk({'p.json': wavy});
      const {status, stdout} = spawnSync(process.execPath, [retryLintProgram, '-f', `json=${name}`, 'p.json'], {
        cwd: desk.folder,
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect(status).to.equal(1);
      expect(JSON.parse(stdout).findings).to.have.length(1);
    });

  it('writes a report to no socket', async () => {
    const desk = new Desk({'p.json': clean});
    const server = createServer().listen(desk.at('out'));
    await once(server, 'listening');
    expect(await desk.run('-f', 'json=out', 'p.json')).to.deep.equal({
      code: 2,
      out: '',
      err: 'out could not be written: it is a socket.\n',
    });
    expect(lstatSync(desk.at('out')).isSocket()).to.equal(true);
    server.close();
  });

  it('--fix keeps links, hard links and modes', async () => {
    const desk = new Desk({'real.json': wavy});
    chmodSync(desk.at('real.json'), 0o640);
    linkSync(desk.at('real.json'), desk.at('hard.json'));
    symlinkSync('real.json', desk.at('soft.json'));
    expect((await desk.run('--fix', '--unsafe-fixes', 'soft.json')).code).to.equal(0);
    expect(desk.read('real.json')).to.not.equal(wavy);
    expect(desk.read('real.json')).to.equal(desk.read('hard.json'));
    expect(lstatSync(desk.at('soft.json')).isSymbolicLink()).to.equal(true);
    expect(statSync(desk.at('real.json'))).to.include({nlink: 2});
    expect(statSync(desk.at('real.json')).mode & 0o777).to.equal(0o640);
  });

  it('--fix leaves a read-only file as it is', async function () {
    if (process.geteuid === undefined) this.skip();
    const desk = new Desk({'p.json': wavy});
    chmodSync(desk.folder, 0o777);
    chmodSync(desk.at('p.json'), 0o444);
    const {code, err} = await desk.runUnprivileged('--fix', '--unsafe-fixes', 'p.json');
    expect({code, err}).to.deep.equal({
      code: 2,
      err: 'p.json could not be written: it is not accessible: permission denied.\n',
    });
    expect(desk.read('p.json')).to.equal(wavy);
  });

  it('says of a file with hard links whose writer was killed that it may be half written, and where its text is', async () => {
    const desk = new Desk({'p.json': wavy});
    linkSync(desk.at('p.json'), desk.at('hard.json'));
    const killed = spawnSync(process.execPath, ['--input-type=module', '-e', killedWhileWriting, desk.at('p.json')]);
    expect(killed.signal).to.equal('SIGKILL');
    expect(desk.read('p.json')).to.equal(`{}${wavy.slice(2)}`);
    expect(desk.read('.p.json.unfinished')).to.equal('{}');
    const {code, err} = await desk.run('--fix', 'p.json');
    expect({code, err}).to.deep.equal({
      code: 2,
      err: 'p.json may be half written: .p.json.unfinished beside it has the whole new text. Copy that over it, and remove .p.json.unfinished.\n',
    });
    rmSync(desk.at('.p.json.unfinished'));
    desk.write('p.json', wavy);
    expect((await desk.run('--fix', '--unsafe-fixes', 'p.json')).code).to.equal(0);
    expect(readdirSync(desk.folder).sort()).to.deep.equal(['hard.json', 'p.json']);
  });

  it('--fix goes on after a file that cannot be written, and reports what is in it', async function () {
    if (process.geteuid === undefined) this.skip();
    const desk = new Desk({'a.retry.json': wavy, 'b.retry.json': wavy});
    chmodSync(desk.folder, 0o777);
    chmodSync(desk.at('a.retry.json'), 0o444);
    chmodSync(desk.at('b.retry.json'), 0o666);
    const {code, out, err} = await desk.runUnprivileged('--fix', '--unsafe-fixes', '-f', 'json');
    expect({code, err}).to.deep.equal({
      code: 2,
      err: '1 finding fixed in 1 file.\na.retry.json could not be written: it is not accessible: permission denied.\n',
    });
    expect(out).to.contain('"a.retry.json"').and.to.contain('RL203');
    expect(desk.read('a.retry.json')).to.equal(wavy);
    expect(desk.read('b.retry.json')).to.contain('full');
  });

  it('finds policies whose names have line ends', async () => {
    const desk = new Desk({'a\nb.retry.json': wavy, 'c\rd.retry.yaml': 'backoff: {jitter: none}\n'});
    const {code, out} = await desk.run('-f', 'json');
    expect(code).to.equal(1);
    expect(out.match(/RL203/g)).to.have.length.of.at.least(2);
  });

  it('are read only if the file that was opened may be read, whatever was there before', () => {
    const desk = new Desk({'in/real.json': clean, 'out.json': wavy});
    symlinkSync('../out.json', desk.at('in/link.json'));
    const asked: string[] = [];
    const mayRead = (file: string): boolean => {
      asked.push(file);
      return file.startsWith(desk.at('in/'));
    };
    expect(() => readRegularFile(desk.at('in/link.json'), mayRead)).to.throw('must not be read');
    expect(readRegularFile(desk.at('in/real.json'), mayRead)).to.equal(clean);
    expect(asked).to.deep.equal([desk.at('out.json'), desk.at('in/real.json')]);
  });
});

/** Writes `{}` into a file, and is killed before the rest of the old text is cut off. */
const killedWhileWriting = `
  import fs from 'node:fs';
  import {syncBuiltinESMExports} from 'node:module';
  fs.ftruncateSync = () => process.kill(process.pid, 'SIGKILL');
  syncBuiltinESMExports();
  const {writeTextFile} = await import(${JSON.stringify(new URL('../../../src/cli/write-file.ts', import.meta.url).href)});
  writeTextFile(process.argv[1], '{}');
`;
