/** The modules of the same project from which a Python file takes a client, a retry or a number. Found in the text, before anything is parsed. */

import {isPython} from './python-path.ts';

/** `from .llm import client`, also over several lines. */
const IMPORT = /^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\r\n#]+)/gm;

/** What is worth a look into another file, by its name. */
const WANTED = /client|llm|openai|anthropic|claude|model|chat|retr|backoff|attempt|tries/i;

/** What another module may bring: a number, or something of these. */
export const isWorth = (text: string): boolean =>
  /openai|anthropic|langchain|litellm|tenacity|^[A-Z]\w*[^=\r\n]*=[ \t]*\d/m.test(text);

/** So many files at most are read for the sake of one. */
const MOST = 20;

/** @returns Paths with slashes, relative to the same folder as `path`. They may not exist. */
export function importedPaths(text: string, path: string): string[] {
  if (!isPython(path)) return [];
  const found = new Set<string>();
  for (const [, module = '', names = ''] of text.matchAll(IMPORT))
    if (WANTED.test(names)) for (const each of pathsOf(module, path)) found.add(each);
  found.delete(path);
  return [...found].slice(0, MOST);
}

/** The files that a module may be: of the package that the file is in, or beside the file. */
export function pathsOf(module: string, path: string): string[] {
  const folders = path.split('/').slice(0, -1);
  const [dots = ''] = /^\.*/.exec(module) ?? [];
  const parts = module.slice(dots.length).split('.').filter(Boolean);
  const above = dots === '' ? folders.lastIndexOf(parts[0] ?? '') : folders.length - dots.length + 1;
  // Nothing is known of what is above the working directory.
  if (above < 0 && dots !== '') return [];
  if (above >= 0 && folders.slice(above).includes('..')) return [];
  const base = [...(above < 0 ? folders : folders.slice(0, above)), ...parts].join('/');
  return parts.length === 0 ? [`${base}/__init__.py`] : [`${base}.py`, `${base}/__init__.py`];
}
