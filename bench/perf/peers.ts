/** The peers, pinned in bench/package.json and loaded from there. They have no types here: each is used as its manual shows. */
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const require = createRequire(new URL('../package.json', import.meta.url));

// biome-ignore lint/suspicious/noExplicitAny: see above.
export type Peer = any;

export async function peer(name: string): Promise<Peer> {
  return import(pathToFileURL(resolve(name)).href);
}

export const version = (name: string): string => {
  const path = require.resolve.paths(name)!.map(folder => `${folder}/${name}/package.json`);
  for (const each of path) {
    try {
      return (require(each) as {version: string}).version;
    } catch {
      // Not in this folder.
    }
  }
  return '?';
};

function resolve(name: string): string {
  return require.resolve(name, {conditions: new Set(['node', 'import'])} as never);
}
