/**
 * Changes of one policy: collected, then written as edits of its text. Comments, blank lines and the layout of everything else stay.
 * The text is never read again, so a patch costs what it changes and not what the file is long.
 */

import {type ListNode, type Node, type ObjectNode, type Property, propertyOf, type Source} from '../source/tree.ts';
import type {Unit} from '../source/unit.ts';
import {commentIn, editEntries, renameKey, replaceNode} from './layout.ts';
import {editItems, type Inserted, insertionsInto} from './list-items.ts';
import type {TextEdit} from './text-edit.ts';

export type Segments = readonly (string | number)[];

/** A change returns whether it is possible: values below a YAML alias, and values without fields, cannot be changed. */
export class Patch {
  readonly #unit: Unit;
  readonly #replaced = new Map<Node, unknown>();
  readonly #renamed = new Map<Property, string>();
  readonly #removed = new Map<ObjectNode | ListNode, Set<number>>();
  readonly #added = new Map<ObjectNode, Map<string, unknown>>();
  readonly #inserted = new Map<ListNode, Inserted>();

  /** The text that the patch changes. */
  get source(): Source {
    return this.#unit.source;
  }

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** Sets a field, and adds the objects around it that are missing. */
  set(segments: Segments, value: unknown): boolean {
    let at: Node | undefined = this.#unit.root;
    for (const [depth, segment] of segments.entries()) {
      if (at === undefined || at.borrowed) return false;
      if (this.#isEmpty(at)) return this.#replace(at, withValue(this.#replaced.get(at), segments.slice(depth), value));
      const next = this.#childOf(at, segment);
      if (next === undefined) return this.#add(at, segments.slice(depth), value);
      at = next;
    }
    return at !== undefined && !at.borrowed && (this.#rewrite(at, value) || this.#replace(at, value));
  }

  /** Takes out a field, or an entry of a list. */
  remove(segments: Segments): boolean {
    const parent = this.#nodeAt(segments.slice(0, -1));
    const last = segments.at(-1);
    if (parent === undefined || parent.kind === 'scalar' || parent.borrowed) return false;
    const index =
      parent.kind === 'list' ? Number(last) : parent.properties.findLastIndex(property => property.key === last);
    return this.#removeEntry(parent, index);
  }

  /** Takes several scalars out of a list. */
  drop(segments: Segments, entries: readonly unknown[]): boolean {
    const list = this.#nodeAt(segments);
    if (list?.kind !== 'list' || list.borrowed) return false;
    const dropped = [...list.items.keys()].filter(index => {
      const item = list.items[index]!;
      return item.kind === 'scalar' && entries.includes(item.value);
    });
    // A YAML block has at least one entry.
    if (!list.flow && dropped.length === list.items.length) return false;
    return dropped.every(index => this.#removeEntry(list, index));
  }

  rename(segments: Segments, to: string): boolean {
    const parent = this.#nodeAt(segments.slice(0, -1));
    const property = propertyOf(parent, String(segments.at(-1)));
    if (parent?.kind !== 'object' || parent.borrowed || property === undefined) return false;
    // Which of two equal keys is meant, only the author knows.
    if (parent.properties.some(each => each !== property && (each.key === property.key || each.key === to)))
      return false;
    this.#renamed.set(property, to);
    return true;
  }

  /** Whatever is not one of these stays as it is, but for what is below. */
  get changed(): readonly (Node | Property)[] {
    const maps = [this.#replaced, this.#renamed, this.#removed, this.#added, this.#inserted];
    return [...new Set(maps.flatMap(map => [...map.keys()]))];
  }

  replaces = (node: Node): boolean => this.#replaced.has(node);

  replacementOf = (node: Node): unknown => this.#replaced.get(node);

  removes = (parent: ObjectNode | ListNode, index: number): boolean => this.#removed.get(parent)?.has(index) === true;

  /** The new name of a key; undefined if it stays. */
  nameOf = (property: Property): string | undefined => this.#renamed.get(property);

  /** The fields that an object gets. */
  addedTo = (node: ObjectNode): readonly (readonly [key: string, value: unknown])[] => [
    ...(this.#added.get(node) ?? []),
  ];

  /** The entries that a list gets before an index. */
  insertedAt = (node: ListNode, index: number): readonly unknown[] => this.#inserted.get(node)?.get(index) ?? [];

  /** In the order of the text, without overlap; undefined where the changes leave something that cannot be written. */
  edits(): readonly TextEdit[] | undefined {
    const {source} = this.#unit;
    const edits: TextEdit[] = [];
    for (const [node, value] of this.#replaced) {
      // A YAML tag or anchor would stand before the new value.
      if (node.tagged) return undefined;
      const edit = replaceNode(source, node, value);
      if (losesComment(source, edit)) return undefined;
      edits.push(edit);
    }
    for (const [property, to] of this.#renamed) edits.push(renameKey(source, property, to));
    // If an inner and an outer block grow at the end of the same line, the inner one grows first.
    const grown = new Set([...this.#removed.keys(), ...this.#added.keys(), ...this.#inserted.keys()]);
    for (const node of [...grown].sort((a, b) => b.span.start - a.span.start)) {
      const added = node.kind === 'object' ? this.addedTo(node) : [];
      const removed = this.#removed.get(node);
      const entryEdits = removed || added.length > 0 ? editEntries(source, node, removed ?? new Set(), added) : [];
      const itemEdits = node.kind === 'list' ? editItems(source, node, this.#inserted.get(node) ?? new Map()) : [];
      if (entryEdits === undefined || itemEdits === undefined) return undefined;
      if (entryEdits.some(edit => losesComment(source, edit))) return undefined;
      edits.push(...entryEdits, ...itemEdits);
    }
    return edits
      .filter(({start, end, text}) => source.text.slice(start, end) !== text)
      .sort((a, b) => a.start - b.start || a.end - b.end);
  }

  /** Undefined below a value that this patch has replaced. */
  #nodeAt(segments: Segments): Node | undefined {
    let at: Node | undefined = this.#unit.root;
    for (const segment of segments) {
      if (at === undefined || this.#replaced.has(at)) return undefined;
      at = this.#childOf(at, segment);
    }
    return at === undefined || this.#replaced.has(at) ? undefined : at;
  }

  #childOf(node: Node, segment: string | number): Node | undefined {
    if (node.kind === 'list') return node.items[Number(segment)];
    const property = propertyOf(node, String(segment));
    const isGone = property !== undefined && this.#isRemoved(node as ObjectNode, property);
    return isGone ? undefined : property?.value;
  }

  #isRemoved(node: ObjectNode, property: Property): boolean {
    return this.#removed.get(node)?.has(node.properties.indexOf(property)) === true;
  }

  /** Nothing of the text is left below it: this patch has replaced it, or it was null. */
  #isEmpty = (node: Node): boolean =>
    this.#replaced.has(node) || (node.kind === 'scalar' && node.value === null && node !== this.#unit.root);

  #replace(node: Node, value: unknown): boolean {
    this.#forget(node);
    this.#replaced.set(node, value);
    return true;
  }

  /** Sets a list of scalars entry by entry, so that the entries that stay keep their lines and comments. */
  #rewrite(node: Node, value: unknown): boolean {
    if (node.kind !== 'list' || this.#replaced.has(node) || !Array.isArray(value)) return false;
    const change = insertionsInto(node, value);
    if (change === undefined) return false;
    this.#forget(node);
    for (const index of change.removed) this.#removeEntry(node, index);
    if (change.inserted.size > 0) this.#inserted.set(node, change.inserted);
    return true;
  }

  #add(at: Node, [key, ...rest]: Segments, value: unknown): boolean {
    if (at.kind !== 'object' || typeof key !== 'string') return false;
    const removed = propertyOf(at, key);
    if (removed !== undefined) {
      this.#removed.get(at)?.delete(at.properties.indexOf(removed));
      return this.#replace(removed.value, withValue(undefined, rest, value));
    }
    const added = this.#added.get(at) ?? new Map<string, unknown>();
    this.#added.set(at, added.set(key, withValue(added.get(key), rest, value)));
    return true;
  }

  #removeEntry(parent: ObjectNode | ListNode, index: number): boolean {
    const entry = parent.kind === 'list' ? parent.items[index] : parent.properties[index];
    if (entry === undefined) return false;
    this.#forget('key' in entry ? entry.value : entry);
    const removed = this.#removed.get(parent) ?? new Set<number>();
    this.#removed.set(parent, removed.add(index));
    return true;
  }

  /** Changes inside a value that is removed need no edit. */
  #forget(node: Node): void {
    this.#replaced.delete(node);
    if (node.kind === 'scalar') return;
    this.#removed.delete(node);
    if (node.kind === 'list') {
      this.#inserted.delete(node);
      for (const item of node.items) this.#forget(item);
    }
    if (node.kind !== 'object') return;
    this.#added.delete(node);
    for (const property of node.properties) {
      this.#renamed.delete(property);
      this.#forget(property.value);
    }
  }
}

/** A comment in what goes may be the reason why it is there. */
const losesComment = (source: Source, {start, end}: TextEdit): boolean => commentIn(source, start, end) !== undefined;

/** The value with one field of it set; anything that has no fields makes room for an object. */
function withValue(value: unknown, [key, ...rest]: Segments, set: unknown): unknown {
  if (key === undefined) return set;
  const fields: Readonly<Record<string, unknown>> = isObject(value) ? value : {};
  return {...fields, [key]: withValue(fields[key], rest, set)};
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
