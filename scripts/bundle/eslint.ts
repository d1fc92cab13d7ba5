/** The plugin for ESLint as one module: it reads the tree that ESLint gives, so no parser of another format is in it. */
import {build, type Metafile} from 'esbuild';
import {replacing} from './replacing.ts';
import {root} from './root.ts';

/** The readers of other formats, and their dialects: no file is read, so none is loaded. */
const oneLanguage = replacing(
  'one-language',
  /\/lint\/(?:dialects\/built-in|source\/(?:json|yaml|python\/read))\.ts$/,
  `const none = () => { throw new Error('The plugin reads programs alone.'); };
  export const builtInDialects = [];
  export {none as readJson, none as readYaml, none as readPython};`,
);

/** ESLint has rules by their names of today, and no baseline of ours. */
const retiredRules = replacing('retired-rules', /\/lint\/retired\.ts$/, 'export const retired = [];');
const baseline = replacing('baseline', /\/lint\/baseline\.ts$/, 'export const acceptanceOf = () => undefined;');

/** Programs have no such targets, and only tenacity wraps an error: lint/eslint/rules.ts leaves these out. */
const otherRules = replacing(
  'other-rules',
  /\/lint\/rules\/(?:no-missing-target|no-fallback-cycle|use-reraise)\.ts$/,
  `export const missingTarget = {code: 'RL422', severity: 'info', intrinsic: true};
  export const fallbackCycle = {code: 'RL423', severity: 'info', intrinsic: true};
  export const wrappedError = {code: 'RL503', severity: 'info', intrinsic: true};`,
);

/** @param folder Gets index.js. */
export async function bundleEslintPlugin(folder: string): Promise<Metafile> {
  const {metafile} = await build({
    absWorkingDir: root,
    entryPoints: {index: 'lint/eslint/index.ts'},
    outdir: folder,
    bundle: true,
    platform: 'neutral',
    format: 'esm',
    target: 'node22',
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    minify: true,
    plugins: [oneLanguage, retiredRules, baseline, otherRules],
  });
  return metafile;
}
