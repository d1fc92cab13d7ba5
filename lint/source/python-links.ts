/** Joins a Python file with the modules of the same project that it imports, one step far. */

import {SourceCache} from './cache.ts';
import type {PythonModule} from './python/module.ts';
import {pathsOf} from './python-imports.ts';
import {isPython} from './python-path.ts';
import type {Source} from './tree.ts';

/** Many files import the same constants and settings. */
const IMPORTED = new SourceCache(16);

/**
 * @param files Texts by path. Those of modules that are not there are not known.
 * @returns A source of its own where something is imported, since a cache may keep the other one longer than the texts of its imports.
 */
export async function linked(source: Source, files: Readonly<Record<string, string>>): Promise<Source> {
  const {python, path} = source;
  const others = Object.keys(files).filter(each => each !== path && isPython(each));
  if (python === undefined || others.length === 0) return source;
  const modules = new Map<string, PythonModule>();
  for (const each of others) {
    const {python: module} = await IMPORTED.read(each, files[each]!);
    if (module !== undefined) modules.set(each, module);
  }
  const far = new Map<string, {readonly module: PythonModule; readonly name: string}>();
  for (const target of python.names.modules) {
    const at = target.lastIndexOf('.');
    const module = pathsOf(target.slice(0, at) || '.', path)
      .map(each => modules.get(each))
      .find(each => each !== undefined);
    if (module !== undefined) far.set(target, {module, name: target.slice(at + 1)});
  }
  return far.size === 0 ? source : {...source, python: python.with(far)};
}
