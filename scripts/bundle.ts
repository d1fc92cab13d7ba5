/**
 * Bundles retry-lint into one file of CommonJS: measured to start faster than modules, and everything but Node is inside.
 *
 * Node parses all code of a file at every start, so what few runs need goes in as text, and is parsed when it is asked for; and the
 * rest is minified.
 */

import {fileURLToPath} from 'node:url';
import {type BuildOptions, build, type Plugin} from 'esbuild';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Packages behind a lazy import: together they are larger than all the rest. */
const RARE = /^(?:yaml|picomatch|ignore|diff)$/;

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

/** @param outfile Where the program goes. */
export async function bundle(outfile: string): Promise<void> {
  await build({
    ...shared,
    entryPoints: [at('lint/main.ts')],
    outfile,
    banner: {js: '#!/usr/bin/env node'},
    plugins: [rareAsText],
  });
}

const rareAsText: Plugin = {
  name: 'rare-as-text',
  setup: ({onResolve, onLoad}) => {
    onResolve({filter: RARE}, ({path}) => ({path, namespace: 'rare'}));
    onLoad({filter: /.*/, namespace: 'rare'}, async ({path}) => {
      const {outputFiles} = await build({
        ...shared,
        stdin: {contents: `module.exports = require('${path}')`, resolveDir: at('.')},
        write: false,
      });
      const text = JSON.stringify(outputFiles[0]!.text);
      return {
        contents: `require('node:vm').compileFunction(${text}, ['module', 'exports', 'require'], {filename: '${path}'})(module, exports, require)`,
      };
    });
  },
};

if (import.meta.main) await bundle(at('dist/retry-lint.cjs'));
