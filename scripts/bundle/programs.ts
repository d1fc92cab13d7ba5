/**
 * retry-lint as three files of CommonJS, which start faster than modules: a launcher, the program, and the server for coding agents, each with all it
 * imports.
 */
import {chmodSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {build, type Metafile, type Plugin} from 'esbuild';
import {
  bundleModules,
  jsonTreeOnly,
  type Manifest,
  pagesBeside,
  pythonReadOnce,
  pythonUncolored,
  yamlFieldsOnly,
  yamlOfJson,
  yamlReadOnly,
} from './modules.ts';
import {replacing} from './replacing.ts';
import {root} from './root.ts';

/** Leaves out the formatter of jsonc-parser, which is not used and fills tables when it is loaded. The package does not say so itself. */
const withoutFormatter: Plugin = {
  name: 'without-formatter',
  setup: ({onResolve}) =>
    onResolve({filter: /^\.\/impl\/(?:edit|format)$/}, ({path, importer}) => ({
      path: join(dirname(importer), `${path}.js`),
      sideEffects: false,
    })),
};

const SERVERS: Readonly<Record<string, string>> = {lsp: './retry-lint-lsp.js', mcp: './retry-lint-mcp.cjs'};

/**
 * Each server is a file of its own, which only its command loads: a protocol is as large as all rules. The language server is one of the modules of the
 * package, and shares the linter with them.
 */
const serversApart: Plugin = {
  name: 'servers-apart',
  setup: ({onResolve}) =>
    onResolve({filter: /\/(?:lsp|mcp)\/serve\.ts$/}, ({kind, path}) =>
      kind === 'entry-point' ? undefined : {path: SERVERS[/(\w+)\/serve/.exec(path)![1]!]!, external: true},
    ),
};

/** What few runs need, by the end of its path: modules of the package, which the programs share. */
const PARTS: Readonly<Record<string, string>> = {
  '/source/python/read.ts': 'python',
  '/dialects/python/index.ts': 'python',
  '/dialects/exact/index.ts': 'configurations',
  '/config-file/pyproject.ts': 'configurations',
};

/** The modules of a part, which are loaded together. */
const modulesOf = (part: string): string[] =>
  Object.keys(PARTS)
    .filter(path => PARTS[path] === part)
    .map(path => join(root, 'lint', path));

/** What is imported late of a part of several modules is all of the part: otherwise each would be a file, with files for what they share. */
const partsTogether: Plugin = {
  name: 'parts-together',
  setup: ({onLoad, onResolve}) => {
    onResolve({filter: /\.ts$/}, ({kind, path, resolveDir}) => {
      const part =
        kind === 'dynamic-import' ? PARTS[join(resolveDir, path).slice(join(root, 'lint').length)] : undefined;
      return part === undefined || modulesOf(part).length === 1 ? undefined : {path: part, namespace: 'part'};
    });
    onResolve({filter: /^part:/}, ({path}) => ({path: path.slice('part:'.length), namespace: 'part'}));
    onLoad({filter: /.*/, namespace: 'part'}, ({path}) => ({
      contents: modulesOf(path)
        .map(module => `export * from ${JSON.stringify(module)};`)
        .join('\n'),
      resolveDir: root,
    }));
  },
};

const partsOutside: Plugin = {
  name: 'parts-outside',
  setup: ({onResolve}) =>
    onResolve({filter: /\.ts$/}, ({kind, path, resolveDir}) => {
      const part =
        kind === 'dynamic-import' ? PARTS[join(resolveDir, path).slice(join(root, 'lint').length)] : undefined;
      return part === undefined ? undefined : {path: `./${part}.js`, external: true};
    }),
};

/** The simulator stays among the modules of the package, beside the charts: the servers start it in a thread of its own. */
const simulatorOutside = replacing(
  'simulator-outside',
  /\/simulate\/worker-file\.ts$/,
  `export const workerFile = require('node:path').join(__dirname, 'worker.js');`,
);

/** The server for agents starts itself again as the thread in which it lints. */
const toolsInside: Plugin = {
  name: 'tools-inside',
  setup: ({onLoad, onResolve}) => {
    onLoad({filter: /\/mcp\/worker-file\.ts$/}, () => ({contents: 'export const workerFile = __filename;'}));
    // The package says of its modules that they only export.
    onResolve({filter: /^\.\/worker\.ts$/}, ({path, importer}) =>
      /\/mcp\/serve\.ts$/.test(importer) ? {path: join(dirname(importer), path), sideEffects: true} : undefined,
    );
  },
};

/** The pages of the rules stay in docs, beside the bundle. */
const pagesOutside = replacing(
  'pages-outside',
  /\/io\/pages-folder\.ts$/,
  `export const pagesFolder = require('node:path').join(__dirname, '../docs/rules');`,
);

/** Leaves out the messages of zod in forty languages: English is a file of its own. */
const withoutLanguages = replacing('without-languages', /\/zod\/v4\/locales\/index\.js$/, 'export {};');

/** Leaves out two readers of zod that are among its exports, and that no file of the server calls: one compiles schemas, one reads JSON Schema. */
const withoutReaders: readonly Plugin[] = [
  replacing(
    'without-compiler',
    /\/zod\/v4\/core\/compile\.js$/,
    'export let INVALID, compile, withParser, ZodCompileAsyncError, ZodCompileUnsupportedError;',
  ),
  replacing('without-schema-reader', /\/zod\/v4\/classic\/from-json-schema\.js$/, 'export let fromJSONSchema;'),
];

/** Leaves out the validator of answers that a server asks of users: retry-lint asks none, and zod checks what agents send. */
const withoutElicitation = replacing(
  'without-elicitation',
  /\/@modelcontextprotocol\/server\/dist\/shimsNode\.mjs$/,
  `export {default as process} from 'node:process';
  export class DefaultJsonSchemaValidator {
    getValidator() { throw new Error('retry-lint asks users nothing.'); }
  }`,
);

/**
 * @param folder Gets retry-lint.cjs and all that it loads but worker.js, which simulates. The pages of the rules are to be in ../docs/rules.
 * @param manifest The package whose entries are made, too.
 * @returns What was bundled.
 */
export async function bundlePrograms(folder: string, manifest: Partial<Manifest> = {}): Promise<readonly Metafile[]> {
  return [await bundleCommands(folder), await bundleParts(folder, manifest)];
}

/** What the commands load when they need it, as modules that share the linter with the entries of the package. */
const bundleParts = (folder: string, manifest: Partial<Manifest>): Promise<Metafile> =>
  bundleModules(
    folder,
    manifest,
    {
      ...Object.fromEntries(
        Object.entries(PARTS).map(([path, part]) => [
          part,
          modulesOf(part).length === 1 ? `lint${path}` : `part:${part}`,
        ]),
      ),
      'retry-lint-lsp': 'lint/lsp/serve.ts',
    },
    {
      minify: true,
      plugins: [
        partsTogether,
        jsonTreeOnly,
        pagesBeside,
        pythonReadOnce,
        pythonUncolored,
        yamlFieldsOnly,
        yamlOfJson,
        yamlReadOnly,
      ],
    },
  );

async function bundleCommands(folder: string): Promise<Metafile> {
  const {metafile} = await build({
    absWorkingDir: root,
    entryPoints: {
      'retry-lint': 'lint/launcher.ts',
      'retry-lint-main': 'lint/main.ts',
      'retry-lint-mcp': 'lint/mcp/serve.ts',
    },
    external: ['./retry-lint-main.cjs'],
    outdir: folder,
    outExtension: {'.js': '.cjs'},
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    // jsonc-parser's "main" is UMD, which no bundler can follow.
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    plugins: [
      yamlOfJson,
      yamlReadOnly,
      yamlFieldsOnly,
      withoutFormatter,
      serversApart,
      partsOutside,
      simulatorOutside,
      toolsInside,
      pagesOutside,
      withoutLanguages,
      ...withoutReaders,
      withoutElicitation,
    ],
    logLevel: 'warning',
    metafile: true,
  });
  chmodSync(join(folder, 'retry-lint.cjs'), 0o755);
  return metafile;
}
