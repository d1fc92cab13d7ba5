/** Changes of a list of scalars entry by entry: what stays keeps its place, its line and its comments. */

import type {ListNode, Source} from '../source/tree.ts';
import {commaAfter} from './layout.ts';
import type {TextEdit} from './text-edit.ts';
import {endOfLine, indentAt, lineBreak, lineStart, startsLine} from './text-lines.ts';
import {writeJson} from './write-json.ts';

/** New entries by the index of the entry before which they go; that behind the last one for the end. */
export type Inserted = ReadonlyMap<number, readonly unknown[]>;

export interface ListChange {
  readonly removed: readonly number[];
  readonly inserted: Inserted;
}

/**
 * What turns a list into another one.
 *
 * @returns undefined where the list is better written anew: it has other entries than scalars, no entry stays, or entries go and others come.
 */
export function insertionsInto({items}: ListNode, wanted: readonly unknown[]): ListChange | undefined {
  if (!items.every(({kind}) => kind === 'scalar') || wanted.some(value => typeof value === 'object')) return undefined;
  const places = new Map<unknown, number[]>();
  for (const [index, item] of items.entries()) {
    const value = item.kind === 'scalar' ? item.value : undefined;
    const known = places.get(value);
    if (known === undefined) places.set(value, [index]);
    else known.push(index);
  }
  const sources = wanted.map(value => places.get(value)?.shift() ?? -1);
  const kept = longestRising(sources);
  const removed = [...items.keys()].filter(index => !kept.has(index));
  const isMixed = removed.length > 0 && kept.size < wanted.length;
  if (kept.size === 0 || isMixed) return undefined;
  const inserted = new Map<number, unknown[]>();
  let waiting: unknown[] = [];
  for (const [at, source] of [...sources, items.length].entries()) {
    if (source < items.length && !kept.has(source)) waiting.push(wanted[at]);
    else if (waiting.length > 0) {
      inserted.set(source, waiting);
      waiting = [];
    }
  }
  return {removed, inserted};
}

/** The members of a longest rising subsequence; negative numbers do not count. */
function longestRising(numbers: readonly number[]): ReadonlySet<number> {
  /** By length less one: where the subsequence of that length ends that ends lowest. */
  const ends: number[] = [];
  const before = new Map<number, number | undefined>();
  for (const number of numbers) {
    if (number < 0) continue;
    const at = firstNotBelow(ends, number);
    before.set(number, ends[at - 1]);
    ends[at] = number;
  }
  const members = new Set<number>();
  for (let at = ends.at(-1); at !== undefined; at = before.get(at)) members.add(at);
  return members;
}

/** @param numbers Rising. Returns their count where all are below the limit. */
function firstNotBelow(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @returns undefined where an entry of a YAML block has no line of its own. */
export function editItems(source: Source, node: ListNode, inserted: Inserted): readonly TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  for (const [index, values] of inserted) {
    const written = values.map(writeJson);
    const found = node.flow
      ? insertIntoFlow(source.text, node, index, written)
      : insertIntoBlock(source.text, node, index, written);
    if (found === undefined) return undefined;
    edits.push(...found);
  }
  return edits;
}

function insertIntoFlow(text: string, {items, span}: ListNode, index: number, written: readonly string[]): TextEdit[] {
  const next = items[index];
  const near = (next ?? items[index - 1]!).span;
  const newLine = lineBreak(text) + indentAt(text, near.start);
  if (next === undefined) return appendToFlow(text, near.end, span.end, startsLine(text, near.start), newLine, written);
  if (!startsLine(text, near.start)) return [insertion(near.start, `${written.join(', ')}, `)];
  // Comments on lines above an entry belong to it, so the new lines go above them.
  const above = index === 0 ? span.start + 1 : commaAfter(text, items[index - 1]!.span.end, near.start)!;
  const lineEnd = endOfLine(text, above);
  const at = text.slice(above, lineEnd).includes('/*') ? above : lineEnd;
  return [insertion(at, written.map(each => `${newLine}${each},`).join(''))];
}

function appendToFlow(
  text: string,
  end: number,
  close: number,
  startsOnLine: boolean,
  newLine: string,
  written: readonly string[],
): TextEdit[] {
  const comma = commaAfter(text, end, close);
  const lineEnd = endOfLine(text, comma ?? end);
  if (!startsOnLine || lineEnd >= close) {
    const line = written.join(', ');
    return [insertion(comma ?? end, comma === undefined ? `, ${line}` : ` ${line},`)];
  }
  const lines = insertion(lineEnd, `${newLine}${written.join(`,${newLine}`)}${comma === undefined ? '' : ','}`);
  return comma === undefined ? [insertion(end, ','), lines] : [lines];
}

function insertIntoBlock(
  text: string,
  {items}: ListNode,
  index: number,
  written: readonly string[],
): TextEdit[] | undefined {
  const {start, end} = (items[index - 1] ?? items[index]!).span;
  const head = /^( *)-[ ]+$/.exec(text.slice(lineStart(text, start), start))?.[1];
  if (head === undefined) return undefined;
  const lines = written.map(each => `${head}- ${each}`);
  if (index > 0) return [insertion(endOfLine(text, end), lines.map(line => lineBreak(text) + line).join(''))];
  const at = aboveComments(text, lineStart(text, start));
  return [insertion(at, lines.map(line => line + lineBreak(text)).join(''))];
}

/** The start of the first of the lines directly above a line that have a YAML comment alone. */
function aboveComments(text: string, start: number): number {
  const above = start === 0 ? start : lineStart(text, start - 1);
  return above < start && /^[ \t]*#/.test(text.slice(above, start)) ? aboveComments(text, above) : start;
}

const insertion = (at: number, text: string): TextEdit => ({start: at, end: at, text});
