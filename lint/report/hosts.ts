/** The hosts that a retrier asks, as far as its file names them: what was accepted for one is not accepted for another. */

import type {Shape} from '../shape/shape.ts';
import type {Source} from '../source/tree.ts';

/** A list of them, in a list; an empty one where the file names none, and for a policy, whose findings name its routes. */
export function hostsOf(shape: Shape | undefined): readonly (readonly string[])[] {
  const {hosts, code, unit} = shape ?? {};
  const found = hosts ?? (code && unit && inProgram(unit.source, (unit.keySpan ?? unit.root.span).start)) ?? [];
  return found.length === 0 ? [] : [[...new Set(found)].sort()];
}

/** With and without a scheme: `"https://a.example/v1"`, `"a.example"`. */
const HOST = /https?:\/\/[^\s"'`/?#)]+|(?<=["'`])(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?=["'`/])/gi;

/** A line that gives a value to a name. */
const GIVEN = /^[ \t]*\w[^=\n]*=(?!=).*/gm;
const LINES = new WeakMap<Source, readonly string[]>();

/** What the function around a place names, itself and by a name that the file gives to a host; without any, all of the file. */
function inProgram(source: Source, at: number): readonly string[] {
  const text = functionAround(source.text, at);
  const words = new Set(text.match(/\w+/g));
  const lines = LINES.get(source) ?? source.text.match(GIVEN) ?? [];
  LINES.set(source, lines);
  const given = lines.filter(line => words.has(/(?:self\.)?(\w+)/.exec(line)![1]!));
  return [text, ...given].join('\n').match(HOST) ?? source.text.match(HOST) ?? [];
}

/** With its decorators. Outside of any, the lines from the last one that is not indented. */
function functionAround(text: string, at: number): string {
  let start = text.lastIndexOf('\n', at - 1) + 1;
  let width = indentOf(text, start);
  for (let line = start; width > 0 && line > 0; ) {
    line = text.lastIndexOf('\n', line - 2) + 1;
    const indent = indentOf(text, line);
    if (indent >= width) continue;
    [start, width] = [line, indent];
    if (/^\s*(?:async\s+)?def\b/.test(text.slice(line, line + indent + 20))) break;
  }
  // A decorator goes on to the end of what it decorates.
  let isOpen = text[start + width] === '@';
  for (let line = text.indexOf('\n', at) + 1; line > 0; line = text.indexOf('\n', line) + 1) {
    if (indentOf(text, line) > width || /[)\]}@#]/.test(text[line + width] ?? '')) continue;
    if (!isOpen) return text.slice(start, line);
    isOpen = false;
  }
  return text.slice(start);
}

/** Infinity for an empty line. */
const indentOf = (text: string, line: number): number =>
  /^[ \t]*(?=\S)/.exec(text.slice(line, line + 200))?.[0].length ?? Number.POSITIVE_INFINITY;
