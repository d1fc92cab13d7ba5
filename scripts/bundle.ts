/**
 * Bundles retry-lint into one file of CommonJS: measured to start faster than modules, and everything but Node is inside. Beside it
 * goes what starts it; see lint/launcher.ts.
 *
 * Node reads all code of a file at every start, so it is minified, and what few runs need stands at its end, as comments.
 */

import {createHash} from 'node:crypto';
import {chmodSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type BuildOptions, build, type Plugin} from 'esbuild';
import {commands} from '../lint/commands/table.ts';
import {rules} from '../lint/rules/index.ts';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Packages behind a lazy import: together they are larger than all the rest. */
const RARE = ['diff', 'ignore', 'picomatch', 'yaml'];

const shared = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  // jsonc-parser's "main" is UMD, which no bundler can follow.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

const PROGRAM = 'retry-lint-program.cjs';

/** What Node gives to a file of CommonJS, and the launcher to the function that the program is; and how to import a module. */
const PARAMETERS = 'exports,require,module,__filename,__dirname';
const CALL = `(${PARAMETERS},url=>import(url));`;

/** @param folder Gets retry-lint.cjs, which people start, and the program. */
export async function bundle(folder: string): Promise<void> {
  const program = join(folder, PROGRAM);
  await build({
    ...shared,
    entryPoints: [at('lint/main.ts')],
    outfile: program,
    banner: {js: `(function(${PARAMETERS},importModule){`},
    footer: {
      js: ['})', CALL, ...(await Promise.all(RARE.map(packageTrailer))), trailer('rules', textsOfRules())].join('\n'),
    },
    plugins: [rareFromTrailer, rulesWithoutTexts, onlyWhatIsUsed, importsByLauncher],
  });
  const text = readFileSync(program, 'latin1');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const bytes = text.lastIndexOf(`\n${CALL}`);
  const launcher = join(folder, 'retry-lint.cjs');
  await build({
    ...shared,
    entryPoints: [at('lint/launcher.ts')],
    outfile: launcher,
    banner: {js: '#!/usr/bin/env node'},
    define: {
      PROGRAM_FILE: JSON.stringify(basename(program)),
      PROGRAM_HASH: JSON.stringify(hash),
      PROGRAM_BYTES: String(bytes),
      OTHER_COMMANDS: JSON.stringify(commands.slice(1).map(({name}) => name)),
    },
  });
  chmodSync(launcher, 0o755);
}

/** Something in one line: JSON has no line breaks. */
const trailer = (name: string, what: unknown): string => `//${name}:${JSON.stringify(what)}`;

/** The expression that reads a line again. */
const fromTrailer = (name: string): string => `(() => {
  const mark = '\\n//${name}:';
  const text = require('node:fs').readFileSync(__filename, 'utf8');
  const start = text.lastIndexOf(mark) + mark.length;
  const end = text.indexOf('\\n', start);
  return JSON.parse(text.slice(start, end < 0 ? undefined : end));
})()`;

async function packageTrailer(name: string): Promise<string> {
  const {outputFiles} = await build({
    ...shared,
    stdin: {contents: `module.exports = require('${name}')`, resolveDir: at('.')},
    write: false,
  });
  return trailer(name, outputFiles[0]!.text);
}

/** An import of a rare package reads its line, when it is reached. */
const rareFromTrailer: Plugin = {
  name: 'rare-from-trailer',
  setup: ({onResolve, onLoad}) => {
    onResolve({filter: new RegExp(`^(?:${RARE.join('|')})$`)}, ({path}) => ({path, namespace: 'rare'}));
    onLoad({filter: /.*/, namespace: 'rare'}, ({path}) => ({
      contents: `require('node:vm').compileFunction(${fromTrailer(path)}, ['module', 'exports', 'require'], {filename: '${path}'})(module, exports, require);`,
    }));
  },
};

/** What only `explain`, `rules` and SARIF show of a rule; half of its file. */
const TEXTS = ['why', 'sources', 'bad', 'good'] as const;

const textsOfRules = () =>
  Object.fromEntries(rules.map(rule => [rule.code, Object.fromEntries(TEXTS.map(field => [field, rule[field]]))]));

/** Rules read their texts from their line, when somebody asks. */
const rulesWithoutTexts: Plugin = {
  name: 'rules-without-texts',
  setup: ({onResolve, onLoad}) => {
    onResolve({filter: /^rule-texts$/}, ({path}) => ({path, namespace: 'texts'}));
    onLoad({filter: /.*/, namespace: 'texts'}, () => ({
      contents: `let texts; exports.textsOf = code => (texts ??= ${fromTrailer('rules')})[code];`,
    }));
    onLoad({filter: /lint.rules.[a-z-]+\.ts$/}, ({path}) => {
      const source = readFileSync(path, 'utf8');
      const code = /^ {2}code: '(RL\d+)',$/m.exec(source)?.[1];
      if (code === undefined) return undefined;
      const contents = TEXTS.reduce((text, field) => withoutText(text, field, code), source);
      return {contents: `import {textsOf} from 'rule-texts';\n${contents}`, loader: 'ts'};
    });
  },
};

/** The formatter lays every rule out alike; one that is laid out otherwise fails the build. */
function withoutText(source: string, field: string, code: string): string {
  const written = new RegExp(`^ {2}${field}: (?:\`[\\s\\S]*?\`|\\[.*\\]|\\[\\n[\\s\\S]*?^ {2}\\]),\\n`, 'm');
  if (!written.test(source)) throw new Error(`${code} has no ${field} that can be found.`);
  return source.replace(written, () => `  get ${field}() { return textsOf('${code}').${field}; },\n`);
}

/** jsonc-parser does not say that its modules do nothing by themselves; one of them fills tables that only a formatter needs. */
const onlyWhatIsUsed: Plugin = {
  name: 'only-what-is-used',
  setup: ({onResolve, resolve}) => {
    onResolve({filter: /./}, async ({path, importer, kind, resolveDir, pluginData}) => {
      if (pluginData === 'asked' || (!/^jsonc-parser$/.test(path) && !/node_modules.jsonc-parser/.test(importer)))
        return undefined;
      return {...(await resolve(path, {importer, kind, resolveDir, pluginData: 'asked'})), sideEffects: false};
    });
  },
};

/** Rules of a project are imported by who can: see lint/launcher.ts. */
const importsByLauncher: Plugin = {
  name: 'imports-by-launcher',
  setup: ({onLoad}) => {
    onLoad({filter: /config-file.plugins\.ts$/}, ({path}) => {
      const [before, after, ...more] = readFileSync(path, 'utf8').split('await import(');
      if (after === undefined || more.length > 0) throw new Error(`${path} imports more than once, or never.`);
      return {contents: `declare const importModule: any;\n${before}await importModule(${after}`, loader: 'ts'};
    });
  },
};

if (import.meta.main) await bundle(at('dist'));
