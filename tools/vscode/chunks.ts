/** The chunks of the language server: what they are made of, and how the server's script comes to load them. */
import {readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import type {Plugin} from 'esbuild';
import {rules} from '../../lint/rules/index.ts';
import type {ChunkName} from '../../lint/vscode/server/start.ts';

const RULE_TEXTS = 'rule-texts';

/** What the linter imports late, by chunk: a file of the repository, or a package. */
export const chunkEntries: Readonly<Record<ChunkName, string>> = {
  yaml: 'lint/source/yaml.ts',
  globs: 'picomatch',
  schema: 'schema/policy.schema.json',
  'rule-texts': RULE_TEXTS,
};

/**
 * Keeps the chunks out of the server's script: loads them where the linter has `import()` of them, and leaves out the documentation of the
 * rules, of which the texts are a chunk and the examples are for tests and pages. Other modules that the linter imports late stay in the script.
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
      return {contents: pathOf(path).startsWith('lint/rules/') ? withoutDocumentation(late, path) : late, loader: 'ts'};
    });
    onResolve({filter: /\/rule-texts\.ts$/}, () => ({path: join(root, 'lint/vscode/server/rule-texts.ts')}));
  },
});

function withoutDocumentation(text: string, path: string): string {
  const rest = text.replace(/^ {2}documentation: [\s\S]*?^ {2}\}\),\n/m, '');
  if (/\bdocumentation:/.test(rest)) throw new Error(`${path}: the documentation does not end as expected.`);
  return rest;
}

/** The chunk with the texts of the rules, as a module without a file. */
export const textsChunk: Plugin = {
  name: RULE_TEXTS,
  setup: ({onLoad, onResolve}) => {
    onResolve({filter: new RegExp(`^${RULE_TEXTS}$`)}, ({path}) => ({path, namespace: RULE_TEXTS}));
    onLoad({filter: /.*/, namespace: RULE_TEXTS}, () => {
      const texts = rules.map(({code, documentation}) => {
        const {why, sources} = documentation();
        return [code, {why, sources}];
      });
      return {contents: JSON.stringify(Object.fromEntries(texts)), loader: 'json'};
    });
  },
};
