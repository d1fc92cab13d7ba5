/** The modules of the same project from which a Python file takes a client, a retry or a number. Found in the text, before anything is parsed. */

import {isPython} from './python-path.ts';

/** `from .llm import client`, also over several lines. */
const IMPORT = /^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\r\n#]+)/gm;

/** The name of a value says what it is. */
const WANTED = /(?:client|llm|openai|anthropic|claude|model|chat|retr|backoff|attempt|tries)/i;
/** Classes are not followed. */
const CLASS = /^[A-Z]\w*[a-z]/;

/** A module, and the names that are taken from it. */
export interface Imported {
  /** The files that it may be. */
  readonly paths: readonly string[];
  readonly names: readonly string[];
}

/** @returns Paths with slashes, relative to the same folder as `path`. They may not exist. */
export function importsIn(text: string, path: string): Imported[] {
  if (!isPython(path)) return [];
  return [...text.matchAll(IMPORT)].flatMap(([, module = '', list = '']) => {
    const words = list
      .replace(/#.*|[()\\]/g, '')
      .split(',')
      .map(each => each.trim().split(/\s/)[0]!);
    const names = words.filter(name => WANTED.test(name) && !CLASS.test(name));
    const paths = names.length === 0 ? [] : pathsOf(module, path).filter(each => each !== path);
    return paths.length === 0 ? [] : [{paths, names}];
  });
}

/** Whether a module may bring a client, a retry or a number under one of these names. */
export const brings = (text: string, names: readonly string[]): boolean =>
  names.some(name => new RegExp(`^${name}\\b[^=\\r\\n(]*=(?!=)`, 'm').test(text)) &&
  /openai|anthropic|langchain|litellm|tenacity|^[A-Z]\w*[^=\r\n]*=[ \t]*\d/m.test(text);

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
