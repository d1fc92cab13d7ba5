/**
 * A plugin for bundlers that compiles policies: `import {createFetch} from './api.policy.json?steadfetch'` has what
 * `steadfetch compile api.policy.json` writes.
 *
 * @module
 */
import {existsSync} from 'node:fs';
import {basename, dirname, isAbsolute, join, resolve} from 'node:path';
import {createUnplugin, type UnpluginInstance} from 'unplugin';
import {moduleText} from './compile/module-text.ts';
import {compilePolicy} from './compile/plan-of.ts';
import {readPolicyFiles} from './policy-files/policy-files.ts';

const ASKED = /\?steadfetch$/;
/** No bundler takes a file of this name for JSON. */
const COMPILED = /\.js\?steadfetch$/;

/**
 * The plugin: `steadfetch.vite()`, `.rollup()`, `.rolldown()`, `.webpack()`, `.rspack()`, `.esbuild()`, `.bun()`. No options. The policy is read and
 * validated while the bundler builds, and again where it, or a file that it extends, has changed under a bundler that watches. A wrong policy fails the
 * build with the message of `loadPolicy`.
 *
 * @example
 * import {steadfetch} from 'steadfetch/bundler';
 *
 * export default {plugins: [steadfetch.vite()]};
 */
export const steadfetch: UnpluginInstance<undefined> = createUnplugin(() => {
  // The folder that Vite takes `/src/api.policy.json` to be in.
  let root: string | undefined;
  return {
    name: 'steadfetch',
    // Before the bundler's own reader of JSON.
    enforce: 'pre',
    resolveId(id, importer) {
      if (!ASKED.test(id)) return null;
      const path = id.replace(ASKED, '');
      if (COMPILED.test(id)) return isAbsolute(path) ? id : null;
      if (isAbsolute(path)) {
        const inRoot = root === undefined ? undefined : join(root, path);
        return compiledId(inRoot !== undefined && existsSync(inRoot) ? inRoot : path);
      }
      // Other names are an alias of the bundler's: it resolves them, and asks again.
      if (importer === undefined || !/^\.\.?\//.test(path)) return null;
      return compiledId(resolve(dirname(importer), path));
    },
    vite: {
      configResolved(config: {readonly root: string}) {
        root = config.root;
      },
    },
    loadInclude: id => COMPILED.test(id),
    async load(id) {
      const path = id.replace(COMPILED, '');
      this.addWatchFile(path); // Also where it cannot be read yet.
      const {policy, files} = await readPolicyFiles(path);
      for (const file of files) this.addWatchFile(file);
      return moduleText(compilePolicy(policy), basename(path), false).code;
    },
  };
});

const compiledId = (path: string): string => `${path}.js?steadfetch`;
