/**
 * The modules of a package, so that an import reads a few files in place of two hundred. What several entries have is in a file that they share: there is one
 * class of each name, whichever entries a program imports. All files are in one folder, so that a module finds others beside it.
 */
import {readFileSync} from 'node:fs';
import {builtinModules} from 'node:module';
import {basename, join} from 'node:path';
import {type BuildOptions, build, type Metafile, type Plugin} from 'esbuild';
import {rolldown} from 'rolldown';
import {dts} from 'rolldown-plugin-dts';
import {replacing} from './replacing.ts';
import {root} from './root.ts';

/** As far as it says what is bundled. */
export interface Manifest {
  readonly exports: Readonly<Record<string, string | {readonly types: string; readonly default: string}>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Packages of CommonJS call require(), which a module does not have. */
const builtinsOfCommonJs: Plugin = {
  name: 'builtins-of-commonjs',
  setup: ({onLoad, onResolve}) => {
    onResolve({filter: /^[a-z_/]+$/}, ({kind, path}) =>
      kind === 'require-call' && builtinModules.includes(path) ? {path, namespace: 'builtin'} : undefined,
    );
    onLoad({filter: /.*/, namespace: 'builtin'}, ({path}) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
    }));
  },
};

/** The modules of yaml that need nothing of Node: browsers load policies, too. */
const yamlForAll: Plugin = {
  name: 'yaml-for-all',
  setup: ({onResolve}) =>
    onResolve({filter: /^yaml$/}, () => ({path: join(root, 'node_modules/yaml/browser/index.js'), sideEffects: false})),
};

/**
 * yaml without its writer, what makes values of nodes, the names of new anchors, and the visitor of tokens, which the linter never calls: it reads
 * nodes, and its fixes are edits of the text. The schema "json" is read only where a program asks for it.
 */
export const yamlReadOnly: Plugin = replacing(
  'yaml-read-only',
  /\/yaml\/(?:browser\/)?dist\/(?:stringify\/stringify(?:|Collection|Document|Number|Pair|String)|doc\/(?:anchors|applyReviver|createNode)|nodes\/(?:addPairToJSMap|toJS)|parse\/cst-visit|schema\/json\/schema)\.js$/,
  `const none = () => { throw new Error('retry-lint writes no YAML.'); };
  export const schema = [];
  export {none as addPairToJSMap, none as anchorIsValid, none as anchorNames, none as applyReviver, none as createNode,
    none as createNodeAnchors, none as createStringifyContext, none as findNewAnchor, none as stringify, none as stringifyCollection,
    none as stringifyDocument, none as stringifyNumber, none as stringifyPair, none as stringifyString, none as toJS, none as visit};`,
);

/** The nodes and documents of yaml without their methods, which read, change and write values: the linter reads their fields. */
export const yamlFieldsOnly: Plugin = {
  name: 'yaml-fields-only',
  setup: ({onLoad}) =>
    onLoad(
      {
        filter:
          /\/yaml\/(?:browser\/)?dist\/(?:doc\/Document|nodes\/(?:Alias|Collection|Node|Pair|Scalar|YAMLMap|YAMLSeq))\.js$/,
      },
      ({path}) => {
        const code = readFileSync(path, 'utf8');
        const contents = code.replace(YAML_METHODS, '');
        if (contents === code) throw new Error(`${path} has other methods than before.`);
        return {contents};
      },
    ),
};

const YAML_METHODS =
  /\n {4}(?:static )?(?:add|addIn|clone|create(?:Alias|Node|Pair)|delete|deleteIn|from|get|getIn|has|hasAllNullValues|hasIn|set|setIn|toJS|toJSON|toString)\(.*\) \{\n[\s\S]*?\n {4}\}/g;

/** Tags of YAML 1.1 for values that JSON does not have. A value with such a tag is read as if it had none. */
export const yamlOfJson: Plugin = replacing(
  'yaml-of-json',
  /\/yaml\/(?:browser\/)?dist\/schema\/yaml-1\.1\/(?:binary|omap|pairs|set|timestamp)\.js$/,
  `const tagged = (name, collection) => ({tag: 'tag:yaml.org,2002:' + name, collection, resolve: value => value});
  export const binary = tagged('binary');
  export const omap = tagged('omap', 'seq');
  export const pairs = tagged('pairs', 'seq');
  export const set = tagged('set', 'map');
  export const [floatTime, intTime, timestamp] = ['float', 'int', 'timestamp'].map(name => tagged(name));`,
);

/** jsonc-parser without what edits and formats, and without its enums, which nothing reads: bundlers keep an enum, because a function makes it. */
export const jsonTreeOnly: Plugin = {
  name: 'json-tree-only',
  setup: ({onLoad}) => {
    onLoad({filter: /\/jsonc-parser\/lib\/esm\/main\.js$/}, () => ({
      contents: `export {createScanner} from './impl/scanner.js';\nexport {parseTree} from './impl/parser.js';`,
    }));
    onLoad({filter: /\/jsonc-parser\/lib\/esm\/impl\/scanner\.js$/}, ({path}) => {
      const [code = '', ...enums] = readFileSync(path, 'utf8').split('\nvar CharacterCodes;\n');
      if (enums.length !== 1) throw new Error(`${path} has no enum at its end any more.`);
      return {contents: code};
    });
  },
};

/** The parser of Python without the tags by which editors color it: it asks for them when it is loaded, and the linter reads none. */
export const pythonUncolored: Plugin = replacing(
  'python-uncolored',
  /\/@lezer\/highlight\/dist\/index\.js$/,
  `export const tags = new Proxy(() => tags, {get: () => tags});
  export const styleTags = () => () => undefined;`,
);

/**
 * The parser of Python, which reads each text once and whole: without what reuses the tree of an earlier text, what finds the node at a place, and what logs.
 */
export const pythonReadOnce: Plugin = {
  name: 'python-read-once',
  setup: ({onLoad}) =>
    onLoad({filter: /\/@lezer\/(?:common|lr)\/dist\/index\.js$/}, ({path}) => {
      const code = readFileSync(path, 'utf8');
      let contents = code;
      for (const [found, left] of path.includes('/lr/') ? REUSE : PLACES) {
        const before = contents;
        contents = before.replace(found, left);
        if (contents === before) throw new Error(`${path} has other methods than before.`);
      }
      return {contents};
    }),
};

const PLACES: readonly (readonly [RegExp, string])[] = [
  [
    /\n {4}(?:static )?(?:get )?(?:balance|childAfter|childBefore|childString|cursorAt|enter|enterUnfinishedNodesBefore|getChildren|matchContext|moveTo|prev|propValues|resolve|resolveInner|resolveStack|toString|toTree|tree)\(.*\{(?:.*\}|\n[\s\S]*?\n {4}\})/g,
    '',
  ],
];

const REUSE: readonly (readonly [RegExp, string])[] = [
  [
    /\n {4}(?:configure|dialectEnabled|getName|hasWrappers|nextFragment|nodeAt|stackID|stopAt|toString|tryReuse|useNode)\(.*\{(?:.*\}|\n[\s\S]*?\n {4}\})/g,
    '',
  ],
  [/\n {8}this\.fragments = fragments\.length[\s\S]*?: null;/, ''],
  [/\n {8}if \(this\.fragments\) \{\n[\s\S]*?\n {8}\}/, ''],
  [/\nconst verbose = .*;/, ''],
  [/\bverbose\b/g, 'false'],
];

/** The pages of the rules stay in docs, beside the folder of the modules. */
export const pagesBeside: Plugin = replacing(
  'pages-beside',
  /\/io\/pages-folder\.ts$/,
  `import {fileURLToPath} from 'node:url';
  export const pagesFolder = fileURLToPath(new URL('../docs/rules/', import.meta.url));`,
);

/** ECharts is a file of its own, which only a page with charts loads. */
const chartsApart: Plugin = {
  name: 'charts-apart',
  setup: ({onResolve}) => onResolve({filter: /\/echarts\.ts$/}, () => ({path: './echarts.js', external: true})),
};

const OPTIONS = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  mainFields: ['module', 'main'],
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
} satisfies BuildOptions;

/**
 * The entries of a package, and programs: modules that nothing imports by name.
 *
 * @param folder   Gets a file for each entry and program, and those that they share.
 * @param programs By their name.
 * @returns What was bundled.
 */
export async function bundleModules(
  folder: string,
  {exports = {}, peerDependencies = {}}: Partial<Manifest>,
  programs: Readonly<Record<string, string>>,
  {minify = false, plugins = []}: {readonly minify?: boolean; readonly plugins?: readonly Plugin[]} = {},
): Promise<Metafile> {
  const entries = entriesOf(exports).map(target => [basename(target.default, '.js'), sourceOf(target.types)]);
  // In the order of the entries esbuild lays out what they share: from the last one on, which is the smallest, gzip finds more (decision 0116).
  entries.reverse();
  const {metafile} = await build({
    ...OPTIONS,
    entryPoints: {...Object.fromEntries(entries), ...programs},
    outdir: folder,
    splitting: true,
    chunkNames: 'shared-[hash]',
    external: [...Object.keys(peerDependencies), '@opentelemetry/*'],
    plugins: [builtinsOfCommonJs, yamlForAll, chartsApart, ...plugins],
    minify,
  });
  return metafile;
}

/** @param folder Gets echarts.js. */
export async function bundleCharts(folder: string): Promise<Metafile> {
  const outfile = join(folder, 'echarts.js');
  const {metafile} = await build({...OPTIONS, entryPoints: ['src/charts/echarts.ts'], outfile, minify: true});
  return metafile;
}

/**
 * esbuild orders shared files by the entries that have them, and a bundle of an application has them in that order. In this one, found by trying, what is
 * alike is near: a third of a kilobyte less after gzip than in the order of the exports. Entries that are not named follow.
 */
const ENTRY_ORDER = (
  './ky ./models ./bullmq ./grpc ./unchecked . ./function ./telemetry ./log ./core ./bundler ./register ./simulate ' +
  './testing ./redis ./fetch ./undici ./compiled ./features ./lite ./load ./server ./batch'
).split(' ');

const entriesOf = (exports: Manifest['exports']) =>
  [...new Set([...ENTRY_ORDER, ...Object.keys(exports)])].flatMap(name => {
    const target = exports[name];
    return target === undefined || typeof target === 'string' ? [] : [target];
  });

/** `./dist/types/src/ky.d.ts` is written from `src/ky.ts`. */
const sourceOf = (types: string): string => types.replace('./dist/types/', '').replace(/\.d\.ts$/, '.ts');

/**
 * The declarations of a package: a file for each entry, and those that entries share. As with the modules, an import reads few files.
 *
 * @param from All declarations, as the compiler has written them.
 */
export async function bundleDeclarations(from: string, to: string, {exports}: Manifest): Promise<void> {
  const files = entriesOf(exports).map(({types}) => types.replace('./dist/types/', ''));
  const bundle = await rolldown({
    input: Object.fromEntries(files.map(file => [file.replace(/\.ts$/, ''), join(from, file)])),
    external: /^[^./]/,
    // Nothing is compiled: the compiler and its settings are named so that none is looked for.
    plugins: [dts({dtsInput: true, oxc: true, tsconfig: false})],
  });
  await bundle.write({dir: to, chunkFileNames: 'shared-[hash].d.ts'});
  await bundle.close();
}
