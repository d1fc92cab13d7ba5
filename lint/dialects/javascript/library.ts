/** A dialect for a library of JavaScript: its retriers are calls and loops in programs. */

import type {PolicyInput} from '../../../src/policy/types.ts';
import type {Shape} from '../../shape/shape.ts';
import type {JsModule} from '../../source/javascript/module.ts';
import type {Node, Source} from '../../source/tree.ts';
import {defineDialect} from '../define-dialect.ts';
import type {Capabilities, Dialect, DialectLayer, FieldChange, TreeChange} from '../dialect.ts';
import {formatMs} from '../format-number.ts';
import type {Field} from '../words.ts';

export interface JsLibrary {
  readonly name: string;
  readonly layer: DialectLayer;
  /** A text without any of them is left out. */
  readonly words: readonly string[];
  /** What else it has. */
  readonly has?: readonly RegExp[];
  readonly capabilities: Capabilities;
  readonly defaults: PolicyInput;
  readonly fields: Readonly<Record<string, Field>>;
  readonly retriersIn: (module: JsModule, source: Source) => Iterable<Shape>;
  /** What is written for a field; undefined where that takes more than an option. */
  readonly write?: (change: Extract<FieldChange, {do: 'set'}>, shape: Shape) => readonly TreeChange[] | undefined;
}

const SHAPES = new WeakMap<Node, Shape>();

export function jsDialect({words, has = [], retriersIn, write, ...rest}: JsLibrary): Dialect {
  return defineDialect({
    ...rest,
    // A cap guards against more attempts, and the defaults have some.
    capabilities: {...rest.capabilities, needsCap: true},
    // Which errors are tried again, the code says; none of them is an answer of a server.
    defaults: {retryOn: ['network', 'timeout'], ...rest.defaults},
    wants: (_, text) => words.some(word => text.includes(word)) && has.every(pattern => pattern.test(text)),
    unit: 'milliseconds',
    ms: formatMs,
    unitsOf: source => {
      if (source.javascript === undefined) return undefined;
      const shapes = [...retriersIn(source.javascript, source)];
      for (const shape of shapes) SHAPES.set(shape.unit.root, shape);
      return shapes.length === 0 ? undefined : shapes.map(({unit}) => unit);
    },
    shapeOf: unit => SHAPES.get(unit.root)!,
    inverse: (change, shape) => inverse(write, change, shape),
    ignoresExtensions: false,
  });
}

function inverse(write: JsLibrary['write'], change: FieldChange, shape: Shape): readonly TreeChange[] | undefined {
  if (change.do === 'set') return write?.(change, shape);
  const place = shape.places.get(change.path);
  if (change.do !== 'drop' || place?.node.kind !== 'list' || place.segments.length === 0) return undefined;
  const {items} = place.node;
  const left = change.left.filter(value => items.some(item => item.kind === 'scalar' && item.value === value));
  return [{do: 'drop', segments: place.segments, entries: change.entries, left}];
}

/** Sets an option. */
export const option = (value: unknown, ...segments: readonly string[]): readonly TreeChange[] => [
  {do: 'set', segments, value},
];
