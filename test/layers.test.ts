/** Reads the sources and refuses what breaks their rules; see CONTRIBUTING.md for the rules and their reasons. */
import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import * as rules from './layers/rules.ts';
import {type SourceFile, sourceFile} from './layers/source.ts';

const root = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const {exports, version} = JSON.parse(read('package.json')) as {
  exports: Record<string, string | {types: string}>;
  version: string;
};

const files = ['src', 'schema', 'lint'].flatMap(tree =>
  readdirSync(new URL(tree, root), {recursive: true, encoding: 'utf8'})
    .map(path => `${tree}/${path.replaceAll('\\', '/')}`)
    .filter(path => path.endsWith('.ts') && !path.includes('node_modules/'))
    .map(path => sourceFile(path, read(path))),
);
const entries = Object.values(exports)
  .filter(target => typeof target === 'object')
  .map(target => target.types.replace('./dist/types/', '').replace(/\.d\.ts$/, '.ts'));
const playground = readdirSync(new URL('tools/site/playground/', root))
  .filter(name => name.endsWith('.ts') && name !== 'build.ts')
  .map(name => `tools/site/playground/${name}`);
const tracked = execFileSync('git', ['ls-files', '-z'], {cwd: root, encoding: 'utf8'})
  .split('\0')
  .filter(path => path !== '' && existsSync(new URL(path, root)));

/** Lines of the checks of retry-lint, which only falls: a rule is to be short, and what two rules need is in lint/analysis. */
const MOST_LINES_OF_RULES = 4200;

describe('the source files', () => {
  const holds: [string, readonly string[]][] = [
    ['a file imports from its own folder and the layers below', rules.brokenLayers(files)],
    ['src imports neither lint nor tests nor examples', rules.brokenTrees(files)],
    ['each package is imported only where it belongs', rules.brokenPackages(files)],
    ['imports make no circle', rules.circles(files)],
    ['no entry but load, grpc and register needs Node', rules.nodeBehind(entries, files)],
    [
      'the playground needs no module of Node',
      rules.nodeBehind(playground, [...files, ...playground.map(path => sourceFile(path, read(path)))]),
    ],
    ['time, chance and fetch are touched only in their modules', rules.touchedGlobals(files)],
    ['only entry points re-export other files', rules.barrels(files)],
    ['names of files are in kebab-case', rules.brokenNames(tracked)],
    [
      'Node 22 parses every file',
      tracked.filter(path => path.endsWith('.ts')).flatMap(path => rules.youngSyntax(sourceFile(path, read(path)))),
    ],
    ['no tracked file names a machine or a registry', tracked.flatMap(path => rules.machineTraces(path, read(path)))],
  ];
  for (const [rule, broken] of holds) it(rule, () => expect(broken).to.deep.equal([]));

  it(`the rules of retry-lint have at most ${MOST_LINES_OF_RULES} lines`, () => {
    const lines = files
      .filter(({path}) => path.startsWith('lint/rules/'))
      .map(({path}) => read(path).split('\n').length - 1);
    expect(lines.reduce((sum, count) => sum + count, 0)).to.be.within(1, MOST_LINES_OF_RULES);
  });

  it('every entry is a file of src', () => {
    expect(entries).not.to.be.empty;
    for (const entry of entries) expect(existsSync(new URL(entry, root)), entry).to.equal(true);
  });

  it('VERSION is the version of package.json', () => {
    expect(read('src/core/version.ts')).to.contain(`VERSION = '${version}'`);
  });
});

describe('the rules on source files', () => {
  const sources = (texts: Readonly<Record<string, string>>): SourceFile[] =>
    Object.entries(texts).map(([path, text]) => sourceFile(path, text));

  it('read every form of import, and none in comments and strings', () => {
    const {imports} = sourceFile(
      'a.ts',
      `import ky, {type Options} from 'one';
import type {A} from 'two';
import {
  b, // from 'no'
} from 'three';
export * as c from 'four';
export type * from 'five';
import 'six';
const d = await import('seven');
type E = import('eight').E;
// import 'no';
/* export * from 'no'; */
const f = \`a \${"import 'no'"}\`, g = /'/, h = "import 'no'"; // it's from 'no'
export const from = 'no';`,
    );
    const names = imports.map(({specifier, typeOnly}) => (typeOnly ? `type ${specifier}` : specifier));
    expect(names).to.deep.equal(['one', 'type two', 'three', 'four', 'type five', 'six', 'seven', 'eight']);
  });

  const refused: [string, string[], string[]][] = [
    [
      'upward, sideways and imports of a folder without a layer',
      rules.brokenLayers(
        sources({
          'src/core/a.ts': "import type {B} from '../policy/b.ts';",
          'src/decide/a.ts': "import {b} from '../guards/b.ts';",
          'src/ky/a.ts': "import {b} from '../fetch/b.ts';",
          'src/unknown/a.ts': "import {b} from '../core/b.ts';",
          'src/call/a.ts': "export {b} from '../../src/fetch.ts';",
          'src/index.ts': "export {a} from './fetch.ts'; import {b} from './core/b.ts';",
          'lint/rules/a.ts': "import type {Report} from '../lint.ts';",
          'lint/lint.ts': "import {a} from './rules/a.ts';",
        }),
      ),
      [
        'src/core/a.ts (core, layer 1) imports src/policy/b.ts (policy, layer 2)',
        'src/decide/a.ts (decide, layer 3) imports src/guards/b.ts (guards, layer 3)',
        'src/ky/a.ts (ky, layer 9) imports src/fetch/b.ts (fetch, layer 9)',
        'src/unknown/a.ts is in unknown, which has no layer',
        'src/call/a.ts (call, layer 7) imports src/fetch.ts (entry point, layer 12)',
        'lint/rules/a.ts (rules, layer 8) imports lint/lint.ts (lint.ts, layer 12)',
      ],
    ],
    [
      'imports from a tree that is not allowed',
      rules.brokenTrees(
        sources({
          'src/a.ts': "import '../lint/a.ts';\nimport '../test/a.ts';",
          'schema/a.ts': "import '../src/a.ts';",
          'lint/a.ts': "import '../src/a.ts';\nimport '../examples/a.ts';",
        }),
      ),
      [
        'src/a.ts imports lint/a.ts',
        'src/a.ts imports test/a.ts',
        'schema/a.ts imports src/a.ts',
        'lint/a.ts imports examples/a.ts',
      ],
    ],
    [
      'packages where they do not belong, and unknown ones',
      rules.brokenPackages(
        sources({
          'src/ky.ts': "import ky from 'ky';",
          'src/fetch/a.ts': "import ky from 'ky';\nimport type {Span} from '@opentelemetry/api';",
          'src/telemetry/a.ts': "import {trace} from '@opentelemetry/api';\nimport lodash from 'lodash';",
          'src/core/a.ts': "import {randomUUID} from 'node:crypto';",
        }),
      ),
      [
        'src/fetch/a.ts imports ky',
        'src/fetch/a.ts imports @opentelemetry/api',
        'src/telemetry/a.ts imports lodash',
        'src/core/a.ts imports node:crypto',
      ],
    ],
    [
      'circles, of types too',
      rules.circles(
        sources({
          'src/a.ts': "import {b} from './b.ts';",
          'src/b.ts': "import type {C} from './c.ts';",
          'src/c.ts': "import type {B} from './b.ts';",
        }),
      ),
      ['src/b.ts → src/c.ts → src/b.ts'],
    ],
    [
      'Node behind an entry that must do without',
      rules.nodeBehind(
        ['src/index.ts', 'src/load.ts'],
        sources({
          'src/index.ts': "export * from './load.ts';",
          'src/load.ts': "import {readFile} from 'node:fs/promises';",
        }),
      ),
      ['src/index.ts reaches node:fs/promises through src/load.ts'],
    ],
    [
      'time, chance and fetch outside their modules',
      rules.touchedGlobals(
        sources({
          'src/core/system-clock.ts': 'setTimeout(wake, Date.now());',
          'src/core/random.ts': 'Math.random(); performance.now();',
          'src/fetch/a.ts': 'globalThis.fetch(url);',
          'src/call/a.ts':
            "type F = typeof globalThis.fetch; // Date.now\nconst a = 'Math.random', b = `$" +
            '{crypto.randomUUID()}`; fetch(a); port.fetch(a); new Date(0); new Date();',
        }),
      ),
      [
        'src/core/random.ts touches time: performance.',
        'src/call/a.ts touches time: new Date()',
        'src/call/a.ts touches chance: crypto.',
        'src/call/a.ts touches fetch: fetch(',
      ],
    ],
    [
      'barrels other than entry points',
      rules.barrels(
        sources({
          'src/index.ts': "export * from './core/a.ts';",
          'src/core/index.ts': "/** All. */\nexport {a} from './a.ts';\nexport type * from './b.ts';",
          'src/core/through.ts': "import {a} from './a.ts';\n\nexport {a};",
          'src/core/a.ts': "export type {B} from './b.ts';\nexport const a = 1;",
        }),
      ),
      ['src/core/index.ts only exports what others make', 'src/core/through.ts only exports what others make'],
    ],
    [
      'names that are not in kebab-case',
      rules.brokenNames([
        'src/core/virtual-clock.ts',
        'README.md',
        '.github/workflows/ci.yml',
        'src/fetchWire.ts',
        'a_b/c.ts',
      ]),
      ['src/fetchWire.ts is not in kebab-case', 'a_b/c.ts is not in kebab-case'],
    ],
    [
      'syntax that Node 22 does not have',
      rules.youngSyntax(
        sourceFile('a.ts', '  await using a = b();\nusing c = d;\n// using e = f\nconst using = g;\nusing(h);'),
      ),
      ['a.ts has await using a =', 'a.ts has using c ='],
    ],
    [
      'paths of one machine and hosts of registries',
      // With gaps, so that this file does not break the rule itself.
      rules.machineTraces(
        'a.md',
        'See /h ome/ada/x, /api/work/1 and https:/ /registry.npmjs.org/ky.'.replaceAll(/(?<=\/h?) /g, ''),
      ),
      ['a.md names /h_ome/a', 'a.md names https:/_/registry.npmjs.org'].map(text => text.replace('_', '')),
    ],
  ];
  for (const [what, broken, expected] of refused) it(`refuse ${what}`, () => expect(broken).to.deep.equal(expected));
});
