/**
 * Changes a value in a text and touches nothing else: comments, blank lines and the way it is laid out stay. Works on JSON and on
 * YAML, in braces and in blocks.
 */

import {type ListNode, type Node, type ObjectNode, propertyOf, type Source, type Span} from '../source/tree.ts';
import {type Unit, unitAt} from '../source/unit.ts';
import type {TextEdit} from './text-edit.ts';
import {writeJson} from './write-json.ts';

type Segments = readonly (string | number)[];

/** Edits, or undefined where the text cannot be changed there: below an alias, or below a value that is no object. */
type Edits = readonly TextEdit[] | undefined;

/** Sets a field, and writes the objects around it that are missing. */
export function setValue({source, root}: Unit, segments: Segments, value: unknown): Edits {
  let at: Node | undefined = root;
  for (const [depth, segment] of segments.entries()) {
    if (at === undefined || at.borrowed) return undefined;
    const next = childOf(at, segment);
    if (next === undefined || (next.kind === 'scalar' && next.value === null && depth < segments.length - 1)) {
      return insertBelow(source, at, segments.slice(depth), value);
    }
    at = next;
  }
  return at === undefined || at.borrowed ? undefined : [replaceNode(source, at, value)];
}

function insertBelow(source: Source, at: Node, [key, ...rest]: Segments, value: unknown): Edits {
  if (at.kind !== 'object' || typeof key !== 'string') return undefined;
  const inner = rest.reduceRight<unknown>((below, segment) => ({[segment]: below}), value);
  const existing = propertyOf(at, key);
  return existing === undefined ? insertProperty(source, at, key, inner) : [replaceNode(source, existing.value, inner)];
}

function replaceNode({text, format}: Source, {span}: Node, value: unknown): TextEdit {
  const written = writeJson(value);
  // A YAML key without a value ends at its colon.
  const gap = format === 'yaml' && span.start === span.end && !/\s/.test(text[span.start - 1] ?? ' ') ? ' ' : '';
  return {...span, text: gap + written};
}

function insertProperty(source: Source, object: ObjectNode, key: string, value: unknown): Edits {
  if (object.borrowed) return undefined;
  const {text} = source;
  const last = object.properties.at(-1);
  if (!object.flow) return insertLine(source, object, key, value);
  const entry = `${JSON.stringify(key)}: ${writeJson(value)}`;
  if (last === undefined) return [{start: object.span.start + 1, end: object.span.start + 1, text: entry}];
  const end = last.value.span.end;
  const comma = commaAfter(text, end, object.span.end);
  const isSpread =
    text.slice(last.keySpan.start - 1, last.keySpan.start) !== '{' && startsLine(text, last.keySpan.start);
  if (!isSpread) {
    const at = comma ?? end;
    return [{start: at, end: at, text: comma === undefined ? `, ${entry}` : ` ${entry},`}];
  }
  const lineEnd = endOfLine(text, comma ?? end);
  const line = `${lineBreak(text)}${indentAt(text, last.keySpan.start)}${entry}${comma === undefined ? '' : ','}`;
  const insertion = {start: lineEnd, end: lineEnd, text: line};
  return comma === undefined ? [{start: end, end, text: ','}, insertion] : [insertion];
}

/** A line of its own in a YAML block. */
function insertLine({text}: Source, object: ObjectNode, key: string, value: unknown): Edits {
  const first = object.properties[0];
  const last = object.properties.at(-1);
  if (first === undefined || last === undefined || last.keySpan.end <= last.keySpan.start) return undefined;
  const lineStart = text.lastIndexOf('\n', first.keySpan.start - 1) + 1;
  const indent = ' '.repeat(first.keySpan.start - lineStart);
  const at = endOfLine(text, Math.max(last.value.span.end, last.keySpan.end));
  return [{start: at, end: at, text: `${lineBreak(text)}${indent}${key}: ${writeJson(value)}`}];
}

/** Takes out the property or the entry at a path, its comma, and its line where it has one of its own. */
export function removeEntry({source, root}: Unit, segments: Segments): Edits {
  const parent = nodeAt(root, segments.slice(0, -1));
  const last = segments.at(-1);
  if (parent === undefined || parent.kind === 'scalar' || parent.borrowed) return undefined;
  const spans = entrySpans(parent);
  const index =
    parent.kind === 'list' ? Number(last) : parent.properties.findLastIndex(property => property.key === last);
  const span = spans[index];
  if (span === undefined) return undefined;
  return parent.flow
    ? removeFlow(source.text, spans, index, parent.span.end)
    : removeLines(source.text, parent, spans, index);
}

/** Takes several entries out of a list. */
export function dropEntries(unit: Unit, segments: Segments, entries: readonly unknown[]): Edits {
  const {source, root} = unit;
  const list = nodeAt(root, segments);
  if (list?.kind !== 'list' || list.borrowed) return undefined;
  const left = list.items.filter(item => !(item.kind === 'scalar' && entries.includes(item.value)));
  if (left.length === list.items.length) return [];
  if (left.length === 0) return list.flow ? [{...list.span, text: '[]'}] : undefined;
  let text = source.text;
  let current = unit;
  for (let index = list.items.length - 1; index >= 0; index--) {
    const item = list.items[index]!;
    if (item.kind !== 'scalar' || !entries.includes(item.value)) continue;
    const edits = removeEntry(current, [...segments, index]);
    if (edits === undefined) return undefined;
    for (const edit of edits.toSorted((a, b) => b.start - a.start))
      text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
    current = unitAt(source.reread(text), unit)!;
  }
  return [wholeText(source, text)];
}

const wholeText = (source: Source, text: string): TextEdit => ({start: 0, end: source.text.length, text});

export function renameKey({source, root}: Unit, segments: Segments, to: string): Edits {
  const parent = nodeAt(root, segments.slice(0, -1));
  const property = propertyOf(parent, String(segments.at(-1)));
  if (parent === undefined || parent.borrowed || property === undefined) return undefined;
  const isQuoted = /^["']/.test(source.text.slice(property.keySpan.start));
  return [{...property.keySpan, text: isQuoted || source.format === 'json' ? JSON.stringify(to) : to}];
}

function nodeAt(root: Node | undefined, segments: Segments): Node | undefined {
  let at = root;
  for (const segment of segments) at = at && childOf(at, segment);
  return at;
}

function childOf(node: Node, segment: string | number): Node | undefined {
  return node.kind === 'list' ? node.items[Number(segment)] : propertyOf(node, String(segment))?.value;
}

function entrySpans(node: ObjectNode | ListNode): Span[] {
  if (node.kind === 'list') return node.items.map(({span}) => span);
  return node.properties.map(({keySpan, value}) => ({
    start: keySpan.start,
    end: Math.max(value.span.end, keySpan.end),
  }));
}

function removeFlow(text: string, spans: readonly Span[], index: number, close: number): TextEdit[] {
  const {start, end} = spans[index]!;
  const comma = commaAfter(text, end, close);
  const previous = spans[index - 1];
  const isLast = index === spans.length - 1;
  const edits: TextEdit[] = [];
  // The comma before the last entry would be left hanging; strict JSON has no trailing commas.
  if (isLast && comma === undefined && previous !== undefined) {
    const before = commaAfter(text, previous.end, start)!;
    edits.push({start: before - 1, end: before, text: ''});
  }
  const after = comma ?? end;
  if (startsLine(text, start) && /^[ \t]*(?:\/\/.*|\/\*[^\n]*\*\/[ \t]*)?$/.test(restOfLine(text, after))) {
    return [
      ...edits,
      {
        start: lineStartOf(text, start),
        end: Math.min(endOfLine(text, after) + breakLength(text, after), text.length),
        text: '',
      },
    ];
  }
  const gap = /^[ \t]*/.exec(text.slice(after))![0].length;
  if (isLast && previous !== undefined) {
    // Blanks before the last entry go with it, where it shares its line with the one before.
    const blanks = /[ \t]*$/.exec(text.slice(previous.end, start))![0].length;
    return [...edits, {start: start - blanks, end: after, text: ''}];
  }
  return [...edits, {start, end: comma === undefined ? end : after + gap, text: ''}];
}

/** In a YAML block an entry is whole lines. The only entry cannot go: nothing would be left to hang the block on. */
function removeLines(text: string, parent: ObjectNode | ListNode, spans: readonly Span[], index: number): Edits {
  if (spans.length === 1) return undefined;
  const {start, end} = spans[index]!;
  const lineStart = lineStartOf(text, start);
  const head = text.slice(lineStart, start);
  const isAlone = parent.kind === 'list' ? /^[ ]*-[ ]+$/.test(head) : head.trim() === '';
  if (isAlone)
    return [{start: lineStart, end: Math.min(endOfLine(text, end) + breakLength(text, end), text.length), text: ''}];
  // The first key of an entry of a list stands behind its dash: the next key takes its place.
  const next = spans[index + 1];
  return next === undefined ? undefined : [{start, end: next.start, text: ''}];
}

/** Just behind the comma that follows an entry, comments between them left out; undefined if none follows before `limit`. */
function commaAfter(text: string, from: number, limit: number): number | undefined {
  const between = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/|#[^\n]*)*/.exec(text.slice(from, limit))![0].length;
  return text[from + between] === ',' && from + between < limit ? from + between + 1 : undefined;
}

const lineStartOf = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;
const startsLine = (text: string, at: number): boolean => text.slice(lineStartOf(text, at), at).trim() === '';
const indentAt = (text: string, at: number): string => /^[ \t]*/.exec(text.slice(lineStartOf(text, at)))![0];
const restOfLine = (text: string, at: number): string => text.slice(at, endOfLine(text, at));
const lineBreak = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');
const breakLength = (text: string, at: number): number => (text.startsWith('\r\n', endOfLine(text, at)) ? 2 : 1);

function endOfLine(text: string, at: number): number {
  const found = text.slice(at).search(/\r?\n/);
  return found === -1 ? text.length : at + found;
}
