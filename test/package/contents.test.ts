/** The published package has all of its files, and no file that only the repository needs. */
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {dirname, join, posix} from 'node:path';
import {expect} from 'chai';
import {manifests} from '../../scripts/repository.ts';
import {bomOf} from '../../scripts/sbom.ts';
import {sourceFile} from '../layers/source.ts';
import {readMarkdown} from '../support/markdown.ts';
import {fullProject, root} from './projects.ts';

/** A package as it is installed. */
interface Package {
  readonly name: string;
  readonly allowed: RegExp;
  /** Pages that its pages link to, and that are in the repository alone. */
  readonly leftOut: RegExp;
  readonly leastLinks: number;
  /** Limits that only fall. */
  readonly mostFiles: number;
  readonly mostMb: number;
  /** The packages whose code it holds. */
  readonly holds: readonly string[];
}

const STEADFETCH: Package = {
  name: 'steadfetch',
  allowed:
    /^(?:dist\/(?:[a-z-]+|shared-[A-Z0-9]{8})\.js|dist\/types\/(?:shared-[\w-]{8}|src\/[a-z0-9/-]+)\.d\.ts|dist\/(?:licenses\.txt|policy-modules\.d\.ts)|schema\/(?:policy|scenario)\.schema\.json|schema\/(?:presets|scenarios)\/[a-z-]+\.json|docs\/(?:[a-z-]+|guides\/[a-z-]+)\.md|(?:README|SECURITY)\.md|LICENSE|package\.json)$/,
  leftOut:
    /^(?:(?:bench|examples)\/|docs\/(?:api\/|decisions\/|images\/|rules\/|(?:retry-lint|mcp|editors|eslint|clients|commands|conformance(?:-models)?|defaults|jaeger|meshes|migrating|performance|python|reliability)\.md)|(?:CHANGELOG|CODE_OF_CONDUCT|CONTRIBUTING)\.md$)/,
  leastLinks: 50,
  mostFiles: 235,
  mostMb: 3.5,
  holds: [
    'ansi-regex',
    'cli-progress',
    'echarts',
    'emoji-regex',
    'is-fullwidth-code-point',
    'jsonc-parser',
    'string-width',
    'strip-ansi',
    'tslib',
    'yaml',
    'zrender',
  ],
};

const RETRY_LINT: Package = {
  name: 'retry-lint',
  allowed:
    /^(?:dist\/(?:index|python|configurations|worker|echarts|retry-lint-lsp|shared-[A-Z0-9]{8})\.js|dist\/types\/lint\/index\.d\.ts|dist\/retry-lint(?:|-main|-mcp)\.cjs|dist\/(?:licenses\.txt|policy-modules\.d\.ts)|schema\/(?:policy|lint-config)\.schema\.json|docs\/(?:retry-lint|mcp|rules\/(?:README|RL\d+))\.md|README\.md|LICENSE|package\.json)$/,
  leftOut: /^docs\/(?!rules\/|(?:retry-lint|mcp)\.md)/,
  leastLinks: 50,
  mostFiles: 115,
  mostMb: 3.9,
  holds: [
    '@lezer/common',
    '@lezer/highlight',
    '@lezer/lr',
    '@lezer/python',
    '@modelcontextprotocol/core',
    '@modelcontextprotocol/server',
    'diff',
    'echarts',
    'ignore',
    'jsonc-parser',
    'picomatch',
    'smol-toml',
    'tslib',
    'vscode-jsonrpc',
    'vscode-languageserver-protocol',
    'vscode-languageserver-textdocument',
    'vscode-languageserver-types',
    'yaml',
    'zod',
    'zrender',
  ],
};

interface Manifest {
  readonly exports: Readonly<Record<string, string | {readonly types: string; readonly default: string}>>;
  readonly bin?: Readonly<Record<string, string>>;
}

for (const {name, allowed, leftOut, leastLinks, mostFiles, mostMb, holds} of [STEADFETCH, RETRY_LINT])
  describe(`the tarball of ${name}`, () => {
    let folder: string;
    let files: string[];
    let manifest: Manifest;
    const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

    before(async () => {
      folder = join(await fullProject(), 'node_modules', name);
      manifest = JSON.parse(read('package.json')) as Manifest;
      files = readdirSync(folder, {recursive: true, withFileTypes: true})
        .filter(entry => entry.isFile())
        .map(entry =>
          join(entry.parentPath, entry.name)
            .slice(folder.length + 1)
            .replaceAll('\\', '/'),
        )
        .filter(file => !file.startsWith('node_modules/'));
    });

    it('holds only what a user needs: no sources, no tests', () => {
      expect(files.filter(file => !allowed.test(file))).to.deep.equal([]);
    });

    it('has a README and a LICENSE', () => {
      expect(files).to.include.members(['README.md', 'LICENSE']);
    });

    it('has no link that leads nowhere: every file and every heading that a page names is there, or in the repository', () => {
      const pages = new Map(files.filter(file => file.endsWith('.md')).map(file => [file, readMarkdown(read(file))]));
      const dead: string[] = [];
      for (const [file, {links}] of pages)
        for (const link of links) {
          const [path, heading] = link.split('#') as [string, string | undefined];
          const target = path === '' ? file : posix.join(posix.dirname(file), path);
          const isLeftOut = leftOut.test(target);
          const there = existsSync(join(isLeftOut ? root : folder, target)) && !target.startsWith('..');
          const found =
            heading === undefined || isLeftOut || !target.endsWith('.md') || pages.get(target)?.anchors.has(heading);
          if (!there || !found) dead.push(`${file}: ${link}`);
        }
      expect(dead).to.deep.equal([]);
      expect([...pages.values()].flatMap(({links}) => links)).to.have.length.above(leastLinks);
    });

    it('says where the project is, all from one field', () => {
      for (const [path, text] of Object.entries(manifests()))
        expect(readFileSync(join(root, path), 'utf8')).to.equal(text);
      const {homepage, repository, bugs} = JSON.parse(read('package.json'));
      for (const url of [homepage, repository.url, bugs.url]) expect(url).to.match(/^(?:git\+)?https:\/\//);
    });

    it('has the licence of every package whose code it holds', () => {
      const text = read('dist/licenses.txt');
      const names = [...text.matchAll(/^(\S+) \d+\.\d+\.\d+\n-+$/gm)].map(([, name]) => name);
      expect(names).to.deep.equal(holds);
      const {components} = bomOf(join(root, name === 'steadfetch' ? '.' : 'packages/retry-lint')) as {
        components: readonly {name: string; licenses?: readonly unknown[]; hashes?: readonly {content: string}[]}[];
      };
      expect(components.map(each => each.name)).to.deep.equal(holds);
      for (const {name: held, licenses, hashes} of components) {
        expect(licenses, held).to.have.lengthOf(1);
        expect(hashes?.[0]?.content, held).to.match(/^[0-9a-f]{128}$/);
      }
      expect(text.match(/Copyright|copyright|Apache License/g)!.length).to.be.at.least(names.length);
    });

    it('depends on no package', () => {
      expect(manifest).to.not.have.property('dependencies');
    });

    it(`has at most ${mostFiles} files of ${mostMb} MB`, () => {
      const megabytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0) / 1e6;
      console.log(`      size: ${name} ${files.length} files, ${megabytes.toFixed(2)} MB`);
      expect(files.length).to.be.at.most(mostFiles);
      expect(megabytes).to.be.at.most(mostMb);
    });

    it('has every file that package.json names', () => {
      const named = Object.values(manifest.exports).flatMap(target =>
        typeof target === 'string' ? [target] : [target.types, target.default],
      );
      const bins = Object.values(manifest.bin ?? {});
      expect(named).not.to.be.empty;
      for (const file of [...named, ...bins]) expect(files).to.include(file.replace('./', ''));
      for (const file of bins) expect(read(file)).to.match(/^#!\/usr\/bin\/env node\n/);
    });

    it('has no declarations that no entry leads to', () => {
      const entries = Object.values(manifest.exports).flatMap(target =>
        typeof target === 'string' ? (target.endsWith('.d.ts') ? [target] : []) : [target.types],
      );
      const reached = new Set(entries.map(file => posix.normalize(file)));
      for (const file of reached)
        for (const {specifier} of sourceFile(file, read(file)).imports)
          if (specifier.startsWith('.'))
            reached.add(posix.join(posix.dirname(file), specifier).replace(/\.[jt]s$/, '.d.ts'));
      expect(files.filter(file => file.endsWith('.d.ts')).sort()).to.deep.equal([...reached].sort());
    });

    it('has what each of its files imports', () => {
      const modules = files.filter(name => /\.(?:js|d\.ts)$/.test(name));
      expect(modules).not.to.be.empty;
      for (const file of modules) {
        for (const {specifier} of sourceFile(file, read(file)).imports) {
          if (!specifier.startsWith('.')) continue;
          const target = file.endsWith('.d.ts') ? specifier.replace(/\.js$/, '.d.ts') : specifier;
          expect(existsSync(join(folder, dirname(file), target)), `${file} imports ${specifier}`).to.equal(true);
        }
      }
    });
  });
