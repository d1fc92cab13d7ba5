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
    plugins: [oneLanguage],
  });
  return metafile;
}
