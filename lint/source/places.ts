/** The places of the values of a policy, by the path that messages use: `routes[0].backoff.jitter`. */

import {joinPath} from '../../src/policy/format.ts';
import type {Node, Span} from './tree.ts';
import type {Unit} from './unit.ts';

/** The place of a value in a file. */
export interface Place {
  /** The policy. */
  readonly unit: Unit;
  /** The path from the root of the unit: `routes[0].backoff.jitter`. */
  readonly path: string;
  /** The same path as keys and indexes. */
  readonly segments: readonly (string | number)[];
  /** The span of the key. Entries of a list and the root of a document have none. */
  readonly keySpan: Span | undefined;
  /** The node of the value. */
  readonly node: Node;
}

/** Places by path. */
export type Places = ReadonlyMap<string, Place>;

/** The places of the values of a policy. */
export function placesOf(unit: Unit): Places {
  const places = new Map<string, Place>();
  const walk = (node: Node, path: string, segments: readonly (string | number)[], keySpan: Span | undefined): void => {
    places.set(path, {unit, path, segments, keySpan, node});
    if (node.kind === 'list') {
      for (const [index, item] of node.items.entries()) {
        walk(item, joinPath(path, index), [...segments, index], undefined);
      }
    }
    if (node.kind === 'object') {
      for (const {key, value, keySpan} of node.properties)
        walk(value, joinPath(path, key), [...segments, key], keySpan);
    }
  };
  walk(unit.root, '', [], unit.keySpan);
  return places;
}

/** The path of a value and of everything in it. */
export function pathsOf(node: Node, path: string): string[] {
  if (node.kind === 'scalar') return [path];
  const inside =
    node.kind === 'list'
      ? node.items.flatMap((item, index) => pathsOf(item, joinPath(path, index)))
      : node.properties.flatMap(({key, value}) => pathsOf(value, joinPath(path, key)));
  return [path, ...inside];
}

/** The place of a path, or of the nearest thing around it that is written. */
export function nearestPlace(places: Places, path: string): Place | undefined {
  for (let at = path; at !== ''; at = parentPath(at)) {
    const place = places.get(at);
    if (place !== undefined) return place;
  }
  return places.get('');
}

export function parentPath(path: string): string {
  return path.replace(/(?:\.?[^.[\]]+|\[(?:\d+|"(?:[^"\\]|\\.)*"\u2026?)\])$/, '');
}

/** The span to underline: the key, else the value. For an object without a key it is its brace or its first key, never all of its lines. */
export function spanToShow({keySpan, node}: Place): Span {
  if (keySpan !== undefined) return keySpan;
  if (node.kind === 'scalar') return node.span;
  const first = node.kind === 'object' && !node.flow ? node.properties[0]?.keySpan : undefined;
  return first ?? {start: node.span.start, end: Math.min(node.span.start + 1, node.span.end)};
}
