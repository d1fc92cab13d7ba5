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
import {type BuildOptions, build, type Plugin} from 'esbuild';
import {commands} from '../lint/commands/table.ts';
import {rules} from '../lint/rules/index.ts';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** In the comment, where a real one would end it. */
const LINE_BREAK = '\u0001';

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

/** What the launcher gives to the function that the program is: what Node gives to a file, and how to import a module. */
const PARAMETERS = 'exports,require,module,__filename,__dirname,importModule';

/** @param folder Gets retry-lint.cjs. */
export async function bundle(folder: string): Promise<void> {
  const program = await programText();
  const trailers = [...(await Promise.all(RARE.map(packageTrailer))), trailer('rules', textsOfRules())];
  const hash = createHash('sha256').update(program).digest('hex').slice(0, 16);
  // Where the program begins depends on the launcher, which says where it begins.
  let launcher = '';
  for (let start = 1000; launcher.length !== start; ) {
    if (launcher !== '') start = launcher.length;
    launcher = `${await launcherText({PROGRAM_HASH: hash, PROGRAM_START: start, PROGRAM_BYTES: program.length})}//`;
  }
  const file = join(folder, 'retry-lint.cjs');
  mkdirSync(folder, {recursive: true});
  writeFileSync(file, [launcher + program, ...trailers, ''].join('\n'));
  chmodSync(file, 0o755);
}

/** A function, in one line and in ASCII, so that it fits in a comment, and a byte is a character. */
async function programText(): Promise<string> {
  const {outputFiles} = await build({
    ...shared,
    entryPoints: [at('lint/main.ts')],
    write: false,
    banner: {js: `(function(${PARAMETERS}){`},
    footer: {js: '})'},
    plugins: [rareFromTrailer, rulesWithoutTexts, onlyWhatIsUsed, importsByLauncher],
  });
  const {text} = outputFiles[0]!;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: strings of the YAML reader hold some, and a comment can.
  if (!/^[\t\n\u0002-\u0008\u000E-\u007E]*$/.test(text))
    throw new Error('The program has characters that its comment cannot hold.');
  return text.trimEnd().replaceAll('\n', LINE_BREAK);
}

async function launcherText(facts: Readonly<Record<string, string | number>>): Promise<string> {
  const others = commands.slice(1).map(({name}) => name);
  const known = {...facts, LINE_BREAK, OTHER_COMMANDS: others};
  const {outputFiles} = await build({
    ...shared,
    entryPoints: [at('lint/launcher.ts')],
    write: false,
    banner: {js: '#!/usr/bin/env node'},
    define: Object.fromEntries(Object.entries(known).map(([name, value]) => [name, JSON.stringify(value)])),
  });
  return outputFiles[0]!.text;
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
