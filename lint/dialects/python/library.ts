/** A dialect for a library of Python: its retriers are calls, decorators and loops in programs. */

import type {PolicyInput} from '../../../src/policy/types.ts';
import type {Shape} from '../../shape/shape.ts';
import type {PythonModule} from '../../source/python/module.ts';
import type {Node, Source} from '../../source/tree.ts';
import {defineDialect} from '../define-dialect.ts';
import type {Capabilities, Dialect, FieldChange, TreeChange} from '../dialect.ts';
import {formatNumber} from '../format-number.ts';
import type {Field} from '../words.ts';
import type {Packages} from './packages.ts';
import {type PythonLibrary, signOf} from './signs.ts';

export interface Library {
  /** As the configuration calls it: `tenacity`. */
  readonly name: PythonLibrary;
  readonly capabilities: Capabilities;
  readonly defaults: PolicyInput;
  readonly fields: Readonly<Record<string, Field>>;
  readonly retriersIn: (module: PythonModule, source: Source, packages?: Packages) => readonly Shape[];
  /** The argument that sets a field that the call leaves out; undefined where that takes more than an argument. */
  readonly argumentOf?: (
    change: Extract<FieldChange, {do: 'set'}>,
    shape: Shape,
  ) => readonly [name: string, value: unknown] | undefined;
  /** Arguments that switch off what a default does: taken out, where the field that they set is to be set. */
  readonly switches?: Readonly<Record<string, string>>;
  /** Arguments with a list, by the field of which they have the entries. */
  readonly lists?: Readonly<Record<string, string>>;
}

/** Units are found with their shapes, which are asked for one by one. */
const SHAPES = new WeakMap<Node, Shape>();

export function libraryDialect(library: Library): Dialect {
  const {name, retriersIn, capabilities, defaults, fields} = library;
  return defineDialect({
    ...signOf(name),
    capabilities,
    // Which errors are tried again, the code says; none of them is an answer of a server.
    defaults: {retryOn: ['network', 'timeout'], ...defaults},
    fields: {'match.methods': {name: 'the method'}, 'match.path': {name: 'the URL'}, ...fields},
    unit: 'seconds',
    ms: formatSeconds,
    unitsOf: (source, packages) => {
      if (source.python === undefined) return undefined;
      const shapes = retriersIn(source.python, source, packages);
      for (const shape of shapes) SHAPES.set(shape.unit.root, shape);
      return shapes.length === 0 ? undefined : shapes.map(({unit}) => unit);
    },
    shapeOf: unit => SHAPES.get(unit.root)!,
    inverse: (change, shape) => inverse(library, change, shape),
    ignoresExtensions: false,
  });
}

function inverse(library: Library, change: FieldChange, shape: Shape): readonly TreeChange[] | undefined {
  const {argumentOf, switches = {}, lists = {}} = library;
  const {path} = change;
  const place = shape.places.get(path);
  if (change.do === 'drop') {
    const list = lists[path];
    // A tuple of one entry has a comma of its own, and a name stands for a list that others may use.
    if (list === undefined || place?.node.kind !== 'list' || !isSquare(place.node, shape)) return undefined;
    const {items} = place.node;
    // A policy may have triggers that are in no list.
    const left = change.left.filter(value => items.some(item => item.kind === 'scalar' && item.value === value));
    return [{do: 'drop', segments: place.segments, entries: change.entries, left}];
  }
  if (change.do !== 'set') return undefined;
  if (switches[path] !== undefined && place?.path === switches[path]) return [{do: 'remove', segments: place.segments}];
  const added = argumentOf?.(change, shape);
  // One that is there may be anything.
  const isThere = added !== undefined && keysOf(shape.unit.root).includes(added[0]);
  return added && !isThere ? [{do: 'set', segments: [added[0]], value: added[1]}] : undefined;
}

const keysOf = (root: Node): string[] => (root.kind === 'object' ? root.properties.map(({key}) => key) : []);

const isSquare = ({span}: Node, {unit}: Shape): boolean => unit.source.text[span.start] === '[';

/** `0.5 s`, as the libraries count. */
export const formatSeconds = (ms: number): string => `${formatNumber(ms / 1000)} s`;

/** A field whose value is in seconds. */
export const seconds = (name: string): Field => ({
  name,
  format: value => (typeof value === 'number' ? formatNumber(value / 1000) : String(value)),
});
