/**
 * Writes what is published. The entries of the package are modules that share what they have in common. retry-lint is four files of CommonJS, which
 * start faster than modules: a launcher, the program, the language server and the server for coding agents, each with all it imports.
 */

import {chmodSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {builtinModules} from 'node:module';
import {basename, dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type BuildOptions, build, type Plugin} from 'esbuild';
import {noticesOf} from './notices.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Leaves out the formatter of jsonc-parser, which is not used and fills tables when it is loaded. The package does not say so itself. */
const withoutFormatter: Plugin = {
  name: 'without-formatter',
  setup: ({onResolve}) =>
    onResolve({filter: /^\.\/impl\/(?:edit|format)$/}, ({path, importer}) => ({
      path: join(dirname(importer), `${path}.js`),
      sideEffects: false,
    })),
};

/** Each server is a file of its own, which only its command loads: a protocol is as large as all rules. */
const serversApart: Plugin = {
  name: 'servers-apart',
  setup: ({onResolve}) =>
    onResolve({filter: /\/(?:lsp|mcp)\/serve\.ts$/}, ({kind, path}) =>
      kind === 'entry-point' ? undefined : {path: `./retry-lint-${/(\w+)\/serve/.exec(path)![1]}.cjs`, external: true},
    ),
};

/** The simulator stays among the modules of the package, beside the charts: the servers start it in a thread of its own. */
const simulatorOutside: Plugin = {
  name: 'simulator-outside',
  setup: ({onLoad}) =>
    onLoad({filter: /\/simulate\/worker-file\.ts$/}, () => ({
      contents: `export const workerFile = require('node:path').join(__dirname, 'worker.js');`,
    })),
};

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
const pagesOutside: Plugin = {
  name: 'pages-outside',
  setup: ({onLoad}) =>
    onLoad({filter: /\/io\/pages-folder\.ts$/}, () => ({
      contents: `export const pagesFolder = require('node:path').join(__dirname, '../docs/rules');`,
    })),
};

/** Leaves out the messages of zod in forty languages: English is a file of its own. */
const withoutLanguages: Plugin = {
  name: 'without-languages',
  setup: ({onLoad}) => onLoad({filter: /\/zod\/v4\/locales\/index\.js$/}, () => ({contents: 'export {};'})),
};

/** Leaves out the validator of answers that a server asks of users: retry-lint asks none, and zod checks what agents send. */
const withoutElicitation: Plugin = {
  name: 'without-elicitation',
  setup: ({onLoad}) =>
    onLoad({filter: /\/@modelcontextprotocol\/server\/dist\/shimsNode\.mjs$/}, () => ({
      contents: `export {default as process} from 'node:process';
        export class DefaultJsonSchemaValidator {
          getValidator() { throw new Error('retry-lint asks users nothing.'); }
        }`,
    })),
};

/**
 * @param folder Gets retry-lint.cjs and its types, retry-lint-main.cjs, retry-lint-lsp.cjs, retry-lint-mcp.cjs, and retry-lint.licenses.txt with
 *   the licences of what is bundled.
 */
export async function bundle(folder: string): Promise<void> {
  const {metafile} = await build({
    absWorkingDir: root,
    entryPoints: {
      'retry-lint': 'lint/launcher.ts',
      'retry-lint-main': 'lint/main.ts',
      'retry-lint-lsp': 'lint/lsp/serve.ts',
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
      withoutFormatter,
      serversApart,
      simulatorOutside,
      toolsInside,
      pagesOutside,
      withoutLanguages,
      withoutElicitation,
    ],
    logLevel: 'warning',
    metafile: true,
  });
  chmodSync(join(folder, 'retry-lint.cjs'), 0o755);
  // TypeScript finds it by the name of the program.
  writeFileSync(join(folder, 'retry-lint.d.cts'), '/** Runs the command retry-lint. Exports nothing. */\nexport {};\n');
  writeFileSync(join(folder, 'retry-lint.licenses.txt'), noticesOf([metafile], root));
}

/** Modules that nothing imports by name: commands, and the code of threads. */
const PROGRAMS: Readonly<Record<string, string>> = {
  cli: 'src/cli/main.ts',
  'simulate-worker': 'src/cli/simulate-worker.ts',
  worker: 'lint/simulate/worker.ts',
};

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

/** ECharts is a file of its own, which only a page with charts loads. */
const chartsApart: Plugin = {
  name: 'charts-apart',
  setup: ({onResolve}) => onResolve({filter: /\/echarts\.ts$/}, () => ({path: './echarts.js', external: true})),
};

/**
 * Bundles the modules of each entry, so that an import reads a few files in place of two hundred. What several entries have is in a file that they
 * share: there is one class of each name, whichever entries a program imports. All files are in one folder, so that a module finds others beside it.
 *
 * @param folder Gets a file for each entry and program, those that they share, echarts.js, and licenses.txt with the licences of what is bundled.
 */
export async function bundleModules(folder: string): Promise<void> {
  const {peerDependencies} = manifest;
  const outside = [...Object.keys(peerDependencies), '@opentelemetry/*'];
  const common = {
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
  const modules = await build({
    ...common,
    entryPoints: {...Object.fromEntries(entries()), ...PROGRAMS},
    outdir: folder,
    splitting: true,
    chunkNames: 'shared-[hash]',
    external: outside,
    plugins: [builtinsOfCommonJs, yamlForAll, chartsApart],
  });
  const charts = await build({
    ...common,
    entryPoints: ['src/charts/echarts.ts'],
    outfile: join(folder, 'echarts.js'),
    minify: true,
  });
  chmodSync(join(folder, 'cli.js'), 0o755);
  writeFileSync(join(folder, 'licenses.txt'), noticesOf([modules.metafile, charts.metafile], root));
}

interface Manifest {
  readonly exports: Readonly<Record<string, string | {readonly types: string; readonly default: string}>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** The name and the source of each entry. */
const entries = (): (readonly [name: string, source: string])[] =>
  Object.values(manifest.exports).flatMap(target =>
    typeof target === 'string' ? [] : [[basename(target.default, '.js'), sourceOf(target.types)] as const],
  );

/** `./dist/types/src/ky.d.ts` is written from `src/ky.ts`. */
const sourceOf = (types: string): string => types.replace('./dist/types/', '').replace(/\.d\.ts$/, '.ts');

/** Removes the declarations that no entry leads to. */
function removeUnused(folder: string, entries: readonly string[]): void {
  const used = new Set(entries);
  const codeOf = (file: string): string => readFileSync(join(folder, file), 'utf8').replace(/\/\*.*?\*\//gs, '');
  for (const file of used)
    for (const [, specifier] of codeOf(file).matchAll(/(?:from |import\()'(\.[^']+)'/g))
      used.add(
        join(dirname(file), specifier!)
          .replaceAll('\\', '/')
          .replace(/\.[jt]s$/, '.d.ts'),
      );
  for (const entry of readdirSync(folder, {recursive: true, withFileTypes: true})) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !used.has(relative(folder, path).replaceAll('\\', '/'))) rmSync(path);
  }
}

if (import.meta.main) {
  await bundle(join(root, 'dist'));
  await bundleModules(join(root, 'dist'));
  removeUnused(
    join(root, 'dist/types'),
    entries().map(([, source]) => source.replace(/\.ts$/, '.d.ts')),
  );
}
