/** Text → tree. The one place that knows which format a path means. */

import {readJson} from './json.ts';
import {isPython} from './python-path.ts';
import type {Node, Source, SourceFormat} from './tree.ts';

/** A policy is small; a larger file is probably the wrong file, and to read it takes seconds. */
const longestPolicy = 1_000_000;
const longestProgram = 5_000_000;

const NOT_UTF8 = 'The text is not UTF-8, or holds U+FFFD: save it as UTF-8.';

/** Reads a text. Never throws for what is in it: what cannot be read is among the problems. */
export async function readSource(path: string, text: string): Promise<Source> {
  const format = formatOf(path);
  const longest = format === 'python' ? longestProgram : longestPolicy;
  if (text.length > longest)
    return unreadable(path, text, `The file has ${text.length} characters. Only files with up to ${longest} are read.`);
  if (text.includes('\u0000')) return unreadable(path, text, 'The file is binary or UTF-16: only UTF-8 is read.');
  // A decoder replaces invalid UTF-8 by U+FFFD.
  const broken = text.indexOf('\uFFFD');
  if (broken >= 0) return unreadable(path, text, NOT_UTF8, broken);
  if (format === 'python') {
    const {readPython} = await import('./python/read.ts');
    return readPython(path, text);
  }
  if (format === 'json') return readJson(path, text);
  const {readYaml} = await import('./yaml.ts');
  return readYaml(path, text);
}

export const formatOf = (path: string): SourceFormat =>
  /\.ya?ml$/i.test(path) ? 'yaml' : isPython(path) ? 'python' : 'json';

function unreadable(path: string, text: string, message: string, start = 0): Source {
  const problem = {code: 'RL006', message, span: {start, end: Math.min(start + 1, text.length)}} as const;
  return {path, text, format: formatOf(path), documents: [], comments: [], problems: [problem]};
}

/** The plain value of a tree, which is at most `maxDepth` deep. A key `__proto__` becomes an ordinary property. */
export function toValue(node: Node): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toValue);
  return Object.fromEntries(node.properties.map(({key, value}) => [key, toValue(value)]));
}
