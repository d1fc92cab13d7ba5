/** FIFOs, devices and sockets in the places of files: each is refused at once, where to read it would wait, or never end. */
import {execFileSync, spawnSync} from 'node:child_process';
import {symlinkSync} from 'node:fs';
import {createServer} from 'node:net';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {clean, Desk} from './desk.ts';

const main = fileURLToPath(new URL('../../../lint/main.ts', import.meta.url));

describe('retry-lint and special files', () => {
  if (process.platform === 'win32') return;

  const make: Readonly<Record<string, (path: string) => void>> = {
    'a FIFO': path => execFileSync('mkfifo', [path]),
    'a device': path => symlinkSync('/dev/zero', path),
  };

  /** In a process of its own, for one that waits for a writer cannot be called back. */
  function start(desk: Desk, ...argv: string[]) {
    const {status, stdout, stderr} = spawnSync(process.execPath, [main, ...argv], {
      cwd: desk.folder,
      encoding: 'utf8',
      timeout: 20_000,
    });
    return {status, stdout, stderr};
  }

  for (const [kind, makeAt] of Object.entries(make)) {
    it(`refuses ${kind} that is named`, () => {
      const desk = new Desk();
      makeAt(desk.at('p.json'));
      expect(start(desk, 'p.json')).to.deep.equal({
        status: 2,
        stdout: '',
        stderr: `p.json is ${kind}, and only regular files are linted; retry-lint - reads standard input.\n`,
      });
    });

    it(`reports ${kind} that a policy extends`, () => {
      const desk = new Desk({'p.json': '{"extends": ["./base.json"]}'});
      makeAt(desk.at('base.json'));
      const {status, stdout} = start(desk, '-f', 'json', 'p.json');
      expect(status).to.equal(1);
      const [{code, message}] = JSON.parse(stdout).findings;
      expect(code).to.equal('RL406');
      expect(message).to.contain('base.json');
    });

    it(`refuses ${kind} as a configuration, a plugin and a baseline`, () => {
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
      for (const [name, argv, files, stderr] of said) {
        const desk = new Desk({'p.json': clean, ...files});
        makeAt(desk.at(name));
        expect(start(desk, ...argv, 'p.json'), name).to.deep.equal({status: 2, stdout: '', stderr});
      }
    });

    it(`ignores ${kind} in a folder, with any name`, () => {
      const desk = new Desk({'p.retry.json': clean});
      for (const name of ['q.retry.json', '.gitignore', 'by-schema.json']) makeAt(desk.at(name));
      expect(start(desk)).to.include({status: 0, stdout: 'No findings in 1 file.\n'});
    });
  }

  it('refuses a socket that is named', async () => {
    const desk = new Desk();
    const server = createServer();
    await new Promise<void>(resolve => server.listen(desk.at('p.json'), resolve));
    expect((await desk.run('p.json')).err).to.match(/^p\.json is a socket, and only regular files are linted/);
    server.close();
  });
});
