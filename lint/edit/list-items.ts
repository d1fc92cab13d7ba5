/** Changes of a list of scalars entry by entry: what stays keeps its place, its line and its comments. */

import type {ListNode, Source} from '../source/tree.ts';
import {writerOf} from './layout.ts';
import type {TextEdit} from './text-edit.ts';
import {endOfLine, lineBreak, lineStart} from './text-lines.ts';

/** New entries by the index of the entry before which they go; that behind the last one for the end. */
export type Inserted = ReadonlyMap<number, readonly unknown[]>;

export interface ListChange {
  readonly removed: readonly number[];
  readonly inserted: Inserted;
}

/**
 * What turns a list into another one.
 *
 * @returns undefined where the list is better written anew: no entry stays, an entry that is no scalar would, or entries go and others come.
 */
export function insertionsInto({items}: ListNode, wanted: readonly unknown[]): ListChange | undefined {
  const values = items.map(item => (item.kind === 'scalar' ? item.value : item));
  const [longer, shorter] = wanted.length < values.length ? [values, wanted] : [wanted, values];
  const extra = extraIn(longer, shorter);
  if (shorter.length === 0 || extra === undefined) return undefined;
  if (longer === values) return {removed: [...extra.values()].flat(), inserted: new Map()};
  const inserted = [...extra].map(([at, indexes]) => [at, indexes.map(index => wanted[index])] as const);
  return {removed: [], inserted: new Map(inserted)};
}

/** The indexes of what a list has besides another list, by the index in that before which it stands; undefined if it lacks an entry of that. */
function extraIn(longer: readonly unknown[], shorter: readonly unknown[]): Map<number, number[]> | undefined {
  const extra = new Map<number, number[]>();
  let at = 0;
  for (const [index, value] of longer.entries()) {
    if (at < shorter.length && value === shorter[at]) at++;
    else extra.set(at, [...(extra.get(at) ?? []), index]);
  }
  return at === shorter.length ? extra : undefined;
}

/** @returns undefined where an entry of a YAML block has no line of its own, or a YAML tag of the first entry would stand before a new one. */
export function editItems(source: Source, node: ListNode, inserted: Inserted): readonly TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  for (const [index, values] of inserted) {
    const written = values.map(writerOf(source));
    if (index === 0 && node.items[0]?.tagged) return undefined;
    const found = node.flow ? insertIntoFlow(node, index, written) : insertIntoBlock(source.text, node, index, written);
    if (found === undefined) return undefined;
    edits.push(...found);
  }
  return edits;
}

/** On the line of the neighbor: comments stay beside it, and what they say of this line or the next still holds for it. */
function insertIntoFlow({items}: ListNode, index: number, written: readonly string[]): TextEdit[] {
  const before = items[index - 1];
  const line = written.join(', ');
  return [
    before === undefined ? insertion(items[0]!.span.start, `${line}, `) : insertion(before.span.end, `, ${line}`),
  ];
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
