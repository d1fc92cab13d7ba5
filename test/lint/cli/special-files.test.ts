/**
 * FIFOs, devices and sockets in the places of files. As input each is refused at once: to read one would wait, or never end. As output, what is no
 * regular file is written into, and never replaced.
 */
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, linkSync, lstatSync, readdirSync, statSync, symlinkSync} from 'node:fs';
import {createServer} from 'node:net';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {makeNullDevice} from '../../support/null-device.ts';
import {clean, Desk, wavy} from './desk.ts';
import {OtherProcess} from './other-process.ts';

const main = fileURLToPath(new URL('../../../lint/main.ts', import.meta.url));

describe('retry-lint and special files', () => {
  if (process.platform === 'win32') return;

  const make: Readonly<Record<string, (path: string) => void>> = {
    'a FIFO': path => execFileSync('mkfifo', [path]),
    'a device': path => symlinkSync('/dev/zero', path),
  };

  /** A command that waits for a writer cannot be called back. */
  const other = new OtherProcess();
  after(() => other.end());

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
      const {status, stdout} = spawnSync(process.execPath, [main, '-f', `json=${name}`, 'p.json'], {
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
});
