/** Reads the table `[tool.retry-lint]` of a pyproject.toml, with the places of its keys. Only a run with such a file loads it. */

import {parse} from 'smol-toml';
import {joinPath} from '../../src/policy/format.ts';
import {Lines, type Range} from '../source/lines.ts';
import {parentPath} from '../source/places.ts';
import type {Span} from '../source/tree.ts';
import type {PyprojectTable} from './host.ts';
import type {ConfigMistake} from './mistake.ts';

export function readPyproject(text: string): PyprojectTable {
  const lines = new Lines(text);
  const places = placesIn(lines);
  const rangeOf = (path: string): Range => lines.rangeOf(nearest(places, path));
  try {
    const table = fieldOf(fieldOf(parse(text), 'tool'), 'retry-lint');
    return {isThere: table !== undefined, value: table ?? {}, mistake: undefined, rangeOf};
  } catch (error) {
    return {isThere: NAMED.test(text), value: {}, mistake: mistakeOf(error), rangeOf};
  }
}

/** The header of the table, also without its end, or a key of it: `[tool.retry-lint`, `retry-lint.rules =`. */
const NAMED =
  /^[ \t]*(?:\[{1,2}[ \t]*(["']?)tool\1[ \t]*\.[ \t]*(["']?)retry-lint\2(?![\w-])|(?:(["']?)tool\3[ \t]*\.[ \t]*)?(["']?)retry-lint\4[ \t]*(?:\.|=(?!=)))/m;

const fieldOf = (value: unknown, key: string): unknown => new Map(Object.entries(value ?? {})).get(key);

/** The parser shows the line below its message. */
function mistakeOf(error: unknown): ConfigMistake {
  const [message = ''] = String(error instanceof Error ? error.message : error).split('\n');
  const [line, column] = [fieldOf(error, 'line'), fieldOf(error, 'column')].map(Number);
  const at = {line: line || 1, column: column || 1};
  return {message: message.trim().replace(/(?<![.?])$/, '.'), range: {start: at, end: at}};
}

const HEADER = /^\s*(\[{1,2})\s*([^[\]]+?)\s*\]{1,2}/;
const ENTRY = /^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=/;

/** Keys at the start of a line, by their path in the table. A field of an inline table has the place of that table. */
function placesIn(lines: Lines): ReadonlyMap<string, Span> {
  const places = new Map<string, Span>();
  const counts = new Map<string, number>();
  let outer: readonly string[] = [];
  let base = '';
  for (let line = 1; line <= lines.count; line++) {
    const text = lines.lineText(line);
    const header = HEADER.exec(text);
    const name = header?.[2] ?? ENTRY.exec(text)?.[1];
    if (name === undefined) continue;
    const start = lines.startOf(line) + text.indexOf(name);
    const span = {start, end: start + name.length};
    const keys = keysIn(name);
    if (header === null) {
      const all = [...outer, ...keys];
      if (isOurs(all)) places.set(isOurs(outer) ? pathOf(keys, base) : pathOf(all.slice(2), ''), span);
      continue;
    }
    outer = keys;
    if (!isOurs(keys)) continue;
    const path = pathOf(keys.slice(2), '');
    const index = counts.get(path) ?? 0;
    if (header[1] === '[[') counts.set(path, index + 1);
    base = header[1] === '[[' ? joinPath(path, index) : path;
    places.set(base, span);
  }
  return places;
}

const isOurs = ([first, second]: readonly string[]): boolean => first === 'tool' && second === 'retry-lint';

const keysIn = (name: string): string[] =>
  (name.match(/[\w-]+|"[^"]*"|'[^']*'/g) ?? []).map(key => unescaped(key).replace(/^["']|["']$/g, ''));

const unescaped = (key: string): string =>
  key.startsWith('"')
    ? key.replaceAll(/\\u([\da-f]{4})|\\U000([\da-f]{5})/gi, (all, short, long) => {
        const code = Number.parseInt(short ?? long, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : all;
      })
    : key;

const pathOf = (keys: readonly string[], base: string): string => keys.reduce<string>(joinPath, base);

function nearest(places: ReadonlyMap<string, Span>, path: string): Span {
  for (let at = path; at !== ''; at = parentPath(at)) {
    const span = places.get(at);
    if (span !== undefined) return span;
  }
  return places.get('') ?? places.values().next().value ?? {start: 0, end: 0};
}
