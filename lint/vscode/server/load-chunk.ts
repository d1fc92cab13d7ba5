/**
 * What the build writes in place of `import()` of a chunk: see tools/vscode/chunks.ts. It imports nothing, because it is evaluated before it
 * is known which modules of Node there are: see main.ts.
 */

import type {ChunkName} from './start.ts';

type Load = (name: ChunkName) => Promise<unknown>;

let load: Load | undefined;

/** Sets how chunks are loaded. Called before a document is read. */
export function setChunkLoader(loader: Load): void {
  load = loader;
}

export async function loadChunk(name: ChunkName): Promise<unknown> {
  if (load === undefined) throw new Error(`The chunk ${name} was needed before the server ran.`);
  return load(name);
}
