/** The chunks of the language server: what they are made of, and how the server's script comes to load them. */
import {readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import type {Plugin} from 'esbuild';
import type {ChunkName} from '../../lint/vscode/server/start.ts';
import {replacing} from '../../scripts/bundle/replacing.ts';
import {RULE_TEXTS} from '../../scripts/rule-pages/chunk.ts';

/** What the linter imports late, by chunk: a file of the repository, or a package. */
export const chunkEntries: Readonly<Record<ChunkName, string>> = {
  yaml: 'lint/source/yaml.ts',
  globs: 'picomatch',
  gitignore: 'ignore',
  schema: 'schema/policy.schema.json',
  arithmetic: 'lint/explain/arithmetic.ts',
  'rule-texts': RULE_TEXTS,
  python: 'lint/source/python/read.ts',
  'python-retries': 'lint/dialects/python/index.ts',
  litellm: 'lint/dialects/exact/index.ts',
  toml: 'lint/config-file/pyproject.ts',
  'broken-json': 'lint/source/tolerant-json.ts',
  plugins: 'lint/config-file/plugins.ts',
};

/**
 * Leaves out what the command line reads, for the package has a limit: the dialects of proxies, workflows and gRPC, and what other files of the project
 * say of a Python program, its lock file and the modules that it imports.
 */
export const onlyLitellm: readonly Plugin[] = [
  replacing('no-exact-dialects', /[/\\]exact[/\\]late\.ts$/, 'export const exactLate = [];'),
  replacing(
    'no-repeated-calls',
    /[/\\]repeated-calls\.ts$/,
    'export function* repeatedCalls() {}\nexport const unknownMethods = {check: () => []};',
  ),
  replacing(
    'no-versions',
    /[/\\]workspace[/\\]packages\.ts$/,
    'export const versioned = [];\nexport class PackageLookup {}',
  ),
  replacing(
    'no-imports',
    /[/\\]python-imports\.ts$/,
    'export const importsIn = () => [];\nexport const brings = () => false;',
  ),
  replacing('no-links', /[/\\]python-links\.ts$/, 'export const linked = async source => source;'),
  replacing(
    'only-litellm',
    /[/\\]exact[/\\]index\.ts$/,
    `import {litellm} from '../litellm/litellm.ts';
    export const exactDialects = {litellm};`,
  ),
];

/**
 * Keeps the chunks out of the server's script: loads them where the linter has `import()` of them, or reads the pages of rules. Other modules
 * that the linter imports late stay in the script.
 */
export const withChunks = (root: string): Plugin => ({
  name: 'with-chunks',
  setup: ({onLoad, onResolve}) => {
    const names = new Map(Object.entries(chunkEntries).map(([name, entry]) => [entry, name]));
    const pathOf = (file: string): string => relative(root, file).replaceAll('\\', '/');
    onLoad({filter: /[/\\]lint[/\\].*\.ts$/}, ({path}) => {
      const text = readFileSync(path, 'utf8');
      const late = text.replace(/\bimport\('([^']+)'[^()]*\)/g, (written, target: string) => {
        const name = names.get(target.startsWith('.') ? pathOf(join(dirname(path), target)) : target);
        return name === undefined ? written : `loadChunk('${name}')`;
      });
      return {contents: late, loader: 'ts'};
    });
    onResolve({filter: /^\.\/plugins\.ts$/}, () => ({path: join(root, 'lint/vscode/server/plugins.ts')}));
    onResolve({filter: /\/rule-texts\.ts$/}, () => ({path: join(root, 'lint/vscode/server/rule-texts.ts')}));
  },
});
