/** The layers of a configuration that retry the calls of a file. */

import type {RetryingLayer} from '../../src/policy/types.ts';
import type {ConfigFile} from './config-file.ts';
import type {ConfigHost} from './host.ts';

/** Lists by their indexes, since editors compare them by identity. */
const KNOWN = new WeakMap<ConfigFile, Map<string, readonly RetryingLayer[]>>();

/**
 * @param path   The file, as the matcher takes it.
 * @param folder The folder of the configuration.
 * @returns Undefined where there is none.
 */
export async function layersFor(
  path: string,
  file: ConfigFile,
  folder: string,
  matcher: ConfigHost['matcher'],
): Promise<readonly RetryingLayer[] | undefined> {
  const {layers = []} = file;
  const found: number[] = [];
  for (const [index, {files}] of layers.entries())
    if (files === undefined || (await matcher(files, folder))(path)) found.push(index);
  if (found.length === 0) return undefined;
  const known = KNOWN.get(file) ?? new Map<string, readonly RetryingLayer[]>();
  KNOWN.set(file, known);
  const key = found.join();
  const list = known.get(key) ?? found.map(index => layers[index]!).map(({name, maxAttempts}) => ({name, maxAttempts}));
  known.set(key, list);
  return list;
}
