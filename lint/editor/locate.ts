/** From an offset of the text to the field that is written there: for hovers and completion. */

import {joinPath} from '../../src/policy/format.ts';
import {type Languages, policiesOf} from '../dialects/policies.ts';
import {below} from '../model/layer.ts';
import type {Shape} from '../shape/shape.ts';
import {type FilesRequest, sourceOf} from '../source/files.ts';
import {type Lines, linesOf, type Range} from '../source/lines.ts';
import type {Node, Property, Span} from '../source/tree.ts';
import type {Unit} from '../source/unit.ts';

/** The part of a policy at an offset. */
export interface Location {
  /** The path in the document, in the words of the file: `routes[0].backoff.jitter`; '' for the root. */
  readonly pointer: string;
  /** The field of the policy: `routes[0].backoff.jitter`. Undefined if there is none at the offset. */
  readonly field: string | undefined;
  /** key: on the name of a field. value: on its value, or behind its name. inside: in an object or a list, between its entries. */
  readonly part: 'key' | 'value' | 'inside';
  /** The range of the key or the value; for `inside`, that of the whole object or list. */
  readonly range: Range;
  /** The node of the tree at the offset. */
  readonly node: Node;
}

/** The argument of `locate`. */
export interface LocateRequest extends FilesRequest {
  /** The file, one of `files`. */
  readonly path: string;
  /** The dialects, if they are configured. */
  readonly config?: Languages;
  /** The offset, in UTF-16 units. An offset at the end of a word counts as inside the word. */
  readonly offset: number;
}

/**
 * Finds the key or the value at an offset, for a hover or a completion.
 *
 * @param request The file and the offset.
 * @returns undefined outside of all policies.
 * @throws TypeError if `files` does not have `path`.
 *
 * @example
 * const at = await locate({path, files, offset}); // {pointer: 'backoff.jitter', part: 'value', …}
 */
export async function locate({offset, ...request}: LocateRequest): Promise<Location | undefined> {
  const source = await sourceOf(request);
  const shapes = policiesOf(source, request.config).map(({shape}) => shape);
  const lines = linesOf(source);
  const finder = new Finder(offset, source.text, lines);
  // Between two documents the first is still being written.
  const shape = shapes.findLast(({unit}) => finder.isWithin(unit)) ?? shapes.find(({unit}) => isDocument(unit));
  if (shape === undefined) return undefined;
  const {base, keySpan, root} = shape.unit;
  const {path, part, node, span} = finder.find({path: '', keySpan, node: root});
  return {pointer: below(base, path), field: fieldOf(shape, path), part, range: lines.rangeOf(span), node};
}

const isDocument = ({segments}: Unit): boolean => segments.length === 0;

/** Maps a path in the text to a path in the policy. A misspelt field is also found under its corrected name. */
function fieldOf({places}: Shape, path: string): string | undefined {
  for (const [field, place] of places) if (place.path === path && field !== path) return field;
  return places.has(path) ? path : undefined;
}

/** A value, its key and its path from the root of the policy. */
interface Entry {
  readonly path: string;
  readonly keySpan: Span | undefined;
  readonly node: Node;
}

interface Found extends Pick<Entry, 'path' | 'node'> {
  readonly part: Location['part'];
  readonly span: Span;
}

class Finder {
  readonly #offset: number;
  readonly #text: string;
  readonly #lines: Lines;

  constructor(offset: number, text: string, lines: Lines) {
    this.#offset = offset;
    this.#text = text;
    this.#lines = lines;
  }

  isWithin(unit: Unit): boolean {
    const {root, keySpan} = unit;
    if (isDocument(unit)) return root.span.start <= this.#offset;
    return this.#reaches({path: '', keySpan, node: root}, root.kind !== 'scalar' && root.flow);
  }

  find({path, keySpan, node}: Entry): Found {
    if (keySpan !== undefined && this.#isIn(keySpan)) return {path, node, part: 'key', span: keySpan};
    // The value of an alias is written elsewhere.
    if (node.kind === 'scalar' || node.borrowed || !this.#isInside(node))
      return {path, node, part: 'value', span: node.span};
    const entries = entriesOf(node, path);
    const entry = entries.findLast(each => this.#reaches(each, node.flow));
    return entry === undefined ? {path, node, part: 'inside', span: node.span} : this.find(entry);
  }

  /** Whether the offset belongs to an entry of an object or a list, if it belongs to none behind it. */
  #reaches({keySpan, node}: Entry, flow: boolean): boolean {
    const start = (keySpan ?? node.span).start;
    if (start > this.#offset) return false;
    if (node.kind !== 'scalar' && node.flow) return this.#offset < this.#closeOf(node);
    if (this.#offset <= node.span.end) return true;
    return flow ? isEmpty(node) : this.#isOpen(keySpan, node);
  }

  /** Whether an offset behind a block belongs to its last entry: it is on the same line, or indented deeper. */
  #isOpen(keySpan: Span | undefined, node: Node): boolean {
    if (node.kind !== 'scalar') return this.#column(this.#offset) >= this.#column(firstStart(node));
    if (isEmpty(node) && keySpan !== undefined) return this.#column(this.#offset) > this.#column(keySpan.start);
    return this.#line(this.#offset) === this.#line(node.span.end);
  }

  #isInside(node: Container): boolean {
    if (!node.flow) return node.span.start <= this.#offset;
    return node.span.start < this.#offset && this.#offset < this.#closeOf(node);
  }

  /** The end of braces or brackets. The rest of the text counts as inside if they are never closed. */
  #closeOf(node: Container): number {
    const {end} = node.span;
    const last = node.kind === 'object' ? node.properties.at(-1)?.value : node.items.at(-1);
    const isClosed = /[}\]]/.test(this.#text[end - 1] ?? '') && (last?.span.end ?? 0) < end;
    return isClosed ? end : Infinity;
  }

  #isIn = ({start, end}: Span): boolean => start <= this.#offset && this.#offset <= end;
  #column = (offset: number): number => this.#lines.positionAt(offset).column;
  #line = (offset: number): number => this.#lines.positionAt(offset).line;
}

function entriesOf(node: Container, path: string): Entry[] {
  if (node.kind === 'list')
    return node.items.map((item, index) => ({path: joinPath(path, index), keySpan: undefined, node: item}));
  return node.properties.map(({key, keySpan, value}: Property) => ({path: joinPath(path, key), keySpan, node: value}));
}

type Container = Exclude<Node, {kind: 'scalar'}>;

/** A key without a value. */
const isEmpty = ({kind, span}: Node): boolean => kind === 'scalar' && span.start === span.end;

const firstStart = (node: Container): number =>
  (node.kind === 'object' ? node.properties[0]?.keySpan.start : node.items[0]?.span.start) ?? node.span.start;
