/** How changes are laid out in a text: JSON and YAML, in braces and in blocks, on one line and on many. */

import type {ListNode, Node, ObjectNode, Property, Source, Span} from '../source/tree.ts';
import type {TextEdit} from './text-edit.ts';
import {endOfLine, indentAt, lineBreak, lineStart, startsLine} from './text-lines.ts';
import {writeJson} from './write-json.ts';

export type Added = readonly (readonly [key: string, value: unknown])[];

export function replaceNode(source: Source, node: Node, value: unknown): TextEdit {
  const {text, format} = source;
  const {start, end} = node.span;
  const old = node.kind === 'scalar' ? String(node.value) : '';
  // A text that loses an entry keeps its quotes.
  if (typeof value === 'string' && old.includes(','))
    return {start, end, text: text.slice(start, end).replace(old, () => value)};
  const written = writerOf(source)(value);
  if (format !== 'yaml') return {start, end, text: written};
  // A YAML key without a value ends at its colon, or at the mark of the comment behind it.
  if (start === end) {
    const before = /\s/.test(text[start - 1] ?? ' ') ? '' : ' ';
    const after = /[\s,}\]]/.test(text[end] ?? ' ') ? '' : ' ';
    return {start, end, text: before + written + after};
  }
  // A block begins below its key, even in the column of the key, where braces are not allowed.
  const isBlock = node.kind !== 'scalar' && !node.flow;
  const below = isBlock ? /:([ \t]*\r?\n[ \t]*)$/.exec(text.slice(Math.max(0, start - 200), start)) : null;
  return below === null ? {start, end, text: written} : {start: start - below[1]!.length, end, text: ` ${written}`};
}

export function renameKey({text, format, writer}: Source, {keySpan}: Property, to: string): TextEdit {
  if (writer !== undefined) return {...keySpan, text: writer.key(to)};
  const isQuoted = format === 'json' || /^["']/.test(text.slice(keySpan.start, keySpan.start + 1));
  return {...keySpan, text: isQuoted ? JSON.stringify(to) : to};
}

/**
 * Takes entries out and adds others at the end.
 *
 * @param removed Indexes of entries.
 * @returns undefined where nothing would be left to hang a YAML block on, or where a tag or an anchor of an entry would move to its neighbor.
 */
export function editEntries(
  source: Source,
  node: ObjectNode | ListNode,
  removed: ReadonlySet<number>,
  added: Added,
): readonly TextEdit[] | undefined {
  if ([...removed].some(index => leavesTag(node, index))) return undefined;
  const runs = runsIn(node, removed);
  const last = runs.at(-1);
  const endsRemoved = last?.isRemoved === true;
  if (endsRemoved && runs.length === 1 && node.kind === 'list' && node.flow) return [{...node.span, text: '[]'}];
  const edits: TextEdit[] = [];
  for (const [index, run] of runs.entries()) {
    if (!run.isRemoved || (run === last && added.length > 0)) continue;
    const found = node.flow ? removeFromFlow(source, node, runs, index) : removeFromBlock(source, node, runs, index);
    if (found === undefined) return undefined;
    edits.push(...found);
  }
  if (added.length === 0 || node.kind === 'list') return edits;
  const insertion = endsRemoved ? putInPlace(source, node, last, added) : append(source, node, added);
  return insertion && [...edits, ...insertion];
}

/** Whether a YAML tag or anchor, which stands outside of the span, would move to a neighbor of an entry that is removed, or get lost with it. */
const leavesTag = (node: ObjectNode | ListNode, index: number): boolean =>
  node.kind === 'list'
    ? node.items[index]!.tagged === true
    : node.properties.slice(index, index + 2).some(({keyTagged}) => keyTagged);

/** Neighbors that go together, or one entry that stays. */
interface Run extends Span {
  readonly isRemoved: boolean;
}

/** The entries that go, and those between and beside them. One of thousands is taken out in the time that one of three is. */
function runsIn(node: ObjectNode | ListNode, removed: ReadonlySet<number>): Run[] {
  const runs: Run[] = [];
  const indexes = [...removed].sort((a, b) => a - b);
  const {length} = node.kind === 'list' ? node.items : node.properties;
  // Where none goes, both are NaN.
  const [from, to] = [Math.max(0, indexes[0]! - 1), Math.min(length, indexes.at(-1)! + 2)];
  for (let index = from; index < to; index++) {
    const {start, end} = spanOf(node, index);
    const isRemoved = removed.has(index);
    const before = runs.at(-1);
    if (isRemoved && before?.isRemoved) runs[runs.length - 1] = {start: before.start, end, isRemoved};
    else runs.push({start, end, isRemoved});
  }
  return runs;
}

function spanOf(node: ObjectNode | ListNode, index: number): Span {
  if (node.kind === 'list') return node.items[index]!.span;
  const {keySpan, value} = node.properties[index]!;
  return {start: keySpan.start, end: Math.max(value.span.end, keySpan.end)};
}

/** Where the first comment of a part of the text begins. */
export function commentIn({comments, format, text}: Source, from: number, to: number): number | undefined {
  if (format !== 'javascript') return comments.find(({span}) => span.start < to && span.end > from)?.span.start;
  const at = text.slice(from, to).search(/\/[/*]/);
  return at < 0 ? undefined : from + at;
}

/** The rest of a line: blanks and a comment. */
const REST = /^[ \t]*(?:\/\*[^\n]*\*\/[ \t]*)*(?:(?:\/\/|#).*)?$/;

/** The comment behind a field stays, on a line of its own. An entry of a list is not without it. */
function removeLine(source: Source, {kind}: ObjectNode | ListNode, start: number, end: number): TextEdit {
  const {text} = source;
  const comment = kind === 'list' ? undefined : commentIn(source, end, endOfLine(text, end));
  return comment === undefined
    ? {start: lineStart(text, start), end: nextLine(text, end), text: ''}
    : {start, end: comment, text: ''};
}

/** Its comma goes with it, and its line where it has one of its own. */
function removeFromFlow(source: Source, node: ObjectNode | ListNode, runs: readonly Run[], index: number): TextEdit[] {
  const {text} = source;
  const {start, end} = runs[index]!;
  const comma = commaAfter(text, end, node.span.end);
  const previous = runs[index - 1];
  const isLast = index === runs.length - 1;
  const edits: TextEdit[] = [];
  // The comma before the last entry would be left hanging; strict JSON has no trailing commas.
  if (isLast && comma === undefined && previous !== undefined) {
    const before = commaAfter(text, previous.end, start)!;
    edits.push({start: before - 1, end: before, text: ''});
  }
  const after = comma ?? end;
  if (startsLine(text, start) && REST.test(text.slice(after, endOfLine(text, after)))) {
    return [...edits, removeLine(source, node, start, after)];
  }
  if (isLast && previous !== undefined) {
    // Blanks before the last entry go with it, where it shares its line with the one before.
    const blanks = /[ \t]*$/.exec(text.slice(previous.end, start))![0].length;
    return [...edits, {start: start - blanks, end: after, text: ''}];
  }
  const gap = /^[ \t]*/.exec(text.slice(after, after + 100))![0].length;
  return [...edits, {start, end: comma === undefined ? end : after + gap, text: ''}];
}

/** In a YAML block an entry is whole lines. */
function removeFromBlock(
  source: Source,
  parent: ObjectNode | ListNode,
  runs: readonly Run[],
  index: number,
): TextEdit[] | undefined {
  if (runs.length === 1) return undefined;
  const {text} = source;
  const {start, end} = runs[index]!;
  const head = text.slice(lineStart(text, start), start);
  const isAlone = parent.kind === 'list' ? /^[ ]*-[ ]+$/.test(head) : head.trim() === '';
  if (isAlone) return [removeLine(source, parent, start, end)];
  // The first key of a list entry follows its dash, so the next key replaces it.
  const next = runs[index + 1];
  return next === undefined ? undefined : [{start, end: next.start, text: ''}];
}

/** Writes the added entries in place of the last ones, which are removed. */
function putInPlace(source: Source, {flow}: ObjectNode, {start, end}: Span, added: Added): TextEdit[] {
  const {text} = source;
  const inBlock = lineBreak(text) + ' '.repeat(start - lineStart(text, start));
  const inFlow = startsLine(text, start) ? `,${lineBreak(text)}${indentAt(text, start)}` : ', ';
  return [{start, end, text: entriesOf(added, flow, source).join(flow ? inFlow : inBlock)}];
}

function append(source: Source, node: ObjectNode, added: Added): readonly TextEdit[] | undefined {
  if (node.borrowed) return undefined;
  const {text} = source;
  const last = node.properties.at(-1);
  const entries = source.format === 'python' ? argumentsOf(added) : entriesOf(added, node.flow, source);
  if (node.behind !== undefined) return [{...node.span, text: `${node.behind}{${entries.join(', ')}}`}];
  if (!node.flow) return appendLines(text, node, entries);
  if (last === undefined) {
    const start = node.span.start + 1;
    return [{start, end: start, text: entries.join(', ')}];
  }
  const {end} = last.value.span;
  const comma = commaAfter(text, end, node.span.end);
  const isSpread = text[last.keySpan.start - 1] !== '{' && startsLine(text, last.keySpan.start);
  if (!isSpread) {
    const at = comma ?? end;
    const line = entries.join(', ');
    return [{start: at, end: at, text: comma === undefined ? `, ${line}` : ` ${line},`}];
  }
  const lineEnd = endOfLine(text, comma ?? end);
  const newLine = lineBreak(text) + indentAt(text, last.keySpan.start);
  const lines = `${newLine}${entries.join(`,${newLine}`)}${comma === undefined ? '' : ','}`;
  const insertion = {start: lineEnd, end: lineEnd, text: lines};
  return comma === undefined ? [{start: end, end, text: ','}, insertion] : [insertion];
}

/** Lines of their own in a YAML block. */
function appendLines(text: string, {properties}: ObjectNode, entries: readonly string[]): TextEdit[] | undefined {
  const first = properties[0];
  const last = properties.at(-1);
  if (first === undefined || last === undefined || last.keySpan.end <= last.keySpan.start) return undefined;
  const newLine = lineBreak(text) + ' '.repeat(first.keySpan.start - lineStart(text, first.keySpan.start));
  const at = endOfLine(text, Math.max(last.value.span.end, last.keySpan.end));
  return [{start: at, end: at, text: entries.map(entry => newLine + entry).join('')}];
}

function entriesOf(added: Added, flow: boolean, source: Source): string[] {
  const write = writerOf(source);
  const keyOf = source.writer?.key ?? (flow ? JSON.stringify : (key: string) => key);
  return added.map(([key, value]) => `${keyOf(key)}: ${write(value)}`);
}

export const writerOf = ({format, writer}: Source): ((value: unknown) => string) =>
  writer?.value ?? (format === 'python' ? writePython : writeJson);

const argumentsOf = (added: Added): string[] => added.map(([name, value]) => `${name}=${writePython(value)}`);

/** A number, a text or a constant, as Python has them. */
function writePython(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value);
}

/** Just behind the comma that follows an entry, comments between them left out; undefined if none follows before `limit`. */
function commaAfter(text: string, from: number, limit: number): number | undefined {
  const between = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/|#[^\n]*)*/.exec(text.slice(from, limit))![0].length;
  return text[from + between] === ',' && from + between < limit ? from + between + 1 : undefined;
}

/** The offset at which the next line begins. */
function nextLine(text: string, at: number): number {
  const end = endOfLine(text, at);
  return Math.min(end + (text.startsWith('\r\n', end) ? 2 : 1), text.length);
}
