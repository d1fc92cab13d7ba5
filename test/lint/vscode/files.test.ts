/** The files of a worker without a disk, against those of a disk. */
import * as disk from 'node:fs';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import * as diskUrl from 'node:url';
import {expect} from 'chai';
import {files} from '../../../lint/vscode/server/browser/files.ts';
import * as copy from '../../../lint/vscode/server/browser/fs.ts';
import * as copyUrl from '../../../lint/vscode/server/browser/url.ts';

const TEXTS = {'a.retry.json': '{"é": 1}', 'b/c.yaml': 'x: 1', 'b/d/e.json': '', 'bc.json': '{}'};
const PATHS = [
  '',
  'a.retry.json',
  'b',
  'b/',
  'b/c.yaml',
  'b/d',
  'b/d/e.json',
  'missing',
  'b/missing.json',
  'a.retry.json/x',
];

describe('a copy of a workspace', () => {
  const root = mkdtempSync(join(tmpdir(), 'retry-lint-copy-'));

  before(() => {
    for (const [path, text] of Object.entries(TEXTS)) {
      mkdirSync(dirname(join(root, path)), {recursive: true});
      writeFileSync(join(root, path), text);
      files.set(join(root, path), text);
    }
  });
  after(() => {
    rmSync(root, {recursive: true});
    for (const path of Object.keys(TEXTS)) files.delete(join(root, path));
  });

  /** What a function returns, or the code of its error. */
  function outcome(run: () => unknown): unknown {
    try {
      return run();
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? 'ENOENT' : (error as NodeJS.ErrnoException).code;
    }
  }

  for (const path of PATHS)
    it(`answers for ${path || 'the folder'} as a disk does`, () => {
      const file = join(root, path);
      expect(copy.existsSync(file)).to.equal(disk.existsSync(file));
      for (const fs of [copy, disk])
        expect(outcome(() => fs.statSync(file, {throwIfNoEntry: false}))).not.to.equal(null);
      expect(outcome(() => copy.statSync(file)?.isFile())).to.equal(outcome(() => disk.statSync(file).isFile()));
      expect(outcome(() => copy.readFileSync(file))).to.equal(outcome(() => disk.readFileSync(file, 'utf8')));
    });

  it('lists folders as a disk does', () => {
    const kinds = (entries: readonly {readonly name: string; isFile(): boolean; isDirectory(): boolean}[]) =>
      entries.map(entry => [entry.name, entry.isFile(), entry.isDirectory()]).sort();
    for (const path of ['', 'b', 'b/d'])
      expect(kinds(copy.readdirSync(join(root, path)))).to.deep.equal(
        kinds(disk.readdirSync(join(root, path), {withFileTypes: true})),
      );
    expect(() => copy.readdirSync(join(root, 'missing'))).to.throw();
  });

  it('reads the beginning of a file', () => {
    const [here, there] = [new Uint8Array(4), new Uint8Array(4)];
    const file = join(root, 'a.retry.json');
    const opened = disk.openSync(file, 'r');
    expect(copy.readSync(copy.openSync(file), here)).to.equal(disk.readSync(opened, there));
    copy.closeSync();
    disk.closeSync(opened);
    expect(here).to.deep.equal(there);
  });

  it('reports a file that the server writes', () => {
    const written: string[] = [];
    files.onWrite = (path, text) => written.push(`${path}: ${text}`);
    files.write('/w/baseline.json', 'text');
    expect(written).to.deep.equal(['/w/baseline.json: text']);
    expect(copy.readFileSync('/w/baseline.json')).to.equal('text');
    files.delete('/w/baseline.json');
  });

  it('turns URLs into paths and back as Node does', () => {
    for (const path of ['/a/b c.json', '/ä/100%.json', '/x#y?z.json', '/vscode-vfs/github%2Bx/a.json']) {
      expect(copyUrl.pathToFileURL(path).href).to.equal(diskUrl.pathToFileURL(path).href);
      expect(copyUrl.fileURLToPath(copyUrl.pathToFileURL(path).href)).to.equal(path);
    }
    for (const url of ['file://host/a.json', 'file:///a%2Fb.json']) expect(() => copyUrl.fileURLToPath(url)).to.throw();
  });
});
