/**
 * Bundles retry-lint into three files of CommonJS, which start faster than modules: a launcher, the program with all it imports, and the
 * language server with all it imports. And puts what is used of ECharts into the one file that uses it, so that it is no dependency of users
 * who want no page with charts.
 */

import {chmodSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build, type Plugin} from 'esbuild';
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

/** The language server is a file of its own, which only its command loads: the protocol is as large as all rules. */
const serverApart: Plugin = {
  name: 'server-apart',
  setup: ({onResolve}) =>
    onResolve({filter: /\/lsp\/serve\.ts$/}, ({kind}) =>
      kind === 'entry-point' ? undefined : {path: './retry-lint-lsp.cjs', external: true},
    ),
};

/** @param folder Gets retry-lint.cjs, retry-lint-main.cjs, retry-lint-lsp.cjs, and retry-lint.licenses.txt with the licences of what is bundled. */
export async function bundle(folder: string): Promise<void> {
  const {metafile} = await build({
    absWorkingDir: root,
    entryPoints: {
      'retry-lint': 'lint/launcher.ts',
      'retry-lint-main': 'lint/main.ts',
      'retry-lint-lsp': 'lint/lsp/serve.ts',
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
    plugins: [withoutFormatter, serverApart],
    logLevel: 'warning',
    metafile: true,
  });
  chmodSync(join(folder, 'retry-lint.cjs'), 0o755);
  writeFileSync(join(folder, 'retry-lint.licenses.txt'), noticesOf([metafile], root));
}

/** @param folder Gets src/charts/echarts.js, in place of what the compiler wrote, and echarts.licenses.txt. */
async function bundleCharts(folder: string): Promise<void> {
  const {metafile} = await build({
    absWorkingDir: root,
    entryPoints: ['src/charts/echarts.ts'],
    outfile: join(folder, 'src/charts/echarts.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  writeFileSync(join(folder, 'echarts.licenses.txt'), noticesOf([metafile], root));
}

if (import.meta.main) {
  await bundle(join(root, 'dist'));
  await bundleCharts(join(root, 'dist'));
}
