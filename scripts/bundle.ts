/**
 * Bundles retry-lint into one file of CommonJS: measured to start faster than modules, and everything but Node is inside.
 *
 * Node reads all code of a file at every start. So the code that it sees is the launcher's (see lint/launcher.ts), and the program
 * stands below it in a comment, minified; what few runs need stands at the end, in comments too.
 */

import {createHash} from 'node:crypto';
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Script} from 'node:vm';
import {type BuildOptions, build, type Metafile, type Plugin} from 'esbuild';
import {commands} from '../lint/commands/table.ts';
import {rules} from '../lint/rules/index.ts';
import {noticesOf} from './notices.ts';

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
  metafile: true,
  absWorkingDir: at('.'),
} satisfies BuildOptions;

/** What Node gives to a file. */
const GIVEN = 'exports,require,module,__filename,__dirname';

/** Around the program: a function whose text the launcher asks for, and that nobody calls. */
const BEFORE_PROGRAM = 'function program(){//';
const AFTER_PROGRAM = '\n}';

/** @param folder Gets retry-lint.cjs, and retry-lint.licenses.txt with the licences of what is bundled. */
export async function bundle(folder: string): Promise<void> {
  const metafiles: Metafile[] = [];
  const program = await programText(metafiles);
  const packages = await Promise.all(RARE.map(name => packageTrailer(name, metafiles)));
  const trailers = [...packages, trailer('rules', textsOfRules())];
  const launcher = await launcherText(metafiles, {
    PROGRAM_HASH: createHash('sha256').update(program).update(trailers.join()).digest('hex').slice(0, 16),
    OTHER_COMMANDS: commands.slice(1).map(({name}) => name),
    BEFORE_PROGRAM,
    AFTER_PROGRAM,
  });
  const file = join(folder, 'retry-lint.cjs');
  mkdirSync(folder, {recursive: true});
  writeFileSync(file, [launcher + BEFORE_PROGRAM + program + AFTER_PROGRAM, ...trailers, ''].join('\n'));
  chmodSync(file, 0o755);
  writeFileSync(join(folder, 'retry-lint.licenses.txt'), noticesOf(metafiles, at('.')));
}

/** A function, in one line, so that it fits in a comment, and in ASCII, so that V8 keeps a byte a character. */
async function programText(metafiles: Metafile[]): Promise<string> {
  const {outputFiles, metafile} = await build({
    ...shared,
    entryPoints: [at('lint/main.ts')],
    write: false,
    plugins: [rareFromTrailer, rulesWithoutTexts, onlyWhatIsUsed, importsByLauncher],
  });
  metafiles.push(metafile);
  // Minified, it has line breaks in template literals alone.
  const text = `(function(${GIVEN},host){${outputFiles[0]!.text.trim().replaceAll('\n', '\\n')}})`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII, all but line breaks.
  if (!/^[\0-\t\v\f\u000E-\u007F]*$/.test(text))
    throw new Error('The program has characters that its comment cannot hold.');
  new Script(text); // Throws, where a line break stood anywhere else.
  return text;
}

async function launcherText(metafiles: Metafile[], facts: Readonly<Record<string, unknown>>): Promise<string> {
  const {outputFiles, metafile} = await build({
    ...shared,
    entryPoints: [at('lint/launcher.ts')],
    write: false,
    banner: {js: '#!/usr/bin/env node'},
    define: Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, JSON.stringify(value)])),
  });
  metafiles.push(metafile);
  return outputFiles[0]!.text;
}

/** Something in one line, in a comment of the kind that V8 is through soonest: JSON has no line breaks, and may escape a slash. */
const trailer = (name: string, what: unknown): string => `/*${name}:${JSON.stringify(what).replaceAll('*/', '*\\/')}*/`;

/** The expression that reads a line again. */
const fromTrailer = (name: string): string => `(() => {
  const mark = '\\n/*${name}:';
  const text = require('node:fs').readFileSync(__filename, 'utf8');
  const start = text.lastIndexOf(mark) + mark.length;
  return JSON.parse(text.slice(start, text.indexOf('*' + '/\\n', start)));
})()`;

async function packageTrailer(name: string, metafiles: Metafile[]): Promise<string> {
  const {outputFiles, metafile} = await build({
    ...shared,
    stdin: {contents: `module.exports = require('${name}')`, resolveDir: at('.')},
    write: false,
  });
  metafiles.push(metafile);
  return trailer(name, `(function(${GIVEN}){${outputFiles[0]!.text}})`);
}

/** An import of a rare package reads its line, when it is reached. The launcher keeps its bytecode too. */
const rareFromTrailer: Plugin = {
  name: 'rare-from-trailer',
  setup: ({onResolve, onLoad}) => {
    onResolve({filter: new RegExp(`^(?:${RARE.join('|')})$`)}, ({path}) => ({path, namespace: 'rare'}));
    onLoad({filter: /.*/, namespace: 'rare'}, ({path}) => ({
      contents: `declare const host: any;
        host.compile('${path}', ${fromTrailer(path)})(exports, require, module, __filename, __dirname);`,
      loader: 'ts',
    }));
  },
};

/** What only `explain`, `rules` and SARIF show of a rule; half of its file. */
const TEXTS = ['why', 'sources', 'bad', 'good'] as const;

const textsOfRules = () =>
  Object.fromEntries(rules.map(rule => [rule.code, Object.fromEntries(TEXTS.map(field => [field, rule[field]]))]));

/** Rules inherit their texts, which are read from their line when somebody asks. */
const rulesWithoutTexts: Plugin = {
  name: 'rules-without-texts',
  setup: ({onResolve, onLoad}) => {
    onResolve({filter: /^rule-texts$/}, ({path}) => ({path, namespace: 'texts'}));
    onLoad({filter: /.*/, namespace: 'texts'}, () => ({
      contents: `let all;
        const textsOf = ({code}) => (all ??= ${fromTrailer('rules')})[code];
        exports.texts = {${TEXTS.map(field => `get ${field}() { return textsOf(this).${field}; }`)}};`,
    }));
    onLoad({filter: /lint.rules.[a-z-]+\.ts$/}, ({path}) => {
      const source = readFileSync(path, 'utf8');
      if (!/^ {2}code: 'RL\d+',$/m.test(source)) return undefined;
      const rule = TEXTS.reduce((text, field) => without(field, text, path), source);
      const contents = `import {texts} from 'rule-texts';\n${rule.replace('defineRule({', '$&__proto__: texts,')}`;
      return {contents, loader: 'ts'};
    });
  },
};

/** The formatter lays every rule out alike; one that is laid out otherwise fails the build. */
function without(field: string, rule: string, path: string): string {
  const written = new RegExp(`^ {2}${field}: (?:\`[\\s\\S]*?\`|\\[.*\\]|\\[\\n[\\s\\S]*?^ {2}\\]),\\n`, 'm');
  if (!written.test(rule)) throw new Error(`${path} has no ${field} that can be found.`);
  return rule.replace(written, '');
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
      return {contents: `declare const host: any;\n${before}await host.importModule(${after}`, loader: 'ts'};
    });
  },
};

if (import.meta.main) await bundle(at('dist'));
