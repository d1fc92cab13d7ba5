/** What is published: every file, and nothing that only the repository needs. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect} from 'chai';
import {sourceFile} from '../house/source.ts';
import {fullProject} from './projects.ts';

const ALLOWED =
  /^(?:dist\/(?:src|lint)\/[a-z0-9/-]+(?:\.d\.ts|\.js)|dist\/retry-lint(?:\.cjs|\.licenses\.txt)|schema\/[a-z-]+\.schema\.json|schema\/presets\/[a-z-]+\.json|docs\/[a-z-]+\.md|(?:README|CHANGELOG)\.md|LICENSE|package\.json)$/;

interface Manifest {
  readonly exports: Readonly<Record<string, string | {readonly types: string; readonly default: string}>>;
  readonly bin?: Readonly<Record<string, string>>;
}

describe('tarball', () => {
  let folder: string;
  let files: string[];
  let manifest: Manifest;
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

  before(async () => {
    folder = join(await fullProject(), 'node_modules/steadfetch');
    manifest = JSON.parse(read('package.json')) as Manifest;
    files = readdirSync(folder, {recursive: true, withFileTypes: true})
      .filter(entry => entry.isFile())
      .map(entry =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll('\\', '/'),
      )
      // What retry-lint leaves when it runs is not what was packed.
      .filter(file => !/^(?:node_modules|dist\/\.cache)\//.test(file));
  });

  it('holds only what a user needs: no sources, no tests', () => {
    expect(files.filter(file => !ALLOWED.test(file))).to.deep.equal([]);
  });

  it('has a README and a LICENSE', () => {
    expect(files).to.include.members(['README.md', 'LICENSE']);
  });

  it('has the licence of every package whose code retry-lint.cjs holds', () => {
    const text = read('dist/retry-lint.licenses.txt');
    const names = [...text.matchAll(/^(\S+) \d+\.\d+\.\d+\n-+$/gm)].map(([, name]) => name);
    expect(names).to.deep.equal(['diff', 'ignore', 'jsonc-parser', 'picomatch', 'yaml']);
    expect(text.match(/Copyright|copyright/g)!.length).to.be.at.least(names.length);
  });

  it('has every file that package.json names', () => {
    const named = Object.values(manifest.exports).flatMap(target =>
      typeof target === 'string' ? [target] : [target.types, target.default],
    );
    const bins = Object.values(manifest.bin ?? {});
    for (const file of [...named, ...bins]) expect(files).to.include(file.replace('./', ''));
    for (const file of bins) expect(read(file)).to.match(/^#!\/usr\/bin\/env node\n/);
  });

  it('has the types of every module, and the modules of all types', () => {
    const modules = files.filter(file => file.endsWith('.js')).map(file => file.slice(0, -'.js'.length));
    const types = files.filter(file => file.endsWith('.d.ts')).map(file => file.slice(0, -'.d.ts'.length));
    expect(types).to.deep.equal(modules).and.not.empty;
  });

  it('has what each of its files imports', () => {
    for (const file of files.filter(name => /\.(?:js|d\.ts)$/.test(name))) {
      for (const {specifier} of sourceFile(file, read(file)).imports) {
        if (!specifier.startsWith('.')) continue;
        // TypeScript leaves `./x.ts` as it is in declarations, and finds `./x.d.ts` by it.
        const target = file.endsWith('.d.ts') ? specifier.replace(/\.ts$/, '.d.ts') : specifier;
        expect(existsSync(join(folder, dirname(file), target)), `${file} imports ${specifier}`).to.equal(true);
      }
    }
  });
});
