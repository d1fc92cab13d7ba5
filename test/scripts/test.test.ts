/** What `npm test` runs, and that a file cannot change what another one finds. */
import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {testFiles} from '../../scripts/test-files.ts';

const program = fileURLToPath(new URL('../../scripts/test.ts', import.meta.url));

interface Ran {
  readonly code: number;
  readonly output: string;
}

const npmTest = (...args: string[]): Promise<Ran> =>
  new Promise(resolve =>
    // Mocha has colors where CI is set.
    execFile(process.execPath, [program, ...args], {env: {...process.env, NO_COLOR: '1'}}, (error, stdout, stderr) =>
      resolve({code: error === null ? 0 : Number(error.code), output: stdout + stderr}),
    ),
  );

describe('the files of npm test', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));

  it('are in one of two parts: those whose branches are counted, and those beside them', () => {
    const [counted, uncounted] = [testFiles(root, 'counted'), testFiles(root, 'uncounted')];
    expect([...counted, ...uncounted])
      .to.have.members(testFiles(root))
      .and.have.length.above(500);
    expect(counted).to.include('test/call/collected.test.ts');
    expect(uncounted).to.include('test/scripts/test.test.ts');
  });
});

describe('npm test', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'steadfetch-test-'));
  });
  afterEach(() => rmSync(folder, {recursive: true, force: true}));

  const file = (name: string, title: string, body = ''): string => {
    const path = join(folder, `${name}.test.mjs`);
    writeFileSync(path, `describe('${name}', () => it('${title}', async () => {${body}}));`);
    return path;
  };
  const unhandled = `void Promise.reject(new Error('left alone')); await new Promise(setImmediate);`;

  it('runs the named files alone', async () => {
    const {code, output} = await npmTest('--jobs', '1', file('a', 'one'), file('b', 'two'));
    expect(code).to.equal(0);
    expect(output)
      .to.match(/^ {2}2 passing/m)
      .and.not.contain('not run');
  });

  it('takes the options of mocha', async () => {
    const {output} = await npmTest(
      '--jobs',
      '1',
      '--reporter',
      'spec',
      '--grep',
      'two',
      file('a', 'one'),
      file('b', 'two'),
    );
    expect(output)
      .to.match(/1 passing/)
      .and.contain('✔ two');
  });

  it('fails at an unhandled rejection in any file of a process', async () => {
    const files = [file('a', 'one'), file('b', 'two', unhandled), file('c', 'three', unhandled)];
    const {code, output} = await npmTest('--jobs', '1', ...files);
    expect(output.split('Uncaught Error: left alone')).to.have.length(3);
    expect(code).to.be.above(0);
  });

  it('fails at an unhandled rejection in a file that runs alone', async () => {
    const {code, output} = await npmTest(file('a', 'one', unhandled));
    expect(output).to.contain('Uncaught Error: left alone');
    expect(code).to.be.above(0);
  });

  it('fails where a file leaves a server open', async () => {
    const body = `const {createServer} = await import('node:net'); createServer().listen(0, '127.0.0.1');`;
    const {code, output} = await npmTest('--parallel', file('a', 'one', body));
    expect(output).to.contain('The tests of this file leave open: 1 TCPServerWrap.');
    expect(code).to.be.above(0);
  });

  it('ends with the code of a failed test', async () => {
    const {code, output} = await npmTest(file('a', 'one', `throw new Error('wrong')`));
    expect(output)
      .to.match(/^ {2}1 failing/m)
      .and.contain('wrong');
    expect(code).to.equal(1);
  });
});
